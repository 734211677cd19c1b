use std::time::Duration;

use fanfare_core::{DeliveryId, Fingerprint, Form, NotificationId, Refusal, Severity};
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
        fingerprint: Fingerprint::from_bits(1),
        channel: "mail".into(),
        severity: Severity::High,
        owed_at: NOON,
        next_at: NOON,
        attempts: 0,
        failures: 0,
        form: Form::Full,
        only: Some(vec!["boss@example.com".to_owned()]),
    }
}

/// What `answer` means at noon for a delivery that is given up after an hour.
fn meaning(answer: Result<Receipt, SendError>) -> Meaning {
    let retry = RetryPolicy { give_up_after: Duration::from_secs(3_600), ..RetryPolicy::default() };
    Meaning::of(
        answer,
        Circumstances { delivery: &delivery(), tried_for: Duration::ZERO, retry, spread: 1.0, now: NOON },
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

/// What `err` tells of the account.
#[track_caller]
fn check_standing(err: SendError, expected: Standing) {
    assert_eq!(meaning(Err(err)).standing, expected);
}

#[test]
fn a_refused_recipient_is_on_record_and_not_in_the_log() {
    let meaning = meaning(Ok(receipt(&["gone@example.com"], &[])));
    assert_eq!((meaning.word, meaning.refused, &meaning.outcome), ("partial", 1, &Outcome::Delivered));
    assert_eq!(meaning.words, "250 queued; refused gone@example.com: 550 no");
    assert_eq!(meaning.logged, "250 queued");
}

#[test]
fn a_deferred_recipient_is_tried_again_alone_and_is_not_in_the_log() {
    let meaning = meaning(Ok(receipt(&["gone@example.com"], &["full@example.com"])));
    let only = Some(vec!["full@example.com".to_owned()]);
    assert_eq!((meaning.word, meaning.refused), ("partial", 1));
    assert_eq!(meaning.outcome, Outcome::Pending { next_at: at(1), failures: 1, form: Form::Full, only });
    assert_eq!(
        meaning.words,
        "250 queued; refused gone@example.com: 550 no; not yet full@example.com: 550 no"
    );
    assert_eq!(meaning.logged, "not delivered: 1 recipients must be tried again, 1 will never get it");
    assert_eq!(meaning.standing, Standing::Good);
}

#[test]
fn what_fails_is_tried_again_for_the_same_recipients() {
    let meaning = meaning(Err(SendError::Transient { reason: "421".to_owned() }));
    let only = Some(vec!["boss@example.com".to_owned()]);
    assert_eq!(meaning.outcome, Outcome::Pending { next_at: at(1), failures: 1, form: Form::Full, only });
}

#[test]
fn errors_tell_of_the_account_what_they_can() {
    let reason = String::new;
    check_standing(SendError::Transient { reason: reason() }, Standing::Unclear);
    check_standing(SendError::Unanswered { reason: reason() }, Standing::Unclear);
    check_standing(SendError::Unsendable { reason: reason() }, Standing::Good);
    check_standing(
        SendError::Misconfigured { reason: reason() },
        Standing::MisconfiguredFor(Duration::from_secs(60)),
    );
    let retry_after = Duration::from_secs(10);
    check_standing(SendError::Throttled { retry_after, reason: reason() }, Standing::SilentFor(retry_after));
}

proptest! {
    #[test]
    fn an_account_is_silent_as_long_as_it_is_asked_to_whatever_becomes_of_the_delivery(seconds in 1_u32..86_400) {
        let retry_after = Duration::from_secs(seconds.into());
        let meaning = meaning(Err(SendError::Quota { retry_after, reason: String::new() }));
        prop_assert_eq!(meaning.standing, Standing::SilentFor(retry_after));
        prop_assert_eq!(matches!(meaning.outcome, Outcome::Dead { .. }), seconds > 3_600);
    }
}
