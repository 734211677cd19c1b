use super::*;
use crate::fixtures::{NOON, Place, account, after_noon, settlement};
use crate::{Outcome, Settlement};

/// A send that ended so many seconds after noon; `None`: its end was not seen.
async fn send(store: &Store, robot: &str, ended: Option<i64>) {
    let delivery = DeliveryId(1);
    let send = store.begin_send(account(robot), delivery, NOON).await.unwrap();
    if let Some(seconds) = ended {
        let settlement = settlement(delivery, Outcome::Delivered);
        let settlement = Settlement { send: Some(send), ended_at: after_noon(seconds), ..settlement };
        store.settle(settlement).await.unwrap();
    }
}

#[tokio::test]
async fn a_send_is_entered_before_it_is_made() {
    let place = Place::new();
    let store = place.open();
    send(&store, "a", None).await;
    assert_eq!(place.copy().number("SELECT count(*) FROM sends WHERE ended_at IS NULL"), 1);
}

#[tokio::test]
async fn only_what_ended_within_the_stretch_is_told_and_the_rest_forgotten() {
    let place = Place::new();
    let store = place.open();
    send(&store, "a", Some(10)).await;
    send(&store, "a", Some(11)).await;
    send(&store, "b", Some(12)).await;
    let sends = store.sends_since(after_noon(10), after_noon(70)).await.unwrap();
    assert_eq!(sends, [(account("a"), after_noon(11)), (account("b"), after_noon(12))]);
    assert_eq!(place.number("SELECT count(*) FROM sends"), 2);
}

#[tokio::test]
async fn a_send_whose_end_nobody_saw_counts_from_the_restart_and_only_from_the_first() {
    let place = Place::new();
    let store = place.open();
    send(&store, "a", None).await;
    let restarted = place.copy();
    let store = restarted.open();
    let at_first = store.sends_since(after_noon(-60), after_noon(5)).await.unwrap();
    let at_second = store.sends_since(after_noon(-60), after_noon(6)).await.unwrap();
    assert_eq!(at_first, [(account("a"), after_noon(5))]);
    assert_eq!(at_second, at_first);
}

#[tokio::test]
async fn sends_are_forgotten_once_no_budget_looks_that_far_back_but_not_those_under_way() {
    let place = Place::new();
    let store = place.open();
    send(&store, "a", Some(10)).await;
    send(&store, "a", Some(20)).await;
    send(&store, "a", None).await;
    store.forget_sends(after_noon(10)).await.unwrap();
    assert_eq!(place.number("SELECT count(*) FROM sends WHERE ended_at IS NULL"), 1);
    assert_eq!(place.number("SELECT count(*) FROM sends"), 2);
}
