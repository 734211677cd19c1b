//! Everything that happened to one alert.

use fanfare_core::{
    Acknowledgement, Alert, AlertId, ChannelName, ContractStatus, DeliveryId, DeliveryTerms, NotificationId,
    ReceiverName, Status, Step, Unless, Why,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::column::{to_fulfilment, to_json, to_status, to_time, to_unless};
use crate::query::{FULFILMENT, attempts_of};
use crate::{AttemptRow, PolicyId, Store, StoreError};

/// How many others of its incident a story names at most, before and after its alert.
const SIBLINGS: u32 = 100;

/// Everything that happened to one alert.
#[derive(Debug, Clone, Serialize)]
pub struct AlertHistory {
    /// Its number.
    pub id: AlertId,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// The first alert of its incident.
    pub incident: AlertId,
    /// When the incident began, by the source's clock.
    pub since: Timestamp,
    /// The alert.
    pub alert: Alert,
    /// The policy it was decided by; `None` for one from before policies were kept.
    pub policy: Option<PolicyId>,
    /// That policy, as JSON, for whoever explains: too long to be told with every story.
    #[serde(skip)]
    pub policy_text: Option<String>,
    /// Receivers that were not told, and why.
    pub held: Vec<Held>,
    /// Who was told because of it, in that order.
    pub notifications: Vec<NotificationHistory>,
    /// Who took care of what it told, or already did when it arrived.
    pub acknowledgements: Vec<AcknowledgementRow>,
    /// Others of its incident that somebody was told of, from before it; the newest first.
    pub before: Vec<RelatedAlert>,
    /// Others of its incident that somebody was told of, from after it; the oldest first.
    pub after: Vec<RelatedAlert>,
}

/// A receiver that was not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Who.
    pub receiver: ReceiverName,
    /// The route that points at it; `None` where it was told before.
    #[serde(default)]
    pub route: Option<String>,
    /// Why not.
    pub reason: String,
}

/// What happened to one notification.
#[derive(Debug, Clone, Serialize)]
pub struct NotificationHistory {
    /// Its number.
    pub id: NotificationId,
    /// Who is told.
    pub receiver: ReceiverName,
    /// The route that points at the receiver; `None` where it is told because it was told before.
    pub route: Option<String>,
    /// Why.
    pub why: String,
    /// When it came to be.
    pub owed_at: Timestamp,
    /// What was promised; `None`: its deliveries, together and at leisure.
    pub terms: Option<DeliveryTerms>,
    /// How the promise stands.
    pub fulfilment: ContractStatus,
    /// When something is due even if nothing happens.
    pub look_at: Option<Timestamp>,
    /// `retried` or `discarded`: what a person did about a promise that was abandoned.
    pub dealt_with: Option<String>,
    /// The acknowledgement it tells of.
    pub acknowledgement: Option<Acknowledgement>,
    /// Where it is told, in the order in which the channels were called in.
    pub deliveries: Vec<DeliveryHistory>,
    /// What was done about it, and why.
    pub steps: Vec<StepRow>,
}

/// What happened to one delivery.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryHistory {
    /// Its number.
    pub id: DeliveryId,
    /// Where.
    pub channel: ChannelName,
    /// When the channel was called in.
    pub called_at: Timestamp,
    /// The rung of the ladder it stands on: told because this had not come about.
    pub escalated: Option<Unless>,
    /// `pending`, `delivered`, `dead` or `discarded`.
    pub state: String,
    /// Pending: not before then.
    pub next_at: Option<Timestamp>,
    /// How many attempts were made.
    pub attempted: u32,
    /// When it was delivered or given up.
    pub settled_at: Option<Timestamp>,
    /// The last answer, or why it was given up.
    pub reason: Option<String>,
    /// The digest in which it last went out.
    pub digest: Option<i64>,
    /// Each attempt, oldest first.
    pub attempts: Vec<AttemptRow>,
}

/// Something done about a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepRow {
    /// When.
    pub at: Timestamp,
    /// What, and why.
    #[serde(flatten)]
    pub step: Step,
}

/// Somebody takes care of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AcknowledgementRow {
    /// Who, as they named themselves.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The notification whose link was followed.
    pub notification: NotificationId,
    /// The newest notification that it covers.
    pub up_to: NotificationId,
}

/// Another alert of the same incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelatedAlert {
    /// Its number.
    pub id: AlertId,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// Whether it fires.
    pub status: Status,
}

impl Store {
    /// Everything that happened to the alert `id`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn story(&self, id: AlertId) -> Result<Option<AlertHistory>, StoreError> {
        self.look_up(move |db| {
            let moment = db.unchecked_transaction()?; // all of it as it is now
            let story = story(&moment, id)?;
            moment.commit()?;
            Ok(story)
        })
        .await
    }
}

const ALERT: &str = "
    SELECT a.received_at, a.incident, a.since, a.alert, a.held, a.policy, p.policy
    FROM alerts a LEFT JOIN policies p ON p.id = a.policy WHERE a.id = ?1";

fn story(db: &Connection, id: AlertId) -> Result<Option<AlertHistory>, StoreError> {
    let story = db.prepare_cached(ALERT)?.query_row([id.0], |row| Ok(beginning(id, row))).optional()?;
    let Some(mut story) = story.transpose()? else { return Ok(None) };
    story.notifications = notifications(db, id)?;
    story.acknowledgements = acknowledgements(db, &story)?;
    story.before = siblings(db, BEFORE, &story)?;
    story.after = siblings(db, AFTER, &story)?;
    Ok(Some(story))
}

/// A story of which only the alert is known.
fn beginning(id: AlertId, row: &Row<'_>) -> Result<AlertHistory, StoreError> {
    let held: Option<String> = row.get(4)?;
    Ok(AlertHistory {
        id,
        received_at: to_time(row.get(0)?)?,
        incident: AlertId(row.get(1)?),
        since: to_time(row.get(2)?)?,
        alert: to_json("an alert", &row.get::<_, String>(3)?)?,
        policy: row.get::<_, Option<i64>>(5)?.map(PolicyId),
        policy_text: row.get(6)?,
        held: held.map_or(Ok(Vec::new()), |it| to_json("a suppression", &it))?,
        notifications: Vec::new(),
        acknowledgements: Vec::new(),
        before: Vec::new(),
        after: Vec::new(),
    })
}

fn notifications_sql() -> String {
    format!(
        "SELECT n.id, n.receiver, n.route, n.why, n.owed_at, n.terms, {FULFILMENT}, n.look_at, n.dealt_with,
                n.acknowledgement
         FROM notifications n WHERE n.alert = ?1 ORDER BY n.id"
    )
}

fn notifications(db: &Connection, alert: AlertId) -> Result<Vec<NotificationHistory>, StoreError> {
    let mut statement = db.prepare_cached(&notifications_sql())?;
    let mut rows = statement.query([alert.0])?;
    let mut notifications = Vec::new();
    while let Some(row) = rows.next()? {
        let why: Why = to_json("a reason", &row.get::<_, String>(3)?)?;
        let id = NotificationId(row.get(0)?);
        let owed_at = to_time(row.get(4)?)?;
        let (terms, acknowledgement): (Option<String>, Option<String>) = (row.get(5)?, row.get(9)?);
        notifications.push(NotificationHistory {
            id,
            receiver: row.get::<_, String>(1)?.as_str().into(),
            route: row.get(2)?,
            why: why.to_string(),
            owed_at,
            terms: terms.map(|it| to_json("the terms of a notification", &it)).transpose()?,
            fulfilment: to_fulfilment(&row.get::<_, String>(6)?)?,
            look_at: row.get::<_, Option<i64>>(7)?.map(to_time).transpose()?,
            dealt_with: row.get(8)?,
            acknowledgement: acknowledgement.map(|it| to_json("an acknowledgement", &it)).transpose()?,
            deliveries: deliveries(db, id, owed_at)?,
            steps: steps(db, id)?,
        });
    }
    Ok(notifications)
}

const DELIVERIES: &str = "
    SELECT id, channel, called_at, escalated, state, next_at, attempts, settled_at, reason, digest
    FROM deliveries WHERE notification = ?1 ORDER BY id";

fn deliveries(
    db: &Connection,
    notification: NotificationId,
    owed_at: Timestamp,
) -> Result<Vec<DeliveryHistory>, StoreError> {
    let mut statement = db.prepare_cached(DELIVERIES)?;
    let mut rows = statement.query([notification.0])?;
    let mut deliveries = Vec::new();
    while let Some(row) = rows.next()? {
        let id = DeliveryId(row.get(0)?);
        let state: String = row.get(4)?;
        let next_at = if state == "pending" { Some(to_time(row.get(5)?)?) } else { None };
        deliveries.push(DeliveryHistory {
            id,
            channel: row.get::<_, String>(1)?.as_str().into(),
            called_at: row.get::<_, Option<i64>>(2)?.map_or(Ok(owed_at), to_time)?,
            escalated: row.get::<_, Option<String>>(3)?.map(|it| to_unless(&it)).transpose()?,
            state,
            next_at,
            attempted: row.get(6)?,
            settled_at: row.get::<_, Option<i64>>(7)?.map(to_time).transpose()?,
            reason: row.get(8)?,
            digest: row.get(9)?,
            attempts: attempts_of(db, id)?,
        });
    }
    Ok(deliveries)
}

const STEPS: &str = "SELECT at, step FROM steps WHERE notification = ?1 ORDER BY id";

fn steps(db: &Connection, notification: NotificationId) -> Result<Vec<StepRow>, StoreError> {
    let mut statement = db.prepare_cached(STEPS)?;
    let mut rows = statement.query([notification.0])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let step = to_json("a step", &row.get::<_, String>(1)?)?;
        steps.push(StepRow { at: to_time(row.get(0)?)?, step });
    }
    Ok(steps)
}

const ACKNOWLEDGEMENTS: &str =
    "SELECT by, at, notification, up_to FROM acknowledgements WHERE incident = ?1 ORDER BY id";

fn acknowledgements(db: &Connection, story: &AlertHistory) -> Result<Vec<AcknowledgementRow>, StoreError> {
    let mut statement = db.prepare_cached(ACKNOWLEDGEMENTS)?;
    let mut rows = statement.query([story.incident.0])?;
    let mut acknowledgements = Vec::new();
    while let Some(row) = rows.next()? {
        let acknowledgement = AcknowledgementRow {
            by: row.get(0)?,
            at: to_time(row.get(1)?)?,
            notification: NotificationId(row.get(2)?),
            up_to: NotificationId(row.get(3)?),
        };
        if acknowledgement.covers(story) {
            acknowledgements.push(acknowledgement);
        }
    }
    Ok(acknowledgements)
}

impl AcknowledgementRow {
    /// Whether it covers what the alert told; or, where that told nobody, was there before it.
    fn covers(&self, story: &AlertHistory) -> bool {
        match story.notifications.first() {
            Some(first) => first.id <= self.up_to,
            None => self.at <= story.received_at,
        }
    }
}

// Through the notifications, which are indexed by their incident: an index of all alerts would cost every intake.
const BEFORE: &str = "
    SELECT a.id, a.received_at, json_extract(a.alert, '$.status') FROM alerts a
    WHERE a.id IN (SELECT n.alert FROM notifications n WHERE n.incident = ?1 AND n.alert < ?2)
    ORDER BY a.id DESC LIMIT ?3";
const AFTER: &str = "
    SELECT a.id, a.received_at, json_extract(a.alert, '$.status') FROM alerts a
    WHERE a.id IN (SELECT n.alert FROM notifications n WHERE n.incident = ?1 AND n.alert > ?2)
    ORDER BY a.id LIMIT ?3";

fn siblings(db: &Connection, sql: &str, story: &AlertHistory) -> Result<Vec<RelatedAlert>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![story.incident.0, story.id.0, SIBLINGS])?;
    let mut siblings = Vec::new();
    while let Some(row) = rows.next()? {
        siblings.push(RelatedAlert {
            id: AlertId(row.get(0)?),
            received_at: to_time(row.get(1)?)?,
            status: to_status(&row.get::<_, String>(2)?)?,
        });
    }
    Ok(siblings)
}

#[cfg(test)]
mod tests;
