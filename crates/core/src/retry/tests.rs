use proptest::prelude::*;

use super::*;
use crate::fixtures::{NOON, after_noon};

const MIDNIGHT_BEFORE: i64 = -12 * 60 * 60;

fn fresh() -> RetryState {
    RetryState { failures: 0, form: Form::Full, owed_at: NOON }
}

fn transient() -> SendError {
    SendError::Transient { reason: "HTTP 503".to_owned() }
}

fn throttled(seconds: u64) -> SendError {
    SendError::Throttled { retry_after: Duration::from_secs(seconds), reason: "130101".to_owned() }
}

fn misconfigured() -> SendError {
    SendError::Misconfigured { reason: "no such token".to_owned() }
}

fn unsendable() -> SendError {
    SendError::Unsendable { reason: "content too long".to_owned() }
}

/// With the longest spread, at noon, by the default policy.
#[track_caller]
fn check(state: RetryState, err: &SendError, expected: Next) {
    assert_eq!(RetryPolicy::default().next(state, err, 1.0, NOON), expected);
}

#[test]
fn what_may_pass_is_tried_again_after_twice_as_long_each_time_up_to_the_longest_wait() {
    for (failures, seconds) in [(0, 1), (1, 2), (2, 4), (4, 16), (5, 30), (40, 30), (u32::MAX, 30)] {
        let expected =
            Next::TryAt { at: after_noon(seconds), form: Form::Full, failures: failures.saturating_add(1) };
        check(RetryState { failures, ..fresh() }, &transient(), expected);
    }
}

#[test]
fn no_answer_is_tried_again_like_what_may_pass() {
    let unanswered = SendError::Unanswered { reason: "no answer within 10s".to_owned() };
    check(fresh(), &unanswered, Next::TryAt { at: after_noon(1), form: Form::Full, failures: 1 });
}

#[test]
fn a_plain_message_stays_plain() {
    let plain = RetryState { form: Form::Plain, ..fresh() };
    check(plain, &transient(), Next::TryAt { at: after_noon(1), form: Form::Plain, failures: 1 });
}

#[test]
fn a_throttled_account_is_silent_for_as_long_as_it_is_asked_and_that_is_no_failure() {
    let state = RetryState { failures: 3, ..fresh() };
    check(state, &throttled(600), Next::HoldAccount { until: after_noon(600), failures: 3 });
    let quota = SendError::Quota { retry_after: Duration::from_secs(3_600), reason: "45009".to_owned() };
    check(state, &quota, Next::HoldAccount { until: after_noon(3_600), failures: 3 });
}

#[test]
fn a_misconfigured_channel_is_probed_ever_more_rarely() {
    for (failures, seconds) in [(0, 60), (1, 120), (2, 240), (3, 480), (4, 600), (40, 600)] {
        let expected = Next::HoldAccount { until: after_noon(seconds), failures: failures + 1 };
        check(RetryState { failures, ..fresh() }, &misconfigured(), expected);
    }
}

#[test]
fn a_probe_delay_above_the_longest_is_kept() {
    let rare = RetryPolicy { probe_delay: Duration::from_secs(3_600), ..RetryPolicy::default() };
    let next = rare.next(RetryState { failures: 5, ..fresh() }, &misconfigured(), 0.0, NOON);
    assert_eq!(next, Next::HoldAccount { until: after_noon(3_600), failures: 6 });
}

#[test]
fn what_is_not_taken_in_full_is_sent_plain_at_once_and_then_given_up() {
    check(fresh(), &unsendable(), Next::TryAt { at: NOON, form: Form::Plain, failures: 1 });
    let plain = RetryState { form: Form::Plain, failures: 1, ..fresh() };
    check(plain, &unsendable(), Next::GiveUp(GiveUp::Unsendable));
}

#[test]
fn a_delivery_whose_next_try_would_be_too_late_is_given_up() {
    let policy =
        RetryPolicy { give_up_after: Duration::from_secs(12 * 60 * 60 + 60), ..RetryPolicy::default() };
    let old = RetryState { owed_at: after_noon(MIDNIGHT_BEFORE), ..fresh() };
    let next = |err: &SendError| policy.next(old, err, 1.0, NOON);
    assert_eq!(next(&throttled(60)), Next::HoldAccount { until: after_noon(60), failures: 0 });
    assert_eq!(next(&throttled(61)), Next::GiveUp(GiveUp::Stale));
    assert_eq!(next(&transient()), Next::TryAt { at: after_noon(1), form: Form::Full, failures: 1 });
    let older = RetryState { owed_at: after_noon(MIDNIGHT_BEFORE - 60), ..fresh() };
    assert_eq!(policy.next(older, &transient(), 1.0, NOON), Next::GiveUp(GiveUp::Stale));
}

#[test]
fn an_account_is_silent_even_if_the_delivery_is_given_up() {
    let policy = RetryPolicy::default();
    let old = RetryState { owed_at: after_noon(-24 * 60 * 60), ..fresh() };
    for (err, seconds) in [(throttled(600), 600), (misconfigured(), 60)] {
        assert_eq!(policy.next(old, &err, 0.0, NOON), Next::GiveUp(GiveUp::Stale));
        assert_eq!(policy.silent_until(old, &err, NOON), Some(after_noon(seconds)));
    }
    for err in [transient(), unsendable()] {
        assert_eq!(policy.silent_until(fresh(), &err, NOON), None);
    }
}

#[test]
fn waits_beyond_the_end_of_time_end_with_it() {
    let forever = SendError::Throttled { retry_after: Duration::MAX, reason: String::new() };
    let patient = RetryPolicy { give_up_after: Duration::MAX, ..RetryPolicy::default() };
    let next = patient.next(fresh(), &forever, 0.0, NOON);
    assert_eq!(next, Next::HoldAccount { until: Timestamp::MAX, failures: 0 });
}

proptest! {
    #[test]
    fn a_backoff_stays_within_its_bounds(failures: u32, spread in 0.0..1.0, first in 1_u64..90, max in 1_u64..90) {
        let policy = RetryPolicy {
            first_delay: Duration::from_secs(first),
            max_delay: Duration::from_secs(max),
            ..RetryPolicy::default()
        };
        let next = policy.next(RetryState { failures, ..fresh() }, &transient(), spread, NOON);
        let Next::TryAt { at, .. } = next else { panic!("{next:?}") };
        let delay = Duration::try_from(at.duration_since(NOON)).unwrap();
        prop_assert!(policy.first_delay.min(policy.max_delay) / 2 <= delay, "{delay:?}");
        prop_assert!(delay <= policy.max_delay, "{delay:?}");
    }

    #[test]
    fn no_next_try_is_later_than_the_policy_allows(
        failures: u32,
        age in 0_i64..200_000,
        retry_after in 0_u64..200_000,
        kind in 0_usize..3,
    ) {
        let policy = RetryPolicy::default();
        let owed_at = after_noon(-age);
        let err = [transient(), throttled(retry_after), misconfigured()][kind].clone();
        match policy.next(RetryState { failures, form: Form::Full, owed_at }, &err, 0.5, NOON) {
            Next::TryAt { at, .. } | Next::HoldAccount { until: at, .. } => {
                prop_assert!(NOON <= at && at <= after(owed_at, policy.give_up_after));
            }
            Next::GiveUp(why) => prop_assert_eq!(why, GiveUp::Stale),
        }
    }
}
