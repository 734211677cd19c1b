use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::fixtures::{NOON, after_noon};

const MISCONFIGURED: Failure = Failure::Misconfigured { pause: Duration::from_secs(60) };

/// The reports of a channel, with their times, in seconds after noon.
#[derive(Debug, Clone, Copy)]
enum Report {
    Success(i64),
    Soft(i64),
    Misconfigured(i64),
}

use Report::{Misconfigured, Soft, Success};

fn after_reports(reports: &[Report]) -> Circuit {
    let mut circuit = Circuit::default();
    for report in reports {
        match report {
            Success(at) => circuit.succeeded(after_noon(*at)),
            Soft(at) => circuit.failed(after_noon(*at), Failure::Soft, &format!("HTTP 503 at {at}")),
            Misconfigured(at) => {
                circuit.failed(after_noon(*at), MISCONFIGURED, &format!("no such token at {at}"));
            }
        }
    }
    circuit
}

/// Until when it is blocked right after the last of `reports`, in seconds after noon.
#[track_caller]
fn check(reports: &[Report], blocked_until: Option<i64>) {
    let (Success(now) | Soft(now) | Misconfigured(now)) = *reports.last().unwrap();
    let circuit = after_reports(reports);
    assert_eq!(circuit.blocked_until(after_noon(now)), blocked_until.map(after_noon), "{circuit:?}");
}

/// Since when it is called broken at so many seconds after noon.
#[track_caller]
fn check_health(reports: &[Report], expected: &[(i64, Option<i64>)]) {
    let circuit = after_reports(reports);
    for (now, since) in expected {
        let told = match circuit.health(after_noon(*now)) {
            Health::Working => None,
            Health::Broken { since, .. } => Some(since),
        };
        assert_eq!(told, since.map(after_noon), "at {now}: {circuit:?}");
    }
}

#[test]
fn three_failures_in_a_row_open_it() {
    check(&[Soft(0), Soft(1)], None);
    check(&[Soft(0), Soft(1), Soft(2)], Some(7));
    check(&[Soft(0), Soft(1), Success(2), Soft(3), Soft(4)], None);
    check(&[Soft(0), Soft(1), Success(2), Soft(3), Soft(4), Soft(5)], Some(10));
}

#[test]
fn a_misconfigured_channel_opens_it_at_once_for_as_long_as_its_account_is_silent() {
    check(&[Misconfigured(0)], Some(60));
    check(&[Success(0), Misconfigured(1)], Some(61));
}

#[test]
fn each_probe_that_fails_doubles_the_pause_up_to_the_longest() {
    let mut reports = vec![Soft(0), Soft(0), Soft(0)];
    for (probed_at, until) in [(5, 15), (15, 30), (30, 45), (45, 60)] {
        reports.push(Soft(probed_at));
        check(&reports, Some(until));
    }
}

#[test]
fn what_was_under_way_when_it_opened_does_not_lengthen_the_pause() {
    check(&[Soft(0), Soft(0), Soft(0), Soft(1), Soft(4)], Some(5));
    check(&[Misconfigured(0), Soft(1), Soft(2), Soft(3)], Some(60));
}

#[test]
fn of_two_pauses_the_one_that_ends_later_counts() {
    check(&[Misconfigured(0), Misconfigured(2)], Some(62));
    check(&[Soft(0), Soft(0), Soft(0), Misconfigured(1)], Some(61));
    let mut circuit = after_reports(&[Misconfigured(0)]);
    circuit.failed(after_noon(1), Failure::Misconfigured { pause: Duration::from_secs(30) }, "no such token");
    assert_eq!(circuit.blocked_until(after_noon(1)), Some(after_noon(60)));
}

#[test]
fn one_failed_probe_opens_it_again_also_after_a_misconfiguration() {
    check(&[Misconfigured(0), Soft(60)], Some(65));
    check(&[Misconfigured(0), Misconfigured(60)], Some(120));
}

#[test]
fn a_success_closes_it_whoever_had_it() {
    check(&[Soft(0), Soft(0), Soft(0), Success(5)], None);
    check(&[Soft(0), Soft(0), Soft(0), Success(1)], None);
    check(&[Misconfigured(0), Success(1)], None);
}

#[test]
fn while_it_is_open_nothing_starts_and_then_one_probe_at_a_time() {
    let circuit = after_reports(&[Soft(0), Soft(0), Soft(0)]);
    assert_eq!(circuit.may_start(after_noon(4), 0), Gate::At(after_noon(5)));
    assert_eq!(circuit.may_start(after_noon(4), 3), Gate::At(after_noon(5)));
    assert_eq!(circuit.may_start(after_noon(5), 1), Gate::WhenOneEnds);
    assert_eq!(circuit.may_start(after_noon(5), 0), Gate::ProbeNow);
}

#[test]
fn a_person_may_have_it_probed_at_once_and_only_once() {
    let mut circuit = after_reports(&[Misconfigured(0)]);
    circuit.probe_at(after_noon(10));
    assert_eq!(circuit.may_start(after_noon(10), 0), Gate::ProbeNow);
    assert_eq!(circuit.may_start(after_noon(10), 1), Gate::WhenOneEnds);
    circuit.failed(after_noon(11), MISCONFIGURED, "no such token");
    assert_eq!(circuit.may_start(after_noon(12), 0), Gate::At(after_noon(71)));
    circuit.probe_at(after_noon(80));
    assert_eq!(circuit.may_start(after_noon(71), 0), Gate::ProbeNow, "it puts nothing off");
    let mut closed = after_reports(&[Success(0)]);
    closed.probe_at(after_noon(1));
    assert_eq!(closed.may_start(after_noon(1), 5), Gate::Pass);
}

#[test]
fn while_it_is_closed_as_many_start_as_there_are() {
    assert_eq!(Circuit::default().may_start(NOON, 1_000), Gate::Pass);
    let again = after_reports(&[Soft(0), Soft(0), Soft(0), Success(5)]);
    assert_eq!(again.may_start(after_noon(5), 1_000), Gate::Pass);
}

#[test]
fn it_stays_blocked_while_its_probe_is_under_way() {
    let circuit = after_reports(&[Soft(0), Soft(0), Soft(0)]);
    assert_eq!(circuit.blocked_until(after_noon(9)), Some(after_noon(9)));
}

#[test]
fn one_that_opens_again_within_a_minute_goes_on_with_its_pauses() {
    let opened = [Soft(0), Soft(0), Soft(0), Success(5)];
    let again = |at| [&opened[..], &[Soft(at), Soft(at), Soft(at)]].concat();
    check(&again(64), Some(64 + 10));
    check(&again(65), Some(65 + 5));
}

#[test]
fn one_whose_minute_ends_with_a_failure_goes_on_too() {
    check(&[Soft(0), Soft(0), Soft(0), Success(5), Soft(60), Soft(66), Soft(90)], Some(90 + 10));
    check(
        &[Soft(0), Soft(0), Soft(0), Success(5), Soft(60), Success(61), Soft(90), Soft(90), Soft(90)],
        Some(95),
    );
}

#[test]
fn a_hiccup_is_not_worth_telling() {
    check_health(&[Soft(0), Soft(1)], &[(1, None), (1_000, None)]);
    check_health(&[Soft(0), Soft(0), Soft(0)], &[(0, None), (9, None)]);
    check_health(&[Soft(0), Soft(0), Soft(0), Success(9)], &[(9, None), (10, None), (70, None)]);
}

#[test]
fn ten_seconds_without_getting_through_make_it_broken() {
    check_health(&[Soft(0), Soft(1), Soft(2)], &[(11, None), (12, Some(2)), (9_999, Some(2))]);
}

#[test]
fn a_misconfigured_channel_is_broken_at_once() {
    check_health(&[Misconfigured(3)], &[(3, Some(3)), (9_999, Some(3))]);
    check_health(&[Soft(0), Soft(0), Soft(0), Misconfigured(5)], &[(5, Some(0))]);
}

#[test]
fn it_has_recovered_when_it_has_been_closed_for_a_minute() {
    check_health(&[Misconfigured(0), Success(60)], &[(60, Some(0)), (119, Some(0)), (120, None)]);
    check_health(&[Misconfigured(0), Success(60), Success(100)], &[(119, Some(0)), (120, None)]);
}

#[test]
fn it_has_not_recovered_while_its_last_attempt_failed() {
    let closed = [Misconfigured(0), Success(60), Soft(119)];
    check_health(&closed, &[(120, Some(0)), (9_999, Some(0))]);
    check_health(&[&closed[..], &[Success(130)]].concat(), &[(130, None)]);
}

#[test]
fn one_that_has_recovered_does_not_break_again_by_a_single_failure() {
    check_health(&[Misconfigured(0), Success(60), Soft(120)], &[(120, None), (9_999, None)]);
}

#[test]
fn one_that_flaps_is_broken_all_the_time() {
    let flaps = [Soft(0), Soft(0), Soft(0), Success(5), Soft(30), Soft(30), Soft(30)];
    check_health(&flaps[..4], &[(5, None), (29, None)]);
    check_health(&flaps, &[(30, Some(0))]);
    check_health(&[&flaps[..], &[Success(40)]].concat(), &[(40, Some(0)), (99, Some(0)), (100, None)]);
}

#[test]
fn the_reason_is_what_was_said_last() {
    let reason = |reports: &[Report]| match after_reports(reports).health(after_noon(1_000)) {
        Health::Working => None,
        Health::Broken { since: _, reason } => Some(reason),
    };
    assert_eq!(reason(&[Soft(0), Soft(1), Soft(2)]).as_deref(), Some("HTTP 503 at 2"));
    assert_eq!(reason(&[Soft(0), Soft(1), Soft(2), Soft(7)]).as_deref(), Some("HTTP 503 at 7"));
    assert_eq!(reason(&[Soft(0), Soft(1), Soft(2), Misconfigured(7)]).as_deref(), Some("no such token at 7"));
}

/// The time from a provider's return until it is noticed, if each attempt before that
/// takes `attempt` to fail and each one after it succeeds at once. Times in milliseconds.
fn noticed_after(back_at: i64, attempt: i64) -> i64 {
    let mut circuit = Circuit::default();
    let mut now = 0;
    let at = |milliseconds| NOON + SignedDuration::from_millis(milliseconds);
    loop {
        match circuit.may_start(at(now), 0) {
            Gate::Pass | Gate::ProbeNow if now >= back_at => return now - back_at,
            Gate::Pass | Gate::ProbeNow => {
                now += attempt;
                circuit.failed(at(now), Failure::Soft, "down");
            }
            Gate::At(until) => now = until.duration_since(NOON).as_millis() as i64,
            Gate::WhenOneEnds => unreachable!("none is under way"),
        }
    }
}

#[test]
fn a_provider_that_is_back_is_noticed_within_thirty_seconds() {
    const TO_BE_ANSWERED: i64 = 5_000;
    for attempt in [0, 1, 2_000, 10_000] {
        let longest = (0..200_000).step_by(77).map(|back_at| noticed_after(back_at, attempt)).max();
        assert!(longest.unwrap() + TO_BE_ANSWERED <= 30_000, "{longest:?} with attempts of {attempt} ms");
    }
}

/// One thing that happens to a channel of several attempts at once.
#[derive(Debug, Clone, Copy)]
enum ChannelEvent {
    Pass(i64),
    TryToStart,
    Succeed,
    Fail,
    BeMisconfigured,
    /// An answer that the circuit is not told: throttled, or called off.
    End,
}

fn event() -> impl Strategy<Value = ChannelEvent> {
    prop_oneof![
        3 => (0_i64..20_000).prop_map(ChannelEvent::Pass),
        4 => Just(ChannelEvent::TryToStart),
        1 => Just(ChannelEvent::Succeed),
        4 => Just(ChannelEvent::Fail),
        1 => Just(ChannelEvent::BeMisconfigured),
        1 => Just(ChannelEvent::End),
    ]
}

/// A channel that heeds its circuit.
struct CircuitUser {
    circuit: Circuit,
    now: Timestamp,
    /// Each attempt under way, by the leave it had.
    under_way: Vec<Gate>,
}

impl CircuitUser {
    fn meets(&mut self, event: ChannelEvent) {
        match event {
            ChannelEvent::Pass(milliseconds) => self.now += SignedDuration::from_millis(milliseconds),
            ChannelEvent::TryToStart => self.try_to_start(),
            ChannelEvent::Succeed => {
                if self.under_way.pop().is_some() {
                    self.circuit.succeeded(self.now);
                    assert_eq!(self.circuit.may_start(self.now, self.under_way.len()), Gate::Pass);
                }
            }
            ChannelEvent::Fail => self.fail(Failure::Soft, LONGEST_PAUSE),
            ChannelEvent::BeMisconfigured => self.fail(MISCONFIGURED, Duration::from_secs(60)),
            ChannelEvent::End => {
                self.under_way.pop();
            }
        }
        self.check_health_changes_when_it_says();
    }

    fn try_to_start(&mut self) {
        let gate = self.circuit.may_start(self.now, self.under_way.len());
        match gate {
            Gate::Pass => {}
            Gate::ProbeNow => assert!(self.under_way.is_empty(), "a probe besides {:?}", self.under_way),
            Gate::At(_) | Gate::WhenOneEnds => return,
        }
        self.under_way.push(gate);
    }

    fn fail(&mut self, failure: Failure, longest: Duration) {
        if self.under_way.pop().is_none() {
            return;
        }
        let before = self.circuit.blocked_until(self.now);
        self.circuit.failed(self.now, failure, "down");
        match self.circuit.blocked_until(self.now) {
            Some(until) if Some(until) != before => {
                let pause = until.duration_since(self.now).unsigned_abs();
                assert!(FIRST_PAUSE <= pause && pause <= longest, "{pause:?}");
            }
            Some(_) => assert!(before.is_some_and(|until| self.now < until), "open, and yet no pause"),
            None => assert_eq!((before, failure), (None, Failure::Soft)),
        }
    }

    /// Nothing but time and the ends of attempts is needed for one to start.
    fn check_starts_in_the_end(mut self) {
        let patience = SignedDuration::from_secs(60);
        let deadline = self.now + patience;
        loop {
            match self.circuit.may_start(self.now, self.under_way.len()) {
                Gate::Pass | Gate::ProbeNow => break,
                Gate::At(until) => self.now = until,
                Gate::WhenOneEnds => {
                    self.under_way.pop().unwrap();
                }
            }
        }
        assert!(self.now <= deadline);
    }

    fn check_health_changes_when_it_says(&self) {
        let is_broken = |at| self.circuit.health(at) != Health::Working;
        let just_before = |at| at - SignedDuration::from_nanos(1);
        match self.circuit.health_changes_at(self.now) {
            Some(at) => {
                assert_eq!(is_broken(self.now), is_broken(just_before(at)));
                assert_ne!(is_broken(self.now), is_broken(at));
            }
            None => assert_eq!(is_broken(self.now), is_broken(Timestamp::MAX)),
        }
    }
}

proptest! {
    #[test]
    fn never_two_probes_at_once_and_always_another_one(events in prop::collection::vec(event(), 0..200)) {
        let mut sender = CircuitUser { circuit: Circuit::default(), now: NOON, under_way: vec![] };
        for event in events {
            sender.meets(event);
        }
        sender.check_starts_in_the_end();
    }
}

#[test]
fn the_longest_of_all_pauses_is_a_pause_like_any_other() {
    let mut circuit = Circuit::default();
    circuit.failed(NOON, Failure::Misconfigured { pause: Duration::MAX }, "no such token");
    assert_eq!(circuit.may_start(NOON, 0), Gate::At(Timestamp::MAX));
}
