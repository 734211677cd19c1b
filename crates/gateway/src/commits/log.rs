//! Log lines of a commit: alerts accepted and who is notified of them, steps taken, acknowledgements.
//!
//! An accepted alert leaves one line, whoever is notified of it: there may be thousands a second.

use std::fmt;

use fanfare_core::{
    AlertEntry, AlertId, ChannelFailure, Committed, CommittedAlert, CommittedStep, ContractStatus, Decision,
    EXPIRY_MARK, EscalationReason, NewAcknowledgement, Notification, Step, is_expiry,
};
use tracing::{debug, error, info, warn};

use crate::log::{list, title};

/// A line about a notification: the fields that all of them begin with, and its own.
macro_rules! line {
    ($level:ident, $notification:expr, $($own:tt)*) => {
        $level!(
            alert.id = %$notification.alert_id,
            alert.title = title(&$notification.alert),
            receiver.name = %$notification.receiver,
            $($own)*
        )
    };
}

/// Logs what `committed` tells an operator: each alert, notification, step and acknowledgement once.
pub(super) fn log(committed: &Committed) {
    committed.alerts.iter().for_each(|it| alert(it, committed));
    committed.notifications.iter().for_each(|it| notification(it, committed));
    committed.steps.iter().for_each(step);
    committed.acknowledgements.iter().for_each(|it| acknowledgement(it, committed));
}

fn alert(accepted: &CommittedAlert, committed: &Committed) {
    let CommittedAlert { id, alert, decisions, entry, ended } = accepted;
    match entry {
        AlertEntry::New => info!(
            alert.id = %id,
            alert.title = title(alert),
            alert.status = %alert.status,
            alert.ended = ended.map(|it| it.0),
            alert.ended_by = is_expiry(alert).then_some(EXPIRY_MARK.1),
            severity = %alert.severity,
            source.name = %alert.source,
            notified = %Notified { alert: *id, committed },
            suppressed = suppressed(decisions),
            "Alert accepted"
        ),
        AlertEntry::Repeat => {
            debug!(alert.id = %id, alert.title = title(alert), source.name = %alert.source, "Alert repeated");
        }
    }
}

/// The receivers that are not notified, with the reasons; `None` if all are.
fn suppressed(decisions: &[Decision]) -> Option<String> {
    let reason = |it: &Decision| it.suppression().map(|reason| format!("{}: {reason}", it.receiver));
    let reasons = list(decisions.iter().filter_map(reason));
    (!reasons.is_empty()).then_some(reasons)
}

/// The receivers that are notified of an alert, each with its channels: `on-call:ops-dingtalk,ops-mail`.
struct Notified<'a> {
    alert: AlertId,
    committed: &'a Committed,
}

impl fmt::Display for Notified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.committed.notifications.iter().filter(|it| it.alert_id == self.alert);
        for (number, notification) in own.enumerate() {
            let space = if number == 0 { "" } else { " " };
            write!(
                f,
                "{space}{}:{}",
                notification.receiver,
                Channels { notification, committed: self.committed }
            )?;
        }
        Ok(())
    }
}

/// The channels on which a receiver is notified.
struct Channels<'a> {
    notification: &'a Notification,
    committed: &'a Committed,
}

impl fmt::Display for Channels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.committed.deliveries.iter().filter(|it| it.notification == self.notification.id);
        for (number, delivery) in own.enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(f, "{comma}{}", delivery.channel)?;
        }
        Ok(())
    }
}

/// Logs a notification that no alert of the same commit calls for.
fn notification(notification: &Notification, committed: &Committed) {
    if committed.alerts.iter().any(|it| it.id == notification.alert_id && it.entry == AlertEntry::New) {
        return;
    }
    line!(
        info,
        notification,
        channel.names = %Channels { notification, committed },
        notification.id = %notification.id,
        why = %notification.why,
        "Receiver notified"
    );
}

fn step(CommittedStep { notification, step }: &CommittedStep) {
    match step {
        Step::TakeTurn { channel, instead_of, because } => {
            let because = failure(*because);
            line!(info, notification, channel.name = %channel, channel.instead_of = %instead_of, because, "Next channel's turn");
        }
        Step::Climb { rung, unless, to, because } => {
            let (rung, because) = (rung + 1, reason(*because));
            line!(info, notification, channel.names = list(to), rung, unless = %unless, because, "Rung climbed");
        }
        Step::Skip { rung, because } => {
            line!(debug, notification, rung = rung + 1, because = %because, "Rung skipped");
        }
        Step::Settle { status } => contract(notification, *status),
        Step::Retried { by, on } => {
            line!(info, notification, channel.names = list(on), by, "Dead letter retried");
        }
        Step::Discarded { by, reason, on } => {
            line!(info, notification, channel.names = list(on), by, reason, "Dead letter discarded");
        }
    }
}

fn contract(notification: &Notification, status: ContractStatus) {
    let word = status.word();
    match status {
        ContractStatus::Open => line!(info, notification, contract = word, "Contract open again"),
        ContractStatus::Kept => line!(info, notification, contract = word, "Contract kept"),
        ContractStatus::Broken => line!(warn, notification, contract = word, "Contract broken"),
        ContractStatus::Late => line!(warn, notification, contract = word, "Contract late"),
        ContractStatus::Abandoned => {
            line!(
                error,
                notification,
                contract = word,
                "Contract abandoned: nobody is left to be told; see `fanfare dead-letters list`"
            );
        }
    }
}

fn failure(because: ChannelFailure) -> &'static str {
    match because {
        ChannelFailure::AttemptFailed => "troubled",
        ChannelFailure::Blocked => "blocked",
        ChannelFailure::Late => "late",
        ChannelFailure::Dead => "dead",
    }
}

fn reason(because: EscalationReason) -> &'static str {
    match because {
        EscalationReason::Due => "due",
        EscalationReason::ContractExpired => "overdue",
        EscalationReason::CannotBeMet => "hopeless",
    }
}

fn acknowledgement(entered: &NewAcknowledgement, committed: &Committed) {
    let NewAcknowledgement { incident, notification: _, up_to: _, acknowledgement } = entered;
    let told = &committed.notifications;
    info!(
        alert.id = %incident,
        alert.title = told.first().map(|it| title(&it.alert)),
        receiver.names = list(told.iter().map(|it| &it.receiver)),
        by = acknowledgement.by,
        "Alert acknowledged"
    );
}

#[cfg(test)]
mod tests;
