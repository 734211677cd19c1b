//! Laws of the end: with a core of the channels healed, everything settles.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, ensure};
use fanfare_core::{Sending, Status};
use rusqlite::Connection;

use super::evidence::{Evidence, number};
use crate::promises::Promise;
use crate::providers::ProviderCall;
use crate::time::MINUTE;

/// The longest time for which a broken channel with pending deliveries is not tried: above the longest
/// pause after a lost answer, 20 minutes.
const LONGEST_PAUSE: Duration = MINUTE.saturating_mul(30);

/// The number of deliveries up to the one of number `newest` that `channel` still owes.
pub(crate) fn pending_on(ledger: &Connection, channel: &str, newest: i64) -> Result<u32> {
    let sql = "SELECT count(*) FROM deliveries WHERE state = 'pending' AND channel = ?1 AND id <= ?2";
    Ok(ledger.prepare_cached(sql)?.query_row((channel, newest), |row| row.get(0))?)
}

/// The number of deliveries on `channel` that came to be after the one of number `newest`.
pub(crate) fn owed_after(ledger: &Connection, channel: &str, newest: i64) -> Result<u32> {
    let sql = "SELECT count(*) FROM deliveries WHERE channel = ?1 AND id > ?2";
    Ok(ledger.prepare_cached(sql)?.query_row((channel, newest), |row| row.get(0))?)
}

/// The number of the newest delivery; 0 if there is none.
pub(crate) fn newest_delivery(ledger: &Connection) -> Result<i64> {
    number(ledger, "SELECT coalesce(max(id), 0) FROM deliveries")
}

/// A world that has had the time in which everything settles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SettledWorld<'a> {
    /// The channels that were healed for good.
    pub(crate) core: &'a BTreeSet<&'static str>,
    /// The channels that are broken for good.
    pub(crate) broken: &'a BTreeSet<&'static str>,
    /// The number of the newest delivery that has had the time.
    pub(crate) newest: i64,
    /// The time since the beginning of the run.
    pub(crate) now: Duration,
}

/// Checks that nothing is pending on a channel of the core that has had the time, that no contract waits for nothing, that
/// no broken channel is left alone, and that people were told of everything on the core.
pub(crate) fn check_settled(evidence: Evidence<'_>, world: SettledWorld<'_>) -> Result<()> {
    let Evidence { ledger, calls, book, .. } = evidence;
    let SettledWorld { core, broken, newest, now } = world;
    for channel in core {
        let pending = pending_on(ledger, channel, newest)?;
        ensure!(pending == 0, "{pending} deliveries wait on {channel}, which works");
    }
    for channel in broken {
        let last = calls.iter().rev().find(|it| it.channel == *channel).map(|it| it.at);
        let is_tried = last.is_some_and(|it| now < it + LONGEST_PAUSE);
        ensure!(
            is_tried || pending_on(ledger, channel, i64::MAX)? == 0,
            "the lane of {channel} is idle with work; its last request was at {last:?}"
        );
    }
    let waiting: i64 = ledger.query_row(
        "SELECT count(*) FROM notifications n WHERE n.terms IS NOT NULL
           AND n.fulfilment NOT IN ('kept', 'late', 'abandoned')
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.notification = n.id AND d.state = 'pending')",
        [],
        |row| row.get(0),
    )?;
    ensure!(waiting == 0, "{waiting} contracts wait for nothing");
    for promise in book.promises() {
        check_told(ledger, promise, calls, core)?;
    }
    Ok(())
}

/// People saw it on each channel of the core that is told at once, or the ledger says why not.
fn check_told(
    ledger: &Connection,
    promise: &Promise,
    calls: &[ProviderCall],
    core: &BTreeSet<&'static str>,
) -> Result<()> {
    if promise.terms.send != Sending::Together || promise.status != Status::Firing {
        return Ok(());
    }
    let is_of_core = |it: &&fanfare_core::ChannelName| core.contains(it.as_str());
    for channel in promise.terms.channels.iter().filter(is_of_core) {
        let is_shown = calls.iter().any(|it| {
            it.channel == channel.as_str()
                && it.is_shown
                && it.notifications.iter().any(|one| one.id == promise.notification)
        });
        if is_shown {
            continue;
        }
        let sql = "SELECT count(*) FROM deliveries WHERE notification = ?1 AND channel = ?2
                     AND state IN ('dead', 'discarded') AND coalesce(reason, '') <> ''";
        let given_up: i64 =
            ledger.query_row(sql, (promise.notification.0, channel.as_str()), |row| row.get(0))?;
        ensure!(given_up > 0, "nobody was told of {} on {}", promise.notification, channel.as_str());
    }
    Ok(())
}
