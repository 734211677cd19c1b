//! Retries: a delivery is attempted until it is accepted or becomes a dead letter.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{MessageForm, RetryPolicy, Severity};

use super::fake::{FakeAnswer, FakeChannel, transient, unsendable};
use super::harness::{GatewayHarness, alarm};
use super::times::{HOUR, MINUTE, SECOND};

#[tokio::test(start_paused = true)]
async fn a_retry_has_the_same_key_a_new_time_the_next_number_and_a_longer_pause() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.nth < 7 { transient() } else { FakeAnswer::Accept });
    let harness = GatewayHarness::new([ding]).await;
    let began = harness.now();
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(2 * MINUTE).await;

    let calls = harness.calls();
    assert_eq!(harness.call_times("ding"), [0.0, 1.0, 3.0, 8.0, 18.0, 34.0, 64.0, 94.0]); // 1, 2, 5 and 10 by the circuit, 16, 30, 30
    assert!(calls.iter().all(|it| it.attempt.key == calls[0].attempt.key));
    assert!(calls.iter().all(|it| it.attempt.form == MessageForm::Full && it.attempt.only.is_none()));
    for (ordinal, call) in (1..).zip(&calls) {
        assert_eq!(call.attempt.ordinal, ordinal);
        assert_eq!(call.attempt.at, began + call.at);
    }
    assert_eq!(harness.count_deliveries("delivered"), 1);
    assert_eq!(harness.query_number("SELECT count(*) FROM attempts WHERE outcome = 'transient'"), 7);
    assert_eq!(harness.query_number("SELECT attempts FROM deliveries"), 8);
}

#[tokio::test(start_paused = true)]
async fn a_restart_goes_on_with_the_same_key_and_the_next_number() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.nth < 2 { transient() } else { FakeAnswer::Accept });
    let mut harness = GatewayHarness::new([ding]).await;
    harness.advance(Duration::from_nanos(123_456_789)).await; // a time the store cannot keep in full
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.kill().await;
    harness.start().await;
    harness.advance(4 * SECOND).await;
    let calls = harness.calls();
    assert_eq!(calls.iter().map(|it| it.attempt.ordinal).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(calls.iter().all(|it| it.attempt.key == calls[0].attempt.key));
    assert!(calls.iter().all(|it| it.notification() == calls[0].notification()));
}

#[tokio::test(start_paused = true)]
async fn no_two_deliveries_share_a_key() {
    let harness = GatewayHarness::new([FakeChannel::new("ding"), FakeChannel::new("mail")]).await;
    harness.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Urgent)]).await;
    let keys: BTreeSet<_> = harness.calls().iter().map(|it| it.attempt.key.as_str().to_owned()).collect();
    assert_eq!(keys.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_message_refused_in_full_form_is_sent_in_plain_form_at_once() {
    let ding = FakeChannel::new("ding").answering(|call| match call.attempt.form {
        MessageForm::Full => unsendable(),
        MessageForm::Plain => FakeAnswer::Accept,
    });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    assert_eq!(harness.call_times("ding"), [0.0, 0.0]);
    assert_eq!(harness.count_deliveries("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_refused_in_both_forms_becomes_a_dead_letter_with_the_reason() {
    let harness = GatewayHarness::new([FakeChannel::new("ding").answering(|_| unsendable())]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(MINUTE).await;
    let forms: Vec<_> = harness.calls().iter().map(|it| it.attempt.form).collect();
    assert_eq!(forms, [MessageForm::Full, MessageForm::Plain]);
    assert_eq!(harness.count_deliveries("dead"), 1);
    let reason = harness.query_text("SELECT reason FROM deliveries");
    assert!(reason.ends_with("; last answer: unsendable as it is: errcode 40058"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_fails_for_too_long_becomes_a_dead_letter_with_the_reason() {
    let retry = RetryPolicy { give_up_after: MINUTE, ..RetryPolicy::default() };
    let harness =
        GatewayHarness::with_retry(retry, [FakeChannel::new("ding").answering(|_| transient())]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(30 * SECOND).await;
    assert_eq!(harness.count_deliveries("pending"), 1);
    harness.advance(2 * MINUTE).await;
    assert_eq!(harness.call_times("ding"), [0.0, 1.0, 3.0, 8.0, 18.0, 34.0]); // the next would be at 64
    assert_eq!(harness.count_deliveries("dead"), 1);
    let reason = harness.query_text("SELECT reason FROM deliveries");
    assert!(reason.contains("give_up_after") && reason.contains("HTTP 503"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_after_a_long_stop_gives_up_no_delivery() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.nth < 3 { transient() } else { FakeAnswer::Accept });
    let mut harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.kill().await;
    harness.advance_while_down(25 * HOUR).await;
    harness.start().await; // and the network is not there yet
    assert_eq!((harness.calls().len(), harness.count_deliveries("pending")), (2, 1));
    harness.advance(MINUTE).await;
    assert_eq!(harness.count_deliveries("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_ahead_gives_up_no_delivery() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.nth < 3 { transient() } else { FakeAnswer::Accept });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.set_clock_by(25 * 60 * 60);
    harness.advance(MINUTE).await;
    assert_eq!(harness.call_times("ding"), [0.0, 1.0, 3.0, 8.0]);
    assert_eq!(harness.count_deliveries("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_refused_by_some_recipients_is_delivered_in_part() {
    let refusing = FakeAnswer::AcceptPart { refused: &["gone@example.com"], deferred: &[] };
    let harness = GatewayHarness::new([FakeChannel::new("mail").answering(move |_| refusing.clone())]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    assert_eq!(harness.count_deliveries("delivered"), 1);
    assert_eq!(harness.query_text("SELECT outcome FROM attempts"), "partial");
}

#[tokio::test(start_paused = true)]
async fn only_deferred_recipients_are_retried_also_after_a_restart() {
    let mail = FakeChannel::new("mail").answering(|call| match call.attempt.only {
        None => FakeAnswer::AcceptPart {
            refused: &["gone@example.com"],
            deferred: &["full@example.com", "grey@example.com"],
        },
        Some(_) if call.nth == 1 => FakeAnswer::AcceptPart { refused: &[], deferred: &["full@example.com"] },
        Some(_) => FakeAnswer::Accept,
    });
    let mut harness = GatewayHarness::new([mail]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    let words = harness.query_text("SELECT words FROM attempts");
    assert!(words.contains("refused gone@example.com: 550 no; not yet full@example.com"), "{words}");
    harness.advance(SECOND).await;
    harness.kill().await;
    harness.start().await;
    harness.advance(4 * SECOND).await;

    let only: Vec<_> = harness.calls().into_iter().map(|it| it.attempt.only.unwrap_or_default()).collect();
    assert_eq!(
        only,
        [
            vec![],
            vec!["full@example.com".to_owned(), "grey@example.com".to_owned()],
            vec!["full@example.com".to_owned()]
        ]
    );
    assert_eq!(harness.count_deliveries("delivered"), 1);
    assert_eq!(harness.query_text("SELECT group_concat(outcome) FROM attempts"), "partial,partial,delivered");
}
