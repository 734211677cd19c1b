//! One channel's settings.

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{ChannelName, Limits, Notifier};
use jiff::civil::Date;

use crate::channel::drill::Drill;

/// One channel's settings.
#[derive(Debug, Clone)]
pub struct ChannelSetup {
    /// The channel's name in the config.
    pub name: ChannelName,
    /// The channel's kind, e.g. `dingtalk`.
    pub kind: &'static str,
    /// A hash of all settings, secrets included: the same hash means that nothing has changed.
    pub version: String,
    /// The client of the provider.
    pub notifier: Arc<dyn Notifier>,
    /// The limits of concurrency, rate and quota.
    pub limits: Limits,
    /// The longest time one attempt may take.
    pub timeout: Duration,
    /// The day of the last change of credentials, from the config.
    pub rotated_at: Option<Date>,
    /// The schedule of test messages.
    pub drill: Option<Drill>,
}
