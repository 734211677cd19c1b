//! Damaged rows: whatever stands in one cell of the store costs its own row, and nothing else.

use fanfare_core::{Alert, Severity, Unless};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::fake::{FakeAnswer, FakeChannel, RecordedCall, transient};
use super::harness::{GatewayHarness, HarnessConfig, alarm, resolved_alarm};
use super::terms::{together, with_rung, within};
use super::times::{MINUTE, SECOND};

/// A store with pending deliveries, with and without a contract; with incidents, digests, holds, and what is over.
async fn filled() -> GatewayHarness {
    let answering = |name: &'static str| {
        FakeChannel::new(name).with_twenty_per_minute().answering(|call| match call.nth {
            0..4 => FakeAnswer::Accept,
            4..12 => transient(),
            _ => FakeAnswer::Accept,
        })
    };
    let channels = [answering("ding"), answering("mail")];
    let promised = within(MINUTE, together(&["ding", "mail"]));
    let ladder = with_rung(promised, 15 * MINUTE, Unless::Acknowledged, &["mail"]);
    let config = HarnessConfig::with_channels(channels).with_receiver("on-call", ladder);
    let harness = GatewayHarness::with_config(config).await;
    harness.accept([alarm("over", Severity::High), resolved_alarm("over")]).await;
    harness.advance(10 * SECOND).await;
    let mut on_call = alarm("ladder", Severity::Urgent);
    on_call.labels.set("to", "on-call");
    harness.accept([on_call, alarm("a", Severity::Urgent), alarm("b", Severity::High)]).await;
    harness.advance(2 * SECOND).await;
    harness
}

/// Lets the columns take any value, as damage on the disk does: SQLite itself would refuse most of it.
fn lift_constraints(db: &Connection) {
    db.execute_batch(
        "PRAGMA writable_schema = ON;
         UPDATE main.sqlite_schema SET sql = replace(replace(replace(sql, 'STRICT, WITHOUT ROWID', 'WITHOUT ROWID'),
           ') STRICT', ')'), ' NOT NULL', '') WHERE type = 'table';
         PRAGMA writable_schema = RESET;",
    )
    .unwrap();
}

/// Values that no column should have, or hardly any.
fn odd_values() -> Vec<Value> {
    let text = |it: &str| Value::Text(it.to_owned());
    vec![
        Value::Null,
        text("{"),
        Value::Integer(-1),
        text("no such word"),
        Value::Integer(i64::MAX),
        text(""),
        Value::Integer(i64::MIN),
        Value::Blob(vec![0xFF, 0xFE, 0x00]),
        Value::Real(1.5),
        text("[]"),
        Value::Integer(0),
        text(&"9".repeat(400)),
    ]
}

/// The columns of the store that are not the number of their row.
fn columns(db: &Connection) -> Vec<(String, String)> {
    let sql = "SELECT t.name, c.name FROM main.sqlite_schema t JOIN pragma_table_info(t.name) c
               WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND NOT (c.pk = 1 AND c.type = 'INTEGER')
               ORDER BY t.name, c.name";
    let mut statement = db.prepare(sql).unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Damages one cell of the newest row of the table, if it has one, and returns what was done.
fn damage(db: &Connection, (table, column): &(String, String), value: &Value) -> Option<String> {
    let key = if table_has_rowid(db, table) { "rowid" } else { "(SELECT 1)" };
    let sql = format!(
        "UPDATE OR IGNORE main.{table} SET {column} = ?1
         WHERE {key} = (SELECT max({key}) FROM main.{table})"
    );
    let changed = db.execute(&sql, [value]).unwrap();
    (changed > 0).then(|| format!("{table}.{column} = {value:?}"))
}

fn table_has_rowid(db: &Connection, table: &str) -> bool {
    db.prepare(&format!("SELECT rowid FROM main.{table}")).is_ok()
}

/// The number of starts over which the columns are spread; each damages a column in some five tables.
const STARTS: usize = 24;

#[tokio::test(start_paused = true)]
async fn whatever_stands_in_a_cell_the_gateway_starts_and_tells_everything_else() {
    let values = odd_values();
    let mut damaged = 0;
    for start in 0..STARTS {
        let mut harness = filled().await;
        harness.kill().await;
        let raw = harness.raw();
        lift_constraints(&raw);
        let all = columns(&raw);
        let chosen = all.iter().enumerate().skip(start).step_by(STARTS);
        let what: Vec<_> = chosen
            .filter_map(|(index, column)| damage(&raw, column, &values[index % values.len()]))
            .collect();
        drop(raw);
        damaged += what.len();
        harness.start().await;
        harness.accept([alarm("after", Severity::Urgent)]).await;
        harness.advance(MINUTE).await;
        let is_after =
            |it: &&RecordedCall| it.notifications.iter().any(|it| it.alert.text_of("eui") == "after");
        let told = harness.calls().iter().filter(is_after).count();
        assert!(told >= 2, "{what:?}: an alert after that is told on both channels, and not {told} times");
        let audit = harness.gateway().store().audit().await;
        assert!(audit.is_ok(), "{what:?}: {audit:?}");
    }
    assert!(damaged > 60, "{damaged}");
}

/// After `sql` the pending delivery that it damages is a dead letter with this reason, and the other one is told.
async fn check_given_up(sql: &str, reason: &str) {
    let ding = FakeChannel::new("ding").answering(|call| match call.nth {
        0 | 1 => transient(),
        _ => FakeAnswer::Accept,
    });
    let mut harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Low)]).await;
    harness.kill().await;
    let raw = harness.raw();
    lift_constraints(&raw);
    assert_eq!(raw.execute(sql, []).unwrap(), 1, "{sql}");
    drop(raw);
    harness.start().await;
    harness.advance(MINUTE).await;
    assert_eq!(harness.query_text("SELECT state FROM main.deliveries WHERE id = 1"), "dead", "{sql}");
    assert_eq!(harness.query_text("SELECT state FROM main.deliveries WHERE id = 2"), "delivered", "{sql}");
    let found = harness.query_text("SELECT reason FROM main.deliveries WHERE id = 1");
    assert!(found.contains(reason), "{sql}: {found}");
    let letters = harness.gateway().store().dead_letters(Default::default(), None, 10).await.unwrap().letters;
    assert_eq!(letters.len(), 1, "{sql}: a person finds it");
}

#[tokio::test(start_paused = true)]
async fn a_pending_delivery_with_a_damaged_value_is_a_dead_letter_with_its_reason() {
    check_given_up("UPDATE deliveries SET severity = 'awful' WHERE id = 1", "a severity").await;
    check_given_up("UPDATE deliveries SET next_at = 1.5 WHERE id = 1", "a value").await;
    check_given_up("UPDATE deliveries SET next_at = 9000000000000000000 WHERE id = 1", "a time").await;
    check_given_up("UPDATE deliveries SET attempts = -3 WHERE id = 1", "a value").await;
    check_given_up("UPDATE deliveries SET failures = NULL WHERE id = 1", "a value").await;
    check_given_up("UPDATE deliveries SET only_to = '[7' WHERE id = 1", "recipients").await;
    check_given_up(
        "UPDATE deliveries SET escalated = 'never' WHERE id = 1",
        "the condition of an escalation",
    )
    .await;
    check_given_up("UPDATE deliveries SET channel = x'ff' WHERE id = 1", "a value").await;
    check_given_up("UPDATE notifications SET owed_at = 'noon' WHERE id = 1", "a value").await;
    check_given_up("UPDATE alerts SET alert = '{' WHERE id = 1", "the notification cannot be read").await;
    check_given_up(
        "UPDATE notifications SET why = 'because' WHERE id = 1",
        "the notification cannot be read",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_pending_delivery_of_nothing_is_a_dead_letter_with_its_reason() {
    check_given_up(
        "DELETE FROM notifications WHERE id = 1",
        "the notification that it tells is not in the store",
    )
    .await;
    check_given_up("DELETE FROM alerts WHERE id = 1", "the alert that it tells of is not in the store").await;
    check_given_up("UPDATE deliveries SET notification = -7 WHERE id = 1", "the notification that it tells")
        .await;
    check_given_up("UPDATE notifications SET alert = NULL WHERE id = 1", "the alert that it tells of").await;
}

#[tokio::test(start_paused = true)]
async fn an_incident_that_cannot_be_read_begins_anew_with_the_next_alert() {
    for damage in ["told = '{'", "told = NULL", "since = 'long ago'", "acknowledged = '[]'"] {
        let mut harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
        harness.accept([alarm("a", Severity::High)]).await;
        harness.kill().await;
        let raw = harness.raw();
        lift_constraints(&raw);
        raw.execute(&format!("UPDATE incidents SET {damage}"), []).unwrap();
        drop(raw);
        harness.start().await;
        harness.accept([alarm("a", Severity::Urgent)]).await;
        harness.advance(SECOND).await;
        assert_eq!(harness.calls().len(), 2, "{damage}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_cannot_be_read_is_replaced() {
    for damage in
        ["ack_key = x'00'", "ack_key = 'secret'", "ack_key = 7", "id = x'ff'", "id = NULL", "id = 7.5"]
    {
        let mut harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
        harness.kill().await;
        let raw = harness.raw();
        lift_constraints(&raw);
        raw.execute(&format!("UPDATE instance SET {damage}"), []).unwrap();
        drop(raw);
        harness.start().await;
        harness.accept([alarm("a", Severity::High)]).await;
        assert_eq!(harness.calls().len(), 1, "{damage}");
    }
}

/// The notifications of the device `eui` that a provider accepted, by their reasons.
fn told_of(harness: &GatewayHarness, eui: &str) -> Vec<String> {
    let calls = harness.calls().into_iter().filter(RecordedCall::was_accepted);
    let notifications = calls.flat_map(|call| call.notifications);
    notifications.filter(|it| it.alert.text_of("eui") == eui).map(|it| it.why.to_string()).collect()
}

/// Alarms that are over five minutes after their report: `a`, whose row of `table` is then damaged, and `b`.
async fn with_damaged_alarm((table, column): &(String, String), value: &Value) -> GatewayHarness {
    let mut harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
    let ends_at = Some(harness.now() + 5 * MINUTE);
    harness.accept(["a", "b"].map(|eui| Alert { ends_at, ..alarm(eui, Severity::High) })).await;
    harness.advance(SECOND).await;
    harness.kill().await;
    let raw = harness.raw();
    lift_constraints(&raw);
    let key = if table == "incidents" { "first_alert" } else { "id" };
    let sql =
        format!("UPDATE OR IGNORE {table} SET {column} = ?1 WHERE {key} = (SELECT min({key}) FROM {table})");
    raw.execute(&sql, [value]).unwrap();
    drop(raw);
    harness.start().await;
    harness
}

#[tokio::test(start_paused = true)]
async fn whatever_stands_in_a_cell_of_an_alarm_it_can_be_reported_again_and_others_are_over_by_themselves() {
    let mut columns = columns(&GatewayHarness::new([FakeChannel::new("ding")]).await.raw());
    columns.retain(|(table, _)| ["alerts", "incidents", "notifications", "deliveries"].contains(&&**table));
    assert!(columns.len() > 40, "{columns:?}");
    let values = [Value::Text("no such word".to_owned()), Value::Null, Value::Integer(-1)];
    for (column, value) in columns.iter().flat_map(|it| values.iter().map(move |value| (it, value))) {
        let harness = with_damaged_alarm(column, value).await;
        let again = harness.gateway().accept(vec![alarm("a", Severity::Urgent)], harness.now()).await;
        assert!(again.is_ok(), "{column:?} = {value:?}: {again:?}");
        harness.advance_in_steps(10 * SECOND, 6 * MINUTE).await;
        assert_eq!(told_of(&harness, "b"), ["started", "resolved"], "{column:?} = {value:?}");
    }
}
