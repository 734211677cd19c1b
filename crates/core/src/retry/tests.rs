use proptest::prelude::*;

use super::*;

const HOUR: u64 = 60 * 60;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn fresh() -> RetryState {
    RetryState { failures: 0, form: MessageForm::Full, tried_for: Duration::ZERO }
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

fn unanswered() -> SendError {
    SendError::Unanswered { reason: "no answer within 10s".to_owned() }
}

fn quota(seconds: u64) -> SendError {
    SendError::Quota { retry_after: Duration::from_secs(seconds), reason: "45009".to_owned() }
}

/// With the longest spread, by the default policy.
#[track_caller]
fn check(state: RetryState, err: &SendError, expected: Next) {
    assert_eq!(RetryPolicy::default().next(state, err, 1.0), expected);
}

#[test]
fn what_may_pass_is_tried_again_after_twice_as_long_each_time_up_to_the_longest_wait() {
    for (failures, pause) in [(0, 1), (1, 2), (2, 4), (4, 16), (5, 30), (40, 30), (u32::MAX, 30)] {
        let failed = failures.saturating_add(1);
        let expected = Next::TryAgain { pause: seconds(pause), form: MessageForm::Full, failures: failed };
        check(RetryState { failures, ..fresh() }, &transient(), expected);
        let local = SendError::Local { reason: "Too many open files".to_owned() };
        check(RetryState { failures, ..fresh() }, &local, expected);
    }
}

#[test]
fn what_may_have_been_delivered_is_tried_again_much_more_rarely() {
    for (failures, pause) in [(0, 8), (1, 16), (2, 32), (7, 1024), (8, 1200), (u32::MAX, 1200)] {
        let failed = failures.saturating_add(1);
        let expected = Next::TryAgain { pause: seconds(pause), form: MessageForm::Full, failures: failed };
        check(RetryState { failures, ..fresh() }, &unanswered(), expected);
    }
}

#[test]
fn a_day_of_lost_answers_makes_less_than_a_hundred_copies() {
    let (mut state, mut copies) = (fresh(), 1);
    while let Next::TryAgain { pause, failures, .. } = RetryPolicy::default().next(state, &unanswered(), 1.0)
    {
        copies += 1;
        state = RetryState { failures, tried_for: state.tried_for + pause, ..state };
    }
    assert!((50..100).contains(&copies), "{copies}");
}

#[test]
fn a_plain_message_stays_plain() {
    let plain = RetryState { form: MessageForm::Plain, ..fresh() };
    let expected = Next::TryAgain { pause: seconds(1), form: MessageForm::Plain, failures: 1 };
    check(plain, &transient(), expected);
}

#[test]
fn a_throttled_account_is_silent_for_as_long_as_it_is_asked_and_that_is_no_failure() {
    let state = RetryState { failures: 3, ..fresh() };
    check(state, &throttled(600), Next::HoldAccount { silence: seconds(600), failures: 3 });
    check(state, &quota(3_600), Next::HoldAccount { silence: seconds(3_600), failures: 3 });
}

#[test]
fn an_account_that_is_asked_for_no_silence_keeps_some_all_the_same() {
    check(fresh(), &throttled(0), Next::HoldAccount { silence: seconds(1), failures: 0 });
    check(fresh(), &quota(0), Next::HoldAccount { silence: seconds(1), failures: 0 });
}

#[test]
fn a_used_up_quota_is_asked_for_again_once_a_day() {
    let silence = |err| RetryPolicy::default().silence(fresh(), &err);
    assert_eq!(silence(quota(23 * HOUR)), Some(seconds(23 * HOUR)));
    assert_eq!(silence(quota(20 * 24 * HOUR)), Some(seconds(24 * HOUR)));
    assert_eq!(silence(throttled(20 * 24 * HOUR)), Some(seconds(20 * 24 * HOUR)));
}

#[test]
fn a_misconfigured_channel_is_probed_ever_more_rarely() {
    for (failures, silence) in [(0, 60), (1, 120), (2, 240), (3, 480), (4, 600), (40, 600)] {
        let expected = Next::HoldAccount { silence: seconds(silence), failures: failures + 1 };
        check(RetryState { failures, ..fresh() }, &misconfigured(), expected);
    }
}

#[test]
fn a_probe_delay_above_the_longest_is_kept() {
    let rare = RetryPolicy { probe_delay: Duration::from_secs(3_600), ..RetryPolicy::default() };
    let next = rare.next(RetryState { failures: 5, ..fresh() }, &misconfigured(), 0.0);
    assert_eq!(next, Next::HoldAccount { silence: seconds(3_600), failures: 6 });
}

#[test]
fn what_is_not_taken_in_full_is_sent_plain_at_once_and_then_given_up() {
    check(
        fresh(),
        &unsendable(),
        Next::TryAgain { pause: Duration::ZERO, form: MessageForm::Plain, failures: 1 },
    );
    let plain = RetryState { form: MessageForm::Plain, failures: 1, ..fresh() };
    check(plain, &unsendable(), Next::GiveUp(GiveUp::Unsendable));
}

#[test]
fn a_delivery_whose_next_try_would_be_too_late_is_given_up() {
    let policy = RetryPolicy { give_up_after: seconds(12 * HOUR + 60), ..RetryPolicy::default() };
    let old = RetryState { tried_for: seconds(12 * HOUR), ..fresh() };
    let next = |err: &SendError| policy.next(old, err, 1.0);
    assert_eq!(next(&throttled(60)), Next::HoldAccount { silence: seconds(60), failures: 0 });
    assert_eq!(next(&throttled(61)), Next::GiveUp(GiveUp::Stale));
    assert_eq!(
        next(&transient()),
        Next::TryAgain { pause: seconds(1), form: MessageForm::Full, failures: 1 }
    );
    let older = RetryState { tried_for: seconds(12 * HOUR + 60), ..fresh() };
    assert_eq!(policy.next(older, &transient(), 1.0), Next::GiveUp(GiveUp::Stale));
}

#[test]
fn an_account_is_silent_even_if_the_delivery_is_given_up() {
    let policy = RetryPolicy::default();
    let old = RetryState { tried_for: seconds(24 * HOUR), ..fresh() };
    for (err, silence) in [(throttled(600), 600), (misconfigured(), 60)] {
        assert_eq!(policy.next(old, &err, 0.0), Next::GiveUp(GiveUp::Stale));
        assert_eq!(policy.silence(old, &err), Some(seconds(silence)));
    }
    for err in [transient(), unanswered(), unsendable()] {
        assert_eq!(policy.silence(fresh(), &err), None);
    }
}

#[test]
fn the_longest_of_all_times_is_a_time_like_any_other() {
    let forever = SendError::Throttled { retry_after: Duration::MAX, reason: String::new() };
    let patient = RetryPolicy { give_up_after: Duration::MAX, ..RetryPolicy::default() };
    let state = RetryState { tried_for: Duration::MAX, ..fresh() };
    let next = patient.next(state, &forever, 0.0);
    assert_eq!(next, Next::HoldAccount { silence: Duration::MAX, failures: 0 });
}

proptest! {
    #[test]
    fn a_backoff_stays_within_its_bounds(failures: u32, spread in 0.0..1.0, first in 1_u64..90, max in 1_u64..90) {
        let policy = RetryPolicy {
            first_delay: Duration::from_secs(first),
            max_delay: Duration::from_secs(max),
            ..RetryPolicy::default()
        };
        for (err, longest) in [(transient(), policy.max_delay), (unanswered(), policy.longest_pause())] {
            let next = policy.next(RetryState { failures, ..fresh() }, &err, spread);
            let Next::TryAgain { pause, .. } = next else { panic!("{next:?}") };
            prop_assert!(policy.first_delay.min(policy.max_delay) / 2 <= pause, "{pause:?}");
            prop_assert!(pause <= longest, "{pause:?}");
        }
    }

    #[test]
    fn no_next_try_is_later_than_the_policy_allows(
        failures: u32,
        tried_for in 0_u64..200_000,
        retry_after in 0_u64..200_000,
        kind in 0_usize..5,
    ) {
        let policy = RetryPolicy::default();
        let state = RetryState { failures, form: MessageForm::Full, tried_for: seconds(tried_for) };
        let err = [transient(), unanswered(), throttled(retry_after), quota(retry_after), misconfigured()][kind].clone();
        match policy.next(state, &err, 0.5) {
            Next::TryAgain { pause, .. } | Next::HoldAccount { silence: pause, .. } => {
                prop_assert!(state.tried_for + pause <= policy.give_up_after);
            }
            Next::GiveUp(why) => prop_assert_eq!(why, GiveUp::Stale),
        }
    }
}
