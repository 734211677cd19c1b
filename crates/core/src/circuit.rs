//! The circuit of a channel: closed while the channel works, and open with probes while it does not.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::after;

/// The number of failures in a row that open a circuit. One may pass, and the second may
/// be the same failure, met by an attempt that was under way at the same time.
const FAILURES_TO_OPEN: u32 = 3;

/// The pause before the first probe: most short failures are over by then, and what
/// cannot wait has gone to another channel.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// The longest pause before a probe. A provider that is back is to be noticed
/// within 30 s: at worst it comes back right after a probe has begun that hangs
/// for the 10 s of an attempt; then this pause passes, and 5 s are left for the
/// next probe to be answered.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// The time for which an outage lasts before it is told: until then the first
/// probe may have shown that it was short.
const TIME_BEFORE_REPORT: Duration = Duration::from_secs(10);

/// The time for which a circuit must have been closed before its outage counts as over.
const RECOVERY_TIME: Duration = Duration::from_secs(60);

/// Stands between a channel and its provider, and opens when nothing gets through.
///
/// It opens after three failures in a row, and at once if the channel is
/// misconfigured; the next success closes it. While it is open nothing is sent but
/// one *probe* at a time, a real delivery that waits; the others wait and fail over.
///
/// Being throttled or out of quota is neither a failure nor a success: the
/// provider works, and its account is silent. Nor is an attempt that was called off.
///
/// # Flapping
///
/// An outage is over once the circuit has been closed for a minute and the last
/// attempt went well. A circuit that opens again before that goes on with its
/// pauses where it was, and its channel has not recovered in between.
///
/// Its times are monotonic, as those of a [`SlidingWindow`](crate::SlidingWindow).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circuit {
    failures_in_a_row: u32,
    outage: Option<Outage>,
}

/// The answer to an attempt that would start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// The circuit is closed: as many as there are may start.
    Pass,
    /// One may start, and no other before that one has ended.
    ProbeNow,
    /// None before then.
    At(Timestamp),
    /// None before one that is under way has ended.
    WhenOneEnds,
}

/// The failure of an attempt, in the terms the circuit acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The failure may pass: the attempt was transient or unanswered.
    Soft,
    /// The failure does not pass before a person mends the settings.
    Misconfigured {
        /// The time for which the account is silent for it; the next probe comes after that.
        pause: Duration,
    },
}

/// The health of a channel, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// The channel works, or has failed for too short a time to worry about.
    Working,
    /// The channel does not work, or has done so again for too short a time to be trusted.
    Broken {
        /// The time at which its circuit first opened; the same until it has recovered.
        since: Timestamp,
        /// The words of its last probe, or of the failure that opened the circuit.
        reason: String,
    },
}

/// The outage from the first opening of a circuit until it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Outage {
    since: Timestamp,
    reason: String,
    phase: Phase,
    /// The last pause that was ours to choose; zero if none was.
    pause: Duration,
    /// From when on people are told, if it is not over by then.
    told_from: Timestamp,
}

/// The state of the circuit during an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Half-open once `until` has passed: then one probe at a time may run.
    Open {
        until: Timestamp,
    },
    Closed {
        since: Timestamp,
    },
}

impl Circuit {
    /// The answer to an attempt that would start at `now` while `under_way` others of the channel run.
    #[must_use]
    pub fn may_start(&self, now: Timestamp, under_way: usize) -> Gate {
        match self.open_until() {
            None => Gate::Pass,
            Some(until) if now < until => Gate::At(until),
            Some(_) if under_way > 0 => Gate::WhenOneEnds,
            Some(_) => Gate::ProbeNow,
        }
    }

    /// Until when nothing starts, as far as is known at `now`; `None` while it is closed.
    #[must_use]
    pub fn blocked_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.open_until().map(|until| until.max(now))
    }

    /// The next probe may start at `now`, for a person asks for it: the fault may be mended.
    pub fn probe_at(&mut self, now: Timestamp) {
        if let Some(Outage { phase: Phase::Open { until }, .. }) = &mut self.outage {
            *until = now.min(*until);
        }
    }

    /// An attempt ended at `now` with the provider having dealt with the message.
    pub fn succeeded(&mut self, now: Timestamp) {
        self.failures_in_a_row = 0;
        if let Some(outage) = &mut self.outage {
            outage.close(now);
        }
    }

    /// An attempt failed at `now`.
    pub fn failed(&mut self, now: Timestamp, failure: Failure, reason: &str) {
        if self.outage.as_ref().is_some_and(|it| self.is_over(it, now)) {
            self.outage = None;
        }
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        let opens = match (failure, self.open_until()) {
            (Failure::Misconfigured { .. }, _) => true,
            (Failure::Soft, None) => self.failures_in_a_row >= FAILURES_TO_OPEN,
            // One that ends during the pause began before it and tells nothing new.
            (Failure::Soft, Some(until)) => until <= now,
        };
        if opens {
            self.outage.get_or_insert_with(|| Outage::starting_at(now)).open(now, failure, reason);
        }
    }

    /// The health of the channel at `now`.
    #[must_use]
    pub fn health(&self, now: Timestamp) -> Health {
        match &self.outage {
            Some(outage) if outage.is_told(now) && !self.is_over(outage, now) => {
                Health::Broken { since: outage.since, reason: outage.reason.clone() }
            }
            Some(_) | None => Health::Working,
        }
    }

    /// The time at which [`Circuit::health`] changes next, if no attempt ends until then.
    #[must_use]
    pub fn health_changes_at(&self, now: Timestamp) -> Option<Timestamp> {
        let outage = self.outage.as_ref()?;
        let changes_at = match outage.phase {
            Phase::Open { .. } => Some(outage.told_from),
            Phase::Closed { since } => {
                (outage.is_told(now) && self.failures_in_a_row == 0).then(|| after(since, RECOVERY_TIME))
            }
        };
        changes_at.filter(|at| now < *at)
    }

    fn open_until(&self) -> Option<Timestamp> {
        match self.outage.as_ref()?.phase {
            Phase::Open { until } => Some(until),
            Phase::Closed { .. } => None,
        }
    }

    fn is_over(&self, outage: &Outage, now: Timestamp) -> bool {
        match outage.phase {
            Phase::Open { .. } => false,
            Phase::Closed { since } => self.failures_in_a_row == 0 && after(since, RECOVERY_TIME) <= now,
        }
    }
}

impl Outage {
    /// Yet without the failure that it starts with.
    fn starting_at(now: Timestamp) -> Self {
        Self {
            since: now,
            reason: String::new(),
            phase: Phase::Open { until: now },
            pause: Duration::ZERO,
            told_from: after(now, TIME_BEFORE_REPORT),
        }
    }

    fn open(&mut self, now: Timestamp, failure: Failure, reason: &str) {
        let until = match failure {
            Failure::Soft => {
                self.pause = self.pause.saturating_mul(2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
                after(now, self.pause)
            }
            Failure::Misconfigured { pause } => {
                self.told_from = self.told_from.min(now);
                after(now, pause)
            }
        };
        // Of two pauses the one that ends later counts, as with an account's silence.
        let until = match self.phase {
            Phase::Open { until: before } => until.max(before),
            Phase::Closed { .. } => until,
        };
        self.phase = Phase::Open { until };
        reason.clone_into(&mut self.reason);
    }

    fn close(&mut self, now: Timestamp) {
        match self.phase {
            Phase::Open { .. } => self.phase = Phase::Closed { since: now },
            Phase::Closed { .. } => {}
        }
    }

    /// Tells whether it was open for long enough to be told, though perhaps with gaps.
    fn is_told(&self, now: Timestamp) -> bool {
        match self.phase {
            Phase::Open { .. } => self.told_from <= now,
            Phase::Closed { since } => self.told_from <= since,
        }
    }
}

#[cfg(test)]
mod tests;
