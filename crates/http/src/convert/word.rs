//! Words of decisions as words of the API.

use fanfare_api::{
    AlertSeverity, AlertState, AlertType, ContractProgress, EscalationCondition, RungReason, SendOrder,
    SuppressionReason, TurnReason,
};
use fanfare_core::{
    ChannelFailure, ContractStatus, EscalationReason, Kind, Sending, Severity, Status, Suppression, Unless,
};

pub(crate) fn severity(severity: Severity) -> AlertSeverity {
    match severity {
        Severity::Low => AlertSeverity::Low,
        Severity::Mid => AlertSeverity::Mid,
        Severity::High => AlertSeverity::High,
        Severity::Urgent => AlertSeverity::Urgent,
    }
}

pub(super) fn state(status: Status) -> AlertState {
    match status {
        Status::Firing => AlertState::Firing,
        Status::Resolved => AlertState::Resolved,
    }
}

pub(super) fn kind(kind: Kind) -> AlertType {
    match kind {
        Kind::Alarm => AlertType::Alarm,
        Kind::Notice => AlertType::Notice,
    }
}

pub(crate) fn progress(status: ContractStatus) -> ContractProgress {
    match status {
        ContractStatus::Open => ContractProgress::Open,
        ContractStatus::Kept => ContractProgress::Kept,
        ContractStatus::Broken => ContractProgress::Broken,
        ContractStatus::Abandoned => ContractProgress::Abandoned,
        ContractStatus::Late => ContractProgress::Late,
    }
}

pub(super) fn condition(unless: Unless) -> EscalationCondition {
    match unless {
        Unless::Delivered => EscalationCondition::Delivered,
        Unless::Acknowledged => EscalationCondition::Acknowledged,
        Unless::Resolved => EscalationCondition::Resolved,
    }
}

pub(super) fn turn_reason(failure: ChannelFailure) -> TurnReason {
    match failure {
        ChannelFailure::AttemptFailed => TurnReason::Troubled,
        ChannelFailure::Blocked => TurnReason::Blocked,
        ChannelFailure::Late => TurnReason::Late,
        ChannelFailure::Dead => TurnReason::Dead,
    }
}

pub(super) fn rung_reason(reason: EscalationReason) -> RungReason {
    match reason {
        EscalationReason::Due => RungReason::Due,
        EscalationReason::ContractExpired => RungReason::Overdue,
        EscalationReason::CannotBeMet => RungReason::Hopeless,
    }
}

pub(super) fn order(sending: Sending) -> SendOrder {
    match sending {
        Sending::Together => SendOrder::Together,
        Sending::InTurn => SendOrder::InTurn,
    }
}

pub(super) fn suppression_reason(reason: Suppression) -> SuppressionReason {
    match reason {
        Suppression::Unchanged => SuppressionReason::Unchanged,
        Suppression::Acknowledged => SuppressionReason::Acknowledged,
        Suppression::NeverTold => SuppressionReason::NeverTold,
        Suppression::SeveralOpen(alarms) => SuppressionReason::SeveralOpen(alarms.to_string()),
        Suppression::ReceiverGone => SuppressionReason::ReceiverGone,
    }
}

/// The names, as texts.
pub(super) fn names<'a, T: ToString + 'a>(names: impl IntoIterator<Item = &'a T>) -> Vec<String> {
    names.into_iter().map(ToString::to_string).collect()
}

/// The status of alerts that a query means.
pub(crate) fn status_of(state: AlertState) -> Status {
    match state {
        AlertState::Firing => Status::Firing,
        AlertState::Resolved => Status::Resolved,
    }
}

/// The status of contracts that a query means.
pub(crate) fn contract_status(progress: ContractProgress) -> ContractStatus {
    match progress {
        ContractProgress::Open => ContractStatus::Open,
        ContractProgress::Kept => ContractStatus::Kept,
        ContractProgress::Broken => ContractStatus::Broken,
        ContractProgress::Abandoned => ContractStatus::Abandoned,
        ContractProgress::Late => ContractStatus::Late,
    }
}
