//! The figures of a crowded gateway.

use std::fmt;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::senders::HonestSender;
use crate::stats::percentile;

/// The longest that half of the answers to a list may take, in milliseconds, whatever its filter.
const GOAL_LIST_MS: f64 = 5.0;

/// The longest that 99 of 100 messages of the honest sender may take beside a noisy client, in milliseconds: less than
/// two of its bodies.
const GOAL_OVERLOADED_MS: f64 = 1_000.0;

/// The longest that a message may take while old alerts are deleted, in milliseconds.
const GOAL_RETENTION_MS: f64 = 30.0;

/// The figures of a crowded gateway.
#[derive(Debug, Clone, Serialize)]
pub struct CrowdReport {
    /// Alerts in its store.
    pub alerts: u32,
    /// The lists, each with a filter.
    pub lists: Vec<ListFigure>,
    /// An honest sender beside a noisy client.
    pub overloaded: SenderFigure,
    /// An honest sender while old alerts are deleted; `None` if that was not measured.
    pub retention: Option<RetentionFigures>,
}

/// The messages of an honest sender about the time of a deletion.
#[derive(Debug, Clone, Serialize)]
pub struct RetentionFigures {
    /// The messages before old alerts are deleted: the store is as full, and nobody works in it.
    pub before: SenderFigure,
    /// The messages while old alerts are deleted.
    pub meanwhile: SenderFigure,
}

/// The times of one list with one filter.
#[derive(Debug, Clone, Serialize)]
pub struct ListFigure {
    /// The list and its filter.
    pub list: &'static str,
    /// The first answer, in milliseconds.
    pub first_ms: f64,
    /// The median, in milliseconds.
    pub p50_ms: f64,
    /// The time in which 99 of 100 were answered, in milliseconds.
    pub p99_ms: f64,
}

/// The messages of an honest sender.
#[derive(Debug, Clone, Serialize)]
pub struct SenderFigure {
    /// Messages that were accepted.
    pub posted: usize,
    /// Tries of them that were refused.
    pub refused: u64,
    /// The median until a message was accepted, in milliseconds.
    pub p50_ms: f64,
    /// The time in which 99 of 100 were accepted, in milliseconds.
    pub p99_ms: f64,
    /// The longest of these times, in milliseconds.
    pub longest_ms: f64,
    /// Alerts of the noisy client that were accepted meanwhile.
    pub noisy_accepted: u64,
    /// Alerts of the noisy client that were refused.
    pub noisy_refused: u64,
}

impl ListFigure {
    pub(super) fn new(list: &'static str, times: &[f64]) -> Self {
        let part = |percent| percentile(times, percent).unwrap_or_default();
        let first_ms = times.first().copied().unwrap_or_default();
        Self { list, first_ms, p50_ms: part(50), p99_ms: part(99) }
    }
}

impl SenderFigure {
    pub(super) fn new(honest: &HonestSender, (noisy_accepted, noisy_refused): (u64, u64)) -> Self {
        let part = |percent| percentile(&honest.took, percent).unwrap_or_default();
        Self {
            posted: honest.took.len(),
            refused: honest.refused,
            p50_ms: part(50),
            p99_ms: part(99),
            longest_ms: part(100),
            noisy_accepted,
            noisy_refused,
        }
    }
}

impl CrowdReport {
    /// The names of what takes longer than it may.
    #[must_use]
    pub fn missed_goals(&self) -> Vec<&'static str> {
        let slow_lists = self.lists.iter().filter(|it| it.p50_ms > GOAL_LIST_MS).map(|it| it.list);
        let overloaded = (self.overloaded.p99_ms > GOAL_OVERLOADED_MS).then_some("beside a noisy client");
        let deleted = self.retention.as_ref().filter(|it| it.meanwhile.longest_ms > GOAL_RETENTION_MS);
        slow_lists.chain(overloaded).chain(deleted.map(|_| "while old alerts are deleted")).collect()
    }
}

impl fmt::Display for CrowdReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: f64| format!("{time:.1}");
        let mut lists = Table::new();
        lists.load_style(presets::UTF8_FULL_CONDENSED);
        lists.set_header(["list", "first ms", "p50 ms", "p99 ms"]);
        for ListFigure { list, first_ms, p50_ms, p99_ms } in &self.lists {
            lists.add_row([(*list).to_owned(), ms(*first_ms), ms(*p50_ms), ms(*p99_ms)]);
        }
        let mut senders = Table::new();
        senders.load_style(presets::UTF8_FULL_CONDENSED);
        senders.set_header([
            "honest sender",
            "posted",
            "refused",
            "p50 ms",
            "p99 ms",
            "longest ms",
            "noisy/refused",
        ]);
        let figures = [
            ("beside a noisy client", Some(&self.overloaded)),
            ("before old alerts are deleted", self.retention.as_ref().map(|it| &it.before)),
            ("while old alerts are deleted", self.retention.as_ref().map(|it| &it.meanwhile)),
        ];
        for (name, figure) in figures {
            let Some(figure) = figure else { continue };
            let noisy = format!("{}/{}", figure.noisy_accepted, figure.noisy_refused);
            let (posted, refused) = (figure.posted.to_string(), figure.refused.to_string());
            let (p50, p99, longest) = (ms(figure.p50_ms), ms(figure.p99_ms), ms(figure.longest_ms));
            senders.add_row([name.to_owned(), posted, refused, p50, p99, longest, noisy]);
        }
        writeln!(f, "{} alerts in the store\n{lists}\n{senders}", self.alerts)
    }
}
