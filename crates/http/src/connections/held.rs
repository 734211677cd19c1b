//! The memory of bodies that have not arrived in full.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes of all such bodies at most; beyond it, only [short](SHORT) ones are read on.
const HELD_AT_MOST: usize = 64 * 1024 * 1024;

/// The length of a body that is read in any case: more than an alert of a script has. Otherwise whoever leaves long
/// bodies unfinished would keep others from sending alerts.
const SHORT: usize = 64 * 1024;

/// The bytes that all unfinished bodies have.
#[derive(Debug, Default)]
pub(super) struct HeldBytes(AtomicUsize);

/// The bytes that one unfinished body has. They count until it is dropped.
#[derive(Debug)]
pub(crate) struct HeldBody {
    all: Arc<HeldBytes>,
    bytes: usize,
}

/// The lack of memory for a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoMemory;

impl HeldBody {
    pub(super) fn new(all: Arc<HeldBytes>) -> Self {
        Self { all, bytes: 0 }
    }

    /// Counts `more` bytes of this body.
    pub(crate) fn grow(&mut self, more: usize) -> Result<(), NoMemory> {
        self.bytes += more;
        let all = self.all.0.fetch_add(more, Ordering::Relaxed) + more;
        if all > HELD_AT_MOST && self.bytes > SHORT { Err(NoMemory) } else { Ok(()) }
    }
}

impl Drop for HeldBody {
    fn drop(&mut self) {
        self.all.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
