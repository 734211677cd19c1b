use jiff::SignedDuration;

use super::*;
use crate::Fingerprint;

fn at(seconds: i64) -> Timestamp {
    "2026-03-08T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn key(source: &str, number: u64) -> IncidentKey {
    IncidentKey { source: source.into(), fingerprint: Fingerprint::from_bits(number) }
}

const MINUTE: Duration = Duration::from_secs(60);

/// The numbers of the alarms that are over at `now`.
fn due(board: &mut ExpiryBoard, now: i64) -> Vec<u64> {
    let due = board.take_due(at(now), usize::MAX, |_| false);
    due.into_iter().map(|it| it.key.fingerprint.to_bits()).collect()
}

#[test]
fn an_alarm_is_over_once_it_was_not_reported_for_its_time() {
    let mut board = ExpiryBoard::default();
    assert_eq!(board.next(), None);
    board.insert(key("a", 1), MINUTE, at(0));
    board.insert(key("a", 2), 2 * MINUTE, at(0));
    assert_eq!(board.next(), Some(at(60)));
    assert_eq!(due(&mut board, 59), [0; 0]);
    board.insert(key("a", 1), MINUTE, at(59));
    assert_eq!(due(&mut board, 118), [0; 0]);
    assert_eq!(due(&mut board, 119), [1]);
    assert_eq!(due(&mut board, 1000), [2]);
    assert!(board.is_empty() && board.next().is_none());
}

#[test]
fn one_that_was_ended_or_lasts_from_now_on_is_not_over_by_itself() {
    let mut board = ExpiryBoard::default();
    board.insert(key("a", 1), MINUTE, at(0));
    board.insert(key("b", 1), MINUTE, at(0));
    board.remove(&key("a", 1));
    board.remove(&key("a", 9));
    let expired = board.take_due(at(60), usize::MAX, |_| false);
    assert_eq!(expired, [ExpiredAlarm { key: key("b", 1), lasting: MINUTE }]);
}

#[test]
fn only_so_many_are_taken_at_once_in_the_order_of_their_times() {
    let mut board = ExpiryBoard::default();
    (1..=5).for_each(|number| board.insert(key("a", number), MINUTE, at(-i64::try_from(number).unwrap())));
    let first: Vec<_> = board.take_due(at(60), 2, |_| false).into_iter().map(|it| it.key).collect();
    assert_eq!(first, [key("a", 5), key("a", 4)]);
    assert_eq!(due(&mut board, 60), [3, 2, 1]);
}

#[test]
fn what_could_not_be_reported_gets_its_whole_time_again() {
    let mut board = ExpiryBoard::default();
    board.insert(key("broker", 1), MINUTE, at(0));
    board.insert(key("other", 2), MINUTE, at(0));
    let expired = board.take_due(at(60), usize::MAX, |source| source.as_str() == "broker");
    assert_eq!(expired, [ExpiredAlarm { key: key("other", 2), lasting: MINUTE }]);
    assert_eq!(board.next(), Some(at(120)));
    board.insert(key("other", 2), MINUTE, at(60));
    board.renew(at(100), |source| source.as_str() == "broker");
    assert_eq!(due(&mut board, 159), [2]);
    assert_eq!(due(&mut board, 160), [1]);
}

#[test]
fn one_that_could_not_be_ended_is_taken_again_later_unless_it_was_reported_meanwhile() {
    let mut board = ExpiryBoard::default();
    board.insert(key("a", 1), MINUTE, at(0));
    board.insert(key("a", 2), MINUTE, at(0));
    let taken = board.take_due(at(60), usize::MAX, |_| false);
    assert_eq!(taken.len(), 2);
    board.insert(key("a", 2), MINUTE, at(60));
    taken.into_iter().for_each(|it| board.put_back(it, at(61)));
    assert_eq!(due(&mut board, 60), [0; 0]);
    assert_eq!(due(&mut board, 61), [1]);
    assert_eq!(due(&mut board, 119), [0; 0]);
    assert_eq!(due(&mut board, 120), [2]);
    assert!(board.is_empty());
}
