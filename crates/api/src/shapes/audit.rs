//! The audit: accepted alerts, and the receivers, contracts and deliveries that account for them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The counts of the ledger, and the rows of it that do not add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditReport {
    /// The number of accepted alerts.
    pub alerts: u64,
    /// The number of mere repeats of these alerts, which were accepted and told nobody anything new.
    #[serde(default)]
    pub repeats: u64,
    /// The number of the newest alert.
    pub newest: Option<i64>,
    /// The number of receivers that were told of an alert.
    pub told: u64,
    /// The number of receivers that were not told, with the reason.
    pub suppressed: u64,
    /// The notifications, counted by their contract.
    pub notifications: ContractCounts,
    /// The deliveries, counted by their state.
    pub deliveries: DeliveryStageCounts,
    /// Examples of what is not accounted for, at most 100.
    pub unaccounted: Vec<UnaccountedRow>,
    /// The number of rows that are not accounted for.
    pub unaccounted_in_all: u64,
}

/// The notifications, counted by the progress of their contract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContractCounts {
    /// Contracts that may still be kept.
    pub open: u64,
    /// Contracts that were kept.
    pub kept: u64,
    /// Contracts that were broken, and may yet be kept late.
    pub broken: u64,
    /// Contracts that were broken for good.
    pub abandoned: u64,
    /// Contracts that were kept late.
    pub late: u64,
}

/// The deliveries, counted by their state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryStageCounts {
    /// Deliveries confirmed by their providers.
    pub delivered: u64,
    /// Deliveries that are still owed.
    pub pending: u64,
    /// Deliveries that were given up and wait for a person.
    pub dead: u64,
    /// Deliveries that were given up and that a person has handled.
    pub discarded: u64,
}

/// A row that is not accounted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnaccountedRow {
    /// The number of the alert; none if it cannot be known.
    pub alert: Option<i64>,
    /// The contradiction that was found.
    pub what: String,
}
