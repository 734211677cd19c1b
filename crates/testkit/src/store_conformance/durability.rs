//! Promises about what is kept, and what is not.

use fanfare_core::{AlertId, DeliveryOutcome, StateKey};
use fanfare_store::{AlertFilter, Store, StoreError};

use super::events::{accept, accepting, alarm, end_of, forget, ladder, panicking, plain, settle};
use super::site::StoreSite;
use crate::{NOON, after_noon};

async fn alert_numbers(store: &Store) -> Vec<i64> {
    let all = AlertFilter { before: None, fingerprint: None, limit: 99 };
    store.alerts(all).await.unwrap().iter().map(|it| it.id.0).collect()
}

pub(super) async fn accepted_alerts_survive_reopening(site: &impl StoreSite) {
    let store = site.open().await;
    let instance = store.instance().to_owned();
    let accepted = accept(&store, ladder(), alarm("a"), NOON).await;
    drop(store);
    let store = site.open().await;
    assert_eq!(store.instance(), instance);
    assert_eq!(store.pending_deliveries().await.unwrap(), accepted.deliveries);
    assert_eq!(store.rechecks().await.unwrap(), accepted.rechecks);
    let id = accepted.notifications[0].id;
    let state = store.state(vec![StateKey::Notification(id)]).await.unwrap();
    let record = state.notifications[0].record().unwrap();
    assert_eq!(record.notification, accepted.notifications[0]);
    assert_eq!(record.terms.as_deref(), Some(&ladder()));
}

pub(super) async fn a_failed_unit_leaves_nothing_of_its_call(site: &impl StoreSite) {
    let store = site.open().await;
    let units = vec![accepting(plain(), alarm("a"), NOON), panicking()];
    assert!(matches!(store.transact(units).await, Err(StoreError::Panicked)));
    assert!(alert_numbers(&store).await.is_empty());
    assert!(store.pending_deliveries().await.unwrap().is_empty());
    accept(&store, plain(), alarm("a"), NOON).await; // as if nothing had been
    assert_eq!(alert_numbers(&store).await.len(), 1);
}

pub(super) async fn a_failed_call_costs_its_neighbours_nothing(site: &impl StoreSite) {
    let store = site.open().await;
    let (first, broken, last) = tokio::join!(
        store.transact(vec![accepting(plain(), alarm("a"), NOON)]),
        store.transact(vec![panicking()]),
        store.transact(vec![accepting(plain(), alarm("b"), NOON)]),
    );
    assert!(first.is_ok() && broken.is_err() && last.is_ok());
    drop(store);
    assert_eq!(alert_numbers(&site.open().await).await.len(), 2);
}

pub(super) async fn numbers_are_never_reused(site: &impl StoreSite) {
    let store = site.open().await;
    let accepted = accept(&store, plain(), alarm("a"), NOON).await;
    let ended = accept(&store, plain(), end_of("a"), after_noon(1)).await;
    for delivery in accepted.deliveries.iter().chain(&ended.deliveries) {
        settle(&store, delivery, DeliveryOutcome::Delivered, after_noon(2)).await;
    }
    assert_eq!(forget(&store, after_noon(60)).await, 2);
    drop(store);
    let store = site.open().await;
    let next = accept(&store, plain(), alarm("b"), after_noon(61)).await;
    assert!(next.alerts[0].id > AlertId(ended.alerts[0].id.0));
    assert_eq!(next.notifications[0].incident, next.alerts[0].id);
    assert!(next.notifications[0].id > ended.notifications[0].id);
    assert!(next.deliveries[0].id > ended.deliveries[1].id);
}
