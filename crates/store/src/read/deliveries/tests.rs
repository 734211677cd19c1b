use fanfare_core::{AlertId, DeliveryId, DeliveryOutcome, Moment, Severity};

use super::*;
use crate::fixtures::{
    Decider, NOON, StoreFolder, accept, accept_by, account, after_noon, alarm, dead, deliveries, end_of,
    ladder, recheck_at, settle, settlement,
};
use crate::{AlertFilter, DeliveryCounts, NewSend, SendDigest, SuppressionRecord};

/// A store with: `a` began and ended, `b` fires; of the first alert one channel was told and the other given up.
async fn filled(folder: &StoreFolder) -> Store {
    let store = folder.open();
    let began = accept(&store, alarm("a", Severity::Low), NOON).await;
    accept(&store, alarm("b", Severity::Urgent), after_noon(1)).await;
    accept(&store, end_of("a"), after_noon(2)).await;
    accept(&store, end_of("c"), after_noon(3)).await;
    let [ding, mail] = &deliveries(&began)[..] else { panic!() };
    settle(&store, settlement(ding, DeliveryOutcome::Delivered)).await;
    settle(&store, settlement(mail, dead())).await;
    store
}

async fn check_alerts(filter: AlertFilter, expected: &[i64]) {
    let folder = StoreFolder::new();
    let alerts = filled(&folder).await.alerts(filter).await.unwrap();
    assert_eq!(alerts.iter().map(|it| it.id.0).collect::<Vec<_>>(), expected);
}

async fn check_deliveries(filter: DeliveryFilter, expected: &[i64]) {
    let folder = StoreFolder::new();
    let deliveries = filled(&folder).await.deliveries(filter).await.unwrap();
    assert_eq!(deliveries.iter().map(|it| it.id).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn alerts_are_told_newest_first_page_by_page() {
    let all = AlertFilter { before: None, fingerprint: None, limit: 9 };
    check_alerts(all.clone(), &[4, 3, 2, 1]).await;
    check_alerts(AlertFilter { limit: 2, ..all.clone() }, &[4, 3]).await;
    check_alerts(AlertFilter { before: Some(AlertId(3)), limit: 2, ..all }, &[2, 1]).await;
}

#[tokio::test]
async fn alerts_of_one_thing_can_be_asked_for() {
    let fingerprint = Some(alarm("a", Severity::Low).fingerprint);
    check_alerts(AlertFilter { before: None, fingerprint, limit: 9 }, &[3, 1]).await;
}

#[tokio::test]
async fn deliveries_can_be_asked_for_by_channel_state_and_alert() {
    let all = DeliveryFilter { limit: 9, ..DeliveryFilter::default() };
    check_deliveries(all.clone(), &[6, 5, 4, 3, 2, 1]).await;
    check_deliveries(DeliveryFilter { channel: Some("mail".into()), ..all.clone() }, &[6, 4, 2]).await;
    check_deliveries(DeliveryFilter { state: Some("pending".to_owned()), ..all.clone() }, &[6, 5, 4, 3])
        .await;
    check_deliveries(DeliveryFilter { state: Some("dead".to_owned()), ..all.clone() }, &[2]).await;
    check_deliveries(DeliveryFilter { alert: Some(AlertId(2)), ..all.clone() }, &[4, 3]).await;
    check_deliveries(DeliveryFilter { before: Some(3), limit: 1, ..all }, &[2]).await;
}

#[tokio::test]
async fn an_alert_tells_who_was_not_told_and_why() {
    let folder = StoreFolder::new();
    let store = filled(&folder).await;
    let alerts = store.alerts(AlertFilter { before: None, fingerprint: None, limit: 2 }).await.unwrap();
    let suppressed = SuppressionRecord {
        receiver: "on-call".into(),
        route: Some("route".to_owned()),
        reason: "a resolution of something nobody was told of".to_owned(),
    };
    assert_eq!((&alerts[0].suppressed, alerts[0].notifications.len()), (&vec![suppressed], 0));
    assert_eq!((&alerts[1].suppressed, alerts[1].notifications.len()), (&vec![], 1));
    assert_eq!(alerts[1].incident, AlertId(1));
    assert_eq!(alerts[1].received_at, after_noon(2));
}

#[tokio::test]
async fn an_alert_tells_how_its_deliveries_stand() {
    let folder = StoreFolder::new();
    let all = AlertFilter { before: None, fingerprint: None, limit: 9 };
    let alerts = filled(&folder).await.alerts(all).await.unwrap();
    let counts: Vec<_> = alerts.iter().flat_map(|it| &it.notifications).map(|it| it.deliveries).collect();
    let count = |delivered, pending, dead| DeliveryCounts { delivered, pending, dead, discarded: 0 };
    assert_eq!(counts, [count(0, 2, 0), count(0, 2, 0), count(1, 0, 1)]);
}

#[tokio::test]
async fn no_attempts_were_made_of_what_is_new() {
    let folder = StoreFolder::new();
    let store = filled(&folder).await;
    assert!(store.attempts(DeliveryId(3)).await.unwrap().is_empty());
    assert_eq!(store.attempts(DeliveryId(1)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_promised_at_leisure_is_kept_once_every_channel_has_confirmed() {
    let folder = StoreFolder::new();
    let store = filled(&folder).await;
    let pending = store.pending_deliveries().await.unwrap();
    settle(&store, settlement(&pending[0], DeliveryOutcome::Delivered)).await;
    settle(&store, settlement(&pending[1], DeliveryOutcome::Delivered)).await;
    settle(&store, settlement(&pending[2], DeliveryOutcome::Delivered)).await;
    let expected = [ContractStatus::Open, ContractStatus::Kept, ContractStatus::Abandoned]; // the end, `b`, the beginning
    let alerts = store.alerts(AlertFilter { before: None, fingerprint: None, limit: 9 }).await.unwrap();
    let of_alerts: Vec<_> = alerts.iter().flat_map(|it| &it.notifications).map(|it| it.contract).collect();
    assert_eq!(of_alerts, expected);
    let all = DeliveryFilter { limit: 9, ..DeliveryFilter::default() };
    let deliveries = store.deliveries(all).await.unwrap();
    let of_deliveries: Vec<_> = deliveries.iter().map(|it| it.contract).collect();
    assert_eq!(of_deliveries, expected.map(|it| [it, it]).as_flattened());
}

#[tokio::test]
async fn a_delivery_tells_its_rung_and_its_digest() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let [ding, _] = &deliveries(&accepted)[..] else { panic!() };
    recheck_at(&store, &decider, ding.notification, after_noon(60)).await;
    let start = NewSend {
        account: account("robot"),
        deliveries: vec![ding.id],
        digest: SendDigest::New,
        usage: None,
        now: Moment::at(after_noon(61)),
    };
    let digest = store.begin_send(start).await.unwrap().digest.map(|it| it.id);
    let all = DeliveryFilter { limit: 9, ..DeliveryFilter::default() };
    let rows = store.deliveries(all).await.unwrap();
    let rows: Vec<_> = rows.iter().map(|it| (it.channel.as_str(), it.escalated, it.digest)).collect();
    assert_eq!(
        rows,
        [("phone", Some(Unless::Delivered), None), ("mail", None, None), ("ding", None, digest)]
    );
}
