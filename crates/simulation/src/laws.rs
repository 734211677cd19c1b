//! Laws that hold in every world, read past the code under test.

mod settled;
mod contracts;
mod messages;
mod ledger;

pub(crate) use self::contracts::{check_acknowledgements, check_contracts, check_rungs};
pub(crate) use self::ledger::{check_ledger, dump, number};
pub(crate) use self::messages::check_messages;
pub(crate) use self::settled::{check_settled, pending_on};

use std::time::Duration;

use anyhow::Result;
use rusqlite::Connection;

use crate::options::ChannelOptions;
use crate::promises::PromiseBook;
use crate::providers::ProviderCall;

/// Everything that is known of a run past the code under test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence<'a> {
    /// The requests that providers got.
    pub(crate) calls: &'a [ProviderCall],
    /// The channels.
    pub(crate) channels: &'a [ChannelOptions],
    /// The store's file.
    pub(crate) ledger: &'a Connection,
    /// The rows that an earlier version wrote.
    pub(crate) origin: LedgerOrigin,
    /// What was reported and promised.
    pub(crate) book: &'a PromiseBook,
    /// What disturbed the gateway.
    pub(crate) disturbances: &'a Disturbances,
}

/// The newest rows of the store with which a run began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LedgerOrigin {
    alerts: i64,
    notifications: i64,
}

impl LedgerOrigin {
    /// The rows that are there now.
    pub(crate) fn read(ledger: &Connection) -> Result<Self> {
        let alerts = number(ledger, "SELECT coalesce(max(id), 0) FROM alerts")?;
        let notifications = number(ledger, "SELECT coalesce(max(id), 0) FROM notifications")?;
        Ok(Self { alerts, notifications })
    }
}

/// What happened to the gateway in a run, as far as laws make allowance for it.
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
