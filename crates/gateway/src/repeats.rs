//! What goes out again as it was.

use std::cmp::Reverse;

use fanfare_core::{QueueKey, Severity};
use jiff::Timestamp;

use crate::load::Load;

/// What waits outside the backlog, because it must not be gathered with anything
/// else: digests that went out in vain, parts of one that could not go out as a
/// whole, and what is sent in plain form. There are seldom more than a few.
#[derive(Debug, Default)]
pub(crate) struct Repeats(Vec<Repeat>);

/// One of them.
#[derive(Debug)]
struct Repeat {
    /// Not before then.
    at: Timestamp,
    /// How bad it is, or what waits behind it.
    severity: Severity,
    load: Load,
}

impl Repeats {
    /// Adds one that may go out from `at` on.
    pub(crate) fn push(&mut self, load: Load, at: Timestamp) {
        self.0.push(Repeat { at, severity: load.severity(), load });
    }

    /// Whether something of `line` is here.
    pub(crate) fn hold(&self, line: QueueKey) -> bool {
        self.0.iter().any(|it| it.load.holds(line))
    }

    /// One that is as bad as `severity`, and may itself go out from `at` on, waits
    /// in `line` behind what is here: a worse one ends the pause of what goes before it.
    pub(crate) fn hasten(&mut self, line: QueueKey, severity: Severity, at: Timestamp) {
        if let Some(repeat) = self.0.iter_mut().find(|it| it.load.holds(line))
            && repeat.severity < severity
        {
            repeat.severity = severity;
            repeat.at = repeat.at.min(at);
        }
    }

    /// How many deliveries wait in them.
    pub(crate) fn deliveries(&self) -> usize {
        self.0.iter().map(|it| it.load.jobs.len()).sum()
    }

    /// When the first of them may go out.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.0.iter().map(|it| it.at).min()
    }

    /// How bad the worst of those is that may go out.
    pub(crate) fn worst_ready(&self, now: Timestamp) -> Option<Severity> {
        self.0.iter().filter(|it| it.at <= now).map(|it| it.severity).max()
    }

    /// Takes out the worst of those that may go out.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<Load> {
        let ready = self.0.iter().enumerate().filter(|(_, it)| it.at <= now);
        let (index, _) = ready.max_by_key(|(_, it)| (it.severity, Reverse(it.at)))?;
        Some(self.0.remove(index).load)
    }
}

#[cfg(test)]
mod tests;
