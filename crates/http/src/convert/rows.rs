//! Rows of lists.

use fanfare_api::{
    AlertList, AttemptList, DeadLetterEntry, DeliveryAttempt, DeliveryDetails, DeliveryList, ListedAlert,
    ListedDelivery, NotificationSummary, NotificationTally, SuppressedReceiver, UnknownWord, parse_word,
};
use fanfare_core::ClockLeads;
use fanfare_gateway::{
    AlertPage, AlertRow, AttemptRow, DeadLetter, DeliveryCounts, DeliveryRow, NotificationRow,
    SuppressionRecord,
};

use super::alert::alert_content;
use super::readable::readable;
use super::word::{condition, progress, severity};

pub(crate) fn listed_alerts(rows: Vec<AlertRow>) -> AlertList {
    AlertList { alerts: rows.into_iter().map(listed_alert).collect(), next_before: None }
}

pub(crate) fn alert_page(AlertPage { alerts, next_before }: AlertPage) -> AlertList {
    AlertList { next_before: next_before.map(|it| it.0), ..listed_alerts(alerts) }
}

fn listed_alert(row: AlertRow) -> ListedAlert {
    let AlertRow { id, received_at, incident, alert, suppressed, notifications } = row;
    ListedAlert {
        id: id.0,
        received_at,
        incident: incident.0,
        alert: alert_content(&alert),
        held: suppressed.into_iter().map(suppressed_receiver).collect(),
        notifications: readable(notifications, summary),
    }
}

pub(super) fn suppressed_receiver(record: SuppressionRecord) -> SuppressedReceiver {
    let SuppressionRecord { receiver, route, reason } = record;
    SuppressedReceiver { receiver: receiver.to_string(), route, reason: reason.into() }
}

fn summary(row: NotificationRow) -> Result<NotificationSummary, UnknownWord> {
    let NotificationRow { id, receiver, why, deliveries, contract } = row;
    let DeliveryCounts { delivered, pending, dead, discarded } = deliveries;
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(NotificationSummary {
        id: id.0,
        receiver: receiver.to_string(),
        why: why.parse()?,
        deliveries: NotificationTally {
            delivered: count(delivered),
            pending: count(pending),
            dead: count(dead + discarded),
        },
        contract: progress(contract),
    })
}

pub(crate) fn deliveries(rows: Vec<DeliveryRow>, leads: ClockLeads) -> DeliveryList {
    DeliveryList { deliveries: readable(rows, |row| listed_delivery(row, leads)) }
}

fn listed_delivery(row: DeliveryRow, leads: ClockLeads) -> Result<ListedDelivery, UnknownWord> {
    Ok(ListedDelivery {
        id: row.id,
        alert_id: row.alert_id,
        notification_id: row.notification_id,
        receiver: row.receiver,
        channel: row.channel,
        severity: parse_word(&row.severity)?,
        state: parse_word(&row.state)?,
        why: row.why.parse()?,
        owed_at: row.owed_at,
        next_at: row.next_at.map(|at| leads.shown(at)),
        attempts: row.attempts,
        settled_at: row.settled_at,
        reason: row.reason,
        fulfilment: progress(row.contract),
        escalated: row.escalated.map(condition),
        digest: row.digest,
    })
}

/// A delivery with its attempts.
pub(crate) fn delivery_details(
    row: DeliveryRow,
    attempts: Vec<AttemptRow>,
    leads: ClockLeads,
) -> Result<DeliveryDetails, UnknownWord> {
    Ok(DeliveryDetails { delivery: listed_delivery(row, leads)?, attempts: readable(attempts, attempt) })
}

pub(crate) fn attempts(rows: Vec<AttemptRow>) -> AttemptList {
    AttemptList { attempts: readable(rows, attempt) }
}

pub(super) fn attempt(row: AttemptRow) -> Result<DeliveryAttempt, UnknownWord> {
    let AttemptRow { ordinal, started_at, ended_at, outcome, words } = row;
    Ok(DeliveryAttempt { ordinal, started_at, ended_at, outcome: parse_word(&outcome)?, words })
}

pub(crate) fn dead_letter(letter: DeadLetter) -> DeadLetterEntry {
    DeadLetterEntry {
        id: letter.id.to_string(),
        alert_id: letter.alert_id.0,
        title: letter.title,
        title_zh: letter.title_zh,
        severity: severity(letter.severity),
        notification_id: letter.notification_id.0,
        receiver: letter.receiver.to_string(),
        channel: letter.channel.map(|it| it.to_string()),
        reason: letter.reason,
        attempts: letter.attempts,
        given_up_at: letter.given_up_at,
        fulfilment: progress(letter.contract),
    }
}
