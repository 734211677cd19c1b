//! The reading of bodies, as an operator sees it.

use std::time::Duration;

use fanfare_core::{HeartbeatName, Matcher, Severity, SourceName, Status};
use fanfare_sources::{
    Format, Hints, InboundMail, NothingToDo, ReadAlert, Reading, SourceSettings, Unreadable, UnreadableRule,
    unreadable_alert,
};
use jiff::Timestamp;
use prometheus_client::registry::Registry;
use tokio::time::Instant;
use tracing::{debug, warn};

use crate::metrics::BodyMetrics;
use crate::throttle::Throttle;

/// The time between two log lines of one kind about what senders write.
const LOGGED_EVERY: Duration = Duration::from_secs(10);

/// A reader of bodies that logs and counts the parts that an operator may want to see.
#[derive(Debug)]
pub struct InletReader {
    metrics: BodyMetrics,
    lines: Throttle<LineKind>,
}

/// The rules by which the bodies of a source are read.
#[derive(Debug, Clone, Copy)]
pub struct ReadingRules<'a> {
    /// The form of the bodies.
    pub format: &'a Format,
    /// The fate of a body that the format cannot read.
    pub unreadable: UnreadableRule,
    /// The name of the source, and what it sets.
    pub source: &'a SourceSettings,
    /// The alerts of it that are heartbeats.
    pub heartbeats: &'a [HeartbeatAlerts],
}

/// Alerts that are no news but a heartbeat, such as Prometheus' `Watchdog`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatAlerts {
    /// The name of the heartbeat.
    pub name: HeartbeatName,
    /// The matchers that all hold for such an alert.
    pub matchers: Vec<Matcher>,
}

/// The kind of a log line. There are only so many, whatever senders write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum LineKind {
    RefusedEntry,
    UnknownLevel,
    Mended,
}

impl InletReader {
    /// Nothing read yet; metrics in `registry`.
    #[must_use]
    pub fn new(registry: &mut Registry) -> Self {
        Self { metrics: BodyMetrics::new(registry), lines: Throttle::new(LOGGED_EVERY) }
    }

    /// Reads a body by `rules`. What of it cannot be read is an alert too, unless they say that it is refused.
    ///
    /// # Errors
    ///
    /// If nothing of it can be an alert, and the rules refuse it.
    pub fn read(
        &self,
        body: &[u8],
        rules: ReadingRules<'_>,
        hints: &Hints,
        now: Timestamp,
    ) -> Result<Reading, Unreadable> {
        self.finish(rules.format.read(body, hints, rules.source, now), body, rules, now)
    }

    /// Reads a mail by `rules`, in the same manner.
    ///
    /// # Errors
    ///
    /// If it cannot be an alert, and the rules refuse it.
    pub fn read_mail(
        &self,
        mail: &InboundMail,
        rules: ReadingRules<'_>,
        now: Timestamp,
    ) -> Result<Reading, Unreadable> {
        let read = rules.format.read_mail(mail, rules.source, now);
        self.finish(read, mail.shown().as_bytes(), rules, now)
    }

    /// Takes note of a body that arrived and could not even be decoded.
    ///
    /// # Errors
    ///
    /// The fault, if the rules refuse such a body.
    pub fn unread(
        &self,
        body: &[u8],
        fault: Unreadable,
        rules: ReadingRules<'_>,
        now: Timestamp,
    ) -> Result<Reading, Unreadable> {
        self.finish(Err(fault), body, rules, now)
    }

    /// The reading of `body`, in which what could not be read is an alert, unless the rules say that it is refused.
    fn finish(
        &self,
        read: Result<Reading, Unreadable>,
        body: &[u8],
        rules: ReadingRules<'_>,
        now: Timestamp,
    ) -> Result<Reading, Unreadable> {
        let ReadingRules { format: _, unreadable, source, heartbeats } = rules;
        let alert = |fault: &Unreadable| unreadable_alert(source, body, fault, now);
        let mut reading = match (read, unreadable) {
            (Ok(mut reading), UnreadableRule::Alert) => {
                // One alert for the whole body, whatever the number of its faults.
                reading.alerts.extend(reading.refused.first().map(alert));
                reading
            }
            (Ok(reading), UnreadableRule::Refuse) => reading,
            (Err(fault), UnreadableRule::Alert) => {
                Reading { alerts: vec![alert(&fault)], refused: vec![fault], ..Reading::default() }
            }
            (Err(fault), UnreadableRule::Refuse) => return Err(fault),
        };
        take_heartbeats(&mut reading, heartbeats);
        self.take_note(source, &reading);
        Ok(reading)
    }

    fn take_note(&self, source: &SourceSettings, reading: &Reading) {
        let name = &source.name;
        for NothingToDo { path, reason } in &reading.nothing_to_do {
            debug!(source.name = %name, path, reason, "Nothing to do");
        }
        for Unreadable { fault, path, message } in &reading.refused {
            self.refused_entry(name, fault.word(), path, message);
        }
        if let Some(Unreadable { message, .. }) = &reading.mended
            && let Some(left_out) = self.lines.pass(LineKind::Mended, Instant::now())
        {
            warn!(source.name = %name, reason = message, left_out, "Read a body leniently that is almost JSON");
        }
        for ReadAlert { path, unknown_level, .. } in &reading.alerts {
            if let Some(level) = unknown_level {
                self.unknown_level(name, path, level, source.unknown_level);
            }
        }
    }

    /// Counts and logs an entry of a list that cannot be an alert. The rest of its body was taken.
    fn refused_entry(&self, source: &SourceName, code: &str, path: &str, reason: &str) {
        self.metrics.refused_entries.get_or_create(&source.into()).inc();
        if let Some(left_out) = self.lines.pass(LineKind::RefusedEntry, Instant::now()) {
            warn!(source.name = %source, code, path, reason, left_out, "Refused an entry of a list");
        }
    }

    /// Counts and logs a word for a level that no table has. It was read as `instead`.
    fn unknown_level(&self, source: &SourceName, path: &str, level: &str, instead: Severity) {
        self.metrics.unknown_levels.get_or_create(&source.into()).inc();
        if let Some(left_out) = self.lines.pass(LineKind::UnknownLevel, Instant::now()) {
            warn!(source.name = %source, path, level, severity = %instead, left_out, "Unknown level");
        }
    }
}

/// Takes out the alerts that are heartbeats. One that says its own end is none, and nothing else either: what is
/// not heard any more is told by the one who waits for it.
fn take_heartbeats(reading: &mut Reading, heartbeats: &[HeartbeatAlerts]) {
    if heartbeats.is_empty() {
        return;
    }
    let is_one =
        |read: &ReadAlert, it: &HeartbeatAlerts| it.matchers.iter().all(|it| it.matches(&read.alert));
    for read in std::mem::take(&mut reading.alerts) {
        match heartbeats.iter().find(|it| is_one(&read, it)) {
            None => reading.alerts.push(read),
            Some(heartbeat) => match read.alert.status {
                Status::Firing => reading.heartbeats.push(heartbeat.name.clone()),
                Status::Resolved => {
                    let reason = "the end of a heartbeat is no alert";
                    reading.nothing_to_do.push(NothingToDo { path: read.path, reason });
                }
            },
        }
    }
}

#[cfg(test)]
mod tests;
