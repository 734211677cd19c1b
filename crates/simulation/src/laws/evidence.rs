//! Evidence by which laws judge a run.

use std::time::Duration;

use anyhow::{Context as _, Result};
use rusqlite::Connection;

use crate::options::ChannelOptions;
use crate::promises::PromiseBook;
use crate::providers::ProviderCall;

/// Everything that is known of a run past the code under test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence<'a> {
    /// The requests that providers got.
    pub(crate) calls: &'a [ProviderCall],
    /// Channels of the config.
    pub(crate) channels: &'a [ChannelOptions],
    /// The store's file.
    pub(crate) ledger: &'a Connection,
    /// The rows that an earlier version wrote.
    pub(crate) origin: LedgerOrigin,
    /// The reports and promises.
    pub(crate) book: &'a PromiseBook,
    /// The disturbances of the gateway.
    pub(crate) disturbances: &'a Disturbances,
}

/// The newest rows of the store with which a run began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LedgerOrigin {
    /// The number of the newest alert.
    pub(super) alerts: i64,
    /// The number of the newest notification.
    pub(super) notifications: i64,
}

impl LedgerOrigin {
    /// The rows that are there now.
    pub(crate) fn read(ledger: &Connection) -> Result<Self> {
        let alerts = number(ledger, "SELECT coalesce(max(id), 0) FROM alerts")?;
        let notifications = number(ledger, "SELECT coalesce(max(id), 0) FROM notifications")?;
        Ok(Self { alerts, notifications })
    }
}

/// Disturbances of the gateway in a run, for which laws make allowance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disturbances {
    /// The times of kills, and of stops that let no attempt end.
    pub(crate) kills: Vec<Duration>,
    /// Times in which the store could not be written, or no gateway ran.
    pub(crate) interruptions: Vec<(Duration, Duration)>,
}

impl Disturbances {
    /// True if something disturbed the gateway between `from` and `until`.
    pub(crate) fn is_disturbed(&self, from: Duration, until: Duration) -> bool {
        let is_killed = self.kills.iter().any(|it| from <= *it && *it <= until);
        is_killed || self.interruptions.iter().any(|(start, end)| *start <= until && from <= *end)
    }
}

/// The one number that `sql` selects.
pub(crate) fn number(ledger: &Connection, sql: &str) -> Result<i64> {
    ledger.prepare_cached(sql)?.query_row([], |row| row.get(0)).with_context(|| sql.to_owned())
}
