//! A search through the accepted alerts, a bounded stretch of the ledger at a time.

use fanfare_core::{
    AlertId, ContractStatus, Fingerprint, Matcher, ReceiverName, Severity, SourceName, Status,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::column::{from_bits, from_time};
use crate::read::alerts::{AlertRow, alert_row};
use crate::{Store, StoreError};

/// The alerts that one step of a search looks at: a step takes less than 5 ms, whatever the filter.
const STRETCH: u32 = 1_000;

/// A choice of alerts by what they are and what became of them.
#[derive(Debug, Clone, Default)]
pub struct AlertSearch {
    /// Alert before which the search begins: only older ones are looked at.
    pub before: Option<AlertId>,
    /// Time of acceptance of the oldest that is looked at.
    pub since: Option<Timestamp>,
    /// Fingerprint of the alerts; `None`: any.
    pub fingerprint: Option<Fingerprint>,
    /// Status that they report; `None`: any.
    pub status: Option<Status>,
    /// Severity of the alerts; `None`: any.
    pub severity: Option<Severity>,
    /// Source of the alerts; `None`: any.
    pub source: Option<SourceName>,
    /// Receiver that was told; `None`: any, or nobody.
    pub receiver: Option<ReceiverName>,
    /// State of a contract with a receiver; `None`: any.
    pub contract: Option<ContractStatus>,
    /// Matchers, all of which must match.
    pub matchers: Vec<Matcher>,
    /// The most alerts that are returned, the newest first.
    pub limit: u32,
}

/// The alerts that one step of a search has found.
#[derive(Debug, Clone)]
pub struct AlertPage {
    /// Alerts found, the newest first.
    pub alerts: Vec<AlertRow>,
    /// Alert before which the search goes on; `None`: nothing is left to look at.
    pub next_before: Option<AlertId>,
}

const CANDIDATES: &str = "
    SELECT a.id, a.received_at, a.incident, a.alert, a.held, a.identity, a.status, a.severity,
           a.source, a.fingerprint
    FROM alerts a WHERE a.id < ?1 AND a.id >= ?2 ORDER BY a.id DESC LIMIT ?3";

const FIRST_SINCE: &str = "SELECT id FROM alerts WHERE received_at >= ?1 ORDER BY received_at, id LIMIT 1";

impl Store {
    /// Alerts that fit `search`, the newest first, among the next thousand.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn search_alerts(&self, search: AlertSearch) -> Result<AlertPage, StoreError> {
        self.read_report(move |db| page(db, &search)).await
    }
}

fn page(db: &Connection, search: &AlertSearch) -> Result<AlertPage, StoreError> {
    let first = match search.since {
        Some(since) => {
            let mut statement = db.prepare_cached(FIRST_SINCE)?;
            match statement.query_row([from_time(since)], |row| row.get(0)).optional()? {
                Some(first) => first,
                None => return Ok(AlertPage { alerts: Vec::new(), next_before: None }),
            }
        }
        None => 0,
    };
    let before = search.before.map_or(i64::MAX, |it| it.0);
    let mut statement = db.prepare_cached(CANDIDATES)?;
    let mut rows = statement.query(params![before, first, STRETCH])?;
    let (mut alerts, mut looked_at, mut last) = (Vec::new(), 0, None);
    let limit = usize::try_from(search.limit).unwrap_or(usize::MAX);
    while alerts.len() < limit {
        let Some(row) = rows.next()? else { break };
        looked_at += 1;
        last = Some(AlertId(row.get(0)?));
        if search.may_fit(row)? {
            let found = alert_row(db, row)?;
            if search.fits(&found) {
                alerts.push(found);
            }
        }
    }
    let is_at_the_end = looked_at < STRETCH && alerts.len() < limit;
    Ok(AlertPage { alerts, next_before: last.filter(|_| !is_at_the_end) })
}

impl AlertSearch {
    /// Tells whether the columns of the row fit, before the alert itself is read.
    fn may_fit(&self, row: &Row<'_>) -> Result<bool, StoreError> {
        let text = |index| row.get_ref(index)?.as_str().map_err(rusqlite::Error::from);
        let fits = |wanted: Option<&str>, index| -> rusqlite::Result<bool> {
            wanted.map_or(Ok(true), |it| Ok(text(index)? == it))
        };
        let fingerprint = self.fingerprint.map(|it| from_bits(it.to_bits()));
        Ok(fits(self.status.map(Status::word), 6)?
            && fits(self.severity.map(Severity::word), 7)?
            && fits(self.source.as_ref().map(SourceName::as_str), 8)?
            && fingerprint.map_or(Ok(true), |it| Ok::<_, rusqlite::Error>(row.get::<_, i64>(9)? == it))?)
    }

    /// Tells whether the alert and what became of it fit.
    fn fits(&self, found: &AlertRow) -> bool {
        let is_meant = |receiver: &ReceiverName, contract: ContractStatus| {
            self.receiver.as_ref().is_none_or(|it| it == receiver)
                && self.contract.is_none_or(|it| it == contract)
        };
        let told = (self.receiver.is_none() && self.contract.is_none())
            || found.notifications.iter().any(|it| is_meant(&it.receiver, it.contract));
        told && self.matchers.iter().all(|it| it.matches(&found.alert))
    }
}
