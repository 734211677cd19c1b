use fanfare_core::{AccountHold, Delivery, DeliveryOutcome, MessageForm, Settlement, Severity};

use crate::fixtures::{
    NOON, StoreFolder, accept, account, after_noon, again, alarm, dead, deliveries, settle, settlement,
};
use crate::{DeliveryFilter, DeliveryRow};

/// After its first attempt ended with `outcome` a delivery reads like this, and so it is handed on at a restart.
async fn check(outcome: DeliveryOutcome) -> (DeliveryRow, Option<Delivery>) {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = accept(&store, alarm("a", Severity::High), NOON).await;
    let delivery = &deliveries(&accepted)[0];
    settle(&store, settlement(delivery, outcome)).await;

    let copy = folder.copy();
    let restarted = copy.open();
    let pending = restarted.pending_deliveries().await.unwrap().into_iter().find(|it| it.id == delivery.id);
    let filter = DeliveryFilter { channel: Some("ding".into()), limit: 9, ..DeliveryFilter::default() };
    let [row] = &restarted.deliveries(filter).await.unwrap()[..] else { panic!() };
    let [attempt] = &restarted.attempts(delivery.id).await.unwrap()[..] else { panic!() };
    assert_eq!((attempt.ordinal, attempt.started_at, attempt.ended_at), (1, NOON, after_noon(1)));
    assert_eq!(attempt.words, "errcode 0: ok");
    assert_eq!(row.attempts, 1);
    (row.clone(), pending)
}

#[tokio::test]
async fn what_was_delivered_is_owed_no_more_and_keeps_the_providers_words() {
    let (row, pending) = check(DeliveryOutcome::Delivered).await;
    assert_eq!(row.state, "delivered");
    assert_eq!(row.settled_at, Some(after_noon(1)));
    assert_eq!(row.reason.as_deref(), Some("errcode 0: ok"));
    assert_eq!(pending, None);
}

#[tokio::test]
async fn what_was_given_up_is_owed_no_more_and_keeps_the_reason() {
    let (row, pending) = check(dead()).await;
    assert_eq!(row.state, "dead");
    assert_eq!(row.settled_at, Some(after_noon(1)));
    assert_eq!(row.reason.as_deref(), Some("too late; last answer: errcode 0: ok"));
    assert_eq!(pending, None);
}

#[tokio::test]
async fn what_is_tried_again_keeps_when_in_which_form_and_for_whom() {
    let only = Some(vec!["boss@example.com".to_owned()]);
    let outcome = DeliveryOutcome::Pending {
        next_at: after_noon(9),
        failures: 3,
        form: MessageForm::Plain,
        only: only.clone(),
        digest: None,
    };
    let (row, pending) = check(outcome).await;
    assert_eq!((row.state.as_str(), row.next_at, row.settled_at), ("pending", Some(after_noon(9)), None));
    let pending = pending.unwrap();
    assert_eq!((pending.next_at, pending.attempts, pending.failures), (after_noon(9), 1, 3));
    assert_eq!((pending.form, pending.only), (MessageForm::Plain, only));
}

#[tokio::test]
async fn each_attempt_is_kept() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = accept(&store, alarm("a", Severity::High), NOON).await;
    let delivery = &deliveries(&accepted)[0];
    settle(&store, settlement(delivery, again(5))).await;
    settle(&store, Settlement { ordinal: 2, ..settlement(delivery, DeliveryOutcome::Delivered) }).await;
    let attempts = store.attempts(delivery.id).await.unwrap();
    let attempts: Vec<_> = attempts.iter().map(|it| (it.ordinal, it.outcome.as_str())).collect();
    assert_eq!(attempts, [(1, "transient"), (2, "delivered")]);
}

/// A silence of an account, in seconds after noon: from when, and until when.
type Silence = (i64, i64);

/// Of these silences asked of one account, in this order, this one is left at
/// so many seconds after noon.
async fn check_hold(asked: &[Silence], at: i64, left: Option<Silence>) {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = accept(&store, alarm("a", Severity::High), NOON).await;
    for (ordinal, (since, until)) in (1..).zip(asked) {
        let mut settlement = settlement(&deliveries(&accepted)[0], DeliveryOutcome::Delivered);
        settlement.ordinal = ordinal;
        let (since, until) = (after_noon(*since), after_noon(*until));
        let reason = "130101".to_owned();
        settlement.hold = Some(AccountHold { account: account("robot"), since, until, reason });
        settle(&store, settlement).await;
    }
    let silences = async |at| {
        let holds = store.holds(after_noon(at)).await.unwrap();
        holds.iter().map(|it| (it.since, it.until)).collect::<Vec<_>>()
    };
    let left: Vec<_> = left.iter().map(|(since, until)| (after_noon(*since), after_noon(*until))).collect();
    assert_eq!(silences(at).await, left);
    assert_eq!(silences(at).await, left, "for good");
}

#[tokio::test]
async fn the_longer_of_two_silences_is_kept() {
    check_hold(&[(0, 600), (5, 10)], 5, Some((0, 600))).await;
    check_hold(&[(0, 10), (5, 600)], 5, Some((5, 600))).await;
}

#[tokio::test]
async fn a_silence_from_before_the_clock_was_set_back_gives_way_to_a_new_one() {
    check_hold(&[(86_400, 87_000), (0, 10)], 5, Some((0, 10))).await;
}

#[tokio::test]
async fn a_silence_that_begins_in_the_future_begins_now_and_is_as_long() {
    check_hold(&[(86_400, 87_000)], 5, Some((5, 605))).await;
    check_hold(&[(5, 605)], 5, Some((5, 605))).await;
}

#[tokio::test]
async fn a_silence_that_is_over_is_forgotten() {
    check_hold(&[(0, 600)], 599, Some((0, 600))).await;
    check_hold(&[(0, 600)], 600, None).await;
}
