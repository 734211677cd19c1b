use fanfare_core::{Fingerprint, NotificationId};
use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;

fn notification(id: i64) -> TimerKey {
    TimerKey::Notification(NotificationId(id))
}

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

/// Timers of notifications, each due so many seconds after noon.
fn timers(due: &[(i64, i64)]) -> Timers {
    let mut timers = Timers::default();
    for (id, seconds) in due {
        timers.set(notification(*id), at(*seconds));
    }
    timers
}

/// Takes the timers that are due by then, and returns their notifications.
fn take_due(timers: &mut Timers, seconds: i64, most: usize) -> Vec<i64> {
    timers
        .take_due(at(seconds), most)
        .into_iter()
        .map(|key| match key {
            TimerKey::Notification(id) => id.0,
            other @ TimerKey::Group(_) => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn due_timers_are_taken_once_in_the_order_of_their_times() {
    let mut timers = timers(&[(1, 30), (2, 10), (3, 20), (4, 31)]);
    assert_eq!(timers.first(), Some(at(10)));
    assert_eq!(take_due(&mut timers, 30, 10), [2, 3, 1]);
    assert!(take_due(&mut timers, 30, 10).is_empty());
    assert_eq!(timers.first(), Some(at(31)));
}

#[test]
fn no_more_timers_are_taken_than_the_limit() {
    let mut timers = timers(&[(1, 1), (2, 2), (3, 3)]);
    assert_eq!(take_due(&mut timers, 9, 2), [1, 2]);
    assert_eq!(take_due(&mut timers, 9, 2), [3]);
}

#[test]
fn the_newer_of_two_times_for_one_key_counts() {
    let mut timers = timers(&[(1, 10), (1, 20), (2, 30), (2, 5)]);
    assert_eq!(take_due(&mut timers, 10, 10), [2]);
    assert_eq!(take_due(&mut timers, 20, 10), [1]);
}

#[test]
fn a_removed_timer_is_never_due() {
    let mut timers = timers(&[(1, 10), (2, 10)]);
    timers.remove(&notification(1));
    timers.remove(&notification(3));
    assert_eq!(take_due(&mut timers, 60, 10), [2]);
}

#[test]
fn timers_of_different_kinds_are_apart_also_for_the_same_thing_at_the_same_time() {
    let fingerprint = Fingerprint::from_bits(7);
    let group = TimerKey::Group(fingerprint.into());
    let mut timers = Timers::default();
    [notification(7), group.clone()].into_iter().for_each(|key| timers.set(key, at(10)));
    timers.set(group.clone(), at(5));
    assert_eq!(timers.take_due(at(10), 9), [group.clone(), notification(7)]);
    [notification(7), group.clone()].into_iter().for_each(|key| timers.set(key, at(10)));
    timers.remove(&notification(7));
    assert_eq!(timers.take_due(at(10), 9), [group]);
}
