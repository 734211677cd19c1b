//! The state of a gateway, as far as it fits on one screen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::channels::ChannelReport;
use crate::{AlertSeverity, ContractProgress};

/// The state of a gateway at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GatewayStatus {
    /// The version of the gateway.
    pub version: String,
    /// The time of this answer, by the gateway's clock.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Tells whether alerts are accepted.
    pub ready: bool,
    /// The reason that no alerts are accepted, in English; none while the gateway is ready.
    pub reason: Option<String>,
    /// The reason that no alerts are accepted, for programs; none while the gateway is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<NotReadyCause>,
    /// The contracts that may still be kept or that a person must see to, counted by their state.
    pub contracts: UnsettledContracts,
    /// The contracts that are broken or abandoned and need a person, the newest first: twenty at the most.
    pub broken: Vec<BrokenContract>,
    /// The number of deliveries given up that wait for a person.
    pub dead_letters: u64,
    /// The incidents that fire, counted by the severity that was told last.
    pub firing: FiringIncidents,
    /// The channels of the config, sorted by name.
    pub channels: Vec<ChannelReport>,
    /// The sources of the config, sorted by name.
    pub sources: Vec<SourceReport>,
    /// The store and its disk.
    pub store: StoreReport,
}

/// The reason that no alerts are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NotReadyCause {
    /// The gateway stops.
    ShuttingDown,
    /// The disk of the store has no room.
    Full,
    /// The store can only be read.
    ReadOnly,
    /// Writing to the store fails otherwise.
    Io {
        /// The error of the system.
        words: String,
    },
    /// The disk of the store answers too late.
    Slow,
    /// Another program has locked the store.
    Locked,
    /// A file of the store is no longer in its place.
    Missing,
    /// Another file stands in the place of a file of the store.
    Replaced,
    /// A file of the store was cut short.
    Truncated,
    /// A file of the store was overwritten.
    Overwritten,
}

/// The contracts that are not settled for good, counted by their state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnsettledContracts {
    /// Contracts that may still be kept.
    pub open: u64,
    /// Contracts whose time is over, while some channel may still confirm.
    pub broken: u64,
    /// Contracts of which nobody is left to be told, and which no person has seen to.
    pub abandoned: u64,
}

/// A contract that was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrokenContract {
    /// The number of the alert that the receiver was to be told of.
    pub alert_id: i64,
    /// The title of the alert, or its name.
    pub title: String,
    /// The title in Chinese, where the alert's source gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_zh: Option<String>,
    /// The severity of the alert.
    pub severity: AlertSeverity,
    /// The receiver that was not told in time.
    pub receiver: String,
    /// The state of the contract: `broken` or `abandoned`.
    pub state: ContractProgress,
    /// The time from which on the receiver was to be told.
    #[schema(value_type = String, format = DateTime)]
    pub owed_at: Timestamp,
}

/// The incidents that fire, counted by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FiringIncidents {
    /// Incidents of the severity `urgent`.
    pub urgent: u64,
    /// Incidents of the severity `high`.
    pub high: u64,
    /// Incidents of the severity `mid`.
    pub mid: u64,
    /// Incidents of the severity `low`.
    pub low: u64,
}

/// A source, and its last sign of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceReport {
    /// The name in the config.
    pub name: String,
    /// The time at which its last alert was accepted; none if it is not among the last thousands of alerts.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_alert_at: Option<Timestamp>,
}

/// The store and its disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoreReport {
    /// The name that tells the store from any other.
    pub instance: String,
    /// The size of the database in bytes.
    pub size: u64,
    /// The size of the write-ahead log beside it in bytes.
    pub wal_size: u64,
    /// The room on its disk in bytes; none if the system does not tell.
    pub disk_free: Option<u64>,
    /// The size of its disk in bytes; none if the system does not tell.
    pub disk_size: Option<u64>,
}
