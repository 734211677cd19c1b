use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test(start_paused = true)]
async fn monotonic_time_starts_with_the_wall_clock_and_runs_on_its_own() {
    let clock = MonotonicClock::starting_at(NOON);
    assert_eq!(clock.now(), NOON);
    tokio::time::advance(HOUR).await;
    assert_eq!(clock.now(), NOON + SignedDuration::from_hours(1));
    assert_eq!(clock.elapsed(NOON), HOUR);
    assert_eq!(clock.elapsed(NOON + SignedDuration::from_hours(2)), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn time_arithmetic_stops_at_the_last_timestamp() {
    let clock = MonotonicClock::starting_at(Timestamp::MAX);
    tokio::time::advance(HOUR).await;
    assert_eq!(clock.now(), Timestamp::MAX);
    assert_eq!(after(NOON, Duration::MAX), Timestamp::MAX);
}
