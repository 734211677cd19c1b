use fanfare_core::Severity;

use super::*;
use crate::fixtures::{
    NOON, Place, accept, account, after_noon, again, alarm, dead, deliveries, settle, settlement,
};
use crate::{Delivery, DeliveryFilter, DeliveryRow};

/// After its first attempt ended with `outcome` a delivery reads like this, and so it is handed on at a restart.
async fn check(outcome: Outcome) -> (DeliveryRow, Option<Delivery>) {
    let place = Place::new();
    let store = place.open();
    let accepted = accept(&store, alarm("a", Severity::High), NOON).await;
    let delivery = &deliveries(&accepted)[0];
    settle(&store, settlement(delivery, outcome)).await;

    let copy = place.copy();
    let restarted = copy.open();
    let pending = restarted.pending().await.unwrap().into_iter().find(|it| it.id == delivery.id);
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
    let (row, pending) = check(Outcome::Delivered).await;
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
    let outcome = Outcome::Pending {
        next_at: after_noon(9),
        failures: 3,
        form: Form::Plain,
        only: only.clone(),
        gathered: None,
    };
    let (row, pending) = check(outcome).await;
    assert_eq!((row.state.as_str(), row.next_at, row.settled_at), ("pending", Some(after_noon(9)), None));
    let pending = pending.unwrap();
    assert_eq!((pending.next_at, pending.attempts, pending.failures), (after_noon(9), 1, 3));
    assert_eq!((pending.form, pending.only), (Form::Plain, only));
}

#[tokio::test]
async fn each_attempt_is_kept() {
    let place = Place::new();
    let store = place.open();
    let accepted = accept(&store, alarm("a", Severity::High), NOON).await;
    let delivery = &deliveries(&accepted)[0];
    settle(&store, settlement(delivery, again(5))).await;
    settle(&store, Settlement { ordinal: 2, ..settlement(delivery, Outcome::Delivered) }).await;
    let attempts = store.attempts(delivery.id).await.unwrap();
    let attempts: Vec<_> = attempts.iter().map(|it| (it.ordinal, it.outcome.as_str())).collect();
    assert_eq!(attempts, [(1, "transient"), (2, "delivered")]);
}

/// Of two silences asked of one account, in this order, this one is kept.
async fn check_hold(seconds: [i64; 2], kept: i64) {
    let place = Place::new();
    let store = place.open();
    let accepted = accept(&store, alarm("a", Severity::High), NOON).await;
    for (ordinal, until) in (1..).zip(seconds) {
        let mut settlement = settlement(&deliveries(&accepted)[0], Outcome::Delivered);
        settlement.ordinal = ordinal;
        settlement.hold = Some(AccountHold {
            account: account("robot"),
            since: NOON,
            until: after_noon(until),
            reason: until.to_string(),
        });
        settle(&store, settlement).await;
    }
    let holds = store.holds().await.unwrap();
    let holds: Vec<_> = holds.iter().map(|it| (it.until, it.reason.as_str())).collect();
    assert_eq!(holds, [(after_noon(kept), kept.to_string().as_str())]);
}

#[tokio::test]
async fn the_longer_of_two_silences_is_kept() {
    check_hold([600, 10], 600).await;
    check_hold([10, 600], 600).await;
}
