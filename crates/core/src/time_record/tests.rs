use jiff::SignedDuration;

use super::*;
use crate::fixtures::{NOON, after_noon};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const TEN_YEARS: i64 = 3_652 * DAY;

/// The steps of the wall clock that the tables go through, in seconds.
const STEPS: [i64; 7] = [2 * MINUTE, -2 * MINUTE, HOUR, -HOUR, DAY, -DAY, -TEN_YEARS];

/// A time record at noon, five minutes after the machine's start.
fn at_noon() -> TimeRecord {
    TimeRecord { moment: Moment::at(NOON), boot_id: "one".to_owned(), since_boot: Duration::from_secs(300) }
}

/// A start when the wall clock shows so many seconds after noon.
fn start(boot_id: &str, since_boot: u64, wall: i64) -> ClockReading {
    ClockReading {
        wall: after_noon(wall),
        boot_id: boot_id.to_owned(),
        since_boot: Duration::from_secs(since_boot),
    }
}

/// The scales of promises and of limits at a start, in seconds after noon; the latest promise is due at 15 minutes.
fn scales(now: &ClockReading) -> (i64, i64) {
    let moment = resume(Some(&at_noon()), now, Some(after_noon(900)));
    assert_eq!(moment.wall, now.wall);
    (moment.promise.duration_since(NOON).as_secs(), moment.certain.duration_since(NOON).as_secs())
}

#[test]
fn a_new_store_starts_with_the_wall_clock() {
    assert_eq!(resume(None, &start("one", 300, 0), None), Moment::at(NOON));
}

#[test]
fn while_the_machine_runs_the_time_that_has_passed_is_known_whatever_the_wall_clock_shows() {
    for step in STEPS {
        assert_eq!(scales(&start("one", 310, 10 + step)), (10, 10), "set by {step} s");
    }
}

#[test]
fn a_machine_that_was_off_has_its_promises_by_the_wall_clock_and_its_limits_by_its_own_age() {
    assert_eq!(scales(&start("two", 40, 8 * HOUR)), (8 * HOUR, 40));
    assert_eq!(scales(&start("two", 40, DAY + 100)), (DAY + 100, 40));
}

#[test]
fn after_a_power_cut_with_the_clock_behind_all_is_due_that_is_due_next_and_no_limit_is_over() {
    for step in STEPS.into_iter().filter(|step| *step < -100) {
        assert_eq!(scales(&start("two", 40, 100 + step)), (900, 0), "set by {step} s");
    }
}

#[test]
fn a_clock_that_is_behind_takes_no_promise_back() {
    let moment = resume(Some(&at_noon()), &start("two", 40, -HOUR), Some(after_noon(-500)));
    assert_eq!((moment.promise, moment.certain), (NOON, NOON));
    assert_eq!(resume(Some(&at_noon()), &start("two", 40, -HOUR), None).promise, NOON);
}

#[test]
fn a_store_that_was_moved_to_a_machine_of_greater_age_believes_no_more_than_the_wall_clock() {
    assert_eq!(scales(&start("two", 1_000_000, MINUTE)), (MINUTE, MINUTE));
}

#[test]
fn runs_of_the_machine_without_a_name_are_never_the_same() {
    let nameless = TimeRecord { boot_id: String::new(), ..at_noon() };
    let passed = time_passed(&nameless, &start("", 310, 20));
    let likely = Duration::from_secs(20);
    assert_eq!(passed, TimePassed::ByWallClock { likely, certain: likely });
}

#[test]
fn a_machine_whose_own_clock_went_back_is_another_run_of_it() {
    let passed = time_passed(&at_noon(), &start("one", 200, 10));
    let ten = Duration::from_secs(10);
    assert_eq!(passed, TimePassed::ByWallClock { likely: ten, certain: ten });
}

#[test]
fn scales_that_are_apart_stay_apart() {
    let moment = Moment { wall: NOON, promise: after_noon(HOUR), certain: after_noon(-HOUR) };
    let last = TimeRecord { moment, ..at_noon() };
    let resumed = resume(Some(&last), &start("one", 301, -DAY), None);
    assert_eq!(resumed.promise, after_noon(HOUR + 1));
    assert_eq!(resumed.certain, after_noon(-HOUR + 1));
    assert_eq!(resumed.leads().promise, SignedDuration::from_secs(HOUR + 1 + DAY));
}
