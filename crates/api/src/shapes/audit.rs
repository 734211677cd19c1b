//! The audit: accepted alerts, and the receivers, contracts and deliveries that account for them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ContractProgress, DeliveryStage};

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
    /// The contradiction that was found, in English.
    pub what: String,
    /// The contradiction that was found, for programs; none from a gateway of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contradiction: Option<LedgerContradiction>,
}

/// A contradiction in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LedgerContradiction {
    /// More or fewer receivers were decided about than have a decision.
    ReceiversUndecided {
        /// The number of receivers that were decided about.
        decided: u32,
        /// The number of receivers that are told.
        told: u32,
        /// The number of receivers that are not told.
        suppressed: u32,
    },
    /// The alert of a notification is missing.
    AlertMissing {
        /// The number of the notification.
        notification: i64,
    },
    /// Some of the alerts of a notification are missing.
    AlertsMissing {
        /// The number of the notification.
        notification: i64,
        /// The number of other alerts that it tells of.
        others: u32,
        /// The number of other alerts that were found.
        found: u32,
    },
    /// Deliveries of a notification are missing.
    DeliveriesMissing {
        /// The number of the notification.
        notification: i64,
        /// The number of deliveries that it began with.
        owed: u32,
        /// The number of deliveries that were found.
        found: u32,
    },
    /// The contract of a notification has an unknown state.
    ContractUnknown {
        /// The number of the notification.
        notification: i64,
        /// The word that stands for the state.
        word: String,
    },
    /// The contract of a notification is not settled, and nothing will look at it again.
    ContractUnattended {
        /// The number of the notification.
        notification: i64,
        /// The state of the contract.
        contract: ContractProgress,
    },
    /// The notification of a delivery is missing.
    NotificationMissing {
        /// The number of the delivery.
        delivery: i64,
    },
    /// A delivery is delivered without an attempt that a provider has taken.
    DeliveryUnconfirmed {
        /// The number of the delivery.
        delivery: i64,
    },
    /// A delivery was given up without a reason.
    ReasonMissing {
        /// The number of the delivery.
        delivery: i64,
        /// The state of the delivery.
        state: DeliveryStage,
    },
    /// A delivery has an unknown state.
    StateUnknown {
        /// The number of the delivery.
        delivery: i64,
        /// The word that stands for the state.
        word: String,
    },
    /// A row cannot be read.
    RowUnreadable {
        /// The subject of the row.
        row: LedgerSubject,
        /// The number of the row.
        number: i64,
        /// The reason, in the words of the database.
        reason: String,
    },
    /// The rows behind one that cannot be read were not counted.
    RowsUnreadable {
        /// The subject of the rows.
        row: LedgerSubject,
        /// The reason, in the words of the database.
        reason: String,
    },
    /// A value of a row is damaged.
    CellDamaged {
        /// The table and the number of the row, e.g. `deliveries 17`.
        row: String,
        /// The column of the value.
        column: String,
    },
}

/// The subject of a row of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LedgerSubject {
    /// An accepted alert, with the receivers that were decided about.
    Alert,
    /// A notification of one receiver, with its contract.
    Notification,
    /// A delivery over one channel.
    Delivery,
}
