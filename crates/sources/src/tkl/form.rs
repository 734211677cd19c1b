//! Forms: a body's texts as they are kept, and as they were sent.

use fanfare_core::{Labels, one_line};

use crate::Hints;
use crate::extra::{CUT, bounded};
use crate::json::Json;
use crate::scrub::{REMOVED, scrub_text};

/// The form in which the texts of a body and its hints are taken.
///
/// Two alarms may differ only in what nobody must see, or behind the cut. They stay two alarms because
/// their identity, a digest, is made of the form in which they were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Without credentials, and cut to a length that can be shown.
    Kept,
    /// Whole. Nothing in this form outlives the reading.
    Sent,
}

impl Form {
    /// The free text in this form, if its credentials are removed already where they have to be.
    pub(super) fn text(self, text: &str) -> String {
        match self {
            Self::Kept => bounded(text),
            Self::Sent => text.to_owned(),
        }
    }

    /// A value without parts as one line, if its credentials are removed already where they have to be.
    pub(super) fn line(self, found: &Json) -> Option<String> {
        Some(one_line(&self.text(found.text()?))).filter(|text| !text.is_empty())
    }

    /// The hints in this form: senders put credentials into addresses, too.
    pub(super) fn hints(self, sent: &Hints) -> Hints {
        let line = |hint: &Option<String>| {
            let text = match self {
                Self::Kept => one_line(&bounded(&scrub_text(hint.as_deref()?))),
                Self::Sent => one_line(hint.as_deref()?),
            };
            Some(text).filter(|text| !text.is_empty())
        };
        let Hints { eui, name, alarm, level } = sent;
        Hints { eui: line(eui), name: line(name), alarm: line(alarm), level: line(level) }
    }
}

/// Tells whether any of the kept texts may differ from what was sent. A sender who writes such a mark is
/// taken at his word, which costs a second look and changes nothing.
pub(super) fn is_abridged(kept: &Labels) -> bool {
    kept.iter().any(|(_, text)| text.contains(REMOVED) || text.contains(CUT))
}
