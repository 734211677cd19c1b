use fanfare_core::{Digest, Language, Locale, Notification};
use jiff::{SignedDuration, Timestamp};

use crate::additions;
use crate::digest::digest;
use crate::local_time::local_time;
use crate::message::Message;
use crate::notification::notification;

/// The renderer of a channel's texts, in its language and its time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Renderer {
    locale: Locale,
}

impl Renderer {
    /// A renderer for `locale`.
    #[must_use]
    pub fn new(locale: Locale) -> Self {
        Self { locale }
    }

    /// The language of all its texts.
    #[must_use]
    pub fn language(&self) -> Language {
        self.locale.language
    }

    /// The message of one notification.
    #[must_use]
    pub fn notification(&self, told: &Notification) -> Message {
        notification(told, &self.locale)
    }

    /// The message of a digest: everything told of one incident stands in one line.
    #[must_use]
    pub fn digest(&self, told: &Digest) -> Message {
        digest(told, &self.locale)
    }

    /// A note that a message was cut by `missing` bytes; `None` if by none.
    #[must_use]
    pub fn cut_note(&self, missing: usize) -> Option<String> {
        additions::cut_note(self.language(), missing)
    }

    /// The text of a link to an alert's page at its source.
    #[must_use]
    pub fn link_text(&self) -> &'static str {
        additions::link_text(self.language())
    }

    /// The word before the people whom a message calls, where a provider writes their names behind the text.
    #[must_use]
    pub fn called(&self) -> &'static str {
        additions::called(self.language())
    }

    /// A note that a message was signed with the provider's time, which is so much
    /// `ahead` of this machine's.
    #[must_use]
    pub fn clock_note(&self, ahead: SignedDuration) -> String {
        additions::clock_note(self.language(), ahead)
    }

    /// A time in its time zone, e.g. `2026-03-08 16:40:38 +08:00`.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        local_time(at, &self.locale.timezone)
    }
}
