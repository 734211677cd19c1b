//! The board of heartbeats: what is expected, and until when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::rule::{HeartbeatKey, HeartbeatRule};
use crate::SourceName;
use crate::clock::after;

/// The heartbeats that are expected, and until when. All times are on the scale of promises.
#[derive(Debug, Default)]
pub struct HeartbeatBoard {
    rules: Vec<Arc<HeartbeatRule>>,
    expected: BTreeMap<HeartbeatKey, ExpectedHeartbeat>,
    /// The sources from which nothing can come at the moment, and the time from which that is so.
    away: BTreeMap<SourceName, Timestamp>,
}

/// One heartbeat that is expected.
#[derive(Debug, Clone)]
struct ExpectedHeartbeat {
    rule: Arc<HeartbeatRule>,
    last: Option<Timestamp>,
    due_at: Timestamp,
    /// True if it has had a whole interval after an absence of ours, and nothing has been heard since.
    has_extension: bool,
    is_missing: bool,
}

/// The outcome of a heartbeat that was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeatOutcome {
    /// A known one: the next is expected up to this time.
    Heard(Timestamp),
    /// One whose name was not known: the next is expected up to this time. Its name must be stored.
    Learned(Timestamp),
    /// One that no rule is about.
    NotExpected,
    /// One too many: [`HeartbeatBoard::MOST`] names are known, and [`HeartbeatBoard::ASSURED`] of its source.
    TooMany,
}

/// The status of a heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeartbeatStatus {
    /// Nothing has been heard yet in this life of the gateway, and nothing is late.
    Awaited,
    /// The last one was heard in time.
    Heard,
    /// A heartbeat that should have been heard again.
    Missing,
    /// Nothing can come from its source at the moment.
    Away,
}

/// A heartbeat as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatState {
    /// The source and the name.
    pub key: HeartbeatKey,
    /// The rule by which it is expected.
    pub rule: Arc<HeartbeatRule>,
    /// The status, as of the last update of the board.
    pub status: HeartbeatStatus,
    /// The time at which it was last heard in this life of the gateway.
    pub last: Option<Timestamp>,
    /// The time at which it is missing unless it is heard.
    pub due_at: Timestamp,
}

/// A heartbeat that an earlier life of the gateway knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownHeartbeat {
    /// The source and the name.
    pub key: HeartbeatKey,
    /// The time, if that life was stopped in order; a life that was cut off has left none.
    pub due: Option<SavedDue>,
}

/// The time of a heartbeat when a life of the gateway was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SavedDue {
    /// The time at which it was saved.
    pub saved_at: Timestamp,
    /// The time at which it is missing.
    pub due_at: Timestamp,
    /// True if it has had a whole interval after an absence, and nothing has been heard since.
    pub has_extension: bool,
}

impl HeartbeatStatus {
    /// The word for it in metrics and in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Awaited => "awaited",
            Self::Heard => "heard",
            Self::Missing => "missing",
            Self::Away => "away",
        }
    }
}

impl HeartbeatState {
    /// The time without a sign of life at `now`, in whole seconds: at least so much, if the gateway was away meanwhile.
    #[must_use]
    pub fn quiet_for(&self, now: Timestamp) -> Duration {
        let begun = || self.due_at.saturating_sub(self.rule.patience()).unwrap_or(Timestamp::MIN);
        let quiet = now.duration_since(self.last.unwrap_or_else(begun));
        Duration::from_secs(Duration::try_from(quiet).unwrap_or_default().as_secs())
    }
}

impl HeartbeatBoard {
    /// The number of heartbeats that are known at most: some hundred bytes each, which whoever may post can
    /// make us keep.
    pub const MOST: usize = 20_000;

    /// The number of heartbeats that each source may have in any case: whoever posts for one of them cannot take the
    /// room of the others.
    pub const ASSURED: usize = 1_000;

    /// Expects by `rules` from `now` on. Of what was expected before, what no rule is about any more is forgotten, and
    /// returned; a rule with other times counts from the last time that something was heard.
    pub fn apply_rules(&mut self, rules: Vec<HeartbeatRule>, now: Timestamp) -> Vec<HeartbeatKey> {
        self.rules = rules.into_iter().map(Arc::new).collect();
        let before = std::mem::take(&mut self.expected);
        let mut forgotten = Vec::new();
        for (key, mut known) in before {
            let Some(rule) = self.rule_for(&key) else {
                forgotten.push(key);
                continue;
            };
            if known.rule.patience() != rule.patience() {
                known.due_at = after(known.last.unwrap_or(now), rule.patience());
            }
            known.rule = rule;
            self.expected.insert(key, known);
        }
        for rule in &self.rules {
            if let Some(key) = rule.only_key() {
                self.expected.entry(key).or_insert_with(|| ExpectedHeartbeat::new(Arc::clone(rule), now));
            }
        }
        forgotten
    }

    /// Takes up what an earlier life left: the heartbeats that it knew, and those that it had told as missing, which
    /// stay so until they are heard. The others get a whole interval, as after [`HeartbeatBoard::resume`]. Those that
    /// no rule is about are returned.
    pub fn take_up(
        &mut self,
        known: Vec<KnownHeartbeat>,
        missing: &BTreeSet<HeartbeatKey>,
        now: Timestamp,
    ) -> Vec<HeartbeatKey> {
        let mut unwanted = Vec::new();
        for KnownHeartbeat { key, due } in known {
            let Some(rule) = self.rule_for(&key) else {
                unwanted.push(key);
                continue;
            };
            let mut expected = ExpectedHeartbeat::new(rule, now);
            if let Some(SavedDue { saved_at, due_at, has_extension }) = due {
                (expected.due_at, expected.has_extension) = (due_at, has_extension);
                expected.extend(saved_at, now);
            }
            self.expected.insert(key, expected);
        }
        for (key, expected) in &mut self.expected {
            expected.is_missing = missing.contains(key);
        }
        unwanted
    }

    /// Notes that a heartbeat was heard at `now`.
    pub fn hear(&mut self, key: &HeartbeatKey, now: Timestamp) -> BeatOutcome {
        if let Some(expected) = self.expected.get_mut(key) {
            return BeatOutcome::Heard(expected.hear(now));
        }
        let Some(rule) = self.rule_for(key) else { return BeatOutcome::NotExpected };
        if self.expected.len() >= Self::MOST && !self.has_assured_room(&key.source) {
            return BeatOutcome::TooMany;
        }
        let mut expected = ExpectedHeartbeat::new(rule, now);
        let due_at = expected.hear(now);
        self.expected.insert(key.clone(), expected);
        BeatOutcome::Learned(due_at)
    }

    fn has_assured_room(&self, source: &SourceName) -> bool {
        let first = HeartbeatKey { source: source.clone(), name: None };
        let of_source = self.expected.range(first..).take_while(|(key, _)| key.source == *source);
        of_source.take(Self::ASSURED).count() < Self::ASSURED
    }

    /// Notes that an alert of `source` was heard at `now`, if that is expected.
    pub fn hear_alert(&mut self, source: &SourceName, now: Timestamp) {
        if self.expected.is_empty() {
            return;
        }
        if let Some(expected) = self.expected.get_mut(&HeartbeatKey { source: source.clone(), name: None }) {
            expected.hear(now);
        }
    }

    /// The sources from which nothing can come at the moment, each with the time from which that is so.
    pub fn away(&self) -> impl Iterator<Item = (&SourceName, Timestamp)> {
        self.away.iter().map(|(source, since)| (source, *since))
    }

    /// Tells whether nothing can come from `source` at the moment.
    #[must_use]
    pub fn is_away(&self, source: &SourceName) -> bool {
        self.away.contains_key(source)
    }

    /// Forgets a heartbeat until it is heard again; true if it was known and is only a pattern's.
    pub fn forget(&mut self, key: &HeartbeatKey) -> bool {
        let is_learned = self.expected.get(key).is_some_and(|it| it.rule.only_key().is_none());
        is_learned && self.expected.remove(key).is_some()
    }

    /// Notes that nothing could be heard from `gone_at` until `now`: each heartbeat gets the time it needs to
    /// be heard again.
    pub fn resume(&mut self, gone_at: Timestamp, now: Timestamp) {
        self.expected.values_mut().for_each(|it| it.extend(gone_at, now));
    }

    /// Notes that from `now` on nothing can come from `source`.
    pub fn leave(&mut self, source: &SourceName, now: Timestamp) {
        self.update(now);
        self.away.entry(source.clone()).or_insert(now);
    }

    /// Notes that something can come from `source` again.
    pub fn come_back(&mut self, source: &SourceName, now: Timestamp) {
        if let Some(gone_at) = self.away.remove(source) {
            let of_source = self.expected.iter_mut().filter(|(key, _)| key.source == *source);
            of_source.for_each(|(_, expected)| expected.extend(gone_at, now));
        }
    }

    /// Notes what is missing at `now`.
    pub fn update(&mut self, now: Timestamp) {
        for (key, expected) in &mut self.expected {
            if expected.due_at <= now && !self.away.contains_key(&key.source) {
                expected.is_missing = true;
            }
        }
    }

    /// The heartbeats, by source and name, as they were at the last [`HeartbeatBoard::update`].
    pub fn states(&self) -> impl Iterator<Item = HeartbeatState> {
        self.expected.iter().map(|(key, expected)| HeartbeatState {
            key: key.clone(),
            rule: Arc::clone(&expected.rule),
            status: self.status(key, expected),
            last: expected.last,
            due_at: expected.due_at,
        })
    }

    /// The heartbeats and their times, for the next life of the gateway.
    #[must_use]
    pub fn saved(&self, now: Timestamp) -> Vec<KnownHeartbeat> {
        let known = |(key, expected): (&HeartbeatKey, &ExpectedHeartbeat)| {
            let saved_at = self.away.get(&key.source).copied().unwrap_or(now);
            let (due_at, has_extension) = (expected.due_at, expected.has_extension);
            KnownHeartbeat { key: key.clone(), due: Some(SavedDue { saved_at, due_at, has_extension }) }
        };
        self.expected.iter().map(known).collect()
    }

    fn status(&self, key: &HeartbeatKey, expected: &ExpectedHeartbeat) -> HeartbeatStatus {
        match (expected.is_missing, self.away.contains_key(&key.source), expected.last) {
            (_, true, _) => HeartbeatStatus::Away,
            (true, false, _) => HeartbeatStatus::Missing,
            (false, false, None) => HeartbeatStatus::Awaited,
            (false, false, Some(_)) => HeartbeatStatus::Heard,
        }
    }

    /// The rule for a heartbeat: one with its very name before one with a pattern, and else the first.
    fn rule_for(&self, key: &HeartbeatKey) -> Option<Arc<HeartbeatRule>> {
        let about = || self.rules.iter().filter(|it| it.is_about(key));
        about().find(|it| it.only_key().is_some()).or_else(|| about().next()).map(Arc::clone)
    }
}

impl ExpectedHeartbeat {
    fn new(rule: Arc<HeartbeatRule>, now: Timestamp) -> Self {
        let due_at = after(now, rule.patience());
        Self { rule, last: None, due_at, has_extension: false, is_missing: false }
    }

    /// The time at which it is missing, now that it was heard.
    fn hear(&mut self, now: Timestamp) -> Timestamp {
        self.last = Some(now);
        self.due_at = after(now, self.rule.patience());
        self.has_extension = false;
        self.is_missing = false;
        self.due_at
    }

    /// Grants the time that it needs to be heard again after an absence of ours from `gone_at` until `now`.
    ///
    /// The absence may have swallowed the one that was due: the next comes within a whole interval. A second absence
    /// before anything is heard grants only its own length, unless it is as long as the interval and has swallowed
    /// one for certain: who is restarted ever so often would notice nothing otherwise.
    fn extend(&mut self, gone_at: Timestamp, now: Timestamp) {
        let gone_for = Duration::try_from(now.duration_since(gone_at)).unwrap_or_default();
        let extended = if self.has_extension && gone_for < self.rule.every {
            after(self.due_at, gone_for)
        } else {
            after(now, self.rule.patience())
        };
        self.due_at = self.due_at.max(extended);
        self.has_extension = true;
    }
}

#[cfg(test)]
mod tests;
