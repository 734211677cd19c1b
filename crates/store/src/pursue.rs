//! Following a notification up: what is done about it, and why, in one transaction.

use std::sync::Arc;

use fanfare_core::{
    AlertId, ChannelDelivery, ChannelName, ContractState, ContractStatus, DeliveryId, DeliveryProgress,
    DeliveryTerms, EscalationDecision, Fingerprint, Kind, MessageForm, NotificationId, Severity, Step,
    Unless,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use tracing::error;

use crate::accept::accept_planned;
use crate::column::{
    from_count, from_json, from_time, to_fulfilment, to_json, to_kind, to_severity, to_time,
};
use crate::pending::notification_of;
use crate::{Accepted, Decider, Delivery, Store, StoreError};

/// What follows from a change, on the disk, to be acted on.
#[derive(Debug, Clone, Default)]
pub struct Consequences {
    /// Deliveries that came to be.
    pub deliveries: Vec<Delivery>,
    /// When to look again at the notifications that were looked at.
    pub watch: Vec<Watch>,
    /// What is said about ourselves.
    pub about_ourselves: Vec<Accepted>,
}

/// When to look at a notification again even if nothing happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// Which.
    pub notification: NotificationId,
    /// When; `None`: there is nothing left to be done.
    pub look_at: Option<Timestamp>,
}

impl Consequences {
    pub(crate) fn add(&mut self, others: Self) {
        let Self { deliveries, watch, about_ourselves } = others;
        self.deliveries.extend(deliveries);
        self.watch.extend(watch);
        self.about_ourselves.extend(about_ourselves);
    }
}

impl Store {
    /// Looks at notifications, each at its own time, and does what is due.
    ///
    /// That is the time by the clock of its promise, as whoever counts it knows: the
    /// wall clock may have been set since. What else happens to a notification is
    /// followed up at once, but takes no step that is due by time alone.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then nothing of it is done.
    pub async fn pursue(
        &self,
        due: Vec<(NotificationId, Timestamp)>,
        decider: Arc<dyn Decider>,
        then: impl FnOnce(&Consequences) + Send + 'static,
    ) -> Result<(), StoreError> {
        let work = move |db: &Connection| {
            let mut consequences = Consequences::default();
            for (id, now) in &due {
                consequences.add(pursue(db, *id, Moment::Due(*now), decider.as_ref())?);
            }
            Ok(consequences)
        };
        self.writer.write(work, then).await.map(|_| ())
    }

    /// The notifications that must be looked at, now or later.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn watched(&self) -> Result<Vec<Watch>, StoreError> {
        self.read(|db| {
            let mut statement =
                db.prepare("SELECT id, look_at FROM notifications WHERE look_at IS NOT NULL")?;
            let mut rows = statement.query([])?;
            let mut watched = Vec::new();
            while let Some(row) = rows.next()? {
                let look_at = Some(to_time(row.get(1)?)?);
                watched.push(Watch { notification: NotificationId(row.get(0)?), look_at });
            }
            Ok(watched)
        })
        .await
    }

    /// The notifications that are followed up, not yet told, and wait for `channel`.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn waiting_for(&self, channel: ChannelName) -> Result<Vec<NotificationId>, StoreError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT n.id FROM deliveries d JOIN notifications n ON n.id = d.notification
                 WHERE d.state = 'pending' AND d.channel = ?1 AND n.terms IS NOT NULL
                   AND n.fulfilment IN ('open', 'broken')",
            )?;
            let ids = statement.query_map([channel.as_str()], |row| row.get(0).map(NotificationId))?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// When a notification is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// By the clock of its promise: whatever is due is done.
    Due(Timestamp),
    /// By the wall clock, as something happens to it. That clock may have been set:
    /// what is due by time alone is left to whoever counts the time.
    Meanwhile(Timestamp),
}

impl Moment {
    /// The time at which a notification is looked at that must be so again at `look_at`.
    fn before(self, look_at: Option<Timestamp>) -> Timestamp {
        const LEAST: SignedDuration = SignedDuration::from_millis(1);
        match (self, look_at) {
            (Self::Due(now), _) | (Self::Meanwhile(now), None) => now,
            (Self::Meanwhile(now), Some(look_at)) => now.min(look_at.saturating_sub(LEAST).unwrap_or(now)),
        }
    }
}

/// A notification as the tables have it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) head: Head,
    pub(crate) standing: ContractState,
    /// When it must be looked at again even if nothing happens.
    pub(crate) look_at: Option<Timestamp>,
}

/// What all deliveries of a notification have in common.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) id: NotificationId,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) severity: Severity,
    pub(crate) owed_at: Timestamp,
    pub(crate) terms: Arc<DeliveryTerms>,
}

/// Does what is due about one notification.
///
/// One that cannot be read is left to its deliveries, which are given up for it:
/// it must not keep what else is written down with it from being so.
pub(crate) fn pursue(
    db: &Connection,
    id: NotificationId,
    moment: Moment,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    match look_at(db, id) {
        Ok(Some(found)) => follow(db, &found, moment.before(found.look_at), decider),
        Ok(None) => Ok(Consequences::default()),
        Err(err @ StoreError::Damaged { .. }) => {
            error!(notification.id = %id, error = %err, "A notification cannot be followed up any more");
            db.prepare_cached("UPDATE notifications SET look_at = NULL WHERE id = ?1")?.execute([id.0])?;
            let watch = vec![Watch { notification: id, look_at: None }];
            Ok(Consequences { watch, ..Consequences::default() })
        }
        Err(err @ (StoreError::Sqlite(_) | StoreError::BrokeDown | StoreError::Closed)) => Err(err),
    }
}

/// Does what is due at `now` about a notification that stands like this.
pub(crate) fn follow(
    db: &Connection,
    found: &Found,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    let Found { head, standing, look_at } = found;
    let pursuit = decider.pursue(&head.terms, standing, now);
    let EscalationDecision { steps: _, climbed, fulfilment, look_again } = &pursuit;
    if (*climbed, *fulfilment, *look_again) != (standing.climbed, standing.fulfilment, *look_at) {
        db.prepare_cached(
            "UPDATE notifications SET fulfilment = ?2, climbed = ?3, look_at = ?4 WHERE id = ?1",
        )?
        .execute(params![
            head.id.0,
            fulfilment.word(),
            from_count(*climbed),
            look_again.map(from_time)
        ])?;
    }
    carry_out(db, head, standing, &pursuit, now, decider)
}

/// Does what is due about every watched notification of an incident that changes at `now`.
pub(crate) fn pursue_incident(
    db: &Connection,
    incident: AlertId,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT id FROM notifications WHERE incident = ?1 AND look_at IS NOT NULL")?;
    let ids: Vec<i64> = statement.query_map([incident.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut consequences = Consequences::default();
    for id in ids {
        consequences.add(pursue(db, NotificationId(id), Moment::Meanwhile(now), decider)?);
    }
    Ok(consequences)
}

/// Owes what was decided about a notification that stood like this, and enters the reasons.
pub(crate) fn carry_out(
    db: &Connection,
    head: &Head,
    standing: &ContractState,
    pursuit: &EscalationDecision,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    let mut deliveries = Vec::new();
    for step in &pursuit.steps {
        write_step(db, head.id, step, now)?;
        match step {
            Step::TakeTurn { channel, .. } => deliveries.push(call_in(db, head, channel, None, now)?),
            Step::Climb { unless, to, .. } => {
                for channel in to {
                    deliveries.push(call_in(db, head, channel, Some(*unless), now)?);
                }
            }
            Step::Skip { .. } | Step::Settle { .. } | Step::Retried { .. } | Step::Discarded { .. } => {}
        }
    }
    // Of what somebody takes care of, nobody else needs to hear that it was told on too few channels.
    let about_ourselves = if is_newly_abandoned(pursuit) && !standing.acknowledged {
        tell_of_it(db, head, now, decider)?
    } else {
        Vec::new()
    };
    let watch = vec![Watch { notification: head.id, look_at: pursuit.look_again }];
    Ok(Consequences { deliveries, watch, about_ourselves })
}

/// Enters in the ledger what is done about a notification.
pub(crate) fn write_step(
    db: &Connection,
    id: NotificationId,
    step: &Step,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO steps (notification, at, step) VALUES (?1, ?2, ?3)")?.execute(params![
        id.0,
        from_time(now),
        from_json(step)?
    ])?;
    Ok(())
}

/// Owes the notification to one more channel.
pub(crate) fn call_in(
    db: &Connection,
    head: &Head,
    channel: &ChannelName,
    escalated: Option<Unless>,
    now: Timestamp,
) -> Result<Delivery, StoreError> {
    let called_at = (now != head.owed_at).then(|| from_time(now));
    db.prepare_cached(
        "INSERT INTO deliveries (notification, channel, severity, next_at, called_at, escalated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        head.id.0,
        channel.as_str(),
        head.severity.word(),
        from_time(now),
        called_at,
        escalated.map(|it| it.to_string()),
    ])?;
    Ok(Delivery {
        id: DeliveryId(db.last_insert_rowid()),
        notification: head.id,
        fingerprint: head.fingerprint,
        channel: channel.clone(),
        severity: head.severity,
        owed_at: now,
        next_at: now,
        attempts: 0,
        failures: 0,
        form: MessageForm::Full,
        only: None,
        escalated,
        asks: head.terms.ask_for_acknowledgement(),
        watched: head.terms.needs_recheck(),
        gathered: None,
    })
}

fn is_newly_abandoned(pursuit: &EscalationDecision) -> bool {
    pursuit.steps.contains(&Step::Settle { fulfilment: ContractStatus::Abandoned })
}

/// An abandoned promise is told elsewhere, in the same transaction: a crash in
/// between would leave silence.
fn tell_of_it(
    db: &Connection,
    head: &Head,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Vec<Accepted>, StoreError> {
    let Some(notification) = notification_of(db, head.id)? else { return Ok(Vec::new()) };
    let told = channels_told(db, head.id)?;
    match decider.abandoned(&notification, &told, now) {
        Some((alert, plan)) => Ok(vec![accept_planned(db, alert, plan, now, decider)?]),
        None => Ok(Vec::new()),
    }
}

fn channels_told(db: &Connection, id: NotificationId) -> Result<Vec<ChannelName>, StoreError> {
    let mut statement = db
        .prepare_cached("SELECT DISTINCT channel FROM deliveries WHERE notification = ?1 ORDER BY channel")?;
    let names = statement.query_map([id.0], |row| row.get::<_, String>(0))?;
    names.map(|name| Ok(name?.as_str().into())).collect()
}

/// How a notification stands, as the tables say.
pub(crate) fn look_at(db: &Connection, id: NotificationId) -> Result<Option<Found>, StoreError> {
    db.prepare_cached(
        "SELECT a.fingerprint, n.owed_at, n.terms, n.climbed, n.fulfilment, n.look_at,
                iif(json_valid(a.alert), a.alert ->> '$.severity', NULL),
                iif(json_valid(a.alert), a.alert ->> '$.kind', NULL),
                EXISTS (SELECT 1 FROM acknowledgements k WHERE k.incident = n.incident AND k.up_to >= n.id),
                NOT EXISTS (SELECT 1 FROM incidents i WHERE i.fingerprint = a.fingerprint AND i.first_alert = n.incident)
         FROM notifications n JOIN alerts a ON a.id = n.alert WHERE n.id = ?1",
    )?
    .query_row([id.0], |row| Ok(found(db, id, row)))
    .optional()?
    .transpose()
}

fn found(db: &Connection, id: NotificationId, row: &Row<'_>) -> Result<Found, StoreError> {
    let owed_at = to_time(row.get(1)?)?;
    let deliveries = called(db, id, owed_at)?;
    let terms = match row.get::<_, Option<String>>(2)? {
        Some(terms) => to_json("the terms of a notification", &terms)?,
        None => DeliveryTerms::plain(deliveries.iter().map(|it| it.channel.clone()).collect()),
    };
    let kind = to_kind(&row.get::<_, Option<String>>(7)?.unwrap_or_default())?;
    let (acknowledged, over): (bool, bool) = (row.get(8)?, row.get(9)?);
    Ok(Found {
        head: Head {
            id,
            fingerprint: Fingerprint::from_bits(row.get::<_, i64>(0)?.cast_unsigned()),
            severity: to_severity(&row.get::<_, Option<String>>(6)?.unwrap_or_default())?,
            owed_at,
            terms: Arc::new(terms),
        },
        standing: ContractState {
            owed_at,
            deliveries,
            climbed: usize::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
            fulfilment: to_fulfilment(&row.get::<_, String>(4)?)?,
            acknowledged,
            resolved: over && kind == Kind::Alarm, // what is not a state has no end
        },
        look_at: row.get::<_, Option<i64>>(5)?.map(to_time).transpose()?,
    })
}

fn called(
    db: &Connection,
    id: NotificationId,
    owed_at: Timestamp,
) -> Result<Vec<ChannelDelivery>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT channel, called_at, state, attempts, only_to IS NOT NULL FROM deliveries WHERE notification = ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([id.0])?;
    let mut called = Vec::new();
    while let Some(row) = rows.next()? {
        let (state, attempts, some_have_it): (String, u32, bool) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let answer = match state.as_str() {
            "delivered" => DeliveryProgress::Delivered,
            "pending" if attempts > 0 && !some_have_it => DeliveryProgress::Troubled,
            "pending" => DeliveryProgress::Awaited,
            "dead" | "discarded" => DeliveryProgress::Dead,
            _ => return Err(StoreError::Damaged { what: "the state of a delivery", reason: state }),
        };
        let at = row.get::<_, Option<i64>>(1)?.map_or(Ok(owed_at), to_time)?;
        called.push(ChannelDelivery { channel: row.get::<_, String>(0)?.as_str().into(), at, answer });
    }
    Ok(called)
}

#[cfg(test)]
mod tests;
