//! Promises about notifications that tell of several alerts.

use std::sync::Arc;

use fanfare_core::{
    AlertId, Changes, ClockLeads, Committed, DeliveryOutcome, IncidentUpdate, Notification, RepeatedAlert,
    StateKey,
};
use fanfare_store::{AlertFilter, Audit, DeliveryFilter, Store, Unit};

use super::events::{alarm, forget, grouping, plain, run, settle};
use super::site::StoreSite;
use crate::{NOON, after_noon};

/// Three alarms of which one receiver is told together.
async fn group_of_three(store: &Store) -> Arc<Committed> {
    run(store, grouping(plain(), ["a", "b", "c"].map(alarm).to_vec(), NOON)).await.unwrap()
}

/// The numbers of the alerts that `notification` tells of, each of which must be the one of its device.
fn told(notification: &Notification) -> Vec<AlertId> {
    let others = notification.others.iter().map(|it| (it.id, &it.alert));
    let told: Vec<_> = [(notification.alert_id, &notification.alert)].into_iter().chain(others).collect();
    let fingerprints: Vec<_> = told.iter().map(|(_, alert)| alert.fingerprint).collect();
    assert_eq!(fingerprints, ["a", "b", "c"].map(|it| alarm(it).fingerprint));
    told.into_iter().map(|(id, _)| id).collect()
}

pub(super) async fn a_group_of_three_is_loaded_in_order_after_reopening(site: &impl StoreSite) {
    let store = site.open().await;
    let committed = group_of_three(&store).await;
    let ids: Vec<_> = committed.alerts.iter().map(|it| it.id).collect();
    let [written] = &committed.notifications[..] else { panic!("{:?}", committed.notifications) };
    assert_eq!((told(written), written.group), (ids.clone(), alarm("a").fingerprint.into()));
    drop(store);
    let store = site.open().await;
    assert_eq!(store.notification(written.id).await.unwrap().as_ref(), Some(&**written));
    let state = store.state(vec![StateKey::Notification(written.id)]).await.unwrap();
    let record = state.notifications[0].record().unwrap();
    assert_eq!(record.notification, *written);
}

pub(super) async fn each_alert_of_a_group_knows_its_notification(site: &impl StoreSite) {
    let store = site.open().await;
    let committed = group_of_three(&store).await;
    let id = committed.notifications[0].id;
    let ids: Vec<_> = committed.alerts.iter().map(|it| it.id).collect();
    for alert in &ids {
        let history = store.history(*alert).await.unwrap().unwrap();
        let [notification] = &history.notifications[..] else { panic!("{history:?}") };
        assert_eq!((notification.id, &notification.alerts, notification.deliveries.len()), (id, &ids, 2));
        let of_alert = DeliveryFilter { alert: Some(*alert), limit: 9, ..DeliveryFilter::default() };
        assert_eq!(store.deliveries(of_alert).await.unwrap().len(), 2);
        assert_eq!(store.newest_of_incident(*alert).await.unwrap(), Some(id));
    }
    let rows = store.alerts(AlertFilter { before: None, fingerprint: None, limit: 9 }).await.unwrap();
    assert!(rows.iter().all(|it| it.notifications.len() == 1 && it.notifications[0].id == id), "{rows:?}");
}

pub(super) async fn the_audit_accounts_for_every_alert_of_a_group(site: &impl StoreSite) {
    let store = site.open().await;
    group_of_three(&store).await;
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.alerts, audit.told, audit.deliveries.pending), (3, 3, 2));
    assert_eq!(audit.unaccounted, []);
}

pub(super) async fn a_group_is_forgotten_with_the_last_of_its_alerts(site: &impl StoreSite) {
    let store = site.open().await;
    let committed = group_of_three(&store).await;
    let [first, second, last] = &committed.alerts[..] else { panic!("{:?}", committed.alerts) };
    let id = committed.notifications[0].id;
    for eui in ["a", "b", "c"] {
        end_of_incident(&store, eui).await;
    }
    assert_eq!(forget(&store, after_noon(60)).await, 0, "its deliveries are pending");
    for delivery in &committed.deliveries {
        settle(&store, delivery, DeliveryOutcome::Delivered, after_noon(2)).await;
    }
    // The one in the middle is sent again, and so is younger than the others.
    seen_again(&store, second.id).await;
    assert_eq!(forget(&store, after_noon(60)).await, 2);
    assert!(store.history(first.id).await.unwrap().is_none());
    assert!(store.history(last.id).await.unwrap().is_none());
    let history = store.history(second.id).await.unwrap().unwrap();
    let [notification] = &history.notifications[..] else { panic!("{history:?}") };
    assert_eq!((notification.id, &notification.alerts), (id, &vec![second.id]));
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.alerts, audit.told, audit.unaccounted), (1, 1, Vec::new()));
    assert_eq!(forget(&store, after_noon(600)).await, 1);
    assert!(store.notification(id).await.unwrap().is_none());
    assert_eq!(store.audit().await.unwrap(), Audit::default());
}

/// Closes the incident of `eui` without a word.
async fn end_of_incident(store: &Store, eui: &str) {
    let incidents = vec![IncidentUpdate::Close(alarm(eui).incident_key())];
    write(store, Changes { incidents, ..Changes::default() }).await;
}

/// Counts a repeat of the alert `id`, two minutes after noon.
async fn seen_again(store: &Store, id: AlertId) {
    let alert = Arc::new(alarm("b"));
    let repeat = RepeatedAlert {
        id,
        seen_at: after_noon(120),
        leads: ClockLeads::default(),
        alert,
        decisions: Vec::new(),
    };
    write(store, Changes { repeats: vec![repeat], ..Changes::default() }).await;
}

async fn write(store: &Store, changes: Changes) {
    let unit = Unit::new(Vec::new(), move |_| changes.clone());
    run(store, unit).await.unwrap();
}

pub(super) async fn an_alert_keeps_the_end_that_its_source_gives(site: &impl StoreSite) {
    let store = site.open().await;
    let mut ending = alarm("a");
    ending.ends_at = Some(after_noon(300));
    run(&store, grouping(plain(), vec![ending, alarm("b")], NOON)).await.unwrap();
    drop(store);
    let store = site.open().await;
    let rows = store.alerts(AlertFilter { before: None, fingerprint: None, limit: 9 }).await.unwrap();
    let ends: Vec<_> = rows.iter().map(|it| it.alert.ends_at).collect();
    assert_eq!(ends, [None, Some(after_noon(300))]);
}
