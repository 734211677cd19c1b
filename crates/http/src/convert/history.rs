//! The history of one alert.

use fanfare_api::{
    AlertExplanation, ExplainedAcknowledgement, ExplainedDelivery, ExplainedNotification, IncidentAlert,
    LeftOutRows, ReportedText, RoutingExplanation, SuppressionReason, UnknownWord, parse_word,
};
use fanfare_gateway::{
    AcknowledgementRow, AlertHistory, DeliveryHistory, NotificationHistory, OmittedRows, RelatedAlert,
    ReportedAlert,
};

use fanfare_core::one_line;

use super::alert::{acknowledged_by, alert_content};
use super::readable::readable;
use super::rows::{attempt, suppressed_receiver};
use super::step::explained_step;
use super::terms::receiver_terms;
use super::word::{condition, progress, state};

/// The explanation of `history` with `routing`, and still without a timeline.
pub(crate) fn explained(
    history: AlertHistory,
    routing: RoutingExplanation,
) -> Result<AlertExplanation, UnknownWord> {
    Ok(AlertExplanation {
        id: history.id.0,
        received_at: history.received_at,
        repeats: history.repeats,
        repeated_at: history.repeated_at,
        repeat_reasons: history.repeat_reasons.into_iter().map(SuppressionReason::from).collect(),
        incident: history.incident.0,
        since: history.since,
        alert: alert_content(&history.alert),
        policy: history.policy.map(|it| it.0),
        held: history.suppressed.into_iter().map(suppressed_receiver).collect(),
        notifications: readable(history.notifications, notification),
        acknowledgements: history.acknowledgements.into_iter().map(acknowledgement).collect(),
        before: history.before.into_iter().map(related).collect(),
        after: history.after.into_iter().map(related).collect(),
        texts: texts(&history.reports),
        routing,
        timeline: Vec::new(),
        left_out: left_out(history.left_out),
    })
}

/// The texts of `reports`, each that differs from the one before; none if there is only one.
fn texts(reports: &[ReportedAlert]) -> Vec<ReportedText> {
    let text = |ReportedAlert { id, received_at, alert }: &ReportedAlert| {
        let parts =
            ["title", "description", "content"].into_iter().filter_map(|it| alert.annotations.get(it));
        ReportedText { alert: id.0, at: *received_at, text: one_line(&parts.collect::<Vec<_>>().join(" - ")) }
    };
    let mut texts: Vec<ReportedText> = reports.iter().map(text).filter(|it| !it.text.is_empty()).collect();
    texts.dedup_by(|later, earlier| later.text == earlier.text);
    if texts.len() > 1 { texts } else { Vec::new() }
}

/// The numbers of rows that are left out; `None` if none is.
fn left_out(rows: OmittedRows) -> Option<LeftOutRows> {
    let OmittedRows { notifications, alerts, deliveries, attempts, steps, acknowledgements } = rows;
    let is_any = rows != OmittedRows::default();
    is_any.then_some(LeftOutRows { notifications, alerts, deliveries, attempts, steps, acknowledgements })
}

fn notification(row: NotificationHistory) -> Result<ExplainedNotification, UnknownWord> {
    Ok(ExplainedNotification {
        id: row.id.0,
        alerts: row.alerts.iter().map(|it| it.0).collect(),
        receiver: row.receiver.to_string(),
        route: row.route,
        why: row.why.parse()?,
        owed_at: row.owed_at,
        terms: row.terms.as_ref().map(receiver_terms),
        fulfilment: progress(row.contract),
        look_at: row.next_check_at,
        dealt_with: row.handled.as_deref().map(parse_word).transpose()?,
        acknowledgement: row.acknowledgement.map(acknowledged_by),
        deliveries: readable(row.deliveries, delivery),
        steps: row.steps.iter().map(explained_step).collect(),
    })
}

fn delivery(row: DeliveryHistory) -> Result<ExplainedDelivery, UnknownWord> {
    Ok(ExplainedDelivery {
        id: row.id.0,
        channel: row.channel.to_string(),
        called_at: row.added_at,
        escalated: row.escalated.map(condition),
        state: parse_word(&row.state)?,
        next_at: row.next_at,
        under_way_since: None,
        attempted: row.attempted,
        settled_at: row.settled_at,
        reason: row.reason,
        digest: row.digest,
        attempts: readable(row.attempts, attempt),
    })
}

fn acknowledgement(row: AcknowledgementRow) -> ExplainedAcknowledgement {
    let AcknowledgementRow { by, at, notification, up_to } = row;
    ExplainedAcknowledgement { by, at, notification: notification.0, up_to: up_to.0 }
}

fn related(row: RelatedAlert) -> IncidentAlert {
    let RelatedAlert { id, received_at, status } = row;
    IncidentAlert { id: id.0, received_at, status: state(status) }
}
