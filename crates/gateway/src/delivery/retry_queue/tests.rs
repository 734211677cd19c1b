use std::time::Duration;

use fanfare_core::IncidentDigest;
use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;
use crate::delivery::batch::tests::queued;

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

fn key(incident: u64) -> QueueKey {
    QueueKey::Incident(IncidentDigest::from_bits(incident.into()))
}

/// A queue with one delivery for each severity, of the incidents 1, 2, …; each may go so many seconds
/// after noon.
fn queue(deliveries: &[(Severity, i64)]) -> RetryQueue {
    let mut queue = RetryQueue::default();
    for (incident, (severity, seconds)) in (1_u32..).zip(deliveries) {
        queue.push(Batch::single(queued(incident.into(), incident.into(), *severity)), at(*seconds));
    }
    queue
}

fn take(queue: &mut RetryQueue, now: Timestamp) -> Option<i64> {
    queue.take(now).map(|batch| batch.deliveries[0].delivery.id.0)
}

/// The number of deliveries in all batches.
fn deliveries(queue: &RetryQueue) -> usize {
    queue.0.iter().map(|it| it.batch.deliveries.len()).sum()
}

#[test]
fn the_most_severe_ready_batch_goes_first_and_then_the_longest_waiting() {
    use Severity::{High, Low, Urgent};
    let mut queue = queue(&[(Low, 0), (High, 2), (High, 1), (Urgent, 9)]);
    assert_eq!(queue.worst_ready(at(2)), Some(High));
    assert_eq!([take(&mut queue, at(2)), take(&mut queue, at(2))], [Some(3), Some(2)]);
    assert_eq!([take(&mut queue, at(2)), take(&mut queue, at(2))], [Some(1), None]);
    assert_eq!((queue.next_at(), deliveries(&queue)), (Some(at(9)), 1));
}

#[test]
fn a_more_severe_delivery_behind_a_batch_ends_its_pause_and_raises_its_severity() {
    let mut queue = queue(&[(Severity::Low, 60), (Severity::High, 0)]);
    queue.raise_priority(key(1), Severity::Urgent, at(0));
    assert_eq!(queue.worst_ready(at(0)), Some(Severity::Urgent));
    assert_eq!(take(&mut queue, at(0)), Some(1));
}

#[test]
fn a_delivery_that_is_no_more_severe_ends_no_pause() {
    let mut queue = queue(&[(Severity::High, 60)]);
    queue.raise_priority(key(1), Severity::High, at(0));
    queue.raise_priority(key(2), Severity::Urgent, at(0));
    assert_eq!(queue.next_at(), Some(at(60)));
    assert!(queue.holds(key(1)) && !queue.holds(key(2)));
}

#[test]
fn a_pause_is_not_prolonged() {
    let mut queue = queue(&[(Severity::Low, 5)]);
    queue.raise_priority(key(1), Severity::Urgent, at(60));
    assert_eq!(queue.next_at(), Some(NOON + Duration::from_secs(5)));
}
