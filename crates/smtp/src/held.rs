//! The memory of mails that have not arrived in full.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes of all such mails at most; beyond it, only [short](SHORT) ones are received on.
const HELD_AT_MOST: usize = 64 * 1024 * 1024;

/// The length of a mail that is received in any case: whoever leaves long ones unfinished keeps nobody from mailing.
const SHORT: usize = 64 * 1024;

/// The bytes that all unfinished mails have.
#[derive(Debug, Default)]
pub(crate) struct HeldMails(AtomicUsize);

/// The bytes that one unfinished mail has. They count until it is dropped.
#[derive(Debug)]
pub(crate) struct HeldMail {
    all: Arc<HeldMails>,
    bytes: usize,
}

/// The lack of memory for a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoMemoryForMail;

impl HeldMail {
    pub(crate) fn new(all: Arc<HeldMails>) -> Self {
        Self { all, bytes: 0 }
    }

    /// Counts the mail as one of so many bytes.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> Result<(), NoMemoryForMail> {
        let more = bytes.saturating_sub(self.bytes);
        self.bytes += more;
        let held = self.all.0.fetch_add(more, Ordering::Relaxed) + more;
        if held > HELD_AT_MOST && self.bytes > SHORT { Err(NoMemoryForMail) } else { Ok(()) }
    }
}

impl Drop for HeldMail {
    fn drop(&mut self) {
        self.all.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
