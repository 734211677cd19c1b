//! Damaged cells cost the row in which they stand, whatever is asked.

use fanfare_core::{AlertId, ContractStatus, DeliveryId, DeliveryOutcome, Severity, Status};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::*;
use crate::fixtures::{
    Decider, NOON, StoreFolder, accept, accept_by, acknowledge, after_noon, again, alarm, dead, deliveries,
    end_of, ladder, recheck_at, settle, settle_by, settlement,
};
use crate::{Store, StoreError};

/// Lets the columns take any value, as damage on the disk does.
fn lift_constraints(db: &Connection) {
    let sql = "PRAGMA writable_schema = ON;
               UPDATE sqlite_schema SET sql = replace(replace(replace(sql, 'STRICT, WITHOUT ROWID', 'WITHOUT ROWID'),
                 ') STRICT', ')'), ' NOT NULL', '') WHERE type = 'table';
               PRAGMA writable_schema = RESET;";
    db.execute_batch(sql).unwrap();
}

/// A store whose alert 1 has a row in every table, and after it `b`, told on one channel and dead on the other, with the
/// number that is returned.
async fn filled(folder: &StoreFolder) -> (Store, AlertId) {
    drop(folder.open());
    lift_constraints(&folder.raw());
    let store = folder.open();
    let decider = Decider::on(ladder());
    let first = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let [ding, mail] = &deliveries(&first)[..] else { panic!() };
    settle_by(&store, &decider, settlement(ding, again(9))).await;
    settle_by(&store, &decider, settlement(mail, dead())).await;
    recheck_at(&store, &decider, mail.notification, after_noon(60)).await;
    acknowledge(&store, &decider, mail.notification, ("Ann", after_noon(70))).await.0.unwrap();
    accept_by(&store, &decider, end_of("a"), after_noon(80)).await;
    folder.raw().execute("INSERT INTO notification_alerts VALUES (1, 1, 2)", []).unwrap();
    let other = accept(&store, alarm("b", Severity::Urgent), after_noon(90)).await;
    let [ding, mail] = &deliveries(&other)[..] else { panic!() };
    settle(&store, settlement(ding, DeliveryOutcome::Delivered)).await;
    settle(&store, settlement(mail, dead())).await;
    (store, other.id)
}

fn odd_values() -> Vec<Value> {
    let text = |it: &str| Value::Text(it.to_owned());
    vec![
        Value::Null,
        text("{"),
        text("no such word"),
        text(""),
        Value::Integer(-1),
        Value::Integer(i64::MAX),
        Value::Integer(i64::MIN),
        Value::Real(1.5),
        Value::Blob(vec![0xFF, 0xFE, 0x00]),
    ]
}

/// Asks everything that people and the gateway ask. The alert `other` and all of it must be found.
async fn ask_everything(store: &Store, other: AlertId) -> Result<(), StoreError> {
    let fingerprint = Some(alarm("b", Severity::Urgent).fingerprint);
    for filter in [None, fingerprint] {
        let alerts = store.alerts(AlertFilter { before: None, fingerprint: filter, limit: 9 }).await?;
        assert!(alerts.iter().any(|it| it.id == other && it.notifications.len() == 1), "{alerts:?}");
    }
    let any = AlertSearch { limit: 9, ..AlertSearch::default() };
    for search in [
        AlertSearch { since: Some(NOON), ..any.clone() },
        AlertSearch { status: Some(Status::Firing), severity: Some(Severity::Urgent), ..any.clone() },
        AlertSearch { receiver: Some("on-call".into()), ..any.clone() },
        AlertSearch { contract: Some(ContractStatus::Abandoned), ..any.clone() },
        AlertSearch { matchers: vec!["eui = b".parse().unwrap()], ..any },
    ] {
        let page = store.search_alerts(search.clone()).await?;
        assert!(page.alerts.iter().any(|it| it.id == other), "{search:?}: {page:?}");
    }
    let all = DeliveryFilter { limit: 99, ..DeliveryFilter::default() };
    for filter in [
        all.clone(),
        DeliveryFilter { channel: Some("mail".into()), ..all.clone() },
        DeliveryFilter { state: Some("dead".to_owned()), ..all.clone() },
        DeliveryFilter { alert: Some(other), ..all },
    ] {
        let deliveries = store.deliveries(filter.clone()).await?;
        let last = deliveries.iter().find(|it| it.alert_id == other.0 && it.channel == "mail");
        assert!(last.is_some(), "{filter:?}: {deliveries:?}");
    }
    let all = DeadLetterFilter::default();
    for filter in [
        all.clone(),
        DeadLetterFilter { channel: Some("mail".into()), ..all.clone() },
        DeadLetterFilter { receiver: Some("on-call".into()), since: Some(NOON), ..all },
    ] {
        let letters = store.dead_letters(filter.clone(), None, 9).await?.letters;
        assert!(letters.iter().any(|it| it.alert_id == other), "{filter:?}: {letters:?}");
    }
    let history = store.history(other).await?.unwrap();
    assert_eq!((history.notifications.len(), history.notifications[0].deliveries.len()), (1, 2));
    store.attempts(DeliveryId(1)).await?;
    store.overview().await?;
    store.firing_of("thinklink").await?;
    store.dead_letters_by_channel("fanfare").await?;
    Ok(())
}

/// The cells of a row: the table, the row in SQL, and the columns.
fn cells(db: &Connection) -> Vec<(&'static str, &'static str, String)> {
    let rows = [
        ("alerts", "id = 1"),
        ("notifications", "id = 1"),
        ("deliveries", "id = 1"),
        ("deliveries", "id = 2"),
        ("attempts", "delivery = 1"),
        ("steps", "id = 1"),
        ("acknowledgements", "id = 1"),
        ("notification_alerts", "notification = 1"),
        ("incidents", "first_alert <> 0"),
    ];
    let mut cells = Vec::new();
    for (table, row) in rows {
        let mut columns =
            db.prepare(&format!("SELECT name FROM pragma_table_info('{table}') WHERE pk = 0")).unwrap();
        let columns = columns.query_map([], |row| row.get(0)).unwrap();
        cells.extend(columns.map(|column| (table, row, column.unwrap())));
    }
    cells
}

#[tokio::test]
async fn whatever_stands_in_one_cell_costs_its_row_and_no_list_history_or_count() {
    let folder = StoreFolder::new();
    let (store, other) = filled(&folder).await;
    ask_everything(&store, other).await.unwrap();
    let db = folder.raw();
    let mut failed = Vec::new();
    for (table, row, column) in cells(&db) {
        let read = format!("SELECT {column} FROM {table} WHERE {row}");
        let before: Value = db.query_row(&read, [], |row| row.get(0)).unwrap();
        // As text, the blob is one that is not in UTF-8.
        let as_text = odd_values().into_iter().filter(|it| matches!(it, Value::Blob(_)));
        let odd =
            odd_values().into_iter().map(|it| ("?1", it)).chain(as_text.map(|it| ("CAST(?1 AS TEXT)", it)));
        for (expression, odd) in odd {
            let write = format!("UPDATE {table} SET {column} = {expression} WHERE {row}");
            db.execute(&write, [&odd]).unwrap();
            if let Err(err) = ask_everything(&store, other).await {
                failed.push(format!("{table}.{column} = {expression} of {odd:?}: {err}"));
            }
            let row = if column == "first_alert" { "TRUE" } else { row };
            db.execute(&format!("UPDATE {table} SET {column} = ?1 WHERE {row}"), [&before]).unwrap();
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
