use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test(start_paused = true)]
async fn it_begins_with_the_wall_clock_and_moves_by_itself() {
    let steady = MonotonicClock::starting_at(NOON);
    assert_eq!(steady.now(), NOON);
    tokio::time::advance(HOUR).await;
    assert_eq!(steady.now(), NOON + SignedDuration::from_hours(1));
    assert_eq!(steady.elapsed(NOON), HOUR);
    assert_eq!(steady.elapsed(NOON + SignedDuration::from_hours(2)), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_time_itself() {
    let steady = MonotonicClock::starting_at(Timestamp::MAX);
    tokio::time::advance(HOUR).await;
    assert_eq!(steady.now(), Timestamp::MAX);
    assert_eq!(after(NOON, Duration::MAX), Timestamp::MAX);
}
