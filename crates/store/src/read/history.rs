//! The history of one alert: everything that happened to it.

use fanfare_core::{
    Acknowledgement, Alert, AlertId, ChannelName, ContractStatus, DeliveryId, DeliveryTerms, NotificationId,
    PolicyId, ReceiverName, Status, Unless, Why,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::column::{from_bits, to_alert, to_contract_status, to_json, to_status, to_time, to_unless};
use crate::read::deliveries::CONTRACT_STATUS;
use crate::read::excerpt::{Excerpt, OmittedRows};
use crate::tables::alerts::{SuppressionRecord, suppressions};
use crate::{AcknowledgementRow, AttemptRow, StepRow, Store, StoreError, tables};

/// The most other alerts of its incident that a history names, before and after its alert.
const RELATED: u32 = 100;

/// The history of one alert: everything that happened to it.
#[derive(Debug, Clone)]
pub struct AlertHistory {
    /// Number of the alert.
    pub id: AlertId,
    /// Time of its acceptance.
    pub received_at: Timestamp,
    /// Number of its mere repeats, which have no row of their own.
    pub repeats: u32,
    /// Time of the last of them; `None` if there is none.
    pub repeated_at: Option<Timestamp>,
    /// Reasons why nobody was told of it; none of a repeat from before they were kept too.
    pub repeat_reasons: Vec<String>,
    /// First alert of its incident.
    pub incident: AlertId,
    /// Start of the incident, by the source's clock.
    pub since: Timestamp,
    /// Alert as it was accepted.
    pub alert: Alert,
    /// Policy it was decided by; `None` for one from before policies were kept.
    pub policy: Option<PolicyId>,
    /// Text of that policy, as JSON, for explanations: too long to be shown with every history.
    pub policy_text: Option<String>,
    /// Receivers that were not told, and the reasons.
    pub suppressed: Vec<SuppressionRecord>,
    /// Notifications it called for, in that order.
    pub notifications: Vec<NotificationHistory>,
    /// Acknowledgements of what it told, or those there were when it arrived.
    pub acknowledgements: Vec<AcknowledgementRow>,
    /// Earlier alerts of its incident that somebody was told of; the newest first.
    pub before: Vec<RelatedAlert>,
    /// Later alerts of its incident that somebody was told of; the oldest first.
    pub after: Vec<RelatedAlert>,
    /// Reports of its incident, told or not, with their texts: the newest hundred, the oldest first.
    pub reports: Vec<ReportedAlert>,
    /// Rows that are left out between the beginnings and the ends of long lists.
    pub left_out: OmittedRows,
}

/// The history of one notification.
#[derive(Debug, Clone)]
pub struct NotificationHistory {
    /// Number of the notification.
    pub id: NotificationId,
    /// Alerts that it tells of, in the order in which they are told.
    pub alerts: Vec<AlertId>,
    /// Receiver that is told.
    pub receiver: ReceiverName,
    /// Route that points at the receiver; `None` where it is told because it was told before.
    pub route: Option<String>,
    /// Reason for which it is told now.
    pub why: String,
    /// Time from which on it is owed.
    pub owed_at: Timestamp,
    /// Terms of its contract; `None`: its deliveries go out together, without a time limit.
    pub terms: Option<DeliveryTerms>,
    /// State of its contract.
    pub contract: ContractStatus,
    /// Time of the next check even if nothing happens before.
    pub next_check_at: Option<Timestamp>,
    /// Action of a person about an abandoned contract: `retried` or `discarded`.
    pub handled: Option<String>,
    /// Acknowledgement that it tells of.
    pub acknowledgement: Option<Acknowledgement>,
    /// Deliveries of it, in the order in which the channels were added.
    pub deliveries: Vec<DeliveryHistory>,
    /// Steps that were done about it, with their reasons.
    pub steps: Vec<StepRow>,
}

/// The history of one delivery.
#[derive(Debug, Clone)]
pub struct DeliveryHistory {
    /// Number of the delivery.
    pub id: DeliveryId,
    /// Channel on which it goes out.
    pub channel: ChannelName,
    /// Time at which the channel was added.
    pub added_at: Timestamp,
    /// Condition of the rung it stands on, which had not come about.
    pub escalated: Option<Unless>,
    /// State: `pending`, `delivered`, `dead` or `discarded`.
    pub state: String,
    /// Time of the next attempt, while it is pending.
    pub next_at: Option<Timestamp>,
    /// Number of attempts so far.
    pub attempted: u32,
    /// Time at which it was delivered or given up.
    pub settled_at: Option<Timestamp>,
    /// Last answer, or the reason why it was given up.
    pub reason: Option<String>,
    /// Digest in which it last went out.
    pub digest: Option<i64>,
    /// Attempts of it, the oldest first.
    pub attempts: Vec<AttemptRow>,
}

/// Another alert of the same incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedAlert {
    /// Number of the alert.
    pub id: AlertId,
    /// Time of its acceptance.
    pub received_at: Timestamp,
    /// Status it reported.
    pub status: Status,
}

/// A report of an incident: an alert with a row of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedAlert {
    /// Number of the alert.
    pub id: AlertId,
    /// Time of its acceptance.
    pub received_at: Timestamp,
    /// Alert as it was accepted.
    pub alert: Alert,
}

impl Store {
    /// The history of the alert `id`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn history(&self, id: AlertId) -> Result<Option<AlertHistory>, StoreError> {
        self.read_report(move |db| {
            let snapshot = db.unchecked_transaction()?; // all of it as it is now
            let history = history(&snapshot, id)?;
            snapshot.commit()?;
            Ok(history)
        })
        .await
    }
}

const ALERT: &str = "
    SELECT a.received_at, a.incident, a.since, a.alert, a.held, a.policy, p.policy, a.repeats, a.last_seen, a.repeat_reasons, a.identity
    FROM alerts a LEFT JOIN policies p ON p.id = a.policy WHERE a.id = ?1";

fn history(db: &Connection, id: AlertId) -> Result<Option<AlertHistory>, StoreError> {
    let found =
        db.prepare_cached(ALERT)?.query_row([id.0], |row| Ok(history_of_alert(id, row))).optional()?;
    let Some(mut history) = found.transpose()? else { return Ok(None) };
    let mut excerpt = Excerpt::new();
    history.notifications = notifications(db, id, &mut excerpt)?;
    let acknowledged = tables::acknowledgements::ids(db, history.incident)?;
    let acknowledged = excerpt.keep(acknowledged, |it| &mut it.acknowledgements);
    let acknowledgements = tables::acknowledgements::read(db, &acknowledged)?;
    history.acknowledgements = acknowledgements.into_iter().filter(|it| covers(it, &history)).collect();
    history.left_out = excerpt.left_out;
    history.before = related(db, BEFORE, &history)?;
    history.after = related(db, AFTER, &history)?;
    history.reports = reports(db, &history)?;
    Ok(Some(history))
}

/// A history with the alert and still without what came of it.
fn history_of_alert(id: AlertId, row: &Row<'_>) -> Result<AlertHistory, StoreError> {
    let (repeats, last_seen): (u32, i64) = (row.get(7)?, row.get(8)?);
    Ok(AlertHistory {
        id,
        received_at: to_time(row.get(0)?)?,
        repeats,
        repeated_at: (repeats > 0).then(|| to_time(last_seen)).transpose()?,
        repeat_reasons: readable(repeat_reasons(row), id)?,
        incident: AlertId(row.get(1)?),
        since: to_time(row.get(2)?)?,
        alert: to_alert(&row.get::<_, String>(3)?, row.get::<_, Option<Vec<u8>>>(10)?.as_deref())?,
        policy: row.get::<_, Option<i64>>(5)?.map(PolicyId),
        policy_text: readable(row.get(6).map_err(StoreError::from), id)?,
        suppressed: readable(row.get(4).map_err(StoreError::from).and_then(suppressions), id)?,
        notifications: Vec::new(),
        acknowledgements: Vec::new(),
        before: Vec::new(),
        after: Vec::new(),
        reports: Vec::new(),
        left_out: OmittedRows::default(),
    })
}

fn repeat_reasons(row: &Row<'_>) -> Result<Vec<String>, StoreError> {
    let json: Option<String> = row.get(9)?;
    json.map_or(Ok(Vec::new()), |it| to_json("the reasons of a repeat", &it))
}

/// Part of the alert `id`, or nothing where it cannot be read: the rest is of use without it.
fn readable<T: Default>(read: Result<T, StoreError>, id: AlertId) -> Result<T, StoreError> {
    Ok(StoreError::skip_damaged(read, &format_args!("{id} of `alerts`"))?.unwrap_or_default())
}

const NOTIFICATIONS: &str = "
    SELECT id FROM notifications WHERE alert = ?1
    UNION SELECT notification FROM notification_alerts WHERE alert = ?1 ORDER BY 1";

fn notifications_sql() -> String {
    format!(
        "SELECT n.id, n.receiver, n.route, n.why, n.owed_at, n.terms, {CONTRACT_STATUS}, n.look_at, n.dealt_with,
                n.acknowledgement, n.alert
         FROM notifications n WHERE n.id = ?1"
    )
}

/// The notifications that tell of `alert`. The newest have room first.
fn notifications(
    db: &Connection,
    alert: AlertId,
    excerpt: &mut Excerpt,
) -> Result<Vec<NotificationHistory>, StoreError> {
    let ids = excerpt.keep(all_ids(db, NOTIFICATIONS, alert.0)?, |it| &mut it.notifications);
    let mut statement = db.prepare_cached(&notifications_sql())?;
    let mut notifications = Vec::new();
    for id in ids.into_iter().rev() {
        let found = statement.query_row([id], |row| Ok(notification(db, row, excerpt)));
        let found = found.optional()?.transpose();
        notifications
            .extend(StoreError::skip_damaged(found, &format_args!("{id} of `notifications`"))?.flatten());
    }
    notifications.reverse();
    Ok(notifications)
}

fn all_ids(db: &Connection, sql: &str, of: i64) -> Result<Vec<i64>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let ids = statement.query_map([of], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

fn notification(
    db: &Connection,
    row: &Row<'_>,
    excerpt: &mut Excerpt,
) -> Result<NotificationHistory, StoreError> {
    let why: Why = to_json("a reason", &row.get::<_, String>(3)?)?;
    let id = NotificationId(row.get(0)?);
    let owed_at = to_time(row.get(4)?)?;
    let (terms, acknowledgement): (Option<String>, Option<String>) = (row.get(5)?, row.get(9)?);
    let steps = excerpt.keep(tables::steps::ids(db, id)?, |it| &mut it.steps);
    let others = tables::notification_alerts::ids(db, id)?.into_iter().map(|it| it.0).collect();
    let others = excerpt.keep(others, |it| &mut it.alerts).into_iter().map(AlertId);
    Ok(NotificationHistory {
        id,
        alerts: std::iter::once(AlertId(row.get(10)?)).chain(others).collect(),
        receiver: row.get::<_, String>(1)?.as_str().into(),
        route: row.get(2)?,
        why: why.to_string(),
        owed_at,
        terms: terms.map(|it| to_json("the terms of a notification", &it)).transpose()?,
        contract: to_contract_status(&row.get::<_, String>(6)?)?,
        next_check_at: row.get::<_, Option<i64>>(7)?.map(to_time).transpose()?,
        handled: row.get(8)?,
        acknowledgement: acknowledgement.map(|it| to_json("an acknowledgement", &it)).transpose()?,
        deliveries: deliveries(db, id, owed_at, excerpt)?,
        steps: tables::steps::read(db, &steps)?,
    })
}

const DELIVERIES: &str = "SELECT id FROM deliveries WHERE notification = ?1 ORDER BY id";

const DELIVERY: &str = "
    SELECT id, channel, called_at, escalated, state, next_at, attempts, settled_at, reason, digest
    FROM deliveries WHERE id = ?1";

fn deliveries(
    db: &Connection,
    notification: NotificationId,
    owed_at: Timestamp,
    excerpt: &mut Excerpt,
) -> Result<Vec<DeliveryHistory>, StoreError> {
    let ids = excerpt.keep(all_ids(db, DELIVERIES, notification.0)?, |it| &mut it.deliveries);
    let mut statement = db.prepare_cached(DELIVERY)?;
    let mut deliveries = Vec::new();
    for id in ids {
        let found = statement.query_row([id], |row| Ok(delivery(db, row, owed_at, excerpt)));
        let found = found.optional()?.transpose();
        deliveries.extend(StoreError::skip_damaged(found, &format_args!("{id} of `deliveries`"))?.flatten());
    }
    Ok(deliveries)
}

fn delivery(
    db: &Connection,
    row: &Row<'_>,
    owed_at: Timestamp,
    excerpt: &mut Excerpt,
) -> Result<DeliveryHistory, StoreError> {
    let id = DeliveryId(row.get(0)?);
    let state: String = row.get(4)?;
    let next_at = if state == "pending" { Some(to_time(row.get(5)?)?) } else { None };
    let ordinals = excerpt.keep(tables::attempts::ordinals(db, id)?, |it| &mut it.attempts);
    Ok(DeliveryHistory {
        id,
        channel: row.get::<_, String>(1)?.as_str().into(),
        added_at: row.get::<_, Option<i64>>(2)?.map_or(Ok(owed_at), to_time)?,
        escalated: row.get::<_, Option<String>>(3)?.map(|it| to_unless(&it)).transpose()?,
        state,
        next_at,
        attempted: row.get(6)?,
        settled_at: row.get::<_, Option<i64>>(7)?.map(to_time).transpose()?,
        reason: row.get(8)?,
        digest: row.get(9)?,
        attempts: tables::attempts::read(db, id, &ordinals)?,
    })
}

/// True of an acknowledgement that covers what the alert told; or, where that told
/// nobody, was there before it.
fn covers(acknowledgement: &AcknowledgementRow, history: &AlertHistory) -> bool {
    match history.notifications.first() {
        Some(first) => first.id <= acknowledgement.up_to,
        None => acknowledgement.at <= history.received_at,
    }
}

// Through the notifications, which are indexed by their incident: an index of all alerts would cost every intake.
const BEFORE: &str = "
    SELECT a.id, a.received_at, a.status FROM alerts a
    WHERE a.id IN (SELECT n.alert FROM notifications n WHERE n.incident = ?1 AND n.alert < ?2)
    ORDER BY a.id DESC LIMIT ?3";
const AFTER: &str = "
    SELECT a.id, a.received_at, a.status FROM alerts a
    WHERE a.id IN (SELECT n.alert FROM notifications n WHERE n.incident = ?1 AND n.alert > ?2)
    ORDER BY a.id LIMIT ?3";

fn related(db: &Connection, sql: &str, history: &AlertHistory) -> Result<Vec<RelatedAlert>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![history.incident.0, history.id.0, RELATED])?;
    let mut related = Vec::new();
    while let Some(row) = rows.next()? {
        related.extend(StoreError::skip_damaged(related_alert(row), &"of `alerts`")?);
    }
    Ok(related)
}

fn related_alert(row: &Row<'_>) -> Result<RelatedAlert, StoreError> {
    Ok(RelatedAlert {
        id: AlertId(row.get(0)?),
        received_at: to_time(row.get(1)?)?,
        status: to_status(&row.get::<_, String>(2)?)?,
    })
}

/// The end of an incident; none while it is open.
const END: &str = "
    SELECT min(a.id) FROM notifications n JOIN alerts a ON a.id = n.alert
    WHERE n.incident = ?1 AND a.status = 'resolved'";

// Those of which nobody was told are found by their fingerprint, up to the end: what follows is of later incidents.
const REPORTS: &str = "
    SELECT id, received_at, alert, identity FROM alerts WHERE id IN (
      SELECT alert FROM (SELECT alert FROM notifications WHERE incident = ?1 ORDER BY id DESC LIMIT ?4)
      UNION
      SELECT id FROM (SELECT id FROM alerts
                      WHERE fingerprint = ?2 AND repeat_key IS NOT NULL AND (status = 'resolved' OR held IS NOT NULL)
                        AND id BETWEEN ?1 AND ?3 AND incident = ?1
                      ORDER BY id DESC LIMIT ?4))
    ORDER BY id DESC LIMIT ?4";

fn reports(db: &Connection, history: &AlertHistory) -> Result<Vec<ReportedAlert>, StoreError> {
    let AlertId(incident) = history.incident;
    let end: Option<i64> = db.prepare_cached(END)?.query_row([incident], |row| row.get(0))?;
    let fingerprint = from_bits(history.alert.fingerprint.to_bits());
    let mut statement = db.prepare_cached(REPORTS)?;
    let mut rows = statement.query(params![incident, fingerprint, end.unwrap_or(i64::MAX), RELATED])?;
    let mut reports = Vec::new();
    while let Some(row) = rows.next()? {
        reports.extend(StoreError::skip_damaged(reported_alert(row), &"of `alerts`")?);
    }
    reports.reverse();
    Ok(reports)
}

fn reported_alert(row: &Row<'_>) -> Result<ReportedAlert, StoreError> {
    Ok(ReportedAlert {
        id: AlertId(row.get(0)?),
        received_at: to_time(row.get(1)?)?,
        alert: to_alert(&row.get::<_, String>(2)?, row.get::<_, Option<Vec<u8>>>(3)?.as_deref())?,
    })
}

#[cfg(test)]
mod tests;
