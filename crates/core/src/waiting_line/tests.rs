use jiff::SignedDuration;

use super::*;
use crate::fixtures::NOON;

const MINUTE: Duration = Duration::from_secs(60);

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

/// Tells whether it is the turn of the channel at `place`, if every other could start.
fn is_turn(line: &WaitingLine<&str>, place: Option<PlaceInLine>, share: Share, now: Timestamp) -> bool {
    line.ahead_of(place, share, now, Some(MINUTE)).next().is_none()
}

#[test]
fn where_nobody_waits_it_is_everybodys_turn() {
    let line = WaitingLine::default();
    assert!(is_turn(&line, None, Share::Ordinary, NOON) && is_turn(&line, None, Share::Urgent, NOON));
}

#[test]
fn the_channel_that_has_waited_longest_goes_first() {
    let mut line = WaitingLine::default();
    let [first, second] = [0, 1].map(|it| line.join(at(it), Share::Urgent, "robot"));
    let turns = [Some(first), Some(second), None].map(|it| is_turn(&line, it, Share::Urgent, at(2)));
    assert_eq!(turns, [true, false, false]);

    line.leave(first);
    let turns = [Some(second), None].map(|it| is_turn(&line, it, Share::Urgent, at(2)));
    assert_eq!(turns, [true, false]);
}

#[test]
fn a_channel_that_had_its_turn_waits_behind_those_that_waited_meanwhile() {
    let mut line = WaitingLine::default();
    let first = line.join(at(0), Share::Urgent, "robot");
    let second = line.join(at(1), Share::Urgent, "robot");
    line.leave(first);
    let again = line.join(at(2), Share::Urgent, "robot");
    assert!(is_turn(&line, Some(second), Share::Urgent, at(3)));
    assert!(!is_turn(&line, Some(again), Share::Urgent, at(3)));
}

#[test]
fn those_ahead_are_named_with_what_they_wait_for() {
    let mut line = WaitingLine::default();
    line.join(at(0), Share::Urgent, "mail");
    line.join(at(1), Share::OrdinaryFull, "robot");
    let last = line.join(at(2), Share::Urgent, "phone");
    let ahead = |share| line.ahead_of(Some(last), share, at(3), Some(MINUTE)).collect::<Vec<_>>();
    assert_eq!(ahead(Share::Ordinary), [(&"mail", Share::Urgent), (&"robot", Share::OrdinaryFull)]);
    assert_eq!(ahead(Share::Urgent), [(&"mail", Share::Urgent)]);
}

#[test]
fn an_urgent_message_yields_to_no_ordinary_one_that_has_waited_for_less_than_a_period() {
    let mut line = WaitingLine::default();
    line.join(NOON, Share::Ordinary, "robot");
    assert!(is_turn(&line, None, Share::Urgent, at(59)));
    assert!(!is_turn(&line, None, Share::Ordinary, at(59)));
    assert!(!is_turn(&line, None, Share::Urgent, at(60)));
}

#[test]
fn without_a_budget_an_ordinary_message_never_counts_as_urgent() {
    let mut line = WaitingLine::default();
    line.join(NOON, Share::Ordinary, "robot");
    assert_eq!(line.ahead_of(None, Share::Urgent, at(1_000_000), None).count(), 0);
}

#[test]
fn an_ordinary_message_that_has_waited_for_a_period_draws_on_the_reserve() {
    let mut line = WaitingLine::default();
    let place = line.join(NOON, Share::Ordinary, "robot");
    assert_eq!(line.urgent_from(place, MINUTE), Some(at(60)));
    let share = |now| line.ahead_of(None, Share::Ordinary, now, Some(MINUTE)).map(|(_, it)| it).next();
    assert_eq!([at(59), at(60)].map(share), [Some(Share::Ordinary), Some(Share::Urgent)]);
}

#[test]
fn a_channel_that_gets_something_urgent_keeps_its_place() {
    let mut line = WaitingLine::default();
    let first = line.join(at(0), Share::Ordinary, "robot");
    let second = line.join(at(1), Share::Urgent, "robot");
    assert!(is_turn(&line, Some(second), Share::Urgent, at(2)));
    line.set_share(first, Share::Urgent);
    assert!(!is_turn(&line, Some(second), Share::Urgent, at(2)));
}

#[test]
fn others_are_all_that_wait_but_oneself() {
    let mut line = WaitingLine::default();
    assert_eq!(line.others(None), 0);
    let place = line.join(NOON, Share::Urgent, "robot");
    assert_eq!((line.others(Some(place)), line.others(None)), (0, 1));
    line.leave(place);
    assert_eq!((line.others(Some(place)), line.others(None)), (0, 0));
}
