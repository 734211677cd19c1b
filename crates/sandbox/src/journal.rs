//! What a person would have seen, and what a client did wrong.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

/// Which fake took a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A DingTalk robot.
    DingTalk,
    /// A WeCom bot or app.
    WeCom,
    /// The mail server.
    Email,
}

impl Kind {
    /// The kind as channels spell it, e.g. `dingtalk`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DingTalk => "dingtalk",
            Self::WeCom => "wecom",
            Self::Email => "email",
        }
    }
}

/// A message that reached a fake, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeenMessage {
    /// Counts from 1 and is never used again, not even after a `clear`.
    pub number: u64,
    /// Which fake.
    pub kind: Kind,
    /// The channel's name, or what the sandbox calls its account.
    pub target: String,
    /// When.
    pub time: Timestamp,
    /// What became of it.
    pub verdict: Verdict,
    /// What people saw, or would have seen had it not been refused.
    #[serde(flatten)]
    pub shown: Shown,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Verdict {
    /// People see it.
    Delivered,
    /// The provider said no, in these words.
    Refused {
        /// Its code.
        code: i64,
        /// Its words.
        words: String,
    },
    /// The provider said no because of a limit.
    Throttled {
        /// Its code.
        code: i64,
        /// Its words.
        words: String,
    },
    /// The provider said yes and showed it to nobody: it has it already.
    Duplicate,
    /// A fault that was switched on kept it from arriving.
    Broken {
        /// The fault.
        fault: String,
    },
}

/// What people see of a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Shown {
    /// The provider's type of message, e.g. `markdown`.
    pub form: String,
    /// The headline: of a mail the subject.
    pub title: String,
    /// The text after the provider's cuts.
    pub text: String,
    /// Who is really called: in the group, and named where it counts. `@all` is everyone.
    pub mentioned: Vec<String>,
    /// Who has it, where the provider delivers to people one by one.
    pub recipients: Vec<String>,
    /// Who was named and has it not, even where the provider answered that all is well.
    pub missed: Vec<String>,
    /// Whether the provider cut something off without saying so.
    pub cut: bool,
    /// The client's idempotency key: `msgUuid` or `Message-ID`.
    pub id: Option<String>,
    /// What only mails have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailFacts>,
}

/// What only mails have.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MailFacts {
    /// The envelope's sender.
    pub sender: String,
    /// The header fields' names and their values unfolded, in order.
    pub headers: Vec<(String, String)>,
    /// The HTML part, if there is one.
    pub html: Option<String>,
}

impl MailFacts {
    /// The first header field called `name`.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }
}

/// Something a careful client never does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// When.
    pub time: Timestamp,
    /// Whose.
    pub target: String,
    /// What.
    pub kind: ViolationKind,
    /// The same in words.
    pub detail: String,
}

/// What a careful client never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ViolationKind {
    /// Provokes a ban.
    LimitExceeded,
    /// Sends while it must be silent.
    SentWhileBlocked,
    /// Sends what the provider takes and drops.
    MessageLost,
    /// Writes a mail that a server takes but a reader or a filter stumbles over.
    MailForm,
}

/// Counters of one target. They go on where the list of messages ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Messages that reached the fake.
    pub received: u64,
    /// Those people saw.
    pub delivered: u64,
    /// Those the provider refused, throttled ones not counted.
    pub refused: u64,
    /// Those refused because of a limit.
    pub throttled: u64,
    /// Those swallowed as known already.
    pub duplicates: u64,
    /// Those lost to a fault.
    pub broken: u64,
    /// Calls of `gettoken`.
    pub token_calls: u64,
}

/// How many messages, and how many violations, are kept.
const KEPT: usize = 10_000;

/// The record of all this.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    numbered: u64,
    messages: VecDeque<SeenMessage>,
    violations: VecDeque<Violation>,
    stats: BTreeMap<String, Stats>,
}

impl Journal {
    pub(crate) fn saw(&mut self, kind: Kind, target: &str, time: Timestamp, verdict: Verdict, shown: Shown) {
        self.numbered += 1;
        let stats = self.stats_mut(target);
        stats.received += 1;
        match verdict {
            Verdict::Delivered => stats.delivered += 1,
            Verdict::Refused { .. } => stats.refused += 1,
            Verdict::Throttled { .. } => stats.throttled += 1,
            Verdict::Duplicate => stats.duplicates += 1,
            Verdict::Broken { .. } => stats.broken += 1,
        }
        let number = self.numbered;
        let message = SeenMessage { number, kind, target: target.to_owned(), time, verdict, shown };
        push_bounded(&mut self.messages, message);
    }

    pub(crate) fn violation(&mut self, kind: ViolationKind, target: &str, time: Timestamp, detail: &str) {
        let (target, detail) = (target.to_owned(), detail.to_owned());
        push_bounded(&mut self.violations, Violation { time, target, kind, detail });
    }

    pub(crate) fn token_call(&mut self, target: &str) {
        self.stats_mut(target).token_calls += 1;
    }

    pub(crate) fn messages(&self) -> Vec<SeenMessage> {
        self.messages.iter().cloned().collect()
    }

    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.violations.iter().cloned().collect()
    }

    pub(crate) fn stats(&self) -> &BTreeMap<String, Stats> {
        &self.stats
    }

    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.violations.clear();
    }

    fn stats_mut(&mut self, target: &str) -> &mut Stats {
        self.stats.entry(target.to_owned()).or_default()
    }
}

fn push_bounded<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == KEPT {
        list.pop_front();
    }
    list.push_back(item);
}

#[cfg(test)]
mod tests;
