//! A delivery is tried until it is taken, or can never be.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{MessageForm, RetryPolicy, Severity};

use super::fake::{Answer, Fake, transient, unsendable};
use super::harness::{HOUR, MINUTE, SECOND, World, alarm};

#[tokio::test(start_paused = true)]
async fn a_retry_has_the_same_key_a_fresh_time_a_growing_number_and_waits_longer_each_time() {
    let ding = Fake::new("ding").answering(|call| if call.nth < 7 { transient() } else { Answer::Take });
    let world = World::new([ding]).await;
    let began = world.now();
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(2 * MINUTE).await;

    let calls = world.calls();
    assert_eq!(world.times_of("ding"), [0.0, 1.0, 3.0, 8.0, 18.0, 34.0, 64.0, 94.0]); // 1, 2, 5 and 10 by the circuit, 16, 30, 30
    assert!(calls.iter().all(|it| it.attempt.key == calls[0].attempt.key));
    assert!(calls.iter().all(|it| it.attempt.form == MessageForm::Full && it.attempt.only.is_none()));
    for (ordinal, call) in (1..).zip(&calls) {
        assert_eq!(call.attempt.ordinal, ordinal);
        assert_eq!(call.attempt.at, began + call.at);
    }
    assert_eq!(world.count("delivered"), 1);
    assert_eq!(world.number("SELECT count(*) FROM attempts WHERE outcome = 'transient'"), 7);
    assert_eq!(world.number("SELECT attempts FROM deliveries"), 8);
}

#[tokio::test(start_paused = true)]
async fn a_restart_goes_on_with_the_same_key_and_the_next_number() {
    let ding = Fake::new("ding").answering(|call| if call.nth < 2 { transient() } else { Answer::Take });
    let mut world = World::new([ding]).await;
    world.pass(Duration::from_nanos(123_456_789)).await; // a time the store cannot keep in full
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.kill().await;
    world.start().await;
    world.pass(4 * SECOND).await;
    let calls = world.calls();
    assert_eq!(calls.iter().map(|it| it.attempt.ordinal).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(calls.iter().all(|it| it.attempt.key == calls[0].attempt.key));
    assert!(calls.iter().all(|it| it.notification() == calls[0].notification()));
}

#[tokio::test(start_paused = true)]
async fn no_two_deliveries_share_a_key() {
    let world = World::new([Fake::new("ding"), Fake::new("mail")]).await;
    world.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Urgent)]).await;
    let keys: BTreeSet<_> = world.calls().iter().map(|it| it.attempt.key.as_str().to_owned()).collect();
    assert_eq!(keys.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_taken_in_full_is_sent_plain_at_once() {
    let ding = Fake::new("ding").answering(|call| match call.attempt.form {
        MessageForm::Full => unsendable(),
        MessageForm::Plain => Answer::Take,
    });
    let world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    assert_eq!(world.times_of("ding"), [0.0, 0.0]);
    assert_eq!(world.count("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_in_no_form_waits_for_a_person_with_the_reason() {
    let world = World::new([Fake::new("ding").answering(|_| unsendable())]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(MINUTE).await;
    let forms: Vec<_> = world.calls().iter().map(|it| it.attempt.form).collect();
    assert_eq!(forms, [MessageForm::Full, MessageForm::Plain]);
    assert_eq!(world.count("dead"), 1);
    let reason = world.text("SELECT reason FROM deliveries");
    assert!(reason.ends_with("; last answer: unsendable as it is: errcode 40058"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn what_fails_for_too_long_waits_for_a_person_with_the_reason() {
    let retry = RetryPolicy { give_up_after: MINUTE, ..RetryPolicy::default() };
    let world = World::with_retry(retry, [Fake::new("ding").answering(|_| transient())]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(30 * SECOND).await;
    assert_eq!(world.count("pending"), 1);
    world.pass(2 * MINUTE).await;
    assert_eq!(world.times_of("ding"), [0.0, 1.0, 3.0, 8.0, 18.0, 34.0]); // the next would be at 64
    assert_eq!(world.count("dead"), 1);
    let reason = world.text("SELECT reason FROM deliveries");
    assert!(reason.contains("give_up_after") && reason.contains("HTTP 503"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_was_off_for_longer_than_it_has_patience_begins_anew() {
    let ding = Fake::new("ding").answering(|call| if call.nth < 3 { transient() } else { Answer::Take });
    let mut world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.kill().await;
    world.pass_while_down(25 * HOUR).await;
    world.start().await; // and the network is not there yet
    assert_eq!((world.calls().len(), world.count("pending")), (2, 1));
    world.pass(MINUTE).await;
    assert_eq!(world.count("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_ahead_costs_no_delivery_its_patience() {
    let ding = Fake::new("ding").answering(|call| if call.nth < 3 { transient() } else { Answer::Take });
    let world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.set_clock_by(25 * 60 * 60);
    world.pass(MINUTE).await;
    assert_eq!(world.times_of("ding"), [0.0, 1.0, 3.0, 8.0]);
    assert_eq!(world.count("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_some_recipients_will_never_get_is_delivered_in_part() {
    let refusing = Answer::TakePart { refused: &["gone@example.com"], deferred: &[] };
    let world = World::new([Fake::new("mail").answering(move |_| refusing.clone())]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    assert_eq!(world.count("delivered"), 1);
    assert_eq!(world.text("SELECT outcome FROM attempts"), "partial");
}

#[tokio::test(start_paused = true)]
async fn only_those_who_may_still_get_it_are_tried_again_also_after_a_restart() {
    let mail = Fake::new("mail").answering(|call| match call.attempt.only {
        None => Answer::TakePart {
            refused: &["gone@example.com"],
            deferred: &["full@example.com", "grey@example.com"],
        },
        Some(_) if call.nth == 1 => Answer::TakePart { refused: &[], deferred: &["full@example.com"] },
        Some(_) => Answer::Take,
    });
    let mut world = World::new([mail]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    let words = world.text("SELECT words FROM attempts");
    assert!(words.contains("refused gone@example.com: 550 no; not yet full@example.com"), "{words}");
    world.pass(SECOND).await;
    world.kill().await;
    world.start().await;
    world.pass(4 * SECOND).await;

    let only: Vec<_> = world.calls().into_iter().map(|it| it.attempt.only.unwrap_or_default()).collect();
    assert_eq!(
        only,
        [
            vec![],
            vec!["full@example.com".to_owned(), "grey@example.com".to_owned()],
            vec!["full@example.com".to_owned()]
        ]
    );
    assert_eq!(world.count("delivered"), 1);
    assert_eq!(world.text("SELECT group_concat(outcome) FROM attempts"), "partial,partial,delivered");
}
