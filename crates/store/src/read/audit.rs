//! The audit: everything that was accepted must be accounted for.
//!
//! An accepted alert is told or suppressed; what is told is delivered, pending,
//! dead or discarded, with the reason; and a contract whose end is to come is
//! followed up. All is counted from the tables, by a connection of its own, some
//! rows at a time: intake and deliveries do not wait for it, and neither does the
//! write-ahead log.

mod contradiction;

use fanfare_core::{AlertId, ContractStatus, DeliveryStatus};
use rusqlite::{Connection, Row, params};
use serde::de::IgnoredAny;

pub use self::contradiction::{AuditedRow, Contradiction};
use crate::column::{to_contract_status, to_delivery_status};
use crate::tables::damage::damaged_cells;
use crate::{DamagedCell, Store, StoreError};

/// The rows that are read at a time, in some ten milliseconds.
const BATCH_SIZE: u32 = 10_000;

/// The most examples that are given of what is not accounted for.
const EXAMPLES: usize = 100;

/// The sums of the ledger, and what of it does not add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Number of accepted alerts.
    pub alerts: u64,
    /// Number of mere repeats of them, which were accepted too.
    pub repeats: u64,
    /// Newest alert that was counted.
    pub newest: Option<AlertId>,
    /// Number of receivers that were told of one.
    pub told: u64,
    /// Number of receivers that were not, with the reason.
    pub suppressed: u64,
    /// Notifications by the state of their contracts.
    pub notifications: NotificationCounts,
    /// Deliveries by state.
    pub deliveries: DeliveryCounts,
    /// Examples of what is not accounted for.
    pub unaccounted: Vec<Unaccounted>,
    /// Number of findings that are not accounted for.
    pub unaccounted_in_all: u64,
}

/// Notifications by the state of their contracts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NotificationCounts {
    /// Contracts that may still be kept.
    pub open: u64,
    /// Contracts that were kept.
    pub kept: u64,
    /// Contracts that were broken, and may yet be kept late.
    pub broken: u64,
    /// Contracts that were broken for good, unless a person helps.
    pub abandoned: u64,
    /// Contracts that were kept late.
    pub late: u64,
}

/// Deliveries by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// Deliveries confirmed by their providers.
    pub delivered: u64,
    /// Deliveries still owed.
    pub pending: u64,
    /// Deliveries given up that wait for a person.
    pub dead: u64,
    /// Deliveries given up that a person has dealt with.
    pub discarded: u64,
}

/// One finding that is not accounted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unaccounted {
    /// Alert it is about; `None` if that cannot be known.
    pub alert: Option<AlertId>,
    /// Contradiction that was found.
    pub contradiction: Contradiction,
}

impl Store {
    /// Counts everything, and finds what is not accounted for.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn audit(&self) -> Result<Audit, StoreError> {
        self.read_exclusive(audit).await
    }
}

fn audit(db: &Connection) -> Result<Audit, StoreError> {
    let mut audit = Audit::default();
    audit.count_all(db, AuditedRow::Alert, ALERTS, Audit::count_alert)?;
    audit.count_all(db, AuditedRow::Notification, NOTIFICATIONS, Audit::count_notification)?;
    audit.count_all(db, AuditedRow::Delivery, DELIVERIES, Audit::count_delivery)?;
    let cells = damaged_cells(db)?;
    let new: Vec<_> = cells.into_iter().filter(|it| !audit.has_reported(it)).collect();
    for DamagedCell { row, column, .. } in new {
        audit.report(None, Contradiction::CellDamaged { row, column });
    }
    Ok(audit)
}

/// Reads all rows of `sql`, each of which begins with its number.
fn walk(
    db: &Connection,
    sql: &str,
    mut visit: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut last = Some(0);
    while let Some(from) = last.take() {
        let mut rows = statement.query(params![from, BATCH_SIZE])?;
        while let Some(row) = rows.next()? {
            visit(row)?;
            last = Some(row.get(0)?);
        }
    }
    Ok(())
}

const ALERTS: &str = "
    SELECT a.id, a.decided,
           (SELECT count(*) FROM notifications n WHERE n.alert = a.id AND n.acknowledgement IS NULL)
           + (SELECT count(*) FROM notification_alerts x JOIN notifications n ON n.id = x.notification
              WHERE x.alert = a.id AND n.acknowledgement IS NULL),
           a.held, a.repeats
    FROM alerts a WHERE a.id > ?1 ORDER BY a.id LIMIT ?2";

const NOTIFICATIONS: &str = "
    SELECT n.id, n.alert, n.owed, n.terms IS NOT NULL, n.fulfilment, n.look_at IS NOT NULL,
           EXISTS (SELECT 1 FROM alerts a WHERE a.id = n.alert),
           count(d.id), count(*) FILTER (WHERE d.state = 'pending'), count(*) FILTER (WHERE d.state = 'delivered'),
           n.alert_count - 1,
           (SELECT count(*) FROM notification_alerts x JOIN alerts a ON a.id = x.alert WHERE x.notification = n.id)
    FROM (SELECT * FROM notifications WHERE id > ?1 ORDER BY id LIMIT ?2) n
      LEFT JOIN deliveries d ON d.notification = n.id
    GROUP BY n.id ORDER BY n.id";

const DELIVERIES: &str = "
    SELECT d.id, (SELECT n.alert FROM notifications n WHERE n.id = d.notification), d.state, d.reason IS NOT NULL,
           EXISTS (SELECT 1 FROM attempts t WHERE t.delivery = d.id AND t.outcome IN ('delivered', 'partial'))
    FROM deliveries d WHERE d.id > ?1 ORDER BY d.id LIMIT ?2";

/// The way to count one row.
type Count = fn(&mut Audit, &Row<'_>) -> Result<(), StoreError>;

impl Audit {
    /// Counts all rows of `sql`, each of which is about a `subject`. One that cannot be read is not accounted for.
    fn count_all(
        &mut self,
        db: &Connection,
        subject: AuditedRow,
        sql: &str,
        count: Count,
    ) -> Result<(), StoreError> {
        let walked = walk(db, sql, |row| match count(self, row) {
            Err(StoreError::Damaged { what: value, reason }) => {
                let number = row.get(0)?;
                self.report(None, Contradiction::RowUnreadable { row: subject, number, value, reason });
                Ok(())
            }
            counted => counted,
        });
        match walked {
            Err(StoreError::Damaged { what: value, reason }) => {
                self.report(None, Contradiction::RowsUnreadable { row: subject, value, reason });
                Ok(())
            }
            walked => walked,
        }
    }

    fn count_alert(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        let (id, decided): (i64, Option<u32>) = (row.get(0)?, row.get(1)?);
        let (told, suppressed): (u32, u32) = (row.get(2)?, count_suppressed(row.get(3)?));
        self.alerts += 1;
        self.repeats += u64::from(row.get::<_, u32>(4)?);
        self.newest = Some(AlertId(id));
        self.told += u64::from(told);
        self.suppressed += u64::from(suppressed);
        // Before contracts nobody wrote down how many were decided about.
        if decided.is_some_and(|decided| decided != told + suppressed) {
            let decided = decided.unwrap_or(0);
            self.report(Some(id), Contradiction::ReceiversUndecided { decided, told, suppressed });
        }
        Ok(())
    }

    fn count_notification(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        let (notification, alert): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (owed, is_followed_up): (Option<u32>, bool) = (row.get(2)?, row.get(3)?);
        let (word, is_scheduled): (String, bool) = (row.get(4)?, row.get(5)?);
        let (found, pending, delivered): (u32, u32, u32) = (row.get(7)?, row.get(8)?, row.get(9)?);
        if !row.get::<_, bool>(6)? {
            self.report(Some(alert), Contradiction::AlertMissing { notification });
        }
        let (others, others_found): (u32, u32) = (row.get(10)?, row.get(11)?);
        if others != others_found {
            let missing = Contradiction::AlertsMissing { notification, others, found: others_found };
            self.report(Some(alert), missing);
        }
        if let Some(owed) = owed.filter(|owed| found < *owed) {
            self.report(Some(alert), Contradiction::DeliveriesMissing { notification, owed, found });
        }
        let Ok(contract) = to_contract_status(&word) else {
            self.report(Some(alert), Contradiction::ContractUnknown { notification, word });
            return Ok(());
        };
        let all_delivered = found > 0 && delivered == found;
        if contract == ContractStatus::Open && !is_followed_up && all_delivered {
            self.notifications.kept += 1;
        } else {
            self.notifications.count(contract);
        }
        let has_an_end_to_come = matches!(contract, ContractStatus::Open | ContractStatus::Broken);
        if is_followed_up && has_an_end_to_come && pending == 0 && !is_scheduled {
            self.report(Some(alert), Contradiction::ContractUnattended { notification, contract });
        }
        Ok(())
    }

    fn count_delivery(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        let (delivery, alert): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
        let (word, has_reason, was_taken): (String, bool, bool) = (row.get(2)?, row.get(3)?, row.get(4)?);
        if alert.is_none() {
            self.report(None, Contradiction::NotificationMissing { delivery });
        }
        let Ok(state) = to_delivery_status(&word) else {
            self.report(alert, Contradiction::StateUnknown { delivery, word });
            return Ok(());
        };
        self.deliveries.count(state);
        match state {
            DeliveryStatus::Delivered if !was_taken => {
                self.report(alert, Contradiction::DeliveryUnconfirmed { delivery });
            }
            DeliveryStatus::Dead | DeliveryStatus::Discarded if !has_reason => {
                self.report(alert, Contradiction::ReasonMissing { delivery, state });
            }
            DeliveryStatus::Pending
            | DeliveryStatus::Delivered
            | DeliveryStatus::Dead
            | DeliveryStatus::Discarded => {}
        }
        Ok(())
    }

    /// Tells whether the counts have reported what is wrong with a cell.
    fn has_reported(&self, cell: &DamagedCell) -> bool {
        let is_unattended = |it: &Unaccounted| {
            matches!(&it.contradiction, Contradiction::ContractUnattended { notification, .. }
                if cell.row == format!("notifications {notification}"))
        };
        match (cell.row.split(' ').next(), cell.column) {
            (Some("alerts"), "held")
            | (Some("deliveries"), "state")
            | (Some("notifications"), "fulfilment") => true,
            (Some("notifications"), "look_at") => self.unaccounted.iter().any(is_unattended),
            _ => false,
        }
    }

    fn report(&mut self, alert: Option<i64>, contradiction: Contradiction) {
        self.unaccounted_in_all += 1;
        if self.unaccounted.len() < EXAMPLES {
            self.unaccounted.push(Unaccounted { alert: alert.map(AlertId), contradiction });
        }
    }
}

/// The number of receivers that were not told; none if what was kept of them cannot be read.
fn count_suppressed(json: Option<String>) -> u32 {
    let suppressed: Vec<IgnoredAny> = json.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default();
    u32::try_from(suppressed.len()).unwrap_or(u32::MAX)
}

impl NotificationCounts {
    fn count(&mut self, status: ContractStatus) {
        match status {
            ContractStatus::Open => self.open += 1,
            ContractStatus::Kept => self.kept += 1,
            ContractStatus::Broken => self.broken += 1,
            ContractStatus::Abandoned => self.abandoned += 1,
            ContractStatus::Late => self.late += 1,
        }
    }
}

impl DeliveryCounts {
    fn count(&mut self, status: DeliveryStatus) {
        match status {
            DeliveryStatus::Delivered => self.delivered += 1,
            DeliveryStatus::Pending => self.pending += 1,
            DeliveryStatus::Dead => self.dead += 1,
            DeliveryStatus::Discarded => self.discarded += 1,
        }
    }
}

#[cfg(test)]
mod tests;
