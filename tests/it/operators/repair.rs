//! Damaged rows of a store: each costs itself and no other, `audit` finds it, and `audit --repair` says first what it
//! would do.

use std::sync::Arc;

use fanfare_sandbox::{Fault, FaultSwitch};
use rusqlite::Connection;

use crate::harness::{FakeProviders, FinishedCommand, PATIENCE, TestFolder, TestGateway, until};
use crate::ledger::{alarm, deliveries, states};
use crate::samples::{config, dingtalk, mail};

/// A store of five alerts that two channels still owe, whose gateway was killed.
struct DamagedSite {
    providers: FakeProviders,
    site: Arc<TestFolder>,
}

impl DamagedSite {
    /// Each of `damages` is a statement of SQL.
    fn new(damages: &[&str]) -> Self {
        let providers = FakeProviders::start([dingtalk().account("ding"), mail().account("mail")]);
        let (ding, mail) = (dingtalk().settings("ding", &providers), mail().settings("mail", &providers));
        let site = Arc::new(TestFolder::new(&config(&[("ding", ding), ("mail", mail)])));
        for channel in ["ding", "mail"] {
            providers.set_fault(channel, FaultSwitch::always(Fault::Close)).unwrap();
        }
        let mut gateway = TestGateway::start_at(&site, &[], &[]);
        for device in 1..=5 {
            let body = alarm("over_temp", device, "urgent").to_string();
            assert_eq!(gateway.post("thinklink", &body).status, 202);
        }
        gateway.kill9();
        let store = Connection::open(site.path("data/fanfare.db")).unwrap();
        for damage in damages {
            assert!(store.execute(damage, []).unwrap() > 0, "{damage}");
        }
        Self { providers, site }
    }

    fn audit(&self, arguments: &[&str]) -> FinishedCommand {
        self.site.run(&[&["audit"], arguments].concat(), &[])
    }

    /// The contents of the columns that are damaged.
    fn cells(&self) -> Vec<String> {
        let store = Connection::open(self.site.path("data/fanfare.db")).unwrap();
        let cells =
            "SELECT quote(channel) || quote(next_at) || quote(attempts) || quote(only_to) FROM deliveries
                     UNION ALL SELECT quote(why) || quote(terms) FROM notifications
                     UNION ALL SELECT quote(alert) || quote(severity) FROM alerts";
        let mut statement = store.prepare(cells).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    /// The alerts that `channel` has shown, by their numbers.
    fn told(&self, channel: &str) -> Vec<u32> {
        let seen = self.providers.seen(channel);
        // Not what the gateway says of itself about them.
        let is_told = |device: &u32| {
            let title = format!("[URGENT] over_temp, reported by {device}.");
            seen.iter().any(|it| it.shown.title.starts_with(&title))
        };
        (1..=5).filter(is_told).collect()
    }
}

/// Damages of rows of the first two alerts.
const DAMAGES: [&str; 6] = [
    "UPDATE deliveries SET attempts = -5 WHERE id = 1",
    "UPDATE deliveries SET only_to = '[' WHERE id = 2",
    "UPDATE deliveries SET next_at = 9223372036854775807 WHERE id = 3",
    "UPDATE notifications SET terms = '{\"within\": -1' WHERE id = 1",
    "UPDATE alerts SET severity = 'catastrophic' WHERE id = 1",
    "UPDATE incidents SET told = 'yes' WHERE last_alert = 2",
];

#[test]
fn a_repair_says_first_what_it_would_do_and_then_does_it() {
    let site = DamagedSite::new(&DAMAGES);
    let before = site.cells();
    let shown = site.audit(&["--repair"]);
    assert_eq!(shown.code, Some(1), "a finding: {shown:?}");
    for words in
        ["attempts", "only_to", "next_at", "terms", "severity", "told", "fanfare audit --repair --yes"]
    {
        assert!(shown.stdout.contains(words), "{words}: {}", shown.stdout);
    }
    assert_eq!(site.cells(), before, "nothing is changed without --yes");
    let repaired = site.audit(&["--repair", "--yes"]);
    assert_eq!(repaired.code, Some(0), "{repaired:?}");
    let sound = site.audit(&["--repair"]);
    assert_eq!((sound.code, sound.stdout.trim()), (Some(0), "Nothing is damaged."), "{sound:?}");
    site.providers.clear_all_faults();
    let gateway = TestGateway::start_at(&site.site, &[], &[]);
    gateway.until_nothing_is_owed();
    let given_up = |channel: &str| states(&gateway, channel).get("dead").copied().unwrap_or_default();
    assert_eq!(given_up("ding") + given_up("mail"), 3, "{:?}", deliveries(&gateway, "ding"));
    assert_eq!((site.told("ding").len(), site.told("mail").len()), (3, 4), "all others are told");
    let audit = gateway.run(&["audit"], &[]);
    assert_eq!(audit.code, Some(0), "{audit:?}");
}

#[test]
fn without_a_repair_a_damaged_row_costs_itself_and_is_found() {
    let site = DamagedSite::new(&DAMAGES[..3]);
    site.providers.clear_all_faults();
    let gateway = TestGateway::start_at(&site.site, &[], &[]);
    until("all others are told", || site.told("ding").len() + site.told("mail").len() >= 7, PATIENCE);
    gateway.until_nothing_is_owed();
    let dead = ["ding", "mail"].map(|it| states(&gateway, it).get("dead").copied().unwrap_or_default());
    assert_eq!(dead.iter().sum::<usize>(), 3, "{dead:?}");
    assert_eq!(gateway.get("/-/ready").status, 200);
}

#[test]
fn no_store_is_repaired_while_a_gateway_runs_on_it() {
    let site = DamagedSite::new(&DAMAGES[..1]);
    let _gateway = TestGateway::start_at(&site.site, &[], &[]);
    let before = site.cells();
    let refused = site.audit(&["--repair", "--yes"]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.said().contains("Stop the other one"), "{refused:?}");
    assert_eq!(site.cells().len(), before.len());
}
