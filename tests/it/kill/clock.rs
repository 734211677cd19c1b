//! Wall clocks that are wrong, by libfaketime: behind or ahead across a kill, set while the gateway runs, or set right
//! soon after a start. No promise moves.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use fanfare_sandbox::{Fault, FaultSwitch};
use tokio::time::Instant;
use xtask::WrongClock;

use super::contract;
use crate::harness::{FakeProviders, PATIENCE, TestFolder, TestGateway, TestRequest, until};
use crate::ledger::{alarm, states};
use crate::ledger_reader::LedgerReader;

/// The time from the alert to the escalation.
const RUNG: Duration = Duration::from_secs(6);

/// An escalation happens within this time after it is due, also on a busy machine.
const PUNCTUAL: Duration = Duration::from_secs(3);

/// The offsets of the clock in libfaketime's words.
const OFFSETS: [&str; 7] = ["-2m", "+2m", "-1h", "+1h", "-1d", "+1d", "-10y"];

/// A gateway's folder, its two channels, and its wall clock.
struct ClockSite {
    providers: FakeProviders,
    site: Arc<TestFolder>,
    library: PathBuf,
}

impl ClockSite {
    fn new() -> Self {
        let providers = contract::providers();
        let config = contract::config(&providers, RUNG, "acknowledged");
        let site = Arc::new(TestFolder::new(&config));
        Self {
            providers,
            site,
            library: WrongClock::library()
                .expect("Debian's `libfaketime`, which `cargo xtask test` installs"),
        }
    }

    /// Sets the clock of gateways that run and of those that will be started.
    fn set_clock(&self, offset: &str) {
        // Whole at once: it is read at any time.
        let draft = self.site.path("clock.new");
        fs::write(&draft, offset).unwrap();
        fs::rename(draft, self.site.path("clock")).unwrap();
    }

    fn start(&self) -> TestGateway {
        let (library, clock) = (self.library.to_str().unwrap(), self.site.path("clock"));
        let environment = [
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap()),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("NO_FAKE_STAT", "1"),
        ];
        TestGateway::start_at(&self.site, &[], &environment)
    }

    /// A gateway whose clock is right and which has told the first channel of the one alert, and the alert's time.
    #[track_caller]
    fn start_and_tell_the_first(&self) -> (TestGateway, Instant) {
        self.set_clock("+0");
        let gateway = self.start();
        let posted = post(&gateway);
        until("the first is told", || self.seen("first") == 1, PATIENCE);
        gateway.until_nothing_is_owed();
        (gateway, posted)
    }

    /// The number of messages about the alert; that a clock is wrong or a contract broken is told as well.
    fn seen(&self, channel: &str) -> usize {
        let seen = self.providers.seen(channel);
        let texts = seen.iter().map(|it| &it.shown.text);
        texts.filter(|it| it.contains("reported by 1.") && !it.contains("ContractBroken")).count()
    }

    /// The rung is climbed once, at its time after `posted` or as soon as somebody is there.
    #[track_caller]
    fn check_rung(&self, gateway: &TestGateway, posted: Instant, offset: &str) {
        until(&format!("{offset}: the rung is climbed"), || self.seen("last") > 0, PATIENCE);
        let climbed = posted.elapsed();
        assert!(climbed >= RUNG, "{offset}: it was climbed after {climbed:?} already");
        assert!(climbed <= RUNG + PUNCTUAL, "{offset}: it was climbed only after {climbed:?}");
        gateway.until_nothing_is_owed();
        thread::sleep(Duration::from_secs(1));
        assert_eq!((self.seen("first"), self.seen("last")), (1, 1), "{offset}");
        let ledger = LedgerReader::open(&self.site.path("data/fanfare.db"));
        let kept = "SELECT count(*) FROM steps WHERE fulfilment = 'kept'";
        assert_eq!(ledger.number(kept), 1, "{offset}: it was kept before any clock was wrong");
        ledger.balance();
        assert_eq!(self.providers.violations(), [], "{offset}");
    }
}

/// Posts the one alert, and says when.
#[track_caller]
fn post(gateway: &TestGateway) -> Instant {
    let posted = Instant::now();
    assert_eq!(gateway.post("thinklink", &alarm("over_temp", 1, "urgent").to_string()).status, 202);
    posted
}

/// Tries each offset in a world of its own, all at the same time.
#[track_caller]
fn check_each(offsets: &[&'static str], check: impl Fn(&ClockSite, &'static str) + Sync) {
    thread::scope(|scope| {
        let cells: Vec<_> =
            offsets.iter().map(|offset| scope.spawn(|| check(&ClockSite::new(), offset))).collect();
        for cell in cells {
            cell.join().unwrap();
        }
    });
}

#[test]
fn a_clock_that_is_wrong_after_a_kill_moves_no_rung() {
    check_each(&OFFSETS, |site, offset| {
        let (mut gateway, posted) = site.start_and_tell_the_first();
        gateway.kill9();
        site.set_clock(offset);
        site.check_rung(&site.start(), posted, offset);
    });
}

#[test]
fn a_clock_that_is_set_while_it_runs_moves_no_rung() {
    check_each(&OFFSETS, |site, offset| {
        let (gateway, posted) = site.start_and_tell_the_first();
        site.set_clock(offset);
        site.check_rung(&gateway, posted, offset);
    });
}

#[test]
fn a_clock_that_is_set_right_soon_after_a_start_moves_no_rung() {
    check_each(&OFFSETS, |site, offset| {
        let (mut gateway, posted) = site.start_and_tell_the_first();
        gateway.kill9();
        site.set_clock(offset);
        let gateway = site.start();
        thread::sleep(Duration::from_secs(2));
        site.set_clock("+0");
        site.check_rung(&gateway, posted, offset);
    });
}

#[test]
fn a_clock_that_is_wrong_after_a_kill_keeps_no_retry_back() {
    check_each(&["-1h", "+1d", "-10y"], |site, offset| {
        site.set_clock("+0");
        site.providers.set_fault("first", FaultSwitch::always(Fault::Close)).unwrap();
        let mut gateway = site.start();
        post(&gateway);
        let has_failed = || states(&gateway, "first").contains_key("pending");
        until("it is tried", has_failed, PATIENCE);
        thread::sleep(Duration::from_secs(1));
        gateway.kill9();
        site.set_clock(offset);
        site.providers.clear_all_faults();
        let gateway = site.start();
        until(&format!("{offset}: it is tried again"), || site.seen("first") == 1, PATIENCE);
        gateway.until_nothing_is_owed();
        assert_eq!(site.seen("first"), 1, "{offset}");
    });
}

#[test]
fn a_link_acknowledges_whatever_the_clock_shows() {
    check_each(&["-1h", "+1h", "-1d"], |site, offset| {
        let (mut gateway, _) = site.start_and_tell_the_first();
        gateway.kill9();
        site.set_clock(offset);
        let gateway = site.start();
        let text = site.providers.seen("first")[0].shown.text.clone();
        let (_, token) = text.split_once("/ack/").unwrap_or_else(|| panic!("no link in {text}"));
        let token: String =
            token.chars().take_while(|it| it.is_ascii_alphanumeric() || "-_.".contains(*it)).collect();
        let link = format!("/ack/{token}");
        let answer = TestRequest::new("POST", &link)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body("name=Wang")
            .send(gateway.address());
        assert_eq!(answer.status, 200, "{offset}: {answer:?}");
        until("it is told who takes care", || site.seen("first") == 2, PATIENCE);
        thread::sleep(RUNG);
        assert_eq!(site.seen("last"), 0, "{offset}: the ladder has ended");
    });
}
