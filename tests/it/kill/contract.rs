//! `kill -9` in the middle of a promise: it is kept all the same, and not twice.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use fanfare_sandbox::{Fault, FaultSwitch, ProviderVerdict};
use tokio::time::Instant;

use crate::harness::{FakeProviders, PATIENCE, TestFolder, TestGateway, TestRequest, until};
use crate::ledger::{alarm, deliveries};
use crate::ledger_reader::LedgerReader;
use crate::samples::{dingtalk, wecom_bot};

/// The time from the alert to the escalation.
const RUNG: Duration = Duration::from_secs(4);

/// An escalation happens within this time after it is due.
const PUNCTUAL: Duration = Duration::from_secs(1);

/// `first` is told, and `last` after `rung` unless `unless`.
pub(super) fn config(providers: &FakeProviders, rung: Duration, unless: &str) -> String {
    format!(
        "server: {{ listen: 127.0.0.1:0, external_url: 'http://127.0.0.1:1' }}
store: sqlite://data/fanfare.db
allow_inline_secrets: true
sources: [{{ name: thinklink, format: tkl, auth: none }}]
channels:
  first: {{ {} }}
  last: {{ {} }}
receivers:
  - name: on-call
    channels: [first]
    contract: {{ within: 3s }}
    escalate: [{{ after: {rung:?}, unless: {unless}, to: [last] }}]
route: {{ receiver: on-call }}
",
        dingtalk().settings("first", providers),
        wecom_bot().settings("last", providers),
    )
}

pub(super) fn providers() -> FakeProviders {
    FakeProviders::start([dingtalk().account("first"), wecom_bot().account("last")])
}

/// Posts the one alert, and says when.
#[track_caller]
fn post(gateway: &TestGateway) -> Instant {
    let posted = Instant::now();
    assert_eq!(gateway.post("thinklink", &alarm("over_temp", 1, "urgent").to_string()).status, 202);
    posted
}

fn ledger(site: &TestFolder) -> LedgerReader {
    LedgerReader::open(&site.path("data/fanfare.db"))
}

/// Ends it, and sees that nothing is unaccounted for in what it leaves.
fn kill(gateway: &mut TestGateway, site: &TestFolder) {
    gateway.kill9();
    ledger(site).balance();
}

/// Killed `killed_after` the alert and started again `down_for` later, the rung is climbed on time and once.
///
/// Its message is seen once, unless a send was under way at the kill: WeCom's bots have no key by which they would know
/// the message again, so whoever cannot know whether it arrived sends it once more.
fn check(killed_after: Duration, down_for: Duration) {
    let providers = providers();
    let site = Arc::new(TestFolder::new(&config(&providers, RUNG, "acknowledged")));
    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    let posted = post(&gateway);
    thread::sleep(killed_after);
    kill(&mut gateway, &site);
    let under_way = "SELECT count(*) FROM sends s JOIN deliveries d ON d.id = s.delivery
                     WHERE d.channel = 'last' AND d.state = 'pending'";
    let is_unknown = ledger(&site).number(under_way) > 0;
    thread::sleep(down_for);
    let gateway = TestGateway::start_at(&site, &[], &[]);
    let started = posted.elapsed();
    until("the rung is climbed", || !providers.seen("last").is_empty(), PATIENCE);
    let climbed = posted.elapsed();
    let due = RUNG.max(started);
    assert!(climbed >= RUNG, "it was climbed after {climbed:?} already");
    assert!(climbed <= due + PUNCTUAL, "it was due after {due:?} and climbed after {climbed:?}");
    gateway.until_nothing_is_owed();
    thread::sleep(PUNCTUAL);
    let (first, last) = (providers.seen("first").len(), providers.seen("last").len());
    assert!(
        (first, last) == (1, 1) || (is_unknown && (first, last) == (1, 2)),
        "{first} and {last}: {is_unknown}"
    );
    let climbs = "SELECT count(*) FROM steps WHERE step ->> 'step' = 'climb'";
    assert_eq!(ledger(&site).number(climbs), 1);
    ledger(&site).balance();
    assert_eq!(providers.violations(), []);
}

#[test]
fn a_ladder_goes_on_on_time_after_a_kill() {
    check(Duration::from_secs(2), Duration::ZERO);
}

#[test]
fn a_rung_that_was_due_while_nobody_was_there_is_climbed_at_once() {
    check(Duration::from_secs(1), RUNG);
}

#[test]
fn a_rung_at_which_it_is_killed_is_climbed_once() {
    check(RUNG, Duration::ZERO);
}

#[test]
fn an_acknowledgement_holds_though_it_is_killed_right_after_its_answer() {
    let providers = providers();
    let site = Arc::new(TestFolder::new(&config(&providers, RUNG, "acknowledged")));
    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    let posted = post(&gateway);
    until("the alert is told", || !providers.seen("first").is_empty(), PATIENCE);
    let body = r#"{"by":"Zhang San"}"#;
    let answer = TestRequest::post("/api/v1/alerts/1/acknowledge", body).send(gateway.address());
    assert_eq!(answer.status, 200, "{answer:?}");
    kill(&mut gateway, &site);
    let gateway = TestGateway::start_at(&site, &[], &[]);
    until("it is told who takes care", || providers.seen("first").len() == 2, PATIENCE);
    thread::sleep((RUNG + PUNCTUAL).saturating_sub(posted.elapsed()));
    gateway.until_nothing_is_owed();
    assert!(providers.seen("first")[1].shown.text.contains("Zhang San"));
    assert_eq!((providers.seen("first").len(), providers.seen("last").len()), (2, 0), "the ladder has ended");
    ledger(&site).balance();
}

#[test]
fn a_ban_is_waited_out_in_silence_also_after_a_kill() {
    let providers = providers();
    let site = Arc::new(TestFolder::new(&config(&providers, RUNG, "delivered")));
    providers.ban("first");
    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    let posted = post(&gateway);
    let asked = || providers.stats().get("first").map_or(0, |it| it.received);
    until("the robot has said no", || asked() == 1, PATIENCE);
    until("somebody else is told at once", || !providers.seen("last").is_empty(), PATIENCE);
    assert!(posted.elapsed() < RUNG, "a ban is no reason to wait");
    kill(&mut gateway, &site);
    let gateway = TestGateway::start_at(&site, &[], &[]);
    assert_eq!(gateway.post("thinklink", &alarm("over_temp", 2, "urgent").to_string()).status, 202);
    until("the next is told elsewhere too", || providers.seen("last").len() >= 2, PATIENCE);
    thread::sleep(PUNCTUAL);
    assert_eq!(asked(), 1, "not one request goes to a robot that is banned");
    let knocks: Vec<_> = providers.violations().into_iter().map(|it| it.target).collect();
    assert_eq!(knocks, ["first"], "the one by which it learned of the ban");
    assert!(deliveries(&gateway, "first").iter().all(|it| it.state == "pending"));
    ledger(&site).balance();
}

/// The provider has shown a digest, and its answer is on the way when the gateway is killed.
#[test]
fn a_digest_in_flight_at_the_kill_is_repeated_as_it_was() {
    const ALERTS: u32 = 60;
    let providers = providers();
    let site = Arc::new(TestFolder::new(&config(&providers, RUNG, "resolved")));
    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    providers.set_fault("first", FaultSwitch::always(Fault::Late { millis: 60_000 })).unwrap();
    let burst: serde_json::Value = (0..ALERTS).map(|device| alarm("over_temp", device, "high")).collect();
    assert_eq!(gateway.post("thinklink", &burst.to_string()).status, 202);
    until(
        "a digest is shown",
        || providers.seen("first").iter().any(|it| it.shown.text.len() > 2_000),
        PATIENCE,
    );
    kill(&mut gateway, &site);
    providers.clear_all_faults();

    let gateway = TestGateway::start_at(&site, &[], &[]);
    until("all is told", || deliveries(&gateway, "first").iter().all(|it| it.state == "delivered"), PATIENCE);
    let of_first: Vec<_> = providers.messages().into_iter().filter(|it| it.target == "first").collect();
    let repeats = of_first.iter().filter(|it| it.verdict == ProviderVerdict::Duplicate).count();
    assert!(repeats >= 1, "what was in flight is known as a repeat: {of_first:?}");
    let shown: String = providers.seen("first").iter().map(|it| it.shown.text.as_str()).collect();
    for device in 0..ALERTS {
        let name = format!("reported by {device}.");
        assert_eq!(shown.matches(&name).count(), 1, "sensor {device} is told of once:\n{shown}");
    }
    ledger(&site).balance();
    assert_eq!(providers.violations(), []);
}
