//! The limits of files: how many may be open, which connections share with the store and the channels, and how large one
//! may grow.

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

/// Has a file that may not grow further (`ulimit -f`) be an error of writing, as a full disk is. The signal that comes
/// with it would end the process; whoever listens for it once has it for the life of the process.
///
/// # Errors
///
/// If the signal cannot be listened for.
pub(crate) fn outlive_largest_file() -> anyhow::Result<()> {
    signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop).context("cannot listen for SIGXFSZ")
}

/// The files that a process may have open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileLimit(u64);

/// The connections at most, where the limit of files allows more: each may take some 40 KB of memory.
const MOST_CONNECTIONS: u64 = 2048;

/// The files that the store with its readers, the log, the runtime and the attempts of a handful of channels have open
/// at once: some thirty were counted.
const OWN_FILES: u64 = 48;

impl FileLimit {
    /// Raises the limit of this process as far as the system lets it, once at the start.
    ///
    /// # Errors
    ///
    /// If the system refuses what it allowed.
    pub(crate) fn raise() -> anyhow::Result<Self> {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if current != maximum {
            setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
                .context("the limit of open files cannot be raised to what the system allows")?;
        }
        Ok(Self(maximum.unwrap_or(u64::MAX)))
    }

    /// The files that may be open.
    pub(crate) fn files(self) -> u64 {
        self.0
    }

    /// The connections that the HTTP server may keep open: half of the files, so that whatever comes
    /// through the door, as many again are left for the store, the channels and the log; fewer, where that
    /// half would not do for them.
    pub(crate) fn connections(self) -> usize {
        let left = self.0.saturating_sub(OWN_FILES).min(self.0 / 2);
        usize::try_from(left.clamp(1, MOST_CONNECTIONS)).unwrap_or(usize::MAX)
    }

    /// True if so few files may be open that little is left for connections.
    pub(crate) fn is_tight(self) -> bool {
        self.0 < 2 * OWN_FILES
    }
}

#[cfg(test)]
mod tests;
