//! A wall clock that is wrong, by libfaketime.

use std::fmt;
use std::path::{Path, PathBuf};

use tokio::process::Command;

/// Places in which Debian puts the library: the architecture is a part of the path.
const LIBRARIES: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
];

/// Offsets of the wall clock, in libfaketime's words: as it should be, some minutes, an hour, a day, ten years.
const OFFSETS: [&str; 7] = ["+0", "-2m", "+2m", "-1h", "+1h", "-1d", "-10y"];

/// The wall clock of one life of the gateway.
#[derive(Debug, Clone)]
pub enum WrongClock {
    /// The clock as it is.
    Right,
    /// Ahead or behind.
    Off {
        /// The file of libfaketime.
        library: PathBuf,
        /// The offset in its words, e.g. `-1h`.
        by: &'static str,
    },
}

impl WrongClock {
    /// libfaketime, where it is installed.
    #[must_use]
    pub fn library() -> Option<PathBuf> {
        LIBRARIES.iter().map(Path::new).find(|it| it.is_file()).map(Path::to_owned)
    }

    /// A clock that is an hour behind; `None` where there is no library.
    pub(crate) fn hour_behind() -> Option<Self> {
        Self::library().map(|library| Self::Off { library, by: "-1h" })
    }

    /// A clock by chance; right where there is no library.
    pub(crate) fn draw(library: Option<&PathBuf>, chance: &mut fastrand::Rng) -> Self {
        let by = OFFSETS[chance.usize(..OFFSETS.len())];
        library.map_or(Self::Right, |library| Self::Off { library: library.clone(), by })
    }

    /// True if it shows another time than the truth.
    pub(crate) fn is_wrong(&self) -> bool {
        matches!(self, Self::Off { by, .. } if *by != OFFSETS[0])
    }

    /// Gives `command` this clock. The time that passes stays the true one.
    pub(crate) fn apply(&self, command: &mut Command) {
        match self {
            Self::Right => {}
            Self::Off { library, by } => {
                command
                    .env("LD_PRELOAD", library)
                    .env("FAKETIME", by)
                    .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
            }
        }
    }
}

impl fmt::Display for WrongClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right => f.write_str("the clock is right"),
            Self::Off { by, .. } => write!(f, "the clock is off by {by}"),
        }
    }
}
