//! Median, extremes and percentiles of several runs.

use serde::Serialize;

#[cfg(test)]
mod tests;

/// The median of several runs, and their extremes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct RunStats {
    /// The middle run, or the mean of the two middle ones.
    pub(crate) median: f64,
    /// The lowest run.
    pub(crate) min: f64,
    /// The highest run.
    pub(crate) max: f64,
    /// The number of runs.
    pub(crate) runs: usize,
}

impl RunStats {
    /// `None` if there was no run.
    #[must_use]
    pub(crate) fn from_runs(runs: &[f64]) -> Option<Self> {
        let sorted = sorted(runs);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            *sorted.get(middle)?
        } else {
            f64::midpoint(*sorted.get(middle - 1)?, *sorted.get(middle)?)
        };
        Some(Self { median, min, max, runs: sorted.len() })
    }

    /// The distance between the extremes, as a part of the median.
    #[must_use]
    pub(crate) fn noise(&self) -> f64 {
        if self.median == 0.0 { 0.0 } else { (self.max - self.min) / self.median }
    }
}

/// The smallest of `values` that at least `percent` of them do not exceed (the
/// nearest-rank definition); `None` if there is none.
#[must_use]
pub(crate) fn percentile(values: &[f64], percent: u8) -> Option<f64> {
    let sorted = sorted(values);
    let rank = (sorted.len() * usize::from(percent.min(100))).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}
