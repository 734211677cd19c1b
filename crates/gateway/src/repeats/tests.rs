use std::time::Duration;

use fanfare_core::Fingerprint;
use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;
use crate::load::tests::job;

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

fn line(about: u64) -> QueueKey {
    QueueKey::About(Fingerprint::from_bits(about))
}

/// One delivery for each severity, the first about 1, the second about 2, …; each may go so many
/// seconds after noon.
fn repeats(these: &[(Severity, i64)]) -> Repeats {
    let mut repeats = Repeats::default();
    for (about, (severity, seconds)) in (1_u32..).zip(these) {
        repeats.push(Load::one(job(about.into(), about.into(), *severity)), at(*seconds));
    }
    repeats
}

fn take(repeats: &mut Repeats, now: Timestamp) -> Option<i64> {
    repeats.take(now).map(|load| load.jobs[0].delivery.id.0)
}

#[test]
fn the_worst_that_may_go_goes_first_and_then_the_one_that_waits_longest() {
    use Severity::{High, Low, Urgent};
    let mut repeats = repeats(&[(Low, 0), (High, 2), (High, 1), (Urgent, 9)]);
    assert_eq!(repeats.worst_ready(at(2)), Some(High));
    assert_eq!([take(&mut repeats, at(2)), take(&mut repeats, at(2))], [Some(3), Some(2)]);
    assert_eq!([take(&mut repeats, at(2)), take(&mut repeats, at(2))], [Some(1), None]);
    assert_eq!((repeats.next_at(), repeats.deliveries()), (Some(at(9)), 1));
}

#[test]
fn a_worse_one_behind_it_ends_a_pause_and_lends_it_its_urgency() {
    let mut repeats = repeats(&[(Severity::Low, 60), (Severity::High, 0)]);
    repeats.hasten(line(1), Severity::Urgent, at(0));
    assert_eq!(repeats.worst_ready(at(0)), Some(Severity::Urgent));
    assert_eq!(take(&mut repeats, at(0)), Some(1));
}

#[test]
fn one_that_is_no_worse_ends_no_pause() {
    let mut repeats = repeats(&[(Severity::High, 60)]);
    repeats.hasten(line(1), Severity::High, at(0));
    repeats.hasten(line(2), Severity::Urgent, at(0));
    assert_eq!(repeats.next_at(), Some(at(60)));
    assert!(repeats.hold(line(1)) && !repeats.hold(line(2)));
}

#[test]
fn a_pause_is_not_prolonged() {
    let mut repeats = repeats(&[(Severity::Low, 5)]);
    repeats.hasten(line(1), Severity::Urgent, at(60));
    assert_eq!(repeats.next_at(), Some(NOON + Duration::from_secs(5)));
}
