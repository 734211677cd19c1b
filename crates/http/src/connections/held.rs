//! The memory of bodies that have not arrived in full.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::traffic::Standing;

/// The bytes of all such bodies at most; beyond it, only [short](SHORT) ones are read on.
const HELD_AT_MOST: usize = 64 * 1024 * 1024;

/// The bytes of all such bodies of strangers at most: where a source asks for no token, as many are left for those who
/// have shown one elsewhere.
const OF_STRANGERS_AT_MOST: usize = HELD_AT_MOST / 2;

/// The length of a body that is read in any case: more than an alert of a script has. Otherwise whoever leaves long
/// bodies unfinished would keep others from sending alerts.
const SHORT: usize = 64 * 1024;

/// The bytes that all unfinished bodies have.
#[derive(Debug, Default)]
pub(super) struct HeldBytes {
    all: AtomicUsize,
    of_strangers: AtomicUsize,
}

/// The bytes that one unfinished body has. They count until it is dropped.
#[derive(Debug)]
pub(crate) struct HeldBody {
    held: Arc<HeldBytes>,
    sender: Standing,
    bytes: usize,
}

/// The lack of memory for a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoMemory;

impl HeldBody {
    pub(super) fn new(held: Arc<HeldBytes>, sender: Standing) -> Self {
        Self { held, sender, bytes: 0 }
    }

    /// Counts `more` bytes of this body.
    pub(crate) fn grow(&mut self, more: usize) -> Result<(), NoMemory> {
        self.bytes += more;
        let all = self.held.all.fetch_add(more, Ordering::Relaxed) + more;
        let is_too_much = match self.sender {
            Standing::Authenticated => all > HELD_AT_MOST,
            Standing::Stranger => {
                let of_strangers = self.held.of_strangers.fetch_add(more, Ordering::Relaxed) + more;
                all > HELD_AT_MOST || of_strangers > OF_STRANGERS_AT_MOST
            }
        };
        if is_too_much && self.bytes > SHORT { Err(NoMemory) } else { Ok(()) }
    }
}

impl Drop for HeldBody {
    fn drop(&mut self) {
        self.held.all.fetch_sub(self.bytes, Ordering::Relaxed);
        match self.sender {
            Standing::Authenticated => {}
            Standing::Stranger => drop(self.held.of_strangers.fetch_sub(self.bytes, Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests;
