use std::time::Duration;

use fanfare_core::{ChannelName, Moment};
use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{ChannelDrill, Drill, DrillSchedule};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A drill at nine in Shanghai, which is one in the morning in UTC.
fn at_nine(every: Duration) -> Drill {
    Drill { every, at: time(9, 0, 0, 0), zone: TimeZone::get("Asia/Shanghai").unwrap() }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Checks that a drill configured at `since` and last held at `last` is due at `due` and not a second before.
#[track_caller]
fn check(drill: &Drill, since: &str, last: Option<&str>, due: &str) {
    let ops = ChannelName::from("ops");
    let mut drills = DrillSchedule::default();
    let all = [ChannelDrill { channel: &ops, drill, last: last.map(at) }];
    let due = at(due);
    if at(since) < due {
        assert_eq!(drills.due(&all, Moment::at(at(since))), []);
        assert_eq!(drills.due(&all, Moment::at(due - Duration::from_secs(1))), []);
    }
    let expected = vec![ops.clone()];
    assert_eq!(drills.due(&all, Moment::at(due)), expected);
}

#[test]
fn the_first_drill_is_due_at_the_next_configured_time_of_day() {
    check(&at_nine(7 * DAY), "2026-11-23T00:59:00Z", None, "2026-11-23T01:00:00Z");
    check(&at_nine(7 * DAY), "2026-11-23T01:00:00Z", None, "2026-11-23T01:00:00Z");
    check(&at_nine(7 * DAY), "2026-11-23T01:00:01Z", None, "2026-11-24T01:00:00Z");
    // Shanghai's day begins while it is still yesterday in London.
    check(&at_nine(7 * DAY), "2026-11-22T23:00:00Z", None, "2026-11-23T01:00:00Z");
}

#[test]
fn the_next_drill_is_due_whole_days_later_at_the_same_time_of_day() {
    check(&at_nine(7 * DAY), "2026-11-16T02:00:00Z", Some("2026-11-16T01:00:04Z"), "2026-11-23T01:00:00Z");
    check(&at_nine(DAY), "2026-11-16T02:00:00Z", Some("2026-11-16T01:00:04Z"), "2026-11-17T01:00:00Z");
    check(
        &at_nine(DAY * 3 / 2),
        "2026-11-16T02:00:00Z",
        Some("2026-11-16T01:00:04Z"),
        "2026-11-18T01:00:00Z",
    );
}

#[test]
fn a_drill_that_fell_due_while_no_gateway_ran_is_due_at_once_and_the_next_at_its_time() {
    check(&at_nine(7 * DAY), "2026-11-23T12:00:00Z", Some("2026-11-16T01:00:04Z"), "2026-11-23T12:00:00Z");
    check(&at_nine(7 * DAY), "2026-11-23T12:00:00Z", Some("2026-11-23T12:00:00Z"), "2026-11-30T01:00:00Z");
}

#[test]
fn a_drill_in_the_skipped_hour_of_summer_time_is_due_an_hour_later() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let drill = Drill { every: DAY, at: time(2, 30, 0, 0), zone };
    check(&drill, "2026-03-28T12:00:00Z", Some("2026-03-28T01:30:00Z"), "2026-03-29T01:30:00Z");
}

/// The times, in hours of monotonic time after the last drill, at which a daily drill is held that was last held at
/// nine, if the clock is set by `step` seconds an hour later.
fn held_after_a_step(step: i64) -> Vec<i64> {
    let ops = ChannelName::from("ops");
    let (drill, held_at) = (at_nine(DAY), at("2026-11-16T01:00:04Z"));
    let (mut drills, mut last, mut held) = (DrillSchedule::default(), held_at, Vec::new());
    for quarter in 1..=96 * 3 {
        let passed = SignedDuration::from_mins(15 * quarter);
        let promise = held_at + passed;
        let set_by = SignedDuration::from_secs(if passed > SignedDuration::from_hours(1) { step } else { 0 });
        let now = Moment { promise, certain: promise, wall: promise + set_by };
        let all = [ChannelDrill { channel: &ops, drill: &drill, last: Some(last) }];
        if !drills.due(&all, now).is_empty() {
            last = promise;
            held.push(passed.as_hours());
        }
    }
    held
}

#[test]
fn a_clock_that_is_set_repeats_no_drill_and_keeps_the_time_of_day_that_it_shows() {
    assert_eq!(held_after_a_step(0), [24, 48, 72]);
    for step in [120, -120, 24 * 3_600, -24 * 3_600, -3_652 * 24 * 3_600] {
        let held = held_after_a_step(step);
        assert!(held.len() >= 2 && (23..=24).contains(&held[0]), "set by {step} s: {held:?}");
    }
    assert_eq!(held_after_a_step(3_600), [23, 47, 71]);
    assert_eq!(held_after_a_step(-3_600), [25, 49]);
}

#[test]
fn a_clock_set_back_over_midnight_repeats_no_drill() {
    let ops = ChannelName::from("ops");
    let drill = Drill { at: time(0, 5, 0, 0), ..at_nine(DAY) };
    let held_at = at("2026-11-15T16:10:00Z"); // ten past midnight in Shanghai
    let all = [ChannelDrill { channel: &ops, drill: &drill, last: Some(held_at) }];
    let mut drills = DrillSchedule::default();
    let set_back = SignedDuration::from_mins(20);
    for minutes in [1, 10, 20, 300] {
        let promise = held_at + SignedDuration::from_mins(minutes);
        let now = Moment { promise, certain: promise, wall: promise - set_back };
        assert_eq!(drills.due(&all, now), [], "{minutes} minutes later");
    }
}

#[test]
fn a_changed_schedule_starts_at_its_next_time_of_day() {
    let ops = ChannelName::from("ops");
    let (at_nine, at_ten) = (at_nine(DAY), Drill { at: time(10, 0, 0, 0), ..at_nine(DAY) });
    let channels = |drill| [ChannelDrill { channel: &ops, drill, last: None }];
    let mut drills = DrillSchedule::default();
    assert_eq!(drills.due(&channels(&at_nine), Moment::at(at("2026-11-23T05:00:00Z"))), []);
    assert_eq!(drills.due(&channels(&at_ten), Moment::at(at("2026-11-24T00:30:00Z"))), []);
    assert_eq!(drills.due(&channels(&at_ten), Moment::at(at("2026-11-24T01:30:00Z"))), []);
    assert_eq!(drills.due(&channels(&at_ten), Moment::at(at("2026-11-24T02:00:00Z"))), [ops]);
}
