//! Damaged cells: values that no version has written, and what can be done about each.

mod contract_rule;
mod text_shape;

use rusqlite::Connection;
use rusqlite::types::Value;

use self::Expected::{Count, Json, Meaning, Number, Text, Time, Word};
use self::Remedy::{Delete, GiveUp, Set};
use self::contract_rule::{FITS_LADDER, IS_SCHEDULED};
use self::text_shape::TextShape;
use crate::StoreError;
use crate::column::{FIRST_MILLIS, LAST_MILLIS};

/// A damaged cell, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedCell {
    /// Table and number of the row, e.g. `deliveries 17`.
    pub row: String,
    /// Column of the cell.
    pub column: &'static str,
    /// Repair that `fanfare audit --repair` makes.
    pub remedy: Remedy,
}

/// The repair of a damaged cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The row is deleted: what it said is lost, and nothing is owed by it.
    Delete,
    /// The cell gets a value that keeps nothing from happening: an SQL expression.
    Set(&'static str),
    /// The delivery becomes a dead letter, if it is pending; then the cell gets a value that says nothing.
    GiveUp(&'static str),
    /// Nothing: what the cell held is lost, and what was owed by it is given up at the next start.
    None,
}

/// The values that a column may have.
#[derive(Debug, Clone, Copy)]
enum Expected {
    /// Milliseconds that are a time.
    Time,
    /// A number from 0 to 4,294,967,295.
    Count,
    /// Any whole number.
    Number,
    /// Any text that is UTF-8.
    Text,
    /// A text that is JSON of this shape.
    Json(TextShape),
    /// A value that the rest of the row allows, by this condition in SQL.
    Meaning(&'static str),
    /// One of these words, in SQL.
    Word(&'static str),
}

/// One column and its rule.
#[derive(Debug, Clone, Copy)]
struct ColumnRule {
    table: &'static str,
    column: &'static str,
    expected: Expected,
    presence: Presence,
    remedy: Remedy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

const fn required(
    table: &'static str,
    column: &'static str,
    expected: Expected,
    remedy: Remedy,
) -> ColumnRule {
    ColumnRule { table, column, expected, presence: Presence::Required, remedy }
}

const fn optional(
    table: &'static str,
    column: &'static str,
    expected: Expected,
    remedy: Remedy,
) -> ColumnRule {
    ColumnRule { table, column, expected, presence: Presence::Optional, remedy }
}

/// The words of the column `severity`.
const SEVERITIES: Expected = Word("'low', 'mid', 'high', 'urgent', ''");

/// The repair of terms: what was promised by them is lost, and people hear of it where something was still to be done.
const WITHOUT_TERMS: &str = "NULL, look_at = NULL, dealt_with = iif(look_at IS NULL, dealt_with, NULL),
    fulfilment = iif(fulfilment IN ('open', 'broken') OR look_at IS NOT NULL, 'abandoned', fulfilment)";

/// The rules of all columns, in the order in which a repair keeps them.
const RULES: &[ColumnRule] = &[
    required("alerts", "received_at", Time, Set("unixepoch() * 1000")),
    required("alerts", "fingerprint", Number, Set("0")),
    required("alerts", "incident", Number, Set("id")),
    required("alerts", "since", Time, Set("received_at")),
    required("alerts", "alert", Json(TextShape::Alert), Remedy::None),
    optional("alerts", "policy", Number, Set("NULL")),
    optional("alerts", "decided", Count, Set("NULL")),
    required("alerts", "source", Text, Set("''")),
    required("alerts", "severity", SEVERITIES, Set("''")),
    required("alerts", "status", Word("'firing', 'resolved', ''"), Set("''")),
    required("alerts", "kind", Text, Set("''")),
    optional("alerts", "ends_at", Time, Set("NULL")),
    required("alerts", "last_seen", Time, Set("received_at")),
    required("alerts", "repeats", Count, Set("0")),
    optional("alerts", "repeat_key", Number, Set("NULL")),
    optional("alerts", "repeat_reasons", Json(TextShape::Texts), Set("NULL")),
    optional("alerts", "held", Json(TextShape::Suppressions), Set("NULL")),
    required("incidents", "first_alert", Number, Delete),
    required("incidents", "last_alert", Number, Delete),
    required("incidents", "since", Time, Delete),
    required("incidents", "told", Json(TextShape::LastNotified), Delete),
    optional("incidents", "acknowledged", Json(TextShape::Acknowledgement), Set("NULL")),
    optional("incidents", "device", Text, Set("NULL")),
    required("notifications", "alert", Number, Remedy::None),
    required("notifications", "receiver", Text, Set("'?'")),
    required("notifications", "why", Json(TextShape::Why), Set("'{\"why\":\"started\"}'")),
    required("notifications", "owed_at", Time, Set("unixepoch() * 1000")),
    required("notifications", "incident", Number, Set("alert")),
    optional("notifications", "owed", Count, Set("NULL")),
    required(
        "notifications",
        "fulfilment",
        Word("'open', 'kept', 'broken', 'abandoned', 'late'"),
        Set("'open'"),
    ),
    optional("notifications", "terms", Json(TextShape::Terms), Set(WITHOUT_TERMS)),
    required("notifications", "asks", Number, Set("0")),
    optional("notifications", "acknowledgement", Json(TextShape::Acknowledgement), Set("NULL")),
    required("notifications", "climbed", Count, Set("0")),
    required("notifications", "climbed", Meaning(FITS_LADDER), Set("0")),
    optional("notifications", "look_at", Time, Set("unixepoch() * 1000")),
    required("notifications", "look_at", Meaning(IS_SCHEDULED), Set("unixepoch() * 1000")),
    optional("notifications", "dealt_with", Word("'retried', 'discarded'"), Set("NULL")),
    required("notifications", "group_key", Number, Set("0")),
    required("notifications", "alert_count", Count, Set("1")),
    required("notifications", "promise_lead", Number, Set("0")),
    required("notifications", "certain_lead", Number, Set("0")),
    required("deliveries", "notification", Number, GiveUp("0")),
    required("deliveries", "channel", Text, GiveUp("'?'")),
    required("deliveries", "severity", SEVERITIES, GiveUp("'high'")),
    required(
        "deliveries",
        "state",
        Word("'pending', 'delivered', 'dead', 'discarded'"),
        Set("'dead', reason = coalesce(reason, 'unknown')"),
    ),
    required("deliveries", "next_at", Time, GiveUp("0")),
    required("deliveries", "attempts", Count, GiveUp("0")),
    required("deliveries", "failures", Count, GiveUp("0")),
    required("deliveries", "form", Word("'full', 'plain'"), Set("'full'")),
    optional("deliveries", "only_to", Json(TextShape::Texts), GiveUp("NULL")),
    optional("deliveries", "settled_at", Time, Set("NULL")),
    optional("deliveries", "reason", Text, Set("'unknown'")),
    optional("deliveries", "called_at", Time, GiveUp("NULL")),
    optional("deliveries", "escalated", Word("'delivered', 'acknowledged', 'resolved'"), GiveUp("NULL")),
    optional("deliveries", "digest", Number, Set("NULL")),
    required("attempts", "started_at", Time, Delete),
    required("attempts", "ended_at", Time, Delete),
    required("attempts", "outcome", Text, Delete),
    required("attempts", "words", Text, Set("''")),
    required("sends", "account", Text, Delete),
    required("sends", "started_at", Time, Set("unixepoch() * 1000")),
    optional("sends", "ended_at", Time, Set("unixepoch() * 1000")),
    required("holds", "since", Time, Delete),
    required("holds", "until", Time, Delete),
    required("holds", "reason", Text, Set("''")),
    required("policies", "since", Time, Set("0")),
    optional("policies", "until", Time, Set("NULL")),
    required("policies", "policy", Json(TextShape::Any), Remedy::None),
    required("digests", "made_at", Time, Set("0")),
    required("steps", "notification", Number, Delete),
    required("steps", "at", Time, Delete),
    required("steps", "step", Json(TextShape::Step), Delete),
    required("acknowledgements", "incident", Number, Delete),
    required("acknowledgements", "notification", Number, Delete),
    required("acknowledgements", "up_to", Number, Delete),
    required("acknowledgements", "by", Text, Delete),
    required("acknowledgements", "at", Time, Delete),
    required("usage", "messages", Count, Delete),
    required("usage", "used_at", Time, Delete),
    optional("channels", "proven_at", Time, Set("NULL")),
    optional("channels", "drilled_at", Time, Set("NULL")),
    required("channels", "drilled_lead", Number, Set("0")),
    required("heartbeat", "boot_id", Text, Delete),
    required("heartbeat", "since_boot", Number, Delete),
    required("heartbeat", "wall", Time, Delete),
    required("heartbeat", "promise", Time, Delete),
    required("heartbeat", "certain", Time, Delete),
    required("lives", "began_at", Time, Delete),
    required("answers", "body", Text, Delete),
    required("answers", "answer", Json(TextShape::Any), Delete),
    required("answers", "at", Time, Delete),
    optional("expected_heartbeats", "saved_at", Time, Set("NULL")),
    optional("expected_heartbeats", "due_at", Time, Set("NULL")),
    optional("expected_heartbeats", "has_extension", Meaning("has_extension IN (0, 1)"), Set("NULL")),
    required("notification_alerts", "alert", Number, Delete),
];

impl ColumnRule {
    /// The condition, in SQL, that a cell is damaged.
    fn condition(&self) -> String {
        let column = self.column;
        let wrong = match self.expected {
            Time => format!(
                "typeof({column}) <> 'integer' OR {column} NOT BETWEEN {FIRST_MILLIS} AND {LAST_MILLIS}"
            ),
            Count => format!("typeof({column}) <> 'integer' OR {column} NOT BETWEEN 0 AND {}", u32::MAX),
            Number => format!("typeof({column}) <> 'integer'"),
            Text => format!("NOT {}", TextShape::Text.condition(column)),
            Json(shape) => format!("NOT {}", shape.condition(column)),
            Meaning(condition) => format!("NOT ({condition})"),
            Word(words) => format!("typeof({column}) <> 'text' OR {column} NOT IN ({words})"),
        };
        match self.presence {
            Presence::Required => format!("({wrong})"),
            Presence::Optional => format!("({column} IS NOT NULL AND ({wrong}))"),
        }
    }
}

/// The columns by which people know a row of the table.
fn name_of(table: &str) -> &'static str {
    match table {
        "incidents" => "source || ' ' || printf('%016x', fingerprint)",
        "attempts" => "delivery || '/' || ordinal",
        "holds" => "account",
        "usage" => "pool || ' ' || period",
        "channels" => "name",
        "answers" => "source || ' ' || key",
        "expected_heartbeats" => "source || '/' || name",
        "notification_alerts" => "notification || '/' || position",
        _ => "rowid",
    }
}

/// Defines the SQL functions of the rules on a connection.
fn define_functions(db: &Connection) -> Result<(), StoreError> {
    contract_rule::define(db)?;
    text_shape::define(db)
}

/// The damaged cells of the whole store. A table of which a page cannot be read is left out from there on; the
/// audit says so.
pub(crate) fn damaged_cells(db: &Connection) -> Result<Vec<DamagedCell>, StoreError> {
    define_functions(db)?;
    let mut found = Vec::new();
    let mut rest = RULES;
    while let Some(first) = rest.first() {
        let (rules, others) = rest.split_at(rest.iter().take_while(|it| it.table == first.table).count());
        rest = others;
        StoreError::skip_damaged(find_in_table(db, rules, &mut found), &first.table)?;
    }
    Ok(found)
}

/// Finds the damaged cells of one table, in one look through it.
fn find_in_table(
    db: &Connection,
    rules: &'static [ColumnRule],
    found: &mut Vec<DamagedCell>,
) -> Result<(), StoreError> {
    let Some(ColumnRule { table, .. }) = rules.first() else { return Ok(()) };
    let conditions: Vec<String> = rules.iter().map(ColumnRule::condition).collect();
    let sql = format!(
        "SELECT {}, {} FROM {table} WHERE {}",
        name_of(table),
        conditions.join(", "),
        conditions.join(" OR ")
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name = match row.get::<_, Value>(0)? {
            Value::Integer(number) => number.to_string(),
            Value::Text(text) => text,
            Value::Null | Value::Real(_) | Value::Blob(_) => "?".to_owned(),
        };
        for (index, rule) in rules.iter().enumerate() {
            if row.get::<_, Option<bool>>(index + 1)? == Some(true) {
                let row = format!("{table} {name}");
                found.push(DamagedCell { row, column: rule.column, remedy: rule.remedy });
            }
        }
    }
    Ok(())
}

/// Repairs every damaged cell, each by the remedy of its column, and returns the number of rows that were changed.
pub(crate) fn repair_cells(db: &Connection) -> Result<usize, StoreError> {
    define_functions(db)?;
    RULES.iter().try_fold(0, |changed, rule| Ok(changed + repair_column(db, rule)?))
}

fn repair_column(db: &Connection, rule: &ColumnRule) -> Result<usize, StoreError> {
    let ColumnRule { table, column, remedy, .. } = rule;
    let condition = rule.condition();
    let sql = match remedy {
        Delete => format!("DELETE FROM {table} WHERE {condition}"),
        Set(value) | GiveUp(value) => {
            format!("UPDATE {table} SET {column} = {value} WHERE {condition}")
        }
        Remedy::None => return Ok(0),
    };
    Ok(db.execute(&sql, [])?)
}
