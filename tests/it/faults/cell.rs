//! One broken channel beside a healthy one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use fanfare_sandbox::{FaultSwitch, SeenMessage};
use tokio::time::Instant;

use crate::harness::{FakeProviders, PATIENCE, TestGateway, until};
use crate::ledger::{LedgerRow, alarm, attempts, deliveries};
use crate::samples::{FaultEnd, KindFault, Protocol, SampleChannel};

/// The longest an attempt on a broken channel takes.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Within this the alert is on the healthy channel, also on a busy machine; it takes milliseconds.
pub(super) const AT_ONCE: Duration = Duration::from_secs(5);

/// The time for which a fault stays on: long enough for an attempt that hangs and another one.
const BROKEN_FOR: Duration = Duration::from_millis(1_700);

/// The time in which nothing may follow where nothing must.
const QUIET: Duration = Duration::from_secs(1);

/// The pause between two questions to the API.
const GLANCE: Duration = Duration::from_millis(100);

/// Tries each fault on a channel like this. Those in which a delivery is given up
/// have a gateway of their own: it is told on every other channel.
#[track_caller]
pub(super) fn check(sample: &'static SampleChannel, cells: Vec<KindFault>) {
    let (given_up, others): (Vec<_>, Vec<_>) =
        cells.into_iter().partition(|cell| cell.end == FaultEnd::GivenUp);
    for cells in [given_up, others].iter().filter(|cells| !cells.is_empty()) {
        check_together(sample, cells);
    }
}

/// Tries each cell, all on one gateway at the same time.
#[track_caller]
fn check_together(sample: &'static SampleChannel, cells: &[KindFault]) {
    let providers: Vec<_> = cells.iter().map(|cell| providers_of(sample, cell)).collect();
    let gateway = TestGateway::start(&config(sample, cells, &providers), &[], &[]);
    let turn = &Mutex::new(());
    let failed: Vec<_> = thread::scope(|scope| {
        let tries: Vec<_> = cells
            .iter()
            .zip(&providers)
            .map(|(cell, providers)| {
                let trial = FaultTrial { cell, sample, providers, gateway: &gateway };
                (cell.name.as_str(), scope.spawn(move || trial.run(turn)))
            })
            .collect();
        tries.into_iter().filter_map(|(name, trial)| trial.join().is_err().then_some(name)).collect()
    });
    let log = gateway.log();
    let about_them: Vec<_> =
        log.lines().filter(|line| failed.iter().any(|name| line.contains(name))).collect();
    assert!(
        failed.is_empty(),
        "{failed:?} of {} failed as told above:\n{}",
        sample.name,
        about_them.join("\n")
    );
}

fn config(sample: &SampleChannel, cells: &[KindFault], providers: &[FakeProviders]) -> String {
    let [mut channels, mut receivers, mut routes] = [const { String::new() }; 3];
    for (cell, at) in cells.iter().zip(providers) {
        let (name, broken, healthy) = (&cell.name, cell.broken(), cell.healthy());
        let settings = [sample.settings(&broken, at), sample.neighbour().settings(&healthy, at)];
        writeln!(channels, "  {broken}: {{ timeout: {TIMEOUT:?}, {} }}", settings[0]).unwrap();
        writeln!(channels, "  {healthy}: {{ {} }}", settings[1]).unwrap();
        writeln!(receivers, "  - {{ name: {name}, channels: [{broken}, {healthy}] }}").unwrap();
        writeln!(routes, "    - {{ matchers: ['alertname = {name}'], receiver: {name} }}").unwrap();
    }
    format!(
        "server: {{ listen: 127.0.0.1:0 }}
allow_inline_secrets: true
retry: {{ first_delay: 100ms, max_delay: 500ms, probe_delay: 200ms }}
sources:
  - {{ name: thinklink, format: tkl, auth: none }}
channels:
  ourselves: {{ kind: wecom, key: nobody, endpoint: 'http://127.0.0.1:1' }}
{channels}receivers:
  - {{ name: {SELF_SOURCE}, channels: [ourselves] }}
{receivers}route:
  receiver: {SELF_SOURCE}
  routes:
{routes}"
    )
}

/// The channel of the self-alerts: one of its own, so that it
/// is not taken for what the cells are told.
const SELF_SOURCE: &str = "ourselves";

/// True for the cell's own alert, false for a self-alert about the cell.
fn is_of_the_alert(message: &SeenMessage) -> bool {
    !message.shown.text.contains("ContractBroken")
}

impl KindFault {
    fn broken(&self) -> String {
        format!("{}-broken", self.name)
    }

    fn healthy(&self) -> String {
        format!("{}-healthy", self.name)
    }
}

/// Fakes for this cell alone: some faults of a mail server strike everybody.
fn providers_of(sample: &SampleChannel, cell: &KindFault) -> FakeProviders {
    FakeProviders::start([sample.account(&cell.broken()), sample.neighbour().account(&cell.healthy())])
}

/// A cell under trial.
#[derive(Clone, Copy)]
struct FaultTrial<'a> {
    cell: &'a KindFault,
    sample: &'static SampleChannel,
    providers: &'a FakeProviders,
    gateway: &'a TestGateway,
}

impl FaultTrial<'_> {
    fn run(self, turn: &Mutex<()>) {
        let Self { cell, providers, .. } = self;
        providers.set_fault(&cell.broken(), FaultSwitch::always(cell.fault.clone().unwrap())).unwrap();
        self.the_healthy_channel_has_it_at_once(turn);
        let row = self.it_is_not_called_delivered();
        self.its_state_is_told_in_the_providers_words(&row);
        providers.clear_faults(&cell.broken());
        self.it_ends_as_it_must(&row);
        self.each_person_has_seen_it_once();
        assert_eq!(providers.violations(), [], "{}", cell.name);
    }

    /// One cell after the other, so that what is measured is the alert's own time.
    fn the_healthy_channel_has_it_at_once(self, turn: &Mutex<()>) {
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = self.gateway.post("thinklink", &alarm(&self.cell.name, 1, "urgent").to_string());
        assert_eq!(answer.status, 202, "{answer:?}");
        let has_it = || self.seen(&self.cell.healthy()).len() == 1;
        until(&format!("{} silences nobody", self.cell.name), has_it, AT_ONCE);
    }

    /// Watches for as long as the fault is on.
    fn it_is_not_called_delivered(self) -> LedgerRow {
        let since = Instant::now();
        loop {
            let row = self.row();
            let may_be = matches!(self.cell.end, FaultEnd::Delivered | FaultEnd::Believed);
            assert!(may_be || row.state != "delivered", "{}: nobody said so: {row:?}", self.cell.name);
            if since.elapsed() > BROKEN_FOR {
                return row;
            }
            thread::sleep(GLANCE);
        }
    }

    fn its_state_is_told_in_the_providers_words(self, row: &LedgerRow) {
        let KindFault { name, says, end, .. } = self.cell;
        let state = match end {
            FaultEnd::Recovers | FaultEnd::RecoversWithRepeats | FaultEnd::Waits => "pending",
            FaultEnd::GivenUp => "dead",
            FaultEnd::Delivered | FaultEnd::Believed => "delivered",
        };
        assert_eq!(row.state, state, "{name}: {row:?}");
        assert!(row.reason.contains(says), "{name}: `{says}` expected in {row:?}");
    }

    fn it_ends_as_it_must(self, row: &LedgerRow) {
        let KindFault { name, end, .. } = self.cell;
        match end {
            FaultEnd::Recovers | FaultEnd::RecoversWithRepeats => {
                until(&format!("{name} recovers"), || self.row().state == "delivered", PATIENCE);
                let attempts = attempts(self.gateway, row.id);
                let said_yes = attempts.iter().filter(|it| *it == "delivered").count();
                assert_eq!(
                    (said_yes, attempts.last().unwrap().as_str()),
                    (1, "delivered"),
                    "{name}: {attempts:?}"
                );
            }
            FaultEnd::Waits => {
                thread::sleep(QUIET);
                let row = self.row();
                // A mail server does not know before the login whose request it refuses.
                let asked = match self.times_asked() {
                    0 => row.attempts,
                    asked => asked.cast_signed(),
                };
                assert_eq!((row.state.as_str(), asked), ("pending", 1), "{name} knocks on");
            }
            FaultEnd::GivenUp | FaultEnd::Delivered | FaultEnd::Believed => {
                thread::sleep(QUIET);
                assert_eq!(self.row(), *row, "{name}");
            }
        }
    }

    fn each_person_has_seen_it_once(self) {
        let KindFault { name, end, .. } = self.cell;
        let seen = self.seen(&self.cell.broken());
        let (people, most) = (by_person(&seen), self.row().attempts);
        let may_come = |times: &i64| match end {
            FaultEnd::Recovers | FaultEnd::Delivered => *times == 1,
            FaultEnd::RecoversWithRepeats => (1..=most).contains(times),
            FaultEnd::Waits | FaultEnd::GivenUp | FaultEnd::Believed => false,
        };
        assert!(people.values().all(may_come), "{name}: {people:?}");
        assert_eq!(
            people.is_empty(),
            matches!(end, FaultEnd::Waits | FaultEnd::GivenUp | FaultEnd::Believed),
            "{name}: {people:?}"
        );
        if self.sample.protocol == Protocol::Smtp {
            assert!(
                seen.windows(2).all(|two| two[0].shown.id == two[1].shown.id),
                "{name}: one Message-ID: {seen:?}"
            );
        }
        assert_eq!(self.seen(&self.cell.healthy()).len(), 1, "{name}");
    }

    /// Messages about the alert that people have seen.
    fn seen(self, channel: &str) -> Vec<SeenMessage> {
        self.providers.seen(channel).into_iter().filter(is_of_the_alert).collect()
    }

    /// The number of requests of the broken channel that reached the provider.
    fn times_asked(self) -> u64 {
        let stats = self.providers.stats();
        stats.get(&self.cell.broken()).map_or(0, |it| it.received + it.token_calls)
    }

    #[track_caller]
    fn row(self) -> LedgerRow {
        let mut rows = deliveries(self.gateway, &self.cell.broken());
        rows.retain(|it| it.receiver == self.cell.name);
        let [row] = <[LedgerRow; 1]>::try_from(rows).unwrap();
        row
    }
}

/// The number of messages that each person has seen; a group counts as one person.
fn by_person(seen: &[SeenMessage]) -> BTreeMap<&str, i64> {
    let mut people = BTreeMap::new();
    for SeenMessage { shown, .. } in seen {
        let of_group = shown.recipients.is_empty().then_some("the group");
        for person in shown.recipients.iter().map(String::as_str).chain(of_group) {
            *people.entry(person).or_default() += 1;
        }
    }
    people
}
