use fanfare_core::{AlertId, ContractStatus, NotificationId, Severity, Why};

use super::*;
use crate::fixtures::{
    Deciding, NOON, Place, accept, after_noon, alarm, end_of, plain, settle_by, settlement,
};
use crate::{AlertFilter, Outcome};

/// What version 1 wrote: `a` began, and one of its channels was told and the
/// other given up; `b` fires and is owed on two channels; of `c` nobody was told.
fn written_by_version_1() -> Place {
    let place = Place::new();
    let mut db = place.raw();
    let step = db.transaction().unwrap();
    step.execute_batch(MIGRATIONS[0]).unwrap();
    step.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    step.pragma_update(None, "user_version", 1).unwrap();
    step.commit().unwrap();
    db.execute("INSERT INTO instance (id) VALUES ('an old store')", []).unwrap();
    let noon = NOON.as_millisecond();
    for (id, eui) in [(1, "a"), (2, "b"), (3, "c")] {
        let alert = alarm(eui, Severity::High);
        let held = (id == 3).then_some(r#"[{"receiver":"on-call","reason":"already told"}]"#);
        db.execute(
            "INSERT INTO alerts (id, received_at, fingerprint, incident, since, alert, held) VALUES (?1, ?2, ?3, ?1, ?2, ?4, ?5)",
            (id, noon, alert.fingerprint.to_bits().cast_signed(), serde_json::to_string(&alert).unwrap(), held),
        )
        .unwrap();
        let told = r#"[{"receiver":"on-call","severity":"high","at":"2026-03-08T12:00:00Z"}]"#;
        db.execute(
            "INSERT INTO incidents (fingerprint, first_alert, last_alert, since, told) VALUES (?1, ?2, ?2, ?3, ?4)",
            (alert.fingerprint.to_bits().cast_signed(), id, noon, told),
        )
        .unwrap();
    }
    db.execute_batch(&format!(
        "INSERT INTO notifications (alert, receiver, why, owed_at)
           VALUES (1, 'on-call', '{{\"why\":\"started\"}}', {noon}), (2, 'on-call', '{{\"why\":\"started\"}}', {noon});
         INSERT INTO deliveries (notification, channel, severity, state, next_at, attempts, settled_at, reason)
           VALUES (1, 'ding', 'high', 'delivered', {noon}, 1, {noon}, 'ok'), (1, 'mail', 'high', 'dead', {noon}, 1, {noon}, 'too late'),
                  (2, 'ding', 'high', 'pending', {noon}, 0, NULL, NULL), (2, 'mail', 'high', 'pending', {noon}, 3, NULL, 'busy');
         INSERT INTO attempts VALUES (1, 1, {noon}, {noon}, 'delivered', 'ok'), (2, 1, {noon}, {noon}, 'transient', 'busy')"
    ))
    .unwrap();
    place
}

#[tokio::test]
async fn a_store_of_the_first_version_keeps_its_name_and_all_that_is_pending() {
    let place = written_by_version_1();
    let store = place.open();
    assert_eq!(store.instance(), "an old store");
    assert_eq!(place.number("PRAGMA user_version"), NEWEST);
    let pending = store.pending().await.unwrap();
    let read: Vec<_> = pending.iter().map(|it| (it.id.0, it.channel.as_str(), it.attempts)).collect();
    assert_eq!(read, [(3, "ding", 0), (4, "mail", 3)]);
    assert!(pending.iter().all(|it| !it.watched && !it.asks && it.gathered.is_none() && it.owed_at == NOON));
    let notification = store.notification(NotificationId(2)).await.unwrap().unwrap();
    assert_eq!((notification.incident, notification.why), (AlertId(2), Why::Started));
    assert!(store.watched().await.unwrap().is_empty());
}

#[tokio::test]
async fn its_alerts_can_be_read_their_stories_told_and_its_books_balance() {
    let place = written_by_version_1();
    let store = place.open();
    let all = AlertFilter { before: None, fingerprint: None, limit: 9 };
    assert_eq!(store.alerts(all).await.unwrap().len(), 3);
    let story = store.story(AlertId(1)).await.unwrap().unwrap();
    assert_eq!(story.notifications[0].fulfilment, ContractStatus::Abandoned); // one of two channels was given up
    assert_eq!((story.policy, story.notifications[0].terms.as_ref()), (None, None));
    let held = store.story(AlertId(3)).await.unwrap().unwrap().held;
    assert_eq!((held[0].receiver.as_str(), held[0].route.as_deref()), ("on-call", None));
    assert_eq!(store.dead_letters(Default::default(), None, 9).await.unwrap().len(), 1);
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.alerts, audit.unaccounted), (3, Vec::new()));
}

#[tokio::test]
async fn what_it_owed_is_settled_and_what_it_told_goes_on() {
    let place = written_by_version_1();
    let store = place.open();
    for delivery in store.pending().await.unwrap() {
        let settlement = settlement(&delivery, Outcome::Delivered);
        settle_by(
            &store,
            &Deciding::on(plain()),
            crate::Settlement { ordinal: delivery.attempts + 1, ..settlement },
        )
        .await;
    }
    assert!(store.pending().await.unwrap().is_empty());
    let end = accept(&store, end_of("a"), after_noon(5)).await;
    assert_eq!(
        (end.owed[0].notification.why, end.owed[0].notification.incident),
        (Why::Resolved, AlertId(1))
    );
    assert_eq!(end.id, AlertId(4));
}
