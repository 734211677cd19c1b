//! Labels of metrics.

use fanfare_core::{ContractStatus, ReceiverName};
use prometheus_client::encoding::EncodeLabelSet;

/// Labels of a counter of alerts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct AlertLabels {
    pub(crate) source: String,
    pub(crate) status: String,
}

/// Labels of a counter of notifications.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ReceiverLabels {
    pub(crate) receiver: String,
}

/// Labels of a metric of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ChannelLabels {
    pub(super) channel: String,
}

/// Labels of a counter of attempts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct AttemptLabels {
    pub(super) channel: String,
    pub(super) outcome: &'static str,
}

/// Labels of a counter of deliveries that reached their end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct DeliveryLabels {
    pub(super) channel: String,
    pub(super) state: &'static str,
}

/// Labels of a counter of rungs' deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct EscalationLabels {
    pub(super) unless: String,
}

/// Labels of a counter of contracts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ContractLabels {
    receiver: String,
    state: &'static str,
}

impl ContractLabels {
    pub(super) fn new(receiver: &ReceiverName, status: ContractStatus) -> Self {
        Self { receiver: receiver.to_string(), state: status.word() }
    }
}

/// Labels of a metric of one source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct SourceLabels {
    pub(crate) source: String,
}
