use fanfare_core::{Alert, DeliveryId, DeliveryOutcome, Moment, Severity};

use super::*;
use crate::fixtures::{
    Accepted, Decider, NOON, StoreFolder, accept, accept_by, account, acknowledge, after_noon, alarm, dead,
    deliveries, discard_as_known, end_of, forget, ids, ladder, reworded, settle, settle_by, settlement,
};
use crate::{DeadLetters, NewSend, SendDigest};

async fn settle_all(store: &Store, accepted: &Accepted, outcome: &DeliveryOutcome) {
    for delivery in deliveries(accepted) {
        settle(store, settlement(&delivery, outcome.clone())).await;
    }
}

/// An incident that began and ended at noon, told and over.
async fn long_over(store: &Store, eui: &str) -> [Accepted; 2] {
    let began = accept(store, alarm(eui, Severity::High), NOON).await;
    let ended = accept(store, end_of(eui), NOON).await;
    settle_all(store, &began, &DeliveryOutcome::Delivered).await;
    settle_all(store, &ended, &DeliveryOutcome::Delivered).await;
    [began, ended]
}

fn kept(folder: &StoreFolder) -> Vec<i64> {
    let raw = folder.raw();
    let mut statement = raw.prepare("SELECT id FROM alerts ORDER BY id").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn what_is_over_and_old_is_forgotten_with_all_that_came_of_it() {
    let folder = StoreFolder::new();
    let store = folder.open();
    long_over(&store, "a").await;
    assert_eq!(forget(&store, after_noon(1)).await, 2);
    assert_eq!(forget(&store, after_noon(1)).await, 0);
    for table in ["alerts", "incidents", "notifications", "deliveries", "attempts"] {
        assert_eq!(folder.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
}

#[tokio::test]
async fn what_is_younger_stays() {
    let folder = StoreFolder::new();
    let store = folder.open();
    long_over(&store, "a").await;
    assert_eq!(forget(&store, NOON).await, 0);
    assert_eq!(kept(&folder), [1, 2]);
}

#[tokio::test]
async fn what_still_fires_stays_with_what_was_last_told_of_it() {
    let folder = StoreFolder::new();
    let store = folder.open();
    for (severity, seconds) in
        [(Severity::Low, 0), (Severity::Mid, 1), (Severity::High, 2), (Severity::High, 3)]
    {
        let accepted = accept(&store, alarm("a", severity), after_noon(seconds)).await;
        settle_all(&store, &accepted, &DeliveryOutcome::Delivered).await;
    }
    forget(&store, after_noon(60)).await;
    assert_eq!(kept(&folder), [1, 3]); // the first names the incident, the third completes its resolution
    let end = accept(&store, end_of("a"), after_noon(61)).await;
    assert_eq!(end.alert.severity, Severity::High);
    assert_eq!(end.owed[0].notification.incident, AlertId(1));
}

#[tokio::test]
async fn what_is_owed_or_waits_for_a_person_stays() {
    let folder = StoreFolder::new();
    let store = folder.open();
    for (eui, outcome) in [("a", None), ("b", Some(dead())), ("c", Some(DeliveryOutcome::Delivered))] {
        let began = accept(&store, alarm(eui, Severity::High), NOON).await;
        let ended = accept(&store, end_of(eui), NOON).await;
        settle_all(&store, &began, &DeliveryOutcome::Delivered).await;
        if let Some(outcome) = outcome {
            let [ding, mail] = &deliveries(&ended)[..] else { panic!() };
            settle(&store, settlement(ding, DeliveryOutcome::Delivered)).await;
            settle(&store, settlement(mail, outcome)).await;
        }
    }
    assert_eq!(forget(&store, after_noon(1)).await, 4);
    assert_eq!(kept(&folder), [2, 4]);
    assert_eq!(store.pending_deliveries().await.unwrap().len(), 2);
    assert!(store.notification(fanfare_core::NotificationId(2)).await.unwrap().is_some());
}

#[tokio::test]
async fn numbers_are_not_given_again_after_the_highest_was_forgotten() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let [_, last] = long_over(&store, "a").await;
    forget(&store, after_noon(1)).await;
    drop(store);
    let next = accept(&folder.open(), alarm("b", Severity::High), after_noon(2)).await;
    assert_eq!(next.id, AlertId(last.id.0 + 1));
    let [_, DeliveryId(highest)] = ids(&deliveries(&last))[..] else { panic!() };
    assert_eq!(ids(&deliveries(&next))[0], DeliveryId(highest + 1));
}

#[tokio::test]
async fn a_long_memory_is_forgotten_piece_by_piece() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let bare_ends = (0..=BATCH_SIZE).map(|number| reworded(end_of("a"), &number.to_string())).collect();
    crate::fixtures::try_accept(&store, bare_ends, NOON).await.unwrap();
    let expired = store.expired_alerts(AlertId(0), after_noon(1)).await.unwrap();
    assert_eq!(expired.parts.iter().map(Vec::len).collect::<Vec<_>>(), [BATCH_SIZE, 1]);
    assert_eq!(forget(&store, after_noon(1)).await, BATCH_SIZE + 1);
}

#[tokio::test]
async fn looking_for_what_is_old_reads_piece_by_piece_and_not_what_is_young() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let raw = folder.raw();
    let mut statement = raw.prepare(&format!("EXPLAIN QUERY PLAN {}", alerts::walk_sql())).unwrap();
    let steps: Vec<String> =
        statement.query_map([0, 1, 1], |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
    assert!(steps[0].contains("USING INTEGER PRIMARY KEY (rowid>?)"), "{steps:?}");
    assert!(!steps.iter().any(|it| it.starts_with("SCAN") || it.contains("TEMP B-TREE")), "{steps:?}");

    let firing = (0..2 * WALK).map(|number| alarm(&number.to_string(), Severity::High)).collect();
    crate::fixtures::try_accept(&store, firing, NOON).await.unwrap();
    accept(&store, alarm("young", Severity::High), after_noon(60)).await;
    let mut pieces = vec![store.expired_alerts(AlertId(0), after_noon(1)).await.unwrap()];
    while let Some(next) = pieces.last().and_then(|it| it.next) {
        pieces.push(store.expired_alerts(next, after_noon(1)).await.unwrap());
    }
    let ends: Vec<_> = pieces.iter().map(|it| it.next.map(|id| id.0)).collect();
    assert_eq!(ends, [Some(i64::from(WALK)), Some(2 * i64::from(WALK)), None]);
    assert!(pieces.iter().all(|it| it.parts.is_empty()), "{pieces:?}");
}

#[tokio::test]
async fn an_alert_that_changed_after_it_was_found_is_not_forgotten() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, end_of("a"), NOON).await;
    let expired = store.expired_alerts(AlertId(0), after_noon(1)).await.unwrap();
    accept(&store, end_of("a"), after_noon(5)).await; // a repeat
    assert_eq!(store.forget_alerts(expired.parts[0].clone(), after_noon(1)).await.unwrap(), 0);
    assert_eq!(kept(&folder), [1]);
}

#[tokio::test]
async fn what_is_young_by_the_time_that_has_passed_stays_whatever_the_wall_clock_showed() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, end_of("a"), after_noon(-10 * 365 * 24 * 60 * 60)).await;
    let lead = 10 * 365 * 24 * 60 * 60 * 1000_i64; // the clock was ten years behind
    folder.raw().execute("UPDATE alerts SET certain_lead = ?1", [lead]).unwrap();
    assert_eq!(forget(&store, NOON).await, 0);
    assert_eq!(forget(&store, after_noon(1)).await, 1);
}

/// The rows left in every table but that of the policies.
fn left(folder: &StoreFolder) -> Vec<(&'static str, i64)> {
    ["alerts", "notifications", "deliveries", "attempts", "steps", "acknowledgements", "digests", "usage"]
        .map(|table| (table, folder.number(&format!("SELECT count(*) FROM {table}"))))
        .into_iter()
        .filter(|(_, rows)| *rows > 0)
        .collect()
}

#[tokio::test]
async fn what_was_done_about_it_is_forgotten_with_it() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let began = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let start = NewSend {
        account: account("robot"),
        deliveries: ids(&deliveries(&began)),
        digest: SendDigest::New,
        usage: Some(("corp".to_owned(), "2026-03".to_owned())),
        now: Moment::at(NOON),
    };
    store.begin_send(start).await.unwrap();
    acknowledge(&store, &decider, began.owed[0].notification.id, ("Ann", after_noon(1))).await.0.unwrap();
    accept_by(&store, &decider, end_of("a"), after_noon(2)).await;
    for delivery in store.pending_deliveries().await.unwrap() {
        settle_by(&store, &decider, settlement(&delivery, DeliveryOutcome::Delivered)).await;
    }
    assert_eq!(left(&folder).len(), 8);
    forget(&store, after_noon(1)).await; // the beginning
    assert_eq!(folder.number("SELECT count(*) FROM acknowledgements"), 1); // the end is of the same incident
    forget(&store, after_noon(3)).await;
    assert_eq!(left(&folder), [("usage", 1)]);
}

#[tokio::test]
async fn a_count_of_used_messages_is_kept_for_longer_than_any_providers_period() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let start = NewSend {
        account: account("robot"),
        deliveries: Vec::new(),
        digest: SendDigest::None,
        usage: Some(("corp".to_owned(), "2026-03".to_owned())),
        now: Moment::at(NOON),
    };
    store.begin_send(start).await.unwrap();
    let day = 24 * 60 * 60;
    forget(&store, after_noon(31 * day)).await;
    assert_eq!(store.usage("corp".to_owned(), "2026-03".to_owned(), Timestamp::MAX).await.unwrap(), 1);
    forget(&store, after_noon(33 * day)).await;
    assert_eq!(store.usage("corp".to_owned(), "2026-03".to_owned(), Timestamp::MAX).await.unwrap(), 0);
}

#[tokio::test]
async fn a_policy_is_kept_while_it_decides_and_while_an_alert_may_have_been_decided_by_it() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let day = 24 * 60 * 60;
    for (policy, days) in [("first", 0), ("second", 2), ("third", 4)] {
        store.enter_policy(policy.to_owned(), after_noon(days * day)).await.unwrap();
    }
    let oldest = async |days: i64| {
        folder.raw().execute("DELETE FROM alerts", []).unwrap();
        accept(&store, end_of("a"), after_noon(days * day)).await;
        forget(&store, NOON).await;
        folder.number("SELECT min(id) FROM policies")
    };
    assert_eq!(oldest(1).await, 1);
    assert_eq!(oldest(3).await, 1);
    assert_eq!(oldest(4).await, 2);
    assert_eq!(oldest(400).await, 3);
}

#[tokio::test]
async fn what_a_person_has_discarded_is_over() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let notice = Alert { kind: fanfare_core::Kind::Notice, ..alarm("a", Severity::High) };
    let accepted = accept(&store, notice, NOON).await;
    settle_all(&store, &accepted, &dead()).await;
    assert_eq!(forget(&store, after_noon(1)).await, 0);
    discard_as_known(&store, DeadLetters::All(Default::default())).await;
    assert_eq!(forget(&store, after_noon(1)).await, 1);
    assert_eq!(left(&folder), []);
}

#[tokio::test]
async fn a_promise_that_was_abandoned_stays_until_a_person_has_dealt_with_it() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, end_of("a"), NOON).await;
    folder
        .raw()
        .execute_batch(
            "INSERT INTO notifications (alert, incident, receiver, why, owed_at, fulfilment)
             VALUES (1, 1, 'on-call', '{}', 0, 'abandoned')",
        )
        .unwrap();
    assert_eq!(forget(&store, after_noon(1)).await, 0);
    folder.raw().execute("UPDATE notifications SET dealt_with = 'discarded'", []).unwrap();
    assert_eq!(forget(&store, after_noon(1)).await, 1);
}

#[tokio::test]
async fn what_something_is_still_due_about_stays() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let notice = Alert { kind: fanfare_core::Kind::Notice, ..alarm("a", Severity::High) };
    let accepted = accept_by(&store, &decider, notice, NOON).await;
    for delivery in deliveries(&accepted) {
        settle_by(&store, &decider, settlement(&delivery, DeliveryOutcome::Delivered)).await;
    }
    assert_eq!(forget(&store, after_noon(1)).await, 0); // nobody has acknowledged it
    acknowledge(&store, &decider, accepted.owed[0].notification.id, ("Ann", after_noon(2))).await.0.unwrap();
    for delivery in store.pending_deliveries().await.unwrap() {
        settle_by(&store, &decider, settlement(&delivery, DeliveryOutcome::Delivered)).await;
    }
    assert_eq!(forget(&store, after_noon(1)).await, 1);
}
