//! The figures of a siege.

use std::fmt;
use std::time::Duration;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::honest_post::HonestPost;
use super::stuck::StuckSort;
use crate::stats::percentile;

/// The longest that 99 of 100 posts may take, in milliseconds.
const GOAL_P99_MS: f64 = 100.0;

/// The longest until the last channel has told of an urgent alert, in milliseconds.
const GOAL_TOLD_MS: f64 = 5_000.0;

/// The figures of a siege.
#[derive(Debug, Clone, Serialize)]
pub struct SiegeReport {
    /// Stuck connections at a time.
    pub connections: usize,
    /// The limit of open files of the gateway.
    pub files: u64,
    /// One figure for each crowd, after the one without any.
    pub figures: Vec<SiegeFigure>,
}

/// One crowd, as an honest sender noticed it.
#[derive(Debug, Clone, Serialize)]
pub struct SiegeFigure {
    /// The sort of the stuck connections; `None`: there were none.
    pub sort: Option<StuckSort>,
    /// Stuck connections that the gateway closed meanwhile.
    pub closed: usize,
    /// Alerts that were posted.
    pub posted: usize,
    /// Posts that were tried again, because a try before was not accepted.
    pub tried_again: usize,
    /// The reasons of those that were not accepted at all.
    pub refused: Vec<String>,
    /// Accepted alerts of which some channel had not told in time.
    pub untold: usize,
    /// The median time from a post to its acceptance, with its connections and tries, in milliseconds.
    pub p50_ms: f64,
    /// The time in which 99 of 100 posts were answered, in milliseconds.
    pub p99_ms: f64,
    /// The longest of these times, in milliseconds.
    pub longest_ms: f64,
    /// The longest time from a post to the last channel's message, in milliseconds.
    pub told_ms: f64,
}

impl SiegeFigure {
    pub(super) fn new(
        sort: Option<StuckSort>,
        closed: usize,
        posts: &[HonestPost],
        told: &[Option<Duration>],
    ) -> Self {
        let took: Vec<f64> = posts.iter().map(|it| in_ms(it.took)).collect();
        let told_after: Vec<f64> = told.iter().flatten().copied().map(in_ms).collect();
        let part = |times: &[f64], percent| percentile(times, percent).unwrap_or_default();
        Self {
            sort,
            closed,
            posted: posts.len(),
            tried_again: posts.iter().map(|it| it.tries - 1).sum(),
            refused: posts.iter().filter_map(|it| it.problem.clone()).collect(),
            untold: told.iter().filter(|it| it.is_none()).count(),
            p50_ms: part(&took, 50),
            p99_ms: part(&took, 99),
            longest_ms: part(&took, 100),
            told_ms: part(&told_after, 100),
        }
    }

    fn name(&self) -> &'static str {
        self.sort.map_or("nobody else", StuckSort::name)
    }

    /// The honest sender's alerts that were refused, or accepted and not told.
    #[must_use]
    pub fn losses(&self) -> usize {
        self.refused.len() + self.untold
    }

    fn is_within_goals(&self) -> bool {
        self.losses() == 0 && self.p99_ms < GOAL_P99_MS && self.told_ms < GOAL_TOLD_MS
    }
}

impl SiegeReport {
    /// The names of the crowds that the honest sender noticed more of than he may.
    #[must_use]
    pub fn missed_goals(&self) -> Vec<&'static str> {
        self.figures.iter().filter(|it| !it.is_within_goals()).map(SiegeFigure::name).collect()
    }
}

fn in_ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

impl fmt::Display for SiegeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connections, files, figures } = self;
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header([
            "stuck",
            "closed",
            "posted",
            "again",
            "lost",
            "p50 ms",
            "p99 ms",
            "longest ms",
            "all told ms",
        ]);
        for figure in figures {
            let ms = |time: f64| format!("{time:.1}");
            table.add_row([
                figure.name().to_owned(),
                figure.closed.to_string(),
                figure.posted.to_string(),
                figure.tried_again.to_string(),
                figure.losses().to_string(),
                ms(figure.p50_ms),
                ms(figure.p99_ms),
                ms(figure.longest_ms),
                ms(figure.told_ms),
            ]);
        }
        writeln!(f, "{connections} stuck connections, {files} open files allowed")?;
        writeln!(f, "{table}")
    }
}
