//! What several runs of one measurement say together.

use serde::Serialize;

#[cfg(test)]
mod tests;

/// The middle of several runs and how far apart they were.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Half of the runs were below.
    pub median: f64,
    /// The lowest run.
    pub min: f64,
    /// The highest run.
    pub max: f64,
    /// How many runs there were.
    pub runs: usize,
}

impl Spread {
    /// `None` if there was no run.
    #[must_use]
    pub fn of(runs: &[f64]) -> Option<Self> {
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

    /// How far apart the runs were, as a part of the median.
    #[must_use]
    pub fn noise(&self) -> f64 {
        if self.median == 0.0 { 0.0 } else { (self.max - self.min) / self.median }
    }
}

/// The smallest of `values` that at least `percent` of them do not exceed (the
/// nearest-rank definition); `None` if there is none.
#[must_use]
pub fn percentile(values: &[f64], percent: u8) -> Option<f64> {
    let sorted = sorted(values);
    let rank = (sorted.len() * usize::from(percent.min(100))).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}
