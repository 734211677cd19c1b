//! A search through the accepted alerts, a bounded stretch of the ledger at a time.

use fanfare_core::{
    AlertId, ContractStatus, Fingerprint, Matcher, ReceiverName, Severity, SourceName, Status,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::column::{from_bits, from_time};
use crate::read::alerts::{AlertRow, BLOCK, alert, row_with};
use crate::read::deliveries::CONTRACT_STATUS;
use crate::{Store, StoreError};

/// The alerts that one step of a search looks at: a step takes less than 5 ms, whatever the filter.
const STRETCH: u32 = 1_000;

/// The same where each must be read as a whole, because matchers are asked for.
const STRETCH_OF_MATCHERS: u32 = 300;

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

/// The first alert from the number ?1 on.
const NEXT: &str = "SELECT id, received_at FROM alerts WHERE id >= ?1 ORDER BY id LIMIT 1";

/// A notification of the alert ?1, to the receiver ?2, whose contract has the state ?3; both may be none.
fn told_sql() -> String {
    format!(
        "SELECT 1 FROM notifications n
         WHERE (n.alert = ?1 OR n.id IN (SELECT notification FROM notification_alerts WHERE alert = ?1))
           AND (?2 IS NULL OR n.receiver = ?2) AND (?3 IS NULL OR {CONTRACT_STATUS} = ?3) LIMIT 1"
    )
}

impl Store {
    /// Alerts that fit `search`, the newest first, among the next thousand at most.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn search_alerts(&self, search: AlertSearch) -> Result<AlertPage, StoreError> {
        self.read_report(move |db| page(db, &search)).await
    }
}

fn page(db: &Connection, search: &AlertSearch) -> Result<AlertPage, StoreError> {
    let first = search.since.map_or(Ok(0), |it| first_since(db, from_time(it)))?;
    let before = search.before.map_or(i64::MAX, |it| it.0);
    let mut statement = db.prepare_cached(CANDIDATES)?;
    let mut rows = statement.query(params![before, first, search.stretch()])?;
    let (mut alerts, mut looked_at, mut last) = (Vec::new(), 0, None);
    let limit = usize::try_from(search.limit).unwrap_or(usize::MAX);
    while alerts.len() < limit {
        let Some(row) = rows.next()? else { break };
        looked_at += 1;
        last = Some(AlertId(row.get(0)?));
        alerts.extend(StoreError::skip_damaged(search.examine(db, row), &"of `alerts`")?.flatten());
    }
    let is_at_the_end = looked_at < search.stretch() && alerts.len() < limit;
    Ok(AlertPage { alerts, next_before: last.filter(|_| !is_at_the_end) })
}

/// A number so that every alert before it was accepted before `since`: some thousands less than the first since
/// then. The clock may have been set back meanwhile, so it is the oldest that a look at one of each block finds; such
/// looks cost less than an index by time costs each alert.
fn first_since(db: &Connection, since: i64) -> Result<i64, StoreError> {
    let mut next = db.prepare_cached(NEXT)?;
    let (mut first, mut from) = (0_i64, 0_i64);
    loop {
        // One whose time cannot be read may be since then.
        let found = next.query_row([from], |row| Ok((row.get(0)?, row.get(1).unwrap_or(i64::MAX))));
        match found.optional()? {
            Some((id, received_at)) if received_at < since => (first, from) = (id, id + BLOCK),
            Some(_) | None => return Ok(first),
        }
    }
}

impl AlertSearch {
    fn stretch(&self) -> u32 {
        if self.matchers.is_empty() { STRETCH } else { STRETCH_OF_MATCHERS }
    }

    /// The alert of `row`, if it fits.
    fn examine(&self, db: &Connection, row: &Row<'_>) -> Result<Option<AlertRow>, StoreError> {
        // The cheapest first: most alerts of a stretch do not fit.
        if !self.may_fit(row)? || !self.may_have_told(db, row)? {
            return Ok(None);
        }
        let content = alert(row)?;
        if !self.matchers.iter().all(|it| it.matches(&content)) {
            return Ok(None);
        }
        row_with(db, row, content).map(|it| Some(it).filter(|it| self.fits(it)))
    }

    /// Tells whether the columns of the row fit, before the alert itself is read.
    fn may_fit(&self, row: &Row<'_>) -> Result<bool, StoreError> {
        let text = |index| row.get_ref(index)?.as_str().map_err(rusqlite::Error::from);
        let fits = |wanted: Option<&str>, index| -> rusqlite::Result<bool> {
            wanted.map_or(Ok(true), |it| Ok(text(index)? == it))
        };
        let fingerprint = self.fingerprint.map(|it| from_bits(it.to_bits()));
        let since = self.since.map(from_time);
        Ok(since.map_or(Ok(true), |it| Ok::<_, rusqlite::Error>(row.get::<_, i64>(1)? >= it))?
            && fits(self.status.map(Status::word), 6)?
            && fits(self.severity.map(Severity::word), 7)?
            && fits(self.source.as_ref().map(SourceName::as_str), 8)?
            && fingerprint.map_or(Ok(true), |it| Ok::<_, rusqlite::Error>(row.get::<_, i64>(9)? == it))?)
    }

    /// Tells whether there is a notification of the receiver whose contract has the state that is meant.
    fn may_have_told(&self, db: &Connection, row: &Row<'_>) -> Result<bool, StoreError> {
        if self.receiver.is_none() && self.contract.is_none() {
            return Ok(true);
        }
        let receiver = self.receiver.as_ref().map(ReceiverName::as_str);
        let values = params![row.get::<_, i64>(0)?, receiver, self.contract.map(ContractStatus::word)];
        let told = db.prepare_cached(&told_sql())?.query_row(values, |_| Ok(()));
        Ok(told.optional()?.is_some())
    }

    /// Tells whether what became of the alert fits.
    fn fits(&self, found: &AlertRow) -> bool {
        let is_meant = |receiver: &ReceiverName, contract: ContractStatus| {
            self.receiver.as_ref().is_none_or(|it| it == receiver)
                && self.contract.is_none_or(|it| it == contract)
        };
        (self.receiver.is_none() && self.contract.is_none())
            || found.notifications.iter().any(|it| is_meant(&it.receiver, it.contract))
    }
}

#[cfg(test)]
mod tests;
