//! Formats: the wire forms in which alerts arrive.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::{Hints, Reading, SourceSettings, Unreadable, scrub, tkl};

/// Prepares the reading of bodies of every format, so that the first one waits for nothing.
pub fn warm_up() {
    scrub::warm_up();
    tkl::warm_up();
    let source = SourceSettings::new("warm-up");
    let body = br#"{"eui": "0000000000000000", "level": "low", "desc": "a text that is searched", "extra": {"a": 1}}"#;
    for format in Format::ALL {
        // What is prepared is used once, whatever a format makes of this body.
        drop(format.read(body, &Hints::default(), &source, Timestamp::UNIX_EPOCH));
    }
}

/// A wire form in which alerts arrive; the value of a source's `format:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The bodies that scripts on ThinkLink post: no fixed schema, but five documented
    /// shapes of one alarm, and variants of them.
    Tkl,
}

impl Format {
    /// All known formats.
    pub const ALL: [Self; 1] = [Self::Tkl];

    /// The word for it in the config.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tkl => "tkl",
        }
    }

    /// Reads `body`, which arrived at `now`. `hints` fill its gaps;
    /// `source` has the operator's settings of the sender.
    ///
    /// Of a body of several entries, one that cannot be read costs only itself and is named in
    /// [`Reading::refused`]: the others may be urgent.
    ///
    /// # Errors
    ///
    /// If the body, or all of its entries, cannot be read, with the path of the fault. The value there is never quoted.
    pub fn read(
        self,
        body: &[u8],
        hints: &Hints,
        source: &SourceSettings,
        now: Timestamp,
    ) -> Result<Reading, Unreadable> {
        match self {
            Self::Tkl => tkl::read(body, hints, source, now),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The error of parsing a [`Format`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a format: expected one of {known}", known = Format::ALL.map(Format::word).join(", "))]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.word() == text)
            .ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
