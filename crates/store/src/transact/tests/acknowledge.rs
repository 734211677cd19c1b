use fanfare_core::{
    Acknowledgement, Alert, AlertId, DeliveryOutcome, Kind, NotificationId, Obstacle, Severity, StateKey,
    Suppression, Unless, Verdict, Why,
};
use jiff::Timestamp;

use crate::Store;
use crate::fixtures::{
    Accepted, Decider, NOON, OwedNotification, StoreFolder, accept_by, acknowledge, after_noon, alarm,
    deliveries, end_of, ladder, settle_by, settlement,
};

fn deciding() -> Decider {
    Decider::on(ladder())
}

async fn tell(store: &Store, severity: Severity, at: Timestamp) -> Accepted {
    accept_by(store, &deciding(), alarm("a", severity), at).await
}

async fn outcome(store: &Store, id: i64, by: (&str, Timestamp)) -> Result<Vec<OwedNotification>, Obstacle> {
    acknowledge(store, &deciding(), NotificationId(id), by).await.0
}

/// The obstacle to acknowledging the first notification.
async fn obstacle(store: &Store) -> Option<Obstacle> {
    let state = store.state(vec![StateKey::Notification(NotificationId(1))]).await.unwrap();
    fanfare_core::obstacle(&state, NotificationId(1))
}

/// The receivers that hear of an acknowledgement, and their channels.
fn told(acknowledged: &Result<Vec<OwedNotification>, Obstacle>) -> Vec<(&str, Vec<&str>)> {
    let Ok(owed) = acknowledged else { panic!("{acknowledged:?}") };
    owed.iter()
        .map(|it| {
            let channels = it.deliveries.iter().map(|it| it.channel.as_str());
            (it.notification.receiver.as_str(), channels.collect())
        })
        .collect()
}

#[tokio::test]
async fn who_was_told_hears_who_takes_care_on_every_channel_that_told_them() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = tell(&store, Severity::High, NOON).await;
    let id = accepted.owed[0].notification.id;
    crate::fixtures::recheck_at(&store, &deciding(), id, after_noon(60)).await; // phone is told
    let (acknowledged, _) = acknowledge(&store, &deciding(), id, ("Ann", after_noon(70))).await;
    assert_eq!(told(&acknowledged), [("on-call", vec!["ding", "mail", "phone"])]);

    let Ok(owed) = acknowledged else { panic!() };
    let notification = &owed[0].notification;
    let by = Acknowledgement { by: "Ann".to_owned(), at: after_noon(70) };
    assert_eq!((notification.why, notification.acknowledged_by.as_ref()), (Why::Acknowledged, Some(&by)));
    assert!(owed[0].deliveries.iter().all(|it| !it.asks && !it.needs_recheck));
    let restarted = folder.copy();
    let restarted = restarted.open();
    assert_eq!(restarted.notification(notification.id).await.unwrap().as_ref(), Some(notification.as_ref()));
    let pending = restarted.pending_deliveries().await.unwrap();
    assert!(owed[0].deliveries.iter().all(|it| pending.contains(it)));
}

#[tokio::test]
async fn each_receiver_hears_of_it_by_itself() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = tell(&store, Severity::High, NOON).await;
    folder.raw().execute_batch(
        "INSERT INTO notifications (alert, incident, receiver, why, owed_at) VALUES (1, 1, 'team', '{\"why\":\"started\"}', 0);
         INSERT INTO deliveries (notification, channel, severity, next_at) VALUES (last_insert_rowid(), 'wecom', 'high', 0)",
    ).unwrap();
    let id = accepted.owed[0].notification.id;
    let (acknowledged, _) = acknowledge(&store, &deciding(), id, ("Ann", after_noon(1))).await;
    assert_eq!(told(&acknowledged), [("on-call", vec!["ding", "mail"]), ("team", vec!["wecom"])]);
}

#[tokio::test]
async fn acknowledging_ends_the_ladder_for_good() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = tell(&store, Severity::High, NOON).await;
    for delivery in deliveries(&accepted) {
        settle_by(&store, &deciding(), settlement(&delivery, DeliveryOutcome::Delivered)).await;
    }
    let id = accepted.owed[0].notification.id;
    let (_, consequences) = acknowledge(&store, &deciding(), id, ("Ann", after_noon(50))).await;
    assert_eq!(consequences.rechecks.iter().map(|it| it.at).collect::<Vec<_>>(), [None]);
    let late = crate::fixtures::recheck_at(&store, &deciding(), id, after_noon(900)).await;
    assert!(late.deliveries.is_empty());
    let skipped = format!("SELECT count(*) FROM steps WHERE step LIKE '%skip%{}%'", Unless::Acknowledged);
    assert!(folder.number(&skipped) > 0);
}

#[tokio::test]
async fn the_second_who_acknowledges_hears_who_was_first_and_nobody_else_hears_anything() {
    let folder = StoreFolder::new();
    let store = folder.open();
    tell(&store, Severity::High, NOON).await;
    assert!(outcome(&store, 1, ("Ann", after_noon(1))).await.is_ok());
    let before = folder.number("SELECT count(*) FROM deliveries");
    let second = outcome(&store, 1, ("Bob", after_noon(2))).await;
    let Err(Obstacle::Already(first)) = second else { panic!("{second:?}") };
    assert_eq!((first.by.as_str(), first.at), ("Ann", after_noon(1)));
    assert!(matches!(obstacle(&store).await, Some(Obstacle::Already(_))));
    assert_eq!(folder.number("SELECT count(*) FROM deliveries"), before);
}

#[tokio::test]
async fn what_has_ended_needs_nobody_to_take_care_of_it() {
    let folder = StoreFolder::new();
    let store = folder.open();
    tell(&store, Severity::High, NOON).await;
    assert!(obstacle(&store).await.is_none());
    accept_by(&store, &deciding(), end_of("a"), after_noon(1)).await;
    for id in [1, 2] {
        assert!(matches!(outcome(&store, id, ("Ann", after_noon(2))).await, Err(Obstacle::Over)), "{id}");
    }
    assert_eq!(folder.number("SELECT count(*) FROM acknowledgements"), 0);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_acknowledged() {
    let folder = StoreFolder::new();
    assert!(matches!(outcome(&folder.open(), 1, ("Ann", NOON)).await, Err(Obstacle::Unknown)));
}

#[tokio::test]
async fn a_message_that_was_passed_on_can_be_acknowledged_once() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let notice = Alert { kind: Kind::Notice, ..alarm("a", Severity::High) };
    accept_by(&store, &deciding(), notice, NOON).await;
    assert!(outcome(&store, 1, ("Ann", after_noon(1))).await.is_ok());
    assert!(matches!(outcome(&store, 1, ("Bob", after_noon(2))).await, Err(Obstacle::Already(_))));
}

#[tokio::test]
async fn repeats_are_covered_by_an_acknowledgement_and_what_got_worse_is_not() {
    let folder = StoreFolder::new();
    let store = folder.open();
    tell(&store, Severity::High, NOON).await;
    let day = 24 * 60 * 60;
    tell(&store, Severity::High, after_noon(day)).await; // a repeat, notification 2
    outcome(&store, 1, ("Ann", after_noon(day + 1))).await.unwrap();
    assert!(matches!(outcome(&store, 2, ("Bob", after_noon(day + 2))).await, Err(Obstacle::Already(_))));

    let repeat = tell(&store, Severity::High, after_noon(2 * day)).await;
    assert!(matches!(repeat.decisions[0].verdict, Verdict::Suppress(Suppression::Acknowledged)));
    let worse = tell(&store, Severity::Urgent, after_noon(2 * day + 1)).await;
    let id = worse.owed[0].notification.id;
    assert_eq!(worse.consequences.rechecks[0].at, Some(after_noon(2 * day + 61)));
    let climbed = crate::fixtures::recheck_at(&store, &deciding(), id, after_noon(2 * day + 61)).await;
    assert_eq!(climbed.deliveries.len(), 1);
    assert!(outcome(&store, id.0, ("Bob", after_noon(2 * day + 70))).await.is_ok());
}

#[tokio::test]
async fn an_acknowledgement_is_whole_after_a_kill() {
    let folder = StoreFolder::new();
    let store = folder.open();
    tell(&store, Severity::High, NOON).await;
    let before = folder.copy();
    outcome(&store, 1, ("Ann", after_noon(1))).await.unwrap();
    let after = folder.copy();
    assert_eq!(before.number("SELECT count(*) FROM acknowledgements"), 0);
    assert!(outcome(&before.open(), 1, ("Ann", after_noon(2))).await.is_ok());
    assert_eq!(after.number("SELECT count(*) FROM deliveries"), 4);
    assert!(matches!(outcome(&after.open(), 1, ("Bob", after_noon(2))).await, Err(Obstacle::Already(_))));
}

#[tokio::test]
async fn the_newest_of_an_incident_that_asks_is_found() {
    let folder = StoreFolder::new();
    let store = folder.open();
    assert_eq!(store.newest_of_incident(AlertId(1)).await.unwrap(), None);
    tell(&store, Severity::Mid, NOON).await;
    tell(&store, Severity::High, after_noon(1)).await;
    outcome(&store, 1, ("Ann", after_noon(2))).await.unwrap(); // told with a notification of its own
    assert_eq!(store.newest_of_incident(AlertId(1)).await.unwrap(), Some(NotificationId(2)));
}

#[tokio::test]
async fn nothing_is_told_on_a_channel_that_is_no_longer_in_the_config() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let id = tell(&store, Severity::High, NOON).await.owed[0].notification.id;
    let decider = deciding().without("ding");
    let (outcome, _) = acknowledge(&store, &decider, id, ("Ann", after_noon(1))).await;
    assert_eq!(told(&outcome), [("on-call", vec!["mail"])]);
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_climbs_nothing_when_somebody_acknowledges() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let id = tell(&store, Severity::High, NOON).await.owed[0].notification.id;
    let (_, more) = acknowledge(&store, &deciding(), id, ("Ann", after_noon(3600))).await;
    assert!(more.deliveries.is_empty(), "{:?}", more.deliveries);
}
