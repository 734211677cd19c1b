use fanfare_core::{DeliveryOutcome, Severity};

use super::*;
use crate::DeadLetters;
use crate::fixtures::{
    Decider, NOON, StoreFolder, accept, accept_by, acknowledge, after_noon, again, alarm, dead, deliveries,
    discard_as_known, end_of, in_turn, ladder, reworded, settle, settle_by, settlement,
};

/// A store with a bit of everything, all of it accounted for.
async fn filled(folder: &StoreFolder) -> Store {
    let store = folder.open();
    let began = accept(&store, alarm("a", Severity::High), NOON).await;
    let [ding, mail] = &deliveries(&began)[..] else { panic!() };
    settle(&store, settlement(ding, DeliveryOutcome::Delivered)).await;
    settle(&store, settlement(mail, dead())).await;
    accept(&store, reworded(alarm("a", Severity::High), "again"), after_noon(1)).await; // held
    let ended = accept(&store, end_of("a"), after_noon(2)).await;
    for delivery in deliveries(&ended) {
        settle(&store, settlement(&delivery, DeliveryOutcome::Delivered)).await;
    }
    let decider = Decider::on(ladder());
    let climbing = accept_by(&store, &decider, alarm("b", Severity::High), after_noon(3)).await;
    settle_by(&store, &decider, settlement(&deliveries(&climbing)[0], dead())).await; // phone is told
    let id = climbing.owed[0].notification.id;
    acknowledge(&store, &decider, id, ("Ann", after_noon(4))).await.0.unwrap();
    store
}

#[tokio::test]
async fn everything_that_was_accepted_is_told_or_suppressed_and_what_is_told_has_come_to_something() {
    let folder = StoreFolder::new();
    let store = filled(&folder).await;
    let audit = store.audit().await.unwrap();
    let expected = Audit {
        alerts: 4,
        repeats: 0,
        newest: Some(AlertId(4)),
        told: 3,
        suppressed: 1,
        notifications: NotificationCounts { open: 2, kept: 1, abandoned: 1, ..Default::default() },
        deliveries: DeliveryCounts { delivered: 3, pending: 5, dead: 2, discarded: 0 },
        unaccounted: Vec::new(),
        unaccounted_in_all: 0,
    };
    assert_eq!(audit, expected);
}

#[tokio::test]
async fn it_adds_up_at_every_moment_of_a_delivery() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(in_turn());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let ding = &deliveries(&accepted)[0];
    let check = async || {
        let audit = store.audit().await.unwrap();
        assert_eq!(audit.unaccounted, []);
        audit.deliveries
    };
    let counts = |delivered, pending, dead, discarded| DeliveryCounts { delivered, pending, dead, discarded };
    assert_eq!(check().await, counts(0, 1, 0, 0));
    settle_by(&store, &decider, settlement(ding, again(5))).await;
    assert_eq!(check().await, counts(0, 2, 0, 0));
    settle_by(&store, &decider, settlement(ding, dead())).await;
    assert_eq!(check().await, counts(0, 1, 1, 0));
    discard_as_known(&store, DeadLetters::All(Default::default())).await;
    assert_eq!(check().await, counts(0, 1, 0, 1));
    let mail = &store.pending_deliveries().await.unwrap()[0];
    settle_by(&store, &decider, settlement(mail, DeliveryOutcome::Delivered)).await;
    assert_eq!(check().await, counts(1, 0, 0, 1));
}

/// After `damage` just this is found about alert number `alert`.
async fn check_found(damage: &str, alert: Option<i64>, what: &str) {
    let folder = StoreFolder::new();
    let store = filled(&folder).await;
    assert!(folder.raw().execute(damage, []).unwrap() > 0);
    let audit = store.audit().await.unwrap();
    let found: Vec<_> = audit.unaccounted.iter().map(|it| (it.alert, it.contradiction.to_string())).collect();
    assert_eq!((found, audit.unaccounted_in_all), (vec![(alert.map(AlertId), what.to_owned())], 1));
}

#[tokio::test]
async fn a_receiver_who_is_neither_told_nor_held_is_found() {
    check_found(
        "UPDATE alerts SET decided = 2 WHERE id = 1",
        Some(1),
        "2 receivers were decided about; 1 are told and 0 are not",
    )
    .await;
    check_found(
        "UPDATE alerts SET held = NULL WHERE id = 2",
        Some(2),
        "1 receivers were decided about; 0 are told and 0 are not",
    )
    .await;
    check_found(
        "UPDATE alerts SET held = 'gibberish' WHERE id = 2",
        Some(2),
        "1 receivers were decided about; 0 are told and 0 are not",
    )
    .await;
}

#[tokio::test]
async fn a_delivery_that_is_missing_is_found() {
    check_found("DELETE FROM deliveries WHERE id = 3", Some(3), "notification 2 has 1 deliveries of 2").await;
}

#[tokio::test]
async fn a_delivery_that_no_provider_took_is_found() {
    check_found(
        "UPDATE attempts SET outcome = 'unanswered' WHERE delivery = 1",
        Some(1),
        "delivery 1 is delivered and no provider said so",
    )
    .await;
}

#[tokio::test]
async fn a_delivery_that_was_given_up_for_no_reason_is_found() {
    check_found(
        "UPDATE deliveries SET reason = NULL WHERE id = 2",
        Some(1),
        "delivery 2 is dead and nobody knows why",
    )
    .await;
    check_found(
        "UPDATE deliveries SET state = 'discarded', reason = NULL WHERE id = 2",
        Some(1),
        "delivery 2 is discarded and nobody knows why",
    )
    .await;
}

#[tokio::test]
async fn a_delivery_or_a_promise_in_a_state_that_nobody_knows_is_found() {
    check_found("UPDATE deliveries SET state = 'lost' WHERE id = 2", Some(1), "delivery 2 stands as `lost`")
        .await;
    check_found(
        "UPDATE notifications SET fulfilment = 'forgotten' WHERE id = 1",
        Some(1),
        "notification 1 stands as `forgotten`",
    )
    .await;
}

#[tokio::test]
async fn a_promise_that_nobody_looks_after_is_found() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept_by(&store, &Decider::on(ladder()), alarm("a", Severity::High), NOON).await;
    let strand =
        "UPDATE deliveries SET state = 'dead', reason = 'too late'; UPDATE notifications SET look_at = NULL";
    folder.raw().execute_batch(strand).unwrap();
    let audit = store.audit().await.unwrap();
    let contradiction = Contradiction::ContractUnattended { notification: 1, contract: ContractStatus::Open };
    assert_eq!(contradiction.to_string(), "notification 1 is open and nobody looks after it");
    assert_eq!(audit.unaccounted, [Unaccounted { alert: Some(AlertId(1)), contradiction }]);
}

#[tokio::test]
async fn what_tells_of_nothing_is_found() {
    check_found("DELETE FROM alerts WHERE id = 1", Some(1), "its notification 1 is here and it is not").await;
    let folder = StoreFolder::new();
    let store = filled(&folder).await;
    folder.raw().execute("DELETE FROM notifications WHERE id = 1", []).unwrap();
    let audit = store.audit().await.unwrap();
    let orphans = audit.unaccounted.iter().filter(|it| it.alert.is_none());
    let what: Vec<_> = orphans.map(|it| it.contradiction.to_string()).collect();
    assert_eq!(what, ["delivery 1 tells of nothing", "delivery 2 tells of nothing"]);
    assert_eq!(audit.unaccounted_in_all, 3); // its alert misses it too
}

#[tokio::test]
async fn of_much_that_is_missing_some_is_shown_and_all_is_counted() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let alerts = (0..EXAMPLES + 5).map(|it| alarm(&it.to_string(), Severity::Low)).collect();
    crate::fixtures::try_accept(&store, alerts, NOON).await.unwrap();
    folder.raw().execute("UPDATE alerts SET decided = 9", []).unwrap();
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.unaccounted.len(), audit.unaccounted_in_all), (EXAMPLES, EXAMPLES as u64 + 5));
}

#[tokio::test]
async fn an_empty_store_adds_up() {
    assert_eq!(StoreFolder::new().open().audit().await.unwrap(), Audit::default());
}

#[tokio::test]
async fn each_row_is_found_by_its_number_and_what_belongs_to_it_by_an_index() {
    let folder = StoreFolder::new();
    drop(folder.open());
    let raw = folder.raw();
    for sql in [ALERTS, NOTIFICATIONS, DELIVERIES] {
        let mut statement = raw.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = vec![1; statement.parameter_count()];
        let plan = statement.query_map(rusqlite::params_from_iter(parameters), |row| row.get(3)).unwrap();
        let plan: Vec<String> = plan.collect::<Result<_, _>>().unwrap();
        assert!(!plan.iter().any(|it| it.starts_with("SCAN") && it != "SCAN n"), "{sql}: {plan:?}");
        assert!(!plan.iter().any(|it| it.contains("TEMP B-TREE")), "{sql}: {plan:?}");
    }
}
