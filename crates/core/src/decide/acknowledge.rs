//! An acknowledgement: a person takes care of an incident.

use std::sync::Arc;

use super::builder::{ChangesBuilder, EvaluationTime, NotificationDraft, NotificationSubject};
use super::changes::{AlertRef, Changes, IncidentUpdate, NewAcknowledgement};
use super::context::DecisionContext;
use super::state::{
    DecisionState, IncidentStatus, NotificationContent, NotificationRecord, NotificationState, ToldChannel,
};
use crate::clock::whole_millis;
use crate::{Acknowledgement, ChannelName, DeliveryTerms, NotificationId, ReceiverName, Why};

/// The reason for which a notification cannot be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Another person was first.
    Already(Acknowledgement),
    /// The incident has ended; there is nothing to take care of.
    Over,
    /// The notification does not exist.
    Unknown,
}

/// The obstacle to acknowledging the notification `id`; `None`: it can be acknowledged.
///
/// Needs the state of [`StateKey::Notification`](crate::StateKey::Notification).
#[must_use]
pub fn obstacle(state: &DecisionState, id: NotificationId) -> Option<Obstacle> {
    open_record(state, id).err()
}

/// The part of those who were told that hears of an acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AckAudience {
    /// All who were told of the incident.
    Told,
    /// All who were told of the incident, and these, who were told of what it is about.
    ToldAnd(Vec<ToldChannel>),
    /// No one: they hear of it by the acknowledgement of a notice that is about this and others.
    Nobody,
}

/// Notes that somebody takes care of what the notification `id` told: its ladder and those of its incident
/// end, and `audience` hears so.
///
/// Needs the state of [`StateKey::IncidentOf`](crate::StateKey::IncidentOf).
///
/// # Errors
///
/// If it cannot be acknowledged; then nothing changes.
pub fn acknowledge(
    state: &DecisionState,
    id: NotificationId,
    acknowledgement: &Acknowledgement,
    audience: &AckAudience,
    context: &DecisionContext<'_>,
) -> Result<Changes, Obstacle> {
    let record = open_record(state, id)?;
    let now = whole_millis(acknowledgement.at);
    let acknowledgement = Acknowledgement { at: now, ..acknowledgement.clone() };
    let mut builder = ChangesBuilder::new(context);
    enter(&mut builder.changes, state, &record.notification, &acknowledgement);
    let mut channels = state.of_incident.told.clone();
    for notification in &state.of_incident.scheduled {
        let notification = acknowledged(notification, &acknowledgement);
        channels.extend(builder.recheck(&notification, EvaluationTime::Event(now)));
    }
    let notification = &record.notification;
    let subject = NotificationSubject {
        group: notification.group,
        id: AlertRef::Existing(notification.alert_id),
        incident: AlertRef::Existing(notification.incident),
        since: notification.since,
        alert: &notification.alert,
        others: &notification.others,
        asks: false,
    };
    match audience {
        AckAudience::Told => {}
        AckAudience::ToldAnd(more) => channels.extend(more.iter().cloned()),
        AckAudience::Nobody => channels.clear(),
    }
    for (receiver, channels) in told(&channels, context) {
        let draft = NotificationDraft {
            receiver: &receiver,
            route: None,
            why: Why::Acknowledged,
            terms: Arc::new(DeliveryTerms::plain(channels)),
            acknowledgement: Some(&acknowledgement),
            told: &[],
        };
        builder.add_notification(subject, draft, now);
    }
    Ok(builder.changes)
}

/// The notification `id`, if it can be acknowledged.
fn open_record(state: &DecisionState, id: NotificationId) -> Result<&NotificationRecord, Obstacle> {
    let found = state.notification(id).and_then(NotificationState::record);
    let record = found.ok_or(Obstacle::Unknown)?;
    if let Some(first) = &record.acknowledged_by {
        return Err(Obstacle::Already(first.clone()));
    }
    match (record.notification.why, record.incident) {
        (Why::Notice, _) | (Why::Started | Why::Worsened { .. } | Why::StillFiring, IncidentStatus::Open) => {
            Ok(record)
        }
        (Why::Started | Why::Worsened { .. } | Why::StillFiring, IncidentStatus::Over)
        | (Why::Acknowledged | Why::Resolved, _) => Err(Obstacle::Over),
    }
}

fn enter(
    changes: &mut Changes,
    state: &DecisionState,
    notification: &crate::Notification,
    acknowledgement: &Acknowledgement,
) {
    let newest = state.of_incident.newest;
    changes.acknowledgements.push(NewAcknowledgement {
        incident: notification.incident,
        notification: notification.id,
        up_to: newest.map_or(notification.id, |it| it.max(notification.id)),
        acknowledgement: acknowledgement.clone(),
    });
    changes.incidents.push(IncidentUpdate::Acknowledge {
        fingerprint: notification.alert.fingerprint,
        first: notification.incident,
        acknowledged: acknowledgement.clone(),
    });
}

/// The same notification once it is acknowledged, unless somebody else was first.
fn acknowledged(state: &NotificationState, acknowledgement: &Acknowledgement) -> NotificationState {
    let mut state = state.clone();
    match &mut state.content {
        NotificationContent::Readable(record) => {
            record.acknowledged_by.get_or_insert_with(|| acknowledgement.clone());
        }
        NotificationContent::Unreadable { .. } => {}
    }
    state
}

/// The receivers that were told of an incident, by name, and the channels, by name, as far as they still are
/// in the config.
fn told(told: &[ToldChannel], context: &DecisionContext<'_>) -> Vec<(ReceiverName, Vec<ChannelName>)> {
    let mut pairs: Vec<_> = told.iter().map(|it| (&it.receiver, &it.channel)).collect();
    pairs.sort();
    pairs.dedup();
    let mut receivers: Vec<(ReceiverName, Vec<ChannelName>)> = Vec::new();
    for (receiver, channel) in pairs.into_iter().filter(|(_, channel)| context.is_configured(channel)) {
        match receivers.last_mut() {
            Some((last, channels)) if last == receiver => channels.push(channel.clone()),
            _ => receivers.push((receiver.clone(), vec![channel.clone()])),
        }
    }
    receivers
}
