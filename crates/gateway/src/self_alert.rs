//! Self-alerts: alerts about the gateway itself, like any other, from the source `fanfare`.
//! Pure functions of a snapshot and a time.

mod raised;
mod checks;
mod condition;
mod snapshot;
mod contract_broken;
mod channel_test;
mod alert;

pub use self::alert::SELF_SOURCE;
pub(crate) use self::alert::SelfAlert;
pub(crate) use self::channel_test::{TestReason, channel_test, is_requested_test};
pub(crate) use self::checks::{CheckResult, HealthProblem, run_checks};
pub(crate) use self::condition::Condition;
pub(crate) use self::contract_broken::{
    CONTRACT_BROKEN, notice_alert, notice_end, raised_notice, told_notice,
};
pub(crate) use self::raised::RaisedAlerts;
pub use self::snapshot::DiskSpace;
pub(crate) use self::snapshot::{ChannelSnapshot, ObservedHealth, QuotaSnapshot, Snapshot};
