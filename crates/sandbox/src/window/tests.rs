use jiff::{SignedDuration, Timestamp};

use super::{LimitDecision, ProviderLimit, REMEMBERED, RecentKeys};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn twenty_a_minute() -> ProviderLimit {
    ProviderLimit::new(Some(20), SignedDuration::from_secs(60), SignedDuration::from_mins(10))
}

#[test]
fn the_twenty_first_within_a_minute_starts_the_penalty() {
    let mut limiter = twenty_a_minute();
    for second in 0..20 {
        assert_eq!(limiter.pass(at(second)), LimitDecision::Granted);
    }
    assert_eq!(limiter.pass(at(59)), LimitDecision::Exceeded);
    assert_eq!(limiter.pass(at(59 + 599)), LimitDecision::Blocked);
    assert_eq!(limiter.pass(at(59 + 600)), LimitDecision::Granted);
}

#[test]
fn a_minute_later_the_first_counts_no_more() {
    let mut limiter = twenty_a_minute();
    for second in 0..20 {
        assert_eq!(limiter.pass(at(second)), LimitDecision::Granted);
    }
    assert_eq!(limiter.pass(at(60)), LimitDecision::Granted);
    assert_eq!(limiter.pass(at(60)), LimitDecision::Exceeded);
}

#[test]
fn without_a_limit_there_is_a_penalty_only_on_demand() {
    let mut limiter = ProviderLimit::new(None, SignedDuration::from_secs(60), SignedDuration::from_mins(1));
    for _ in 0..1_000 {
        assert_eq!(limiter.pass(at(0)), LimitDecision::Granted);
    }
    limiter.block(at(0));
    assert_eq!(limiter.pass(at(59)), LimitDecision::Blocked);
    assert_eq!(limiter.pass(at(60)), LimitDecision::Granted);
}

#[test]
fn what_was_seen_long_ago_is_forgotten() {
    let mut recent = RecentKeys::default();
    for number in 0..=REMEMBERED {
        recent.remember(&number.to_string(), at(0));
    }
    assert_eq!(recent.last("0"), None);
    assert_eq!(recent.last("1"), Some(at(0)));
}
