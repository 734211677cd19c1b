use jiff::SignedDuration;

use super::*;
use crate::fixtures::NOON;

const MINUTE: Duration = Duration::from_secs(60);

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

/// Tells whether it is the turn of the channel at `place`, if every other could start.
fn is_turn(line: &WaitingLine<&str>, place: PlaceInLine, now: Timestamp) -> bool {
    line.ahead_of(place, now, Some(MINUTE)).next().is_none()
}

#[test]
fn where_nobody_else_waits_it_is_everybodys_turn() {
    for share in [Share::Ordinary, Share::OrdinaryFull, Share::Urgent] {
        let mut line = WaitingLine::default();
        let place = line.join(NOON, share, "robot");
        assert!(is_turn(&line, place, NOON), "{share:?}");
    }
}

#[test]
fn the_channel_that_has_waited_longest_goes_first() {
    let mut line = WaitingLine::default();
    let [first, second, third] = [0, 1, 2].map(|it| line.join(at(it), Share::Urgent, "robot"));
    assert_eq!([first, second, third].map(|it| is_turn(&line, it, at(2))), [true, false, false]);

    line.leave(first);
    assert_eq!([second, third].map(|it| is_turn(&line, it, at(2))), [true, false]);
}

#[test]
fn a_channel_that_had_its_turn_waits_behind_those_that_waited_meanwhile() {
    let mut line = WaitingLine::default();
    let first = line.join(at(0), Share::Urgent, "robot");
    let second = line.join(at(1), Share::Urgent, "robot");
    line.leave(first);
    let again = line.join(at(2), Share::Urgent, "robot");
    assert!(is_turn(&line, second, at(3)) && !is_turn(&line, again, at(3)));
}

#[test]
fn those_ahead_are_named_with_what_they_wait_for() {
    let mut line = WaitingLine::default();
    line.join(at(0), Share::Urgent, "mail");
    line.join(at(1), Share::OrdinaryFull, "robot");
    let last = line.join(at(2), Share::Ordinary, "phone");
    let ahead: Vec<_> = line.ahead_of(last, at(3), Some(MINUTE)).collect();
    assert_eq!(ahead, [(&"mail", Share::Urgent), (&"robot", Share::OrdinaryFull)]);

    line.set_share(last, Share::Urgent);
    let ahead: Vec<_> = line.ahead_of(last, at(3), Some(MINUTE)).collect();
    assert_eq!(ahead, [(&"mail", Share::Urgent)]);
}

#[test]
fn an_urgent_message_yields_to_no_ordinary_one_that_has_waited_for_less_than_a_period() {
    let mut line = WaitingLine::default();
    line.join(NOON, Share::Ordinary, "robot");
    let ordinary = line.join(at(30), Share::Ordinary, "mail");
    let urgent = line.join(at(30), Share::Urgent, "phone");
    assert!(is_turn(&line, urgent, at(59)) && !is_turn(&line, ordinary, at(59)));
    assert!(!is_turn(&line, urgent, at(60)));
}

#[test]
fn without_a_budget_an_ordinary_message_never_counts_as_urgent() {
    let mut line = WaitingLine::default();
    line.join(NOON, Share::Ordinary, "robot");
    let urgent = line.join(NOON, Share::Urgent, "phone");
    assert_eq!(line.ahead_of(urgent, at(1_000_000), None).count(), 0);
}

#[test]
fn an_ordinary_message_that_has_waited_for_a_period_draws_on_the_reserve() {
    let mut line = WaitingLine::default();
    let place = line.join(NOON, Share::Ordinary, "robot");
    assert_eq!(line.urgent_from(place, MINUTE), Some(at(60)));
    let shares = [at(59), at(60)].map(|now| line.share_of(place, now, Some(MINUTE)));
    assert_eq!(shares, [Some(Share::Ordinary), Some(Share::Urgent)]);
}

#[test]
fn a_channel_that_gets_something_urgent_keeps_its_place() {
    let mut line = WaitingLine::default();
    let first = line.join(at(0), Share::Ordinary, "robot");
    let second = line.join(at(1), Share::Urgent, "robot");
    assert!(is_turn(&line, second, at(2)));
    line.set_share(first, Share::Urgent);
    assert!(!is_turn(&line, second, at(2)));
}

#[test]
fn a_channel_that_has_left_waits_for_nothing() {
    let mut line = WaitingLine::default();
    assert!(line.is_empty());
    let place = line.join(NOON, Share::Urgent, "robot");
    assert_eq!((line.is_empty(), line.len()), (false, 1));
    line.leave(place);
    assert_eq!((line.is_empty(), line.len()), (true, 0));
    assert_eq!((line.share_of(place, NOON, None), line.urgent_from(place, MINUTE)), (None, None));
}
