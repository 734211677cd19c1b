//! Noticing that a file has changed.

use sha2::{Digest as _, Sha256};

/// Notices that a text has changed, once whoever writes it has finished.
///
/// What is written is compared: a file that is replaced by another, as editors
/// and Kubernetes do, or that changes twice within the resolution of its
/// time stamp, is noticed as well. Only its digest is kept, since secrets may
/// stand in it.
#[derive(Debug)]
pub(crate) struct Watch {
    acted_on: Digest,
    seen: Digest,
}

type Digest = [u8; 32];

/// What a look at the text shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// It is what was acted on.
    Unchanged,
    /// It is another one than at the last look, and may be half of what it is to become.
    BeingWritten,
    /// It has changed, and is the same as at the last look.
    Changed,
}

impl Watch {
    /// `text` has been acted on.
    pub(crate) fn new(text: &str) -> Self {
        let digest = digest(text);
        Self { seen: digest, acted_on: digest }
    }

    /// Looks at the text, which is `text` now. What has [`Changed`](Look::Changed)
    /// counts as acted on from now on.
    pub(crate) fn look(&mut self, text: &str) -> Look {
        let digest = digest(text);
        if digest == self.acted_on {
            self.seen = digest;
            Look::Unchanged
        } else if digest == self.seen {
            self.acted_on = digest;
            Look::Changed
        } else {
            self.seen = digest;
            Look::BeingWritten
        }
    }
}

fn digest(text: &str) -> Digest {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests;
