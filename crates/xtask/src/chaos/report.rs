//! The losses and repeats of a chaos run.

use std::fmt;

use comfy_table::{Table, presets};

use crate::alert::Serial;
use crate::system::CONCURRENCY;

/// The count after the last round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChaosReport {
    /// The seed that chose the moments.
    pub seed: u64,
    /// The number of kills.
    pub kills: u32,
    /// Lives of the gateway with a wall clock that is wrong.
    pub wrong_clocks: u32,
    /// Alerts that were acknowledged.
    pub acknowledged: u32,
    /// Rows of the ledger that do not add up.
    pub unaccounted: u64,
    /// Alerts that were answered 2xx.
    pub accepted: usize,
    /// First messages on both channels together, each alert once a channel.
    pub told: usize,
    /// Messages about an alert that their channel had been told of before.
    pub repeats: usize,
    /// Accepted alerts of which some channel was never told.
    pub lost: Vec<Serial>,
}

/// The promise that is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenPromise {
    /// "Accepted means durable."
    #[error("{lost} accepted alerts were lost, the first is {first}; the seed was {seed}")]
    Lost {
        /// The number of lost alerts.
        lost: usize,
        /// One to look for.
        first: Serial,
        /// To do it again.
        seed: u64,
    },
    /// "The repeats are few."
    #[error(
        "{repeats} repeats, where at most {allowed} are from what was in flight at the kills; the seed was {seed}"
    )]
    TooManyRepeats {
        /// Repeated messages that came.
        repeats: usize,
        /// Repeated messages that may come.
        allowed: usize,
        /// To do it again.
        seed: u64,
    },
    /// "Nothing disappears", by the gateway's own audit.
    #[error("{rows} rows of the ledger do not add up; the seed was {seed}")]
    Unaccounted {
        /// The number of rows.
        rows: u64,
        /// To do it again.
        seed: u64,
    },
    /// A run in which nothing happened proves nothing.
    #[error("no alert was accepted")]
    NothingAccepted,
}

/// Each alert is told on two channels.
const CHANNELS: usize = 2;

/// The most alerts in messages under way on the channel that gathers: four messages of up to a hundred alerts.
const DIGESTED: usize = 400;

impl ChaosReport {
    /// Messages about an alert that may come beside the first: what was in flight at the kills, where each
    /// message may be a digest, and on each channel that somebody takes care of it.
    #[must_use]
    pub fn allowed_repeats(&self) -> usize {
        let in_flight = (CONCURRENCY + DIGESTED) * self.kills as usize;
        in_flight + CHANNELS * self.acknowledged as usize
    }

    /// The judgement on the promises.
    ///
    /// # Errors
    ///
    /// With the first that was not.
    pub fn verdict(&self) -> Result<(), BrokenPromise> {
        let Self { seed, accepted, repeats, unaccounted, ref lost, .. } = *self;
        if let Some(&first) = lost.first() {
            return Err(BrokenPromise::Lost { lost: lost.len(), first, seed });
        }
        let allowed = self.allowed_repeats();
        if repeats > allowed {
            return Err(BrokenPromise::TooManyRepeats { repeats, allowed, seed });
        }
        if unaccounted > 0 {
            return Err(BrokenPromise::Unaccounted { rows: unaccounted, seed });
        }
        if accepted == 0 {
            return Err(BrokenPromise::NothingAccepted);
        }
        Ok(())
    }
}

impl fmt::Display for ChaosReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, kills, wrong_clocks, acknowledged, unaccounted, accepted, told, repeats, lost } =
            self;
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header([
            "seed",
            "kills",
            "wrong clocks",
            "acknowledged",
            "accepted",
            "told on both channels",
            "lost",
            "repeats",
            "repeats allowed",
            "unaccounted",
        ]);
        table.add_row([
            seed.to_string(),
            kills.to_string(),
            wrong_clocks.to_string(),
            acknowledged.to_string(),
            accepted.to_string(),
            told.to_string(),
            lost.len().to_string(),
            repeats.to_string(),
            self.allowed_repeats().to_string(),
            unaccounted.to_string(),
        ]);
        write!(f, "{table}")
    }
}
