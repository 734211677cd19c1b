use fanfare_core::Severity;

use crate::fixtures::{NOON, StoreFolder, alarm, try_accept};
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
    check("UPDATE deliveries SET settled_at = x'00' WHERE id = 4", "deliveries 4", "settled_at").await;
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
