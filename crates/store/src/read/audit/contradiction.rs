//! Contradictions in the ledger. Their sentences here are those of log and JSON; people read those of their language.

use std::fmt;

use fanfare_core::{ContractStatus, DeliveryStatus};

/// A contradiction in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contradiction {
    /// An alert about which more or fewer receivers were decided than have a decision.
    ReceiversUndecided {
        /// Receivers that were decided about.
        decided: u32,
        /// Receivers that are told.
        told: u32,
        /// Receivers that are not told.
        suppressed: u32,
    },
    /// A notification whose alert is missing.
    AlertMissing {
        /// Number of the notification.
        notification: i64,
    },
    /// A notification of several alerts, of which some are missing.
    AlertsMissing {
        /// Number of the notification.
        notification: i64,
        /// Other alerts that it tells of.
        others: u32,
        /// Other alerts that were found.
        found: u32,
    },
    /// A notification of which deliveries are missing.
    DeliveriesMissing {
        /// Number of the notification.
        notification: i64,
        /// Deliveries that it began with.
        owed: u32,
        /// Deliveries that were found.
        found: u32,
    },
    /// A notification whose contract has a state that no version knows.
    ContractUnknown {
        /// Number of the notification.
        notification: i64,
        /// Word that stands for the state.
        word: String,
    },
    /// A notification whose contract is not settled, and which nothing will look at again.
    ContractUnattended {
        /// Number of the notification.
        notification: i64,
        /// State of the contract: open or broken.
        contract: ContractStatus,
    },
    /// A delivery whose notification is missing.
    NotificationMissing {
        /// Number of the delivery.
        delivery: i64,
    },
    /// A delivery that is delivered without an attempt that a provider has taken.
    DeliveryUnconfirmed {
        /// Number of the delivery.
        delivery: i64,
    },
    /// A delivery that was given up without a reason.
    ReasonMissing {
        /// Number of the delivery.
        delivery: i64,
        /// State of the delivery: dead or discarded.
        state: DeliveryStatus,
    },
    /// A delivery in a state that no version knows.
    StateUnknown {
        /// Number of the delivery.
        delivery: i64,
        /// Word that stands for the state.
        word: String,
    },
    /// A row that cannot be read.
    RowUnreadable {
        /// Subject of the row.
        row: AuditedRow,
        /// Number of the row.
        number: i64,
        /// Value or page that cannot be read.
        value: &'static str,
        /// Reason, in SQLite's words.
        reason: String,
    },
    /// The rows behind one that cannot be read.
    RowsUnreadable {
        /// Subject of the rows.
        row: AuditedRow,
        /// Value or page that cannot be read.
        value: &'static str,
        /// Reason, in SQLite's words.
        reason: String,
    },
    /// A damaged cell.
    CellDamaged {
        /// Table and number of the row, e.g. `deliveries 17`.
        row: String,
        /// Column of the cell.
        column: &'static str,
    },
}

/// The subject of a row that the audit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditedRow {
    /// Row of an alert.
    Alert,
    /// Row of a notification.
    Notification,
    /// Row of a delivery.
    Delivery,
}

impl fmt::Display for AuditedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alert => "alert",
            Self::Notification => "notification",
            Self::Delivery => "delivery",
        })
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReceiversUndecided { decided, told, suppressed } => {
                write!(f, "{decided} receivers were decided about; {told} are told and {suppressed} are not")
            }
            Self::AlertMissing { notification } => {
                write!(f, "its notification {notification} is here and it is not")
            }
            Self::AlertsMissing { notification, others, found } => {
                write!(f, "notification {notification} tells of {others} other alerts, and {found} are here")
            }
            Self::DeliveriesMissing { notification, owed, found } => {
                write!(f, "notification {notification} has {found} deliveries of {owed}")
            }
            Self::ContractUnknown { notification, word } => {
                write!(f, "notification {notification} stands as `{word}`")
            }
            Self::ContractUnattended { notification, contract } => {
                write!(f, "notification {notification} is {contract} and nobody looks after it")
            }
            Self::NotificationMissing { delivery } => write!(f, "delivery {delivery} tells of nothing"),
            Self::DeliveryUnconfirmed { delivery } => {
                write!(f, "delivery {delivery} is delivered and no provider said so")
            }
            Self::ReasonMissing { delivery, state } => {
                write!(f, "delivery {delivery} is {} and nobody knows why", state.word())
            }
            Self::StateUnknown { delivery, word } => write!(f, "delivery {delivery} stands as `{word}`"),
            Self::RowUnreadable { row, number, value, reason } => write!(
                f,
                "{row} {number} cannot be read: the store holds {value} that cannot be read: {reason}"
            ),
            Self::RowsUnreadable { row, value, reason } => write!(
                f,
                "each {row} behind the last one that was counted: the store holds {value} that cannot be read: {reason}"
            ),
            Self::CellDamaged { row, column } => write!(f, "{row}: `{column}` is damaged"),
        }
    }
}
