//! Gateway: intake of alerts, delivery by one lane per channel, escalation, self-monitoring.
//!
//! Intake commits an alert with everything it calls for before the source gets
//! its answer. Each channel has a lane: a task that starts attempts, the most
//! severe delivery first, within the channel's concurrency and its account's
//! budget. The crate does not know which channel kinds exist: it has names and
//! [`Notifier`]s.
//!
//! The modules stand in the order of their dependencies: one may use only those
//! that stand below it.
//!
//! [`Notifier`]: fanfare_core::Notifier

mod gateway;
mod self_monitoring;
mod operations;
mod maintenance;
mod expiry;
mod escalation;
mod commits;
mod intake;
mod delivery;
mod dispatch;
mod policy;
mod settings;
mod channel;
mod metrics;
mod self_alert;
mod jitter;
mod log;
mod task;
mod time;

pub use crate::channel::{ChannelSetup, Drill};
pub use crate::gateway::{Gateway, GatewaySetup};
pub use crate::intake::NotStored;
pub use crate::jitter::{Jitter, RandomJitter};
pub use crate::maintenance::retention::ANSWERS_KEPT_FOR;
pub use crate::metrics::Metrics;
pub use crate::operations::{
    BudgetView, ChannelHealth, ChannelView, DeliveryOutlook, HeartbeatView, LastError, QuotaView, TestError,
    TestMessage, UnkeptLaw,
};
pub use crate::self_alert::{DiskSpace, SELF_SOURCE};
pub use crate::settings::GatewaySettings;

// The store's part of the surface: programs that run a gateway open its store and
// read from it through these, and do not depend on the store crate.
pub use fanfare_core::{DeadLetterId, InvalidDeadLetterId, PolicyId};
pub use fanfare_store::{
    AcknowledgementRow, AlertFilter, AlertHistory, AlertPage, AlertRow, AlertSearch, AttemptRow, Audit,
    AuditedRow, Backup, BackupError, Contradiction, DamagedCell, DeadLetter, DeadLetterFilter,
    DeadLetterPage, DeadLetters, DeliveryCounts, DeliveryFilter, DeliveryHistory, DeliveryRow, ExistingStore,
    KeptAnswer, LedgerOverview, NotificationCounts, NotificationHistory, NotificationRow, OmittedRows,
    OpenError, RelatedAlert, Remedy, ReportedAlert, RequestKey, Restored, StepRow, Store, StoreCondition,
    StoreError, StoreFault, StoreSize, SuppressionRecord, Unaccounted, UnkeptContract, backup, restore,
};
