//! Steps of a notification: turns, rungs, settled contracts, and what people did.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ContractProgress, EscalationCondition, RungReason, TurnReason};

/// A step of a notification, with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedStep {
    /// The time of the step.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The step and its reason.
    #[serde(flatten)]
    pub step: StepDetails,
}

/// A step of a notification, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum StepDetails {
    /// The next channel is told because the one before fails or is late.
    TakeTurn {
        /// The next channel.
        channel: String,
        /// The channel before.
        instead_of: String,
        /// The reason for the change.
        because: TurnReason,
    },
    /// A rung of the escalation is climbed.
    Climb {
        /// The number of the rung, from 0.
        #[schema(value_type = u64)]
        rung: usize,
        /// The condition that had not come about.
        unless: EscalationCondition,
        /// The channels that are told.
        to: Vec<String>,
        /// The reason for climbing it.
        because: RungReason,
    },
    /// A rung of the escalation is needless.
    Skip {
        /// The number of the rung, from 0.
        #[schema(value_type = u64)]
        rung: usize,
        /// The condition that came about.
        because: EscalationCondition,
    },
    /// The progress of the contract changes.
    Settle {
        /// The new progress.
        fulfilment: ContractProgress,
    },
    /// A person has deliveries tried again.
    Retried {
        /// The name of the person.
        by: String,
        /// The channels of the deliveries.
        on: Vec<String>,
    },
    /// A person discards deliveries.
    Discarded {
        /// The name of the person.
        by: String,
        /// The reason they gave.
        reason: String,
        /// The channels of the deliveries; none for an abandoned contract.
        on: Vec<String>,
    },
}
