use fanfare_core::{AlertId, DeliveryId, Severity};

use super::*;
use crate::fixtures::{NOON, Place, accept, after_noon, alarm, deliveries, end_of, settlement};
use crate::{Accepted, Outcome};

async fn settle_all(store: &Store, accepted: &Accepted, outcome: &Outcome) {
    for delivery in deliveries(accepted) {
        store.settle(settlement(delivery, outcome.clone())).await.unwrap();
    }
}

fn dead() -> Outcome {
    Outcome::Dead { reason: "too late".to_owned() }
}

/// An incident that began and ended at noon, told and over.
async fn long_over(store: &Store, eui: &str) -> [Accepted; 2] {
    let began = accept(store, alarm(eui, Severity::High), NOON).await;
    let ended = accept(store, end_of(eui), NOON).await;
    settle_all(store, &began, &Outcome::Delivered).await;
    settle_all(store, &ended, &Outcome::Delivered).await;
    [began, ended]
}

fn kept(place: &Place) -> Vec<i64> {
    let raw = place.raw();
    let mut statement = raw.prepare("SELECT id FROM alerts ORDER BY id").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn what_is_over_and_old_is_forgotten_with_all_that_came_of_it() {
    let place = Place::new();
    let store = place.open();
    long_over(&store, "a").await;
    assert_eq!(store.forget_alerts(after_noon(1)).await.unwrap(), 2);
    assert_eq!(store.forget_alerts(after_noon(1)).await.unwrap(), 0);
    for table in ["alerts", "incidents", "notifications", "deliveries", "attempts"] {
        assert_eq!(place.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
}

#[tokio::test]
async fn what_is_younger_stays() {
    let place = Place::new();
    let store = place.open();
    long_over(&store, "a").await;
    assert_eq!(store.forget_alerts(NOON).await.unwrap(), 0);
    assert_eq!(kept(&place), [1, 2]);
}

#[tokio::test]
async fn what_still_fires_stays_with_what_was_last_told_of_it() {
    let place = Place::new();
    let store = place.open();
    for (severity, seconds) in
        [(Severity::Low, 0), (Severity::Mid, 1), (Severity::High, 2), (Severity::High, 3)]
    {
        let accepted = accept(&store, alarm("a", severity), after_noon(seconds)).await;
        settle_all(&store, &accepted, &Outcome::Delivered).await;
    }
    store.forget_alerts(after_noon(60)).await.unwrap();
    assert_eq!(kept(&place), [1, 3]); // the first names the incident, the third completes its resolution
    let end = accept(&store, end_of("a"), after_noon(61)).await;
    assert_eq!(end.alert.severity, Severity::High);
    assert_eq!(end.owed[0].notification.incident, AlertId(1));
}

#[tokio::test]
async fn what_is_owed_or_waits_for_a_person_stays() {
    let place = Place::new();
    let store = place.open();
    for (eui, outcome) in [("a", None), ("b", Some(dead())), ("c", Some(Outcome::Delivered))] {
        let began = accept(&store, alarm(eui, Severity::High), NOON).await;
        let ended = accept(&store, end_of(eui), NOON).await;
        settle_all(&store, &began, &Outcome::Delivered).await;
        if let Some(outcome) = outcome {
            store.settle(settlement(deliveries(&ended)[0], Outcome::Delivered)).await.unwrap();
            store.settle(settlement(deliveries(&ended)[1], outcome)).await.unwrap();
        }
    }
    assert_eq!(store.forget_alerts(after_noon(1)).await.unwrap(), 4);
    assert_eq!(kept(&place), [2, 4]);
    assert_eq!(store.pending().await.unwrap().len(), 2);
    assert!(store.notification(fanfare_core::NotificationId(2)).await.unwrap().is_some());
}

#[tokio::test]
async fn numbers_are_not_given_again_after_the_highest_was_forgotten() {
    let place = Place::new();
    let store = place.open();
    let [_, last] = long_over(&store, "a").await;
    store.forget_alerts(after_noon(1)).await.unwrap();
    drop(store);
    let next = accept(&place.open(), alarm("b", Severity::High), after_noon(2)).await;
    assert_eq!(next.id, AlertId(last.id.0 + 1));
    let [_, DeliveryId(highest)] = deliveries(&last)[..] else { panic!() };
    assert_eq!(deliveries(&next)[0], DeliveryId(highest + 1));
}

#[tokio::test]
async fn a_long_memory_is_forgotten_piece_by_piece() {
    let place = Place::new();
    let store = place.open();
    let bare_ends = vec![end_of("a"); ALERTS_AT_A_TIME as usize + 1];
    crate::fixtures::try_accept(&store, bare_ends, NOON).await.unwrap();
    assert_eq!(store.forget_alerts(after_noon(1)).await.unwrap(), ALERTS_AT_A_TIME as usize);
    assert_eq!(store.forget_alerts(after_noon(1)).await.unwrap(), 1);
}

#[tokio::test]
async fn looking_for_what_is_old_does_not_read_what_is_young() {
    let place = Place::new();
    drop(place.open());
    let raw = place.raw();
    let mut statement = raw.prepare(&format!("EXPLAIN QUERY PLAN {OLD_AND_OVER}")).unwrap();
    let steps: Vec<String> =
        statement.query_map([0, 1], |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
    assert!(steps[0].contains("alerts_by_age (received_at<?)"), "{steps:?}");
    assert!(!steps.iter().any(|it| it.starts_with("SCAN") || it.contains("TEMP B-TREE")), "{steps:?}");
}
