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
        "{repeats} repeats, where at most {in_flight} deliveries were in flight at the kills; the seed was {seed}"
    )]
    TooManyRepeats {
        /// Repeated messages that came.
        repeats: usize,
        /// Repeated messages that may come.
        in_flight: usize,
        /// To do it again.
        seed: u64,
    },
    /// A run in which nothing happened proves nothing.
    #[error("no alert was accepted")]
    NothingAccepted,
}

const CHANNELS: usize = 2;

impl ChaosReport {
    /// Deliveries in flight at the kills: no others can come twice.
    #[must_use]
    pub fn in_flight_at_kills(&self) -> usize {
        CONCURRENCY * CHANNELS * self.kills as usize
    }

    /// The judgement on the promises.
    ///
    /// # Errors
    ///
    /// With the first that was not.
    pub fn verdict(&self) -> Result<(), BrokenPromise> {
        let Self { seed, kills: _, accepted, told: _, repeats, ref lost } = *self;
        if let Some(&first) = lost.first() {
            return Err(BrokenPromise::Lost { lost: lost.len(), first, seed });
        }
        let in_flight = self.in_flight_at_kills();
        if repeats > in_flight {
            return Err(BrokenPromise::TooManyRepeats { repeats, in_flight, seed });
        }
        if accepted == 0 {
            return Err(BrokenPromise::NothingAccepted);
        }
        Ok(())
    }
}

impl fmt::Display for ChaosReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, kills, accepted, told, repeats, lost } = self;
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header([
            "seed",
            "kills",
            "accepted",
            "told on both channels",
            "lost",
            "repeats",
            "repeats allowed",
        ]);
        let in_flight = self.in_flight_at_kills();
        table.add_row([
            seed.to_string(),
            kills.to_string(),
            accepted.to_string(),
            told.to_string(),
            lost.len().to_string(),
            repeats.to_string(),
            in_flight.to_string(),
        ]);
        write!(f, "{table}")
    }
}
