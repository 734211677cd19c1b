//! What a lane carries.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use fanfare_core::{DeliveryId, Notification, QueueKey, Severity};
use fanfare_store::{Delivery, Gathered};
use jiff::Timestamp;

/// A delivery for a lane.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) delivery: Delivery,
    /// What is told; `None` if it must be read from the store.
    pub(crate) notification: Option<Arc<Notification>>,
}

/// A delivery that a lane sees to its end.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) delivery: Delivery,
    /// What is told; `None` if it must be read from the store.
    pub(crate) notification: Option<Arc<Notification>>,
    /// Since when, in steady time.
    pub(crate) since: Timestamp,
}

impl Job {
    /// What is still owed to some of its recipients waits for them by itself.
    pub(crate) fn line(&self) -> QueueKey {
        match &self.delivery.only {
            None => QueueKey::About(self.delivery.fingerprint),
            Some(_) => QueueKey::Alone(self.delivery.id),
        }
    }
}

/// What one attempt carries: one delivery, or several in a digest.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    /// At least one, in the order in which they are told.
    pub(crate) jobs: Vec<Job>,
    /// The digest they went out in before, if they did: they go out again as they were.
    pub(crate) gathered: Option<Gathered>,
}

impl Load {
    pub(crate) fn one(job: Job) -> Self {
        Self { jobs: vec![job], gathered: None }
    }

    /// `jobs` in the order in which a backlog would let them go, line after line and
    /// the worst first, so that a digest lists them in the same order each time.
    pub(crate) fn of(mut jobs: Vec<Job>, gathered: Option<Gathered>) -> Self {
        let mut lines: HashMap<QueueKey, (Reverse<Severity>, DeliveryId)> = HashMap::new();
        for job in &jobs {
            let Delivery { id, severity, .. } = job.delivery;
            let (worst, first) = lines.entry(job.line()).or_insert((Reverse(severity), id));
            (*worst, *first) = ((*worst).min(Reverse(severity)), (*first).min(id));
        }
        jobs.sort_by_key(|job| (lines.get(&job.line()).copied(), job.delivery.id));
        Self { jobs, gathered }
    }

    pub(crate) fn severity(&self) -> Severity {
        self.jobs.iter().map(|job| job.delivery.severity).max().unwrap_or(Severity::Low)
    }

    /// Whether something in it is of `line`.
    pub(crate) fn holds(&self, line: QueueKey) -> bool {
        self.jobs.iter().any(|job| job.line() == line)
    }

    /// Whether all of it is about the same thing.
    pub(crate) fn is_one_line(&self) -> bool {
        self.jobs.windows(2).all(|pair| pair[0].line() == pair[1].line())
    }

    /// Its two halves, each to be sent by itself. They share a line only if there is
    /// but one; then the second must wait for the first.
    pub(crate) fn halves(mut self) -> (Self, Self) {
        let middle = self.jobs.len().div_ceil(2);
        let starts_a_line = |index: &usize| self.jobs[index - 1].line() != self.jobs[*index].line();
        let cut = (1..self.jobs.len()).filter(starts_a_line).min_by_key(|index| index.abs_diff(middle));
        let second = self.jobs.split_off(cut.unwrap_or(middle));
        (Self { jobs: self.jobs, gathered: None }, Self { jobs: second, gathered: None })
    }
}

/// What becomes of a delivery after an attempt.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It has reached its end.
    Settled,
    /// It is tried again, by itself or in the digest it names.
    Again(Delivery),
    /// The provider will not take the digest it was in; a part of it may be taken.
    Apart(Delivery),
    /// There was no room for it: it waits as it did.
    LeftOut,
}

/// A delivery, and what becomes of it.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) job: Job,
    pub(crate) fate: Fate,
}

#[cfg(test)]
pub(crate) mod tests;
