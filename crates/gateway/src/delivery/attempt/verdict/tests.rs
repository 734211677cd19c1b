use std::time::Duration;

use fanfare_core::{DeliveryId, IncidentDigest, MessageForm, NotificationId, Refusal, Severity};
use fanfare_testkit::NOON;
use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

fn delivery() -> Delivery {
    Delivery {
        id: DeliveryId(1),
        notification: NotificationId(1),
        source: "thinklink".into(),
        about: IncidentDigest::from_bits(1),
        channel: "mail".into(),
        severity: Severity::High,
        owed_at: NOON,
        leads: fanfare_core::ClockLeads::default(),
        next_at: NOON,
        attempts: 0,
        failures: 0,
        form: MessageForm::Full,
        only: Some(vec!["boss@example.com".to_owned()]),
        escalated: None,
        asks: false,
        needs_recheck: false,
        digest: None,
    }
}

/// The verdict on `answer` at noon, for a delivery to some recipients that is given up after an hour.
fn verdict(answer: Result<Receipt, SendError>) -> SendVerdict {
    verdict_for(&delivery(), answer)
}

fn verdict_for(delivery: &Delivery, answer: Result<Receipt, SendError>) -> SendVerdict {
    let retry = RetryPolicy { give_up_after: Duration::from_secs(3_600), ..RetryPolicy::default() };
    SendVerdict::new(
        answer,
        SendContext { delivery, tried_for: Duration::ZERO, retry, spread: 1.0, now: NOON },
    )
}

fn receipt(refused: &[&str], deferred: &[&str]) -> Receipt {
    let refusal = |it: &&str| Refusal { recipient: (*it).to_owned(), reason: "550 no".to_owned() };
    Receipt {
        words: "250 queued".to_owned(),
        refused: refused.iter().map(refusal).collect(),
        deferred: deferred.iter().map(refusal).collect(),
    }
}

fn retry_in_a_second(only: Option<Vec<String>>) -> DeliveryOutcome {
    DeliveryOutcome::Pending { next_at: at(1), failures: 1, form: MessageForm::Full, only, digest: None }
}

/// Checks the effect of `err` on the account, and on the circuit.
#[track_caller]
fn check_effects(err: SendError, expected: AccountEffect, signal: CircuitSignal) {
    let verdict = verdict(Err(err));
    assert_eq!((verdict.account_effect, verdict.signal), (expected, signal));
}

#[test]
fn a_refused_recipient_is_on_record_and_not_in_the_log() {
    let verdict = verdict(Ok(receipt(&["gone@example.com"], &[])));
    assert_eq!(
        (verdict.word, verdict.refused, &verdict.outcome),
        ("partial", 1, &DeliveryOutcome::Delivered)
    );
    assert_eq!(verdict.words, "250 queued; refused gone@example.com: 550 no");
    assert_eq!(verdict.logged, "250 queued");
}

#[test]
fn a_deferred_recipient_is_tried_again_alone_and_is_not_in_the_log() {
    let verdict = verdict(Ok(receipt(&["gone@example.com"], &["full@example.com"])));
    let only = Some(vec!["full@example.com".to_owned()]);
    assert_eq!((verdict.word, verdict.refused), ("partial", 1));
    assert_eq!(verdict.outcome, retry_in_a_second(only));
    assert_eq!(
        verdict.words,
        "250 queued; refused gone@example.com: 550 no; not yet full@example.com: 550 no"
    );
    assert_eq!(verdict.logged, "not delivered: 1 recipients must be tried again, 1 will never get it");
    assert_eq!(verdict.account_effect, AccountEffect::Good);
}

#[test]
fn a_failed_attempt_is_retried_for_the_same_recipients() {
    let verdict = verdict(Err(SendError::Transient { reason: "421".to_owned() }));
    let only = Some(vec!["boss@example.com".to_owned()]);
    assert_eq!(verdict.outcome, retry_in_a_second(only));
}

#[test]
fn each_error_has_its_effect_on_account_and_circuit() {
    let reason = String::new;
    let soft = CircuitSignal::FailureForSome;
    check_effects(SendError::Transient { reason: reason() }, AccountEffect::Unclear, soft);
    check_effects(SendError::Unanswered { reason: reason() }, AccountEffect::Unclear, soft);
    check_effects(SendError::Unsendable { reason: reason() }, AccountEffect::Good, CircuitSignal::Read);
    check_effects(SendError::Local { reason: reason() }, AccountEffect::NotSent, CircuitSignal::None);
    let pause = Duration::from_secs(60);
    check_effects(
        SendError::Misconfigured { reason: reason() },
        AccountEffect::MisconfiguredFor(pause),
        CircuitSignal::Failure(Failure::Misconfigured { pause }),
    );
    let retry_after = Duration::from_secs(10);
    check_effects(
        SendError::Throttled { retry_after, reason: reason() },
        AccountEffect::SilentFor(retry_after),
        CircuitSignal::None,
    );
    check_effects(
        SendError::Blocked { retry_after, reason: reason() },
        AccountEffect::BlockedFor(retry_after),
        CircuitSignal::None,
    );
}

#[test]
fn a_failure_for_deferred_recipients_counts_only_as_a_failed_probe() {
    let everybody = Delivery { only: None, ..delivery() };
    for err in
        [SendError::Transient { reason: String::new() }, SendError::Unanswered { reason: String::new() }]
    {
        assert_eq!(verdict_for(&everybody, Err(err.clone())).signal, CircuitSignal::Failure(Failure::Soft));
        assert_eq!(verdict(Err(err)).signal, CircuitSignal::FailureForSome);
    }
}

#[test]
fn a_partial_delivery_shows_that_the_channel_works() {
    assert_eq!(verdict(Ok(receipt(&[], &[]))).signal, CircuitSignal::Accepted);
    assert_eq!(verdict(Ok(receipt(&[], &["full@example.com"]))).signal, CircuitSignal::Accepted);
}

proptest! {
    #[test]
    fn an_account_is_silent_for_the_requested_time_even_if_the_delivery_is_given_up(seconds in 1_u32..86_400) {
        let retry_after = Duration::from_secs(seconds.into());
        let verdict = verdict(Err(SendError::Quota { retry_after, reason: String::new() }));
        prop_assert_eq!(verdict.account_effect, AccountEffect::SilentFor(retry_after));
        prop_assert_eq!(matches!(verdict.outcome, DeliveryOutcome::Dead { .. }), seconds > 3_600);
    }
}
