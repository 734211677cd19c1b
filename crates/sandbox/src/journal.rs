//! The messages that people would have seen, and the mistakes of clients.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

/// A message that reached a fake, and the provider's decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeenMessage {
    /// A number that counts from 1 and is never used again, not even after a `clear`.
    pub number: u64,
    /// The kind of channel whose provider took it, e.g. `dingtalk`.
    pub kind: &'static str,
    /// The channel's name, or what the sandbox calls its account.
    pub target: String,
    /// The time of the request.
    pub time: Timestamp,
    /// The provider's decision.
    pub verdict: ProviderVerdict,
    /// The message as people saw it, or would have seen it had it not been refused.
    #[serde(flatten)]
    pub shown: ShownMessage,
}

/// A provider's decision about a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ProviderVerdict {
    /// Delivered: people see it.
    Delivered,
    /// Refused by the provider.
    Refused {
        /// The provider's code.
        code: i64,
        /// The provider's words.
        words: String,
    },
    /// Refused by the provider because of a limit.
    Throttled {
        /// The provider's code.
        code: i64,
        /// The provider's words.
        words: String,
    },
    /// Accepted and shown to nobody, because the provider has it already.
    Duplicate,
    /// Lost to a fault that was switched on.
    Broken {
        /// The fault in a word or two.
        fault: String,
    },
}

impl ProviderVerdict {
    /// The provider's code and words, if it has refused the message for a limit or otherwise.
    #[must_use]
    pub fn refusal(&self) -> Option<(i64, &str)> {
        match self {
            Self::Refused { code, words } | Self::Throttled { code, words } => Some((*code, words)),
            Self::Delivered | Self::Duplicate | Self::Broken { .. } => None,
        }
    }
}

/// A message as people see it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ShownMessage {
    /// The provider's type of message, e.g. `markdown`.
    pub form: String,
    /// The headline; for a mail, its subject.
    pub title: String,
    /// The text after the provider's cuts.
    pub text: String,
    /// The people really called: in the group, and named where it counts. `@all` is everyone.
    pub mentioned: Vec<String>,
    /// The people who have it, where the provider delivers to people one by one.
    pub recipients: Vec<String>,
    /// The people who were named and have it not, even where the provider answered with success.
    pub missed: Vec<String>,
    /// True if the provider cut something off without an error.
    pub cut: bool,
    /// The client's idempotency key: `msgUuid` or `Message-ID`.
    pub id: Option<String>,
    /// Facts that only mails have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailFacts>,
}

/// Facts that only mails have.
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

/// An act of a client that a careful client never does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The time of the act.
    pub time: Timestamp,
    /// The name of the client's account.
    pub target: String,
    /// The kind of the act.
    pub kind: ViolationKind,
    /// The act in words.
    pub detail: String,
}

/// A kind of act that a careful client never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ViolationKind {
    /// A limit was exceeded, which provokes a ban.
    LimitExceeded,
    /// A message was sent during a ban.
    SentWhileBlocked,
    /// A message was sent that the provider takes and drops.
    MessageLost,
    /// A mail was sent that a server takes but a reader or a filter stumbles over.
    MailForm,
}

/// Counters of one target since the start, also of messages that are kept no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TargetStats {
    /// Messages that reached the fake.
    pub received: u64,
    /// Messages that people saw.
    pub delivered: u64,
    /// Messages that the provider refused, throttled ones not counted.
    pub refused: u64,
    /// Messages refused because of a limit.
    pub throttled: u64,
    /// Messages accepted and not shown, because they were known already.
    pub duplicates: u64,
    /// Messages lost to a fault.
    pub broken: u64,
    /// Calls for an access token, e.g. of `gettoken`.
    pub token_calls: u64,
}

/// The number of messages, and of violations, that are kept.
const KEPT: usize = 10_000;

/// The record of messages, violations and counters.
#[derive(Debug, Default)]
pub struct SandboxJournal {
    numbered: u64,
    messages: VecDeque<SeenMessage>,
    violations: VecDeque<Violation>,
    stats: BTreeMap<String, TargetStats>,
}

impl SandboxJournal {
    /// Records a message that reached the provider of a channel of this kind.
    pub fn record(
        &mut self,
        kind: &'static str,
        target: &str,
        time: Timestamp,
        verdict: ProviderVerdict,
        shown: ShownMessage,
    ) {
        self.numbered += 1;
        let stats = self.stats_mut(target);
        stats.received += 1;
        match verdict {
            ProviderVerdict::Delivered => stats.delivered += 1,
            ProviderVerdict::Refused { .. } => stats.refused += 1,
            ProviderVerdict::Throttled { .. } => stats.throttled += 1,
            ProviderVerdict::Duplicate => stats.duplicates += 1,
            ProviderVerdict::Broken { .. } => stats.broken += 1,
        }
        let number = self.numbered;
        let message = SeenMessage { number, kind, target: target.to_owned(), time, verdict, shown };
        push_bounded(&mut self.messages, message);
    }

    /// Records an act of a client that a careful client never does.
    pub fn violation(&mut self, kind: ViolationKind, target: &str, time: Timestamp, detail: &str) {
        let (target, detail) = (target.to_owned(), detail.to_owned());
        push_bounded(&mut self.violations, Violation { time, target, kind, detail });
    }

    /// Counts a call for an access token.
    pub fn token_call(&mut self, target: &str) {
        self.stats_mut(target).token_calls += 1;
    }

    /// The messages kept, oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<SeenMessage> {
        self.messages.iter().cloned().collect()
    }

    /// The violations kept, oldest first.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.violations.iter().cloned().collect()
    }

    /// The counters by target.
    #[must_use]
    pub fn stats(&self) -> &BTreeMap<String, TargetStats> {
        &self.stats
    }

    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.violations.clear();
    }

    fn stats_mut(&mut self, target: &str) -> &mut TargetStats {
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
