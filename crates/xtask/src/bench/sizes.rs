//! The sizes of the workloads: how much, and how often.

use std::fmt;
use std::time::Duration;

/// Connections that keep two cores busy.
pub(super) const CONNECTIONS: usize = 64;

/// The sizes of the workloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Sizes {
    /// Runs of each workload; with another build beside, the pairs.
    pub runs: u32,
    /// Runs of the workloads that first fill a store, which takes long.
    pub long_runs: u32,
    /// Alerts for a rate.
    pub alerts: u32,
    /// Alerts at 200 a second.
    pub paced: u32,
    /// The highest rate that is tried, in alerts a second.
    pub highest_rate: u32,
    /// Seconds for which a rate is kept up.
    pub rate_seconds: u32,
    /// Alerts of the burst.
    pub burst: u32,
    /// Mails for a rate.
    pub mails: u32,
    /// Live alerts when memory is read.
    pub live: u32,
    /// Alerts that are pending at a start.
    pub pending: u32,
    /// Alerts that are stored and told at a start.
    pub stored: u32,
    /// Time for which the disk is probed before each run.
    #[serde(skip)]
    pub disk: Duration,
}

impl Sizes {
    /// The sizes of the published figures.
    pub const FULL: Self = Self {
        runs: 5,
        long_runs: 2,
        alerts: 10_000,
        paced: 2_000,
        highest_rate: 16_000,
        rate_seconds: 3,
        burst: 10_000,
        mails: 5_000,
        live: 100_000,
        pending: 100_000,
        stored: 1_000_000,
        disk: Duration::from_secs(1),
    };

    /// A few seconds: shows that it works, not how fast.
    pub const QUICK: Self = Self {
        runs: 1,
        long_runs: 1,
        alerts: 1_000,
        paced: 100,
        highest_rate: 2_000,
        rate_seconds: 1,
        burst: 1_000,
        mails: 200,
        live: 2_000,
        pending: 500,
        stored: 1_000,
        disk: Duration::from_millis(200),
    };
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, alerts, paced, burst, mails, live, pending, stored, .. } = self;
        write!(
            f,
            "Runs: {runs}; rates over {alerts} alerts or {mails} mails, latency over {paced} alerts, \
             a burst of {burst}, {live} live alerts, {pending} pending and {stored} stored ones at a start."
        )
    }
}
