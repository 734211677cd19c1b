use fanfare_testkit::NOON;

use super::*;

/// While the wall clock shows these, in seconds after noon, steady time shows those.
#[track_caller]
fn check(wall: &[i64], expected: &[i64]) {
    let after = |seconds: i64| NOON + SignedDuration::from_secs(seconds);
    let mut steady = SteadyTime::starting_at(NOON);
    let shown: Vec<_> = wall.iter().map(|&seconds| steady.at(after(seconds))).collect();
    assert_eq!(shown, expected.iter().map(|&seconds| after(seconds)).collect::<Vec<_>>());
}

#[test]
fn it_follows_the_wall_clock_also_when_that_is_set_ahead() {
    check(&[0, 1, 5, 3_600], &[0, 1, 5, 3_600]);
}

#[test]
fn it_stands_when_the_wall_clock_is_set_back_and_then_goes_on_with_it() {
    check(&[10, 5, 6, 16, 15, 20], &[10, 10, 11, 21, 21, 26]);
}

#[test]
fn it_ends_with_time_itself() {
    let mut steady = SteadyTime::starting_at(Timestamp::MAX);
    steady.at(NOON);
    assert_eq!(steady.at(Timestamp::MAX), Timestamp::MAX);
}
