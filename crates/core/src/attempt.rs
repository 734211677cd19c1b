//! One try of a delivery, and what it can come back with.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hash::stable_hash;

/// One try of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Counts from 1.
    pub ordinal: u32,
    /// The wall clock at its start; signatures are made from it.
    pub at: Timestamp,
    /// The same for every attempt of a delivery.
    pub key: IdempotencyKey,
    /// The form of the message.
    pub form: MessageForm,
    /// The recipients still owed, where an earlier attempt served some; `None` means all.
    pub only: Option<Vec<String>>,
}

/// Names a delivery to its provider, the same for every attempt, so that a
/// repeat after a lost answer can be recognised. 32 lowercase hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key of the delivery that `parts` name together. `parts` must differ between any
    /// two deliveries ever made, also between two stores.
    #[must_use]
    pub fn new(parts: &[&str]) -> Self {
        Self(stable_hash(parts))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The form of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageForm {
    /// Everything the channel can show.
    Full,
    /// Plain text, short, no links: after a provider would not take the full form.
    Plain,
}

/// The provider's word that it took the message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The provider's own answer, for people.
    pub words: String,
    /// Recipients who will not get it, and why. The others did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refusal>,
    /// Recipients who may get it if tried again. The others did, or are refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferred: Vec<Refusal>,
}

/// One recipient a message did not reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// An address or user id.
    pub recipient: String,
    /// The provider's words.
    pub reason: String,
}

/// The reason for which an attempt failed, in the terms the gateway acts on.
///
/// The variants are the gateway's reactions, not the providers' many errors:
/// those become the `reason`, which is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// A failure that may pass: not delivered, and trying again may help.
    #[error("not delivered: {reason}")]
    Transient {
        /// The event, in the provider's words where there are any.
        reason: String,
    },
    /// A fault of this machine (out of descriptors, no name server): nothing left it, and the
    /// channel is not to blame. It is tried again.
    #[error("not sent, by a fault of this machine: {reason}")]
    Local {
        /// The error of the system.
        reason: String,
    },
    /// A throttled account: not delivered, and the provider asks for silence. The whole account waits.
    #[error("throttled: {reason}")]
    Throttled {
        /// The length of the silence.
        retry_after: Duration,
        /// The provider's words.
        reason: String,
    },
    /// A blocked address: not delivered, and the provider takes nothing from it. Every account
    /// of the same [`Egress`](crate::Egress) waits.
    #[error("blocked: {reason}")]
    Blocked {
        /// The length of the silence.
        retry_after: Duration,
        /// The provider's words.
        reason: String,
    },
    /// A quota that is used up: not delivered until the day or month is over. The whole account waits.
    #[error("quota used up: {reason}")]
    Quota {
        /// The time until it may be refilled.
        retry_after: Duration,
        /// The provider's words.
        reason: String,
    },
    /// A refused message: not delivered, and never taken in this form.
    #[error("unsendable as it is: {reason}")]
    Unsendable {
        /// The provider's words.
        reason: String,
    },
    /// Wrong settings: not delivered, and no message will be taken until a person mends them.
    #[error("misconfigured: {reason}")]
    Misconfigured {
        /// The provider's words, and what to mend.
        reason: String,
    },
    /// The request left and no answer came: it may have been delivered.
    #[error("unanswered: {reason}")]
    Unanswered {
        /// The event, in our words.
        reason: String,
    },
}

impl SendError {
    /// The error with another reason, made of the old one.
    #[must_use]
    pub fn map_reason(mut self, change: impl FnOnce(String) -> String) -> Self {
        match &mut self {
            Self::Transient { reason }
            | Self::Local { reason }
            | Self::Throttled { reason, .. }
            | Self::Blocked { reason, .. }
            | Self::Quota { reason, .. }
            | Self::Unsendable { reason }
            | Self::Misconfigured { reason }
            | Self::Unanswered { reason } => *reason = change(std::mem::take(reason)),
        }
        self
    }

    /// One word for it in metrics, tables and the store.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Transient { .. } => "transient",
            Self::Local { .. } => "local",
            Self::Throttled { .. } => "throttled",
            Self::Blocked { .. } => "blocked",
            Self::Quota { .. } => "quota",
            Self::Unsendable { .. } => "unsendable",
            Self::Misconfigured { .. } => "misconfigured",
            Self::Unanswered { .. } => "unanswered",
        }
    }
}

#[cfg(test)]
mod tests;
