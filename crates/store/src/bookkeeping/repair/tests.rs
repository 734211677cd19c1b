use fanfare_core::Severity;

use crate::fixtures::{Decider, NOON, StoreFolder, accept_by, alarm, ladder, try_accept};
use crate::{DeadLetterFilter, Remedy};

/// Lets the columns take any value, as damage on the disk does.
fn lift_constraints(folder: &StoreFolder) {
    let sql = "PRAGMA writable_schema = ON;
               UPDATE sqlite_schema SET sql = replace(replace(replace(sql, 'STRICT, WITHOUT ROWID', 'WITHOUT ROWID'),
                 ') STRICT', ')'), ' NOT NULL', '') WHERE type = 'table';
               PRAGMA writable_schema = RESET;";
    folder.raw().execute_batch(sql).unwrap();
}

/// A store with two alerts, told on two channels each, and `damage` in it.
async fn damaged(damage: &str) -> StoreFolder {
    let folder = StoreFolder::new();
    let store = folder.open();
    for eui in ["a", "b"] {
        try_accept(&store, vec![alarm(eui, Severity::High)], NOON).await.unwrap();
    }
    drop(store);
    drop(folder.open()); // the first may still be at it
    lift_constraints(&folder);
    assert_eq!(folder.raw().execute(damage, []).unwrap(), 1, "{damage}");
    folder
}

/// After `damage` just this cell is found; after a repair none is.
async fn check(damage: &str, row: &str, column: &str) -> StoreFolder {
    let folder = damaged(damage).await;
    let store = folder.open();
    let found = store.damaged_cells().await.unwrap();
    assert_eq!(found.len(), 1, "{damage}: {found:?}");
    assert!(found[0].row.starts_with(row) && found[0].column == column, "{damage}: {found:?}");
    let audit = store.audit().await.unwrap();
    let mut found_by_audit = audit.unaccounted.iter().map(|it| it.contradiction.to_string());
    assert!(found_by_audit.any(|it| it.contains(row) && it.contains(column)), "{audit:?}");
    store.repair(NOON).await.unwrap();
    if found[0].remedy != Remedy::None {
        assert_eq!(store.damaged_cells().await.unwrap(), [], "{damage}");
    }
    folder
}

#[tokio::test]
async fn a_sound_store_has_no_damaged_cell_and_a_repair_changes_nothing() {
    let folder = StoreFolder::new();
    let store = folder.open();
    try_accept(&store, vec![alarm("a", Severity::High)], NOON).await.unwrap();
    assert_eq!(store.damaged_cells().await.unwrap(), []);
    assert_eq!(store.repair(NOON).await.unwrap(), 0);
    assert_eq!(store.pending_deliveries().await.unwrap().len(), 2);
}

#[tokio::test]
async fn each_kind_of_damage_is_found_by_row_and_column_and_repaired() {
    check("UPDATE alerts SET last_seen = 'noon' WHERE id = 2", "alerts 2", "last_seen").await;
    check("UPDATE alerts SET alert = '{' WHERE id = 1", "alerts 1", "alert").await;
    check("UPDATE incidents SET told = '[' WHERE last_alert = 1", "incidents", "told").await;
    check("UPDATE notifications SET climbed = -1 WHERE id = 1", "notifications 1", "climbed").await;
    check(
        "UPDATE notifications SET look_at = 9000000000000000000 WHERE id = 2",
        "notifications 2",
        "look_at",
    )
    .await;
    check("UPDATE alerts SET alert = '{\"labels\": 7}' WHERE id = 1", "alerts 1", "alert").await;
    check("UPDATE alerts SET source = CAST(x'ff' AS TEXT) WHERE id = 1", "alerts 1", "source").await;
    check("UPDATE incidents SET told = '7' WHERE last_alert = 1", "incidents", "told").await;
    check("UPDATE notifications SET why = '{\"why\":\"because\"}' WHERE id = 1", "notifications 1", "why")
        .await;
    check("UPDATE notifications SET terms = '{\"channels\": 7}' WHERE id = 1", "notifications 1", "terms")
        .await;
    check(
        "UPDATE notifications SET acknowledgement = '[]' WHERE id = 1",
        "notifications 1",
        "acknowledgement",
    )
    .await;
    check("UPDATE deliveries SET only_to = '{}' WHERE id = 2", "deliveries 2", "only_to").await;
    check("UPDATE deliveries SET reason = CAST(x'c3' AS TEXT) WHERE id = 2", "deliveries 2", "reason").await;
    check("UPDATE deliveries SET settled_at = x'00'WHERE id = 4", "deliveries 4", "settled_at").await;
    check("UPDATE deliveries SET form = 'long' WHERE id = 4", "deliveries 4", "form").await;
}

#[tokio::test]
async fn a_pending_delivery_that_is_damaged_is_a_dead_letter_after_the_repair() {
    let folder =
        check("UPDATE deliveries SET severity = 'awful' WHERE id = 3", "deliveries 3", "severity").await;
    let store = folder.open();
    let letters = store.dead_letters(DeadLetterFilter::default(), None, 10).await.unwrap().letters;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].reason.contains("a severity"), "{}", letters[0].reason);
    assert_eq!(store.pending_deliveries().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_send_whose_times_are_both_lost_is_repaired_at_once() {
    let folder = StoreFolder::new();
    let store = folder.open();
    for (started_at, ended_at) in
        [("-9000000000000000000", "NULL"), ("9000000000000000000", "9000000000000000000")]
    {
        let insert = format!(
            "INSERT INTO sends (account, delivery, started_at, ended_at) VALUES ('a', 1, {started_at}, {ended_at})"
        );
        folder.raw().execute(&insert, []).unwrap();
    }
    assert!(!store.damaged_cells().await.unwrap().is_empty());
    store.repair(NOON).await.unwrap();
    assert_eq!(store.damaged_cells().await.unwrap(), []);
}

#[tokio::test]
async fn states_that_nobody_knows_are_repaired_so_that_a_person_hears_of_them() {
    let folder = damaged("UPDATE deliveries SET state = 'delievered' WHERE id = 2").await;
    let store = folder.open();
    let found: Vec<_> =
        store.damaged_cells().await.unwrap().into_iter().map(|it| (it.row, it.column)).collect();
    assert_eq!(found, [("deliveries 2".to_owned(), "state")]);
    store.repair(NOON).await.unwrap();
    assert_eq!(store.damaged_cells().await.unwrap(), []);
    assert_eq!(folder.number("SELECT count(*) FROM deliveries WHERE id = 2 AND state = 'dead'"), 1);

    let folder = damaged("UPDATE notifications SET fulfilment = 'opne' WHERE id = 1").await;
    let store = folder.open();
    store.repair(NOON).await.unwrap();
    assert_eq!(folder.number("SELECT count(*) FROM notifications WHERE id = 1 AND fulfilment = 'open'"), 1);
    assert_eq!(store.audit().await.unwrap().unaccounted_in_all, 0);
}

#[tokio::test]
async fn a_ladder_that_nothing_would_climb_is_found_and_put_on_the_schedule() {
    for (damage, column) in [
        ("UPDATE notifications SET look_at = NULL", "look_at"),
        ("UPDATE notifications SET look_at = NULL, fulfilment = 'kept'", "look_at"),
        ("UPDATE notifications SET climbed = 7", "climbed"),
    ] {
        let folder = StoreFolder::new();
        let store = folder.open();
        accept_by(&store, &Decider::on(ladder()), alarm("a", Severity::High), NOON).await;
        assert_eq!(store.audit().await.unwrap().unaccounted_in_all, 0);
        folder.raw().execute(damage, []).unwrap();
        let found: Vec<_> = store.damaged_cells().await.unwrap().into_iter().map(|it| it.column).collect();
        assert_eq!(found, [column], "{damage}");
        assert_eq!(store.audit().await.unwrap().unaccounted_in_all, 1, "{damage}");
        store.repair(NOON).await.unwrap();
        assert_eq!(store.audit().await.unwrap().unaccounted_in_all, 0, "{damage}");
        assert_eq!(store.rechecks().await.unwrap().len(), 1, "{damage}");
    }
}

#[tokio::test]
async fn a_contract_whose_terms_are_lost_is_told_as_abandoned_after_the_repair() {
    let folder = damaged("UPDATE notifications SET terms = '{' WHERE id = 2").await;
    let store = folder.open();
    store.repair(NOON).await.unwrap();
    let told = store.abandoned_contracts("fanfare", None, 10).await.unwrap();
    assert_eq!(told.iter().map(|it| it.notification.0).collect::<Vec<_>>(), [2]);
}
