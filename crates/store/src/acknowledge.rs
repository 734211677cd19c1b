//! Acknowledging an incident: somebody takes care of it.

use std::sync::Arc;

use fanfare_core::{
    Acknowledgement, AlertId, ChannelName, DeliveryTerms, NewAcknowledgement, NotificationId, ReceiverName,
    Why,
};
use rusqlite::Connection;

use crate::accept::{AlertRef, NotificationDraft, create_notification};
use crate::column::as_kept;
use crate::recheck::{Consequences, recheck_incident};
use crate::tables::notifications::Acknowledgeable;
use crate::tables::{acknowledgements, incidents, notifications};
use crate::{Decider, Owed, Store, StoreError};

/// The result of acknowledging a notification.
#[derive(Debug, Clone)]
pub enum Acknowledged {
    /// Acknowledged now; these notifications tell it to those who were told.
    Now(Vec<Owed>),
    /// Acknowledged before, by somebody else.
    Already(Acknowledgement),
    /// Ended; there is nothing to take care of.
    Over,
    /// No such notification exists.
    Unknown,
}

impl Store {
    /// Enters that somebody takes care of what the notification `id` told: its ladder
    /// and those of its incident end, and everybody who was told is told so.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then nothing of it is done.
    pub async fn acknowledge(
        &self,
        id: NotificationId,
        acknowledgement: Acknowledgement,
        decider: Arc<dyn Decider>,
        then: impl FnOnce(&(Acknowledged, Consequences)) + Send + 'static,
    ) -> Result<Acknowledged, StoreError> {
        let now = as_kept(acknowledgement.at)?;
        let acknowledgement = Acknowledgement { at: now, ..acknowledgement };
        let work = move |db: &Connection| acknowledge(db, id, &acknowledgement, decider.as_ref());
        self.write(work, then).await.map(|(outcome, _)| outcome)
    }

    /// The result that acknowledging the notification `id` would have; `None` if it can be acknowledged.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn acknowledgement(&self, id: NotificationId) -> Result<Option<Acknowledged>, StoreError> {
        self.read_report(move |db| obstacle(db, id)).await
    }
}

fn acknowledge(
    db: &Connection,
    id: NotificationId,
    acknowledgement: &Acknowledgement,
    decider: &dyn Decider,
) -> Result<(Acknowledged, Consequences), StoreError> {
    if let Some(obstacle) = obstacle(db, id)? {
        return Ok((obstacle, Consequences::default()));
    }
    let Some(notification) = notifications::find(db, id)? else {
        return Ok((Acknowledged::Unknown, Consequences::default()));
    };
    let at = acknowledgement.at;
    let incident = notification.incident;
    let told = told(db, incident, decider)?;
    acknowledgements::insert(
        db,
        &NewAcknowledgement {
            incident,
            notification: id,
            up_to: notifications::newest(db, incident)?.unwrap_or(id),
            acknowledgement: acknowledgement.clone(),
        },
    )?;
    incidents::acknowledge(db, notification.alert.fingerprint, incident, acknowledgement)?;
    let mut consequences = recheck_incident(db, incident, at, decider)?;
    let about = AlertRef {
        id: notification.alert_id,
        incident,
        since: notification.since,
        alert: &notification.alert,
    };
    let mut owed = Vec::new();
    for (receiver, channels) in told {
        let draft = NotificationDraft {
            receiver: &receiver,
            route: None,
            why: Why::Acknowledged,
            terms: Arc::new(DeliveryTerms::plain(channels)),
            acknowledgement: Some(acknowledgement),
        };
        let (notification, more) = create_notification(db, &about, draft, at, decider)?;
        owed.push(notification);
        consequences.add(more);
    }
    Ok((Acknowledged::Now(owed), consequences))
}

/// The reason why the notification cannot be acknowledged, if there is one.
fn obstacle(db: &Connection, id: NotificationId) -> Result<Option<Acknowledged>, StoreError> {
    if let Some(first) = acknowledgements::first_covering(db, id)? {
        return Ok(Some(Acknowledged::Already(first)));
    }
    let Some(Acknowledgeable { why, fires }) = notifications::acknowledgeable(db, id)? else {
        return Ok(Some(Acknowledged::Unknown));
    };
    Ok(match why {
        Why::Notice => None,
        Why::Started | Why::Worsened { .. } | Why::StillFiring if fires => None,
        Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Acknowledged | Why::Resolved => {
            Some(Acknowledged::Over)
        }
    })
}

/// The receivers that were told of an incident, and their channels that still are in the config.
fn told(
    db: &Connection,
    incident: AlertId,
    decider: &dyn Decider,
) -> Result<Vec<(ReceiverName, Vec<ChannelName>)>, StoreError> {
    let mut told: Vec<(ReceiverName, Vec<ChannelName>)> = Vec::new();
    for (receiver, channel) in notifications::receivers_told(db, incident)? {
        if !decider.knows(&channel) {
            continue;
        }
        match told.last_mut() {
            Some((last, channels)) if *last == receiver => channels.push(channel),
            _ => told.push((receiver, vec![channel])),
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests;
