use fanfare_testkit::{NOON, PausedClock};
use tempfile::TempDir;

use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The clock of a first life, on an empty store.
async fn first_life() -> (TempDir, MonotonicClock) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_blocking(&folder.path().join("fanfare.db"), "a store of a test").unwrap();
    let clock = MonotonicClock::resuming(&store, Arc::new(PausedClock::start())).await.unwrap();
    (folder, clock)
}

#[tokio::test(start_paused = true)]
async fn monotonic_time_starts_with_the_wall_clock_and_runs_on_its_own() {
    let (_folder, clock) = first_life().await;
    assert_eq!(clock.now(), NOON);
    tokio::time::advance(HOUR).await;
    assert_eq!(clock.now(), NOON + SignedDuration::from_hours(1));
    assert_eq!(clock.moment(), Moment::at(NOON + SignedDuration::from_hours(1)));
    assert_eq!(clock.elapsed(NOON), HOUR);
    assert_eq!(clock.elapsed(NOON + SignedDuration::from_hours(2)), Duration::ZERO);
}

#[test]
fn time_arithmetic_stops_at_the_last_timestamp() {
    assert_eq!(after(Timestamp::MAX, HOUR), Timestamp::MAX);
    assert_eq!(after(NOON, Duration::MAX), Timestamp::MAX);
}
