//! An overview of the ledger: what is unsettled, what fires, and who was heard of last.

use std::collections::BTreeMap;

use fanfare_core::{Alert, AlertId, ContractStatus, EXPIRY_MARK, ReceiverName, Severity, SourceName};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::column::{FIRST_MILLIS, LAST_MILLIS, to_contract_status, to_count, to_json, to_severity, to_time};
use crate::{Store, StoreError};

/// The rows that a count looks at: a bound of some 20 ms, far above what a person would count.
const COUNTED: u32 = 20_000;

/// The newest alerts among which the last one of each source is looked for.
const RECENT: u32 = 5_000;

/// The contracts that an overview names at most.
const NAMED: u32 = 20;

/// An overview of the ledger. Its counts stop at some 20,000.
#[derive(Debug, Clone, Default)]
pub struct LedgerOverview {
    /// Contracts that may still be kept.
    pub open: u64,
    /// Contracts whose time is over, while some channel may still confirm.
    pub broken: u64,
    /// Contracts that were abandoned, and that no person has seen to.
    pub abandoned: u64,
    /// Broken and abandoned contracts, the newest first; some 20 at most.
    pub unkept: Vec<UnkeptContract>,
    /// Deliveries that were given up and wait for a person.
    pub dead_letters: u64,
    /// Incidents that fire, by the severity that was told last.
    pub firing: BTreeMap<Severity, u64>,
    /// Times at which the last alert of each source was received, as far as it is among the newest 5,000. The end of an
    /// alarm that was not reported again is none.
    pub last_alerts: BTreeMap<SourceName, Timestamp>,
}

/// A contract that was not kept.
#[derive(Debug, Clone)]
pub struct UnkeptContract {
    /// Alert that the receiver was to be told of.
    pub alert_id: AlertId,
    /// Content of the alert.
    pub alert: Alert,
    /// Receiver that was not told in time.
    pub receiver: ReceiverName,
    /// State of the contract: broken or abandoned.
    pub status: ContractStatus,
    /// Time from which on the receiver was to be told.
    pub owed_at: Timestamp,
}

/// Contracts that are followed up, by state; the index has only those.
const FOLLOWED: &str = "
    SELECT fulfilment, count(*) FROM (SELECT fulfilment FROM notifications WHERE look_at IS NOT NULL LIMIT ?1)
    GROUP BY fulfilment";

const ABANDONED: &str =
    "SELECT count(*) FROM notifications WHERE fulfilment = 'abandoned' AND dealt_with IS NULL";

const UNKEPT: &str = "
    SELECT n.alert, a.alert, n.receiver, n.fulfilment, n.owed_at
    FROM notifications n JOIN alerts a ON a.id = n.alert
    WHERE n.id IN (
      SELECT id FROM (SELECT id FROM notifications WHERE fulfilment = 'abandoned' AND dealt_with IS NULL
                      ORDER BY id DESC LIMIT ?1)
      UNION ALL
      SELECT id FROM (SELECT id, fulfilment FROM notifications WHERE look_at IS NOT NULL LIMIT ?2)
      WHERE fulfilment = 'broken')
    ORDER BY n.id DESC LIMIT ?1";

const DEAD_LETTERS: &str = "SELECT count(*) FROM deliveries WHERE state = 'dead'";

const FIRING: &str = "
    SELECT a.severity, count(*)
    FROM (SELECT last_alert FROM incidents LIMIT ?1) i JOIN alerts a ON a.id = i.last_alert
    GROUP BY a.severity";

const LAST_ALERTS: &str = "
    SELECT source, max(last_seen) FROM (
      SELECT source, last_seen, status = 'resolved' AND coalesce(instr(alert, ?4), 0) > 0 AS is_expiry FROM alerts ORDER BY id DESC LIMIT ?1)
    WHERE is_expiry IS NOT 1 AND typeof(source) = 'text' AND typeof(last_seen) = 'integer' AND last_seen BETWEEN ?2 AND ?3
    GROUP BY source";

impl Store {
    /// The overview of the ledger as it is now.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn overview(&self) -> Result<LedgerOverview, StoreError> {
        self.read_report(overview).await
    }
}

fn overview(db: &Connection) -> Result<LedgerOverview, StoreError> {
    let mut overview = LedgerOverview {
        abandoned: to_count(db.query_row(ABANDONED, [], |row| row.get(0))?),
        dead_letters: to_count(db.query_row(DEAD_LETTERS, [], |row| row.get(0))?),
        unkept: unkept(db)?,
        ..LedgerOverview::default()
    };
    for (status, number) in counts(db, FOLLOWED, COUNTED)? {
        match StoreError::skip_damaged(to_contract_status(&status), &"of `notifications`")? {
            Some(ContractStatus::Open) => overview.open = number,
            Some(ContractStatus::Broken) => overview.broken = number,
            // A rung may still be due of one that was kept.
            Some(ContractStatus::Kept | ContractStatus::Late | ContractStatus::Abandoned) | None => {}
        }
    }
    for (severity, number) in counts(db, FIRING, COUNTED)? {
        let severity = StoreError::skip_damaged(to_severity(&severity), &"of `alerts`")?;
        overview.firing.extend(severity.map(|it| (it, number)));
    }
    let mut statement = db.prepare_cached(LAST_ALERTS)?;
    let (field, rule) = EXPIRY_MARK;
    let mark = format!("\"{field}\":\"{rule}\"");
    let mut rows = statement.query(params![RECENT, FIRST_MILLIS, LAST_MILLIS, mark])?;
    while let Some(row) = rows.next()? {
        overview.last_alerts.extend(StoreError::skip_damaged(last_alert(row), &"of `alerts`")?);
    }
    Ok(overview)
}

fn last_alert(row: &Row<'_>) -> Result<(SourceName, Timestamp), StoreError> {
    Ok((row.get::<_, String>(0)?.as_str().into(), to_time(row.get(1)?)?))
}

fn counts(db: &Connection, sql: &str, limit: u32) -> Result<Vec<(String, u64)>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([limit])?;
    let mut counts = Vec::new();
    while let Some(row) = rows.next()? {
        let word = StoreError::skip_damaged(row.get(0).map_err(StoreError::from), &"that are counted")?;
        let number = to_count(row.get(1)?);
        counts.extend(word.map(|it| (it, number)));
    }
    Ok(counts)
}

fn unkept(db: &Connection) -> Result<Vec<UnkeptContract>, StoreError> {
    let mut statement = db.prepare_cached(UNKEPT)?;
    let mut rows = statement.query([NAMED, COUNTED])?;
    let mut unkept = Vec::new();
    while let Some(row) = rows.next()? {
        unkept.extend(StoreError::skip_damaged(unkept_contract(row), &"of `notifications` or `alerts`")?);
    }
    Ok(unkept)
}

fn unkept_contract(row: &Row<'_>) -> Result<UnkeptContract, StoreError> {
    Ok(UnkeptContract {
        alert_id: AlertId(row.get(0)?),
        alert: to_json("an alert", &row.get::<_, String>(1)?)?,
        receiver: row.get::<_, String>(2)?.as_str().into(),
        status: to_contract_status(&row.get::<_, String>(3)?)?,
        owed_at: to_time(row.get(4)?)?,
    })
}
