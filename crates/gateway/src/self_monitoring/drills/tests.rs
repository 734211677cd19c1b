use std::time::Duration;

use fanfare_core::ChannelName;
use jiff::Timestamp;
use jiff::civil::time;
use jiff::tz::TimeZone;

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
        assert_eq!(drills.due(&all, at(since)), []);
        assert_eq!(drills.due(&all, due - Duration::from_secs(1)), []);
    }
    let expected = vec![ops.clone()];
    assert_eq!(drills.due(&all, due), expected);
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

#[test]
fn a_drill_held_before_the_clock_was_set_back_does_not_delay_the_next() {
    check(&at_nine(7 * DAY), "2026-11-23T02:00:00Z", Some("2031-01-01T00:00:00Z"), "2026-11-24T01:00:00Z");
}

#[test]
fn a_changed_schedule_starts_at_its_next_time_of_day() {
    let ops = ChannelName::from("ops");
    let (at_nine, at_ten) = (at_nine(DAY), Drill { at: time(10, 0, 0, 0), ..at_nine(DAY) });
    let channels = |drill| [ChannelDrill { channel: &ops, drill, last: None }];
    let mut drills = DrillSchedule::default();
    assert_eq!(drills.due(&channels(&at_nine), at("2026-11-23T05:00:00Z")), []);
    assert_eq!(drills.due(&channels(&at_ten), at("2026-11-24T00:30:00Z")), []);
    assert_eq!(drills.due(&channels(&at_ten), at("2026-11-24T01:30:00Z")), []);
    assert_eq!(drills.due(&channels(&at_ten), at("2026-11-24T02:00:00Z")), [ops]);
}
