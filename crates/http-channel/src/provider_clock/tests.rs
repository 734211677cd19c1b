use super::*;

/// 2026-03-08 12:00:00 UTC.
const NOON: Timestamp = Timestamp::constant(1_772_971_200, 0);

/// The result of an answer that took so many milliseconds, and was dated so many
/// seconds after the request had left.
#[track_caller]
fn check(date: i64, took: u64, expected: Option<SignedDuration>) {
    let found = ahead(NOON + SignedDuration::from_secs(date), NOON, Duration::from_millis(took));
    assert_eq!(found, expected);
}

fn headers(date: &str) -> HeaderMap {
    [(DATE, date.parse().unwrap())].into_iter().collect()
}

#[test]
fn a_clock_that_is_off_shows_by_how_much() {
    check(7380, 0, Some(SignedDuration::from_millis(7_380_500)));
    check(-7380, 0, Some(SignedDuration::from_millis(-7_379_500)));
    check(7380, 4000, Some(SignedDuration::from_millis(7_378_500)));
}

#[test]
fn what_the_way_and_whole_seconds_explain_is_no_difference() {
    check(0, 0, Some(SignedDuration::ZERO));
    check(-1, 0, Some(SignedDuration::ZERO));
    check(3, 3000, Some(SignedDuration::ZERO));
    check(4, 3000, Some(SignedDuration::from_secs(3)));
}

#[test]
fn a_slow_answer_tells_nothing() {
    check(7380, 10_000, Some(SignedDuration::from_millis(7_375_500)));
    check(7380, 10_001, None);
}

#[test]
fn a_clock_that_nobody_has_set_tells_nothing() {
    assert_eq!(ahead(Timestamp::UNIX_EPOCH, NOON, Duration::ZERO), None);
    assert_eq!(ahead(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH, Duration::ZERO), None);
}

#[test]
fn who_is_a_lifetime_away_lies_unless_it_is_our_clock_that_nobody_has_set() {
    let in_2070 = "2070-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(ahead(in_2070, NOON, Duration::ZERO), None);
    assert!(ahead(NOON, Timestamp::UNIX_EPOCH, Duration::ZERO).is_some());
}

#[test]
fn a_date_is_read_as_http_has_it_and_anything_else_is_none() {
    assert_eq!(date(&headers("Sun, 08 Mar 2026 12:00:00 GMT")), Some(NOON));
    for odd in ["", "now", "1772971200", "Sun, 99 Mar 2026 12:00:00 GMT"] {
        assert_eq!(date(&headers(odd)), None, "{odd}");
    }
    assert_eq!(date(&HeaderMap::new()), None);
}

#[tokio::test(start_paused = true)]
async fn what_was_told_yesterday_is_forgotten() {
    let clock = ProviderClock::default();
    assert_eq!(clock.ahead(), None);
    clock.learn(&headers("Sun, 08 Mar 2026 12:00:00 GMT"), NOON, Duration::ZERO);
    tokio::time::advance(Duration::from_secs(23 * 3600)).await;
    assert_eq!(clock.ahead(), Some(SignedDuration::ZERO));
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert_eq!(clock.ahead(), None);
}

#[test]
fn an_answer_that_tells_nothing_leaves_what_was_told() {
    let clock = ProviderClock::default();
    clock.learn(&headers("Sun, 08 Mar 2026 14:00:00 GMT"), NOON, Duration::ZERO);
    let told = clock.ahead();
    assert!(told.is_some());
    clock.learn(&HeaderMap::new(), NOON, Duration::ZERO);
    assert_eq!(clock.ahead(), told);
}
