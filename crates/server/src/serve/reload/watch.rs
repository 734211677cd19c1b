//! Changes of a file.

use sha2::{Digest as _, Sha256};

/// A watch on a text that reports a change once its writer has finished.
///
/// The text itself is compared: a file that is replaced by another, as editors
/// and Kubernetes do, or that changes twice within the resolution of its
/// time stamp, is noticed as well. Only its digest is kept, since secrets may
/// stand in it.
#[derive(Debug)]
pub(crate) struct FileWatch {
    acted_on: TextDigest,
    seen: TextDigest,
}

type TextDigest = [u8; 32];

/// The change that a look at the text shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileChange {
    /// The text is the one that was acted on.
    None,
    /// The text is another one than at the last look, and may still be half written.
    UnderWay,
    /// The text has changed, and is the same as at the last look.
    Finished,
}

impl FileWatch {
    /// A watch on a text that is `text` and has been acted on.
    pub(crate) fn new(text: &str) -> Self {
        let digest = digest(text);
        Self { seen: digest, acted_on: digest }
    }

    /// The first twelve digits of the SHA-256 digest of the text that was acted on last, as `sha256sum` prints it.
    pub(super) fn short_digest(&self) -> String {
        self.acted_on.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }

    /// True if `text` is the one that was acted on.
    pub(super) fn is_acted_on(&self, text: &str) -> bool {
        digest(text) == self.acted_on
    }

    /// Looks at the text, which is `text` now. A change that is [`Finished`](FileChange::Finished)
    /// counts as acted on from now on.
    pub(crate) fn look(&mut self, text: &str) -> FileChange {
        let digest = digest(text);
        if digest == self.acted_on {
            self.seen = digest;
            FileChange::None
        } else if digest == self.seen {
            self.acted_on = digest;
            FileChange::Finished
        } else {
            self.seen = digest;
            FileChange::UnderWay
        }
    }
}

fn digest(text: &str) -> TextDigest {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests;
