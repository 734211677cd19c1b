//! What was last said about ourselves, and what of it is news.

use std::collections::BTreeMap;
use std::time::Duration;

use fanfare_core::{Alert, Kind, Severity, Status};
use jiff::Timestamp;

use crate::ourselves::AboutUs;
use crate::ourselves::conditions::{Finding, Wrong};
use crate::ourselves::matter::Matter;
use crate::ourselves::words::{self, Words};
use crate::steady::after;

/// How often what goes on is said again. That alone tells nobody: routes have
/// their `repeat_interval`, and this must be shorter than any sensible one.
const SAY_AGAIN: Duration = Duration::from_secs(60 * 60);

/// What was last said about ourselves and still stands, in
/// [steady](crate::steady::SteadyTime) time.
#[derive(Debug, Default)]
pub(crate) struct Said(BTreeMap<Matter, Last>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Last {
    severity: Severity,
    at: Timestamp,
    /// Since when it has been well again, though that has not been said yet.
    well_since: Option<Timestamp>,
}

/// Something to be said about ourselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saying {
    pub(crate) matter: Matter,
    pub(crate) status: Status,
    pub(crate) severity: Severity,
    pub(crate) words: Words,
}

impl Said {
    /// What an earlier run said and did not take back.
    pub(crate) fn remembered(firing: &[Alert], now: Timestamp) -> Self {
        let last = |alert: &Alert| Last { severity: alert.severity, at: now, well_since: None };
        Self(firing.iter().filter_map(|alert| Some((Matter::of(alert)?, last(alert)))).collect())
    }

    /// What of `found` must be said at `now`: what is new, what has become better or
    /// worse, what goes on for long, and what is well again.
    pub(crate) fn news(&mut self, found: &BTreeMap<Matter, Finding>, now: Timestamp) -> Vec<Saying> {
        let wrong = found.iter().filter_map(|(matter, finding)| match finding {
            Finding::Wrong(wrong) => Some((matter, wrong)),
            Finding::Unknown => None,
        });
        let news = wrong.filter(|(matter, wrong)| self.is_news(matter, wrong, now));
        let mut sayings: Vec<_> = news.map(|(matter, wrong)| firing(matter, wrong)).collect();
        for (matter, last) in &mut self.0 {
            match found.get(matter) {
                Some(Finding::Wrong(_)) => last.well_since = None,
                Some(Finding::Unknown) => {}
                None => {
                    let since = *last.well_since.get_or_insert(now);
                    if after(since, matter.calm()) <= now {
                        sayings.push(resolved(matter, last.severity));
                    }
                }
            }
        }
        sayings
    }

    fn is_news(&self, matter: &Matter, wrong: &Wrong, now: Timestamp) -> bool {
        match self.0.get(matter) {
            None => true,
            Some(last) => last.severity != wrong.severity || after(last.at, SAY_AGAIN) <= now,
        }
    }

    /// `saying` has been said: it is on the disk.
    pub(crate) fn note(&mut self, saying: &Saying, now: Timestamp) {
        match saying.status {
            Status::Firing => {
                let last = Last { severity: saying.severity, at: now, well_since: None };
                self.0.insert(saying.matter.clone(), last);
            }
            Status::Resolved => {
                self.0.remove(&saying.matter);
            }
        }
    }
}

fn firing(matter: &Matter, Wrong { severity, words }: &Wrong) -> Saying {
    Saying { matter: matter.clone(), status: Status::Firing, severity: *severity, words: words.clone() }
}

fn resolved(matter: &Matter, severity: Severity) -> Saying {
    Saying { matter: matter.clone(), status: Status::Resolved, severity, words: words::well_again(matter) }
}

impl Saying {
    /// It as an alert.
    pub(crate) fn alert(&self, now: Timestamp) -> Alert {
        let Self { matter, status, severity, words: Words { title, description } } = self;
        AboutUs {
            name: matter.alertname(),
            subject: matter.subject(),
            kind: Kind::Alarm,
            status: *status,
            severity: *severity,
            title: title.clone(),
            description: description.clone(),
        }
        .alert(now)
    }
}

#[cfg(test)]
mod tests;
