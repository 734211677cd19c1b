//! Sentences of the gateway's own among the answers and reasons that the ledger keeps.

use std::fmt;

/// A sentence of the gateway's own that stands in the ledger as the reason of a delivery or the answer of an attempt.
///
/// The ledger, the log and JSON have it in English; people read it in their language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerSentence {
    /// The provider takes the message neither in full nor in plain form.
    NoForm,
    /// The delivery has been tried for as long as the policy allows.
    TriedLongEnough,
    /// The channel of the delivery is no longer in the config.
    ChannelGone,
    /// The delivery was a test that somebody asked for, and such a test is tried once.
    TestAnswered,
    /// The delivery was a test whose turn did not come while somebody waited for it.
    TestWithoutTurn,
    /// The notification that the delivery tells cannot be read.
    NotificationUnreadable,
    /// The notification that the delivery tells is missing.
    NotificationMissing,
    /// The notification that an attempt was to tell was missing when it began.
    NotificationNotFound,
    /// The alert that the delivery tells of is missing.
    AlertMissing,
    /// Too few channels of a notification confirmed, and none is left.
    NobodyLeft,
    /// The code of the channel panicked during an attempt.
    ChannelPanicked,
}

impl LedgerSentence {
    /// Every sentence, in no order that matters.
    pub const ALL: [Self; 11] = [
        Self::NoForm,
        Self::TriedLongEnough,
        Self::ChannelGone,
        Self::TestAnswered,
        Self::TestWithoutTurn,
        Self::NotificationUnreadable,
        Self::NotificationMissing,
        Self::NotificationNotFound,
        Self::AlertMissing,
        Self::NobodyLeft,
        Self::ChannelPanicked,
    ];

    /// The text between a reason and the last answer of the provider.
    pub const LAST_ANSWER: &'static str = "; last answer: ";

    /// The text before the name of a person who discarded a dead letter.
    pub const DISCARDED_BY: &'static str = "discarded by ";

    /// The text before the time within which a provider did not answer.
    pub const NO_ANSWER_WITHIN: &'static str = "no answer within ";

    /// The sentence in English, as the ledger keeps it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoForm => "the provider takes it neither in full nor in plain form",
            Self::TriedLongEnough => "tried for as long as `retry.give_up_after` allows",
            Self::ChannelGone => "the channel is no longer in the config",
            Self::TestAnswered => "a test ends with its first answer",
            Self::TestWithoutTurn => "a test whose turn did not come while somebody waited for it",
            Self::NotificationUnreadable => "the notification cannot be read",
            Self::NotificationMissing => "the notification that it tells is not in the store",
            Self::NotificationNotFound => "the notification is not in the store",
            Self::AlertMissing => "the alert that it tells of is not in the store",
            Self::NobodyLeft => "too few of its channels confirmed in time, and nobody is left to be told",
            Self::ChannelPanicked => "the channel's code panicked; this is a bug",
        }
    }

    /// The sentence that `text` is; `None` of any other text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.text() == text)
    }
}

impl fmt::Display for LedgerSentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
