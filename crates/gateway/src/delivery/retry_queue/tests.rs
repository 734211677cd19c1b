use std::time::Duration;

use fanfare_core::Fingerprint;
use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;
use crate::delivery::batch::tests::queued;

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

fn key(about: u64) -> QueueKey {
    QueueKey::Incident(Fingerprint::from_bits(about))
}

/// One delivery for each severity, the first about 1, the second about 2, …; each may go so many
/// seconds after noon.
fn queue(these: &[(Severity, i64)]) -> RetryQueue {
    let mut queue = RetryQueue::default();
    for (about, (severity, seconds)) in (1_u32..).zip(these) {
        queue.push(Batch::single(queued(about.into(), about.into(), *severity)), at(*seconds));
    }
    queue
}

fn take(queue: &mut RetryQueue, now: Timestamp) -> Option<i64> {
    queue.take(now).map(|batch| batch.deliveries[0].delivery.id.0)
}

#[test]
fn the_worst_that_may_go_goes_first_and_then_the_one_that_waits_longest() {
    use Severity::{High, Low, Urgent};
    let mut queue = queue(&[(Low, 0), (High, 2), (High, 1), (Urgent, 9)]);
    assert_eq!(queue.worst_ready(at(2)), Some(High));
    assert_eq!([take(&mut queue, at(2)), take(&mut queue, at(2))], [Some(3), Some(2)]);
    assert_eq!([take(&mut queue, at(2)), take(&mut queue, at(2))], [Some(1), None]);
    assert_eq!((queue.next_at(), queue.deliveries()), (Some(at(9)), 1));
}

#[test]
fn a_worse_one_behind_it_ends_a_pause_and_lends_it_its_urgency() {
    let mut queue = queue(&[(Severity::Low, 60), (Severity::High, 0)]);
    queue.hasten(key(1), Severity::Urgent, at(0));
    assert_eq!(queue.worst_ready(at(0)), Some(Severity::Urgent));
    assert_eq!(take(&mut queue, at(0)), Some(1));
}

#[test]
fn one_that_is_no_worse_ends_no_pause() {
    let mut queue = queue(&[(Severity::High, 60)]);
    queue.hasten(key(1), Severity::High, at(0));
    queue.hasten(key(2), Severity::Urgent, at(0));
    assert_eq!(queue.next_at(), Some(at(60)));
    assert!(queue.holds(key(1)) && !queue.holds(key(2)));
}

#[test]
fn a_pause_is_not_prolonged() {
    let mut queue = queue(&[(Severity::Low, 5)]);
    queue.hasten(key(1), Severity::Urgent, at(60));
    assert_eq!(queue.next_at(), Some(NOON + Duration::from_secs(5)));
}
