//! Noticing that a file has changed.

/// Notices that a text has changed, once whoever writes it has finished.
///
/// The text itself is compared: a file that is replaced by another, as editors
/// and Kubernetes do, or that changes twice within the resolution of its
/// time stamp, is noticed as well.
#[derive(Debug)]
pub(crate) struct Watch {
    acted_on: String,
    seen: String,
}

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
    pub(crate) fn new(text: String) -> Self {
        Self { seen: text.clone(), acted_on: text }
    }

    /// Looks at the text, which is `text` now. What has [`Changed`](Look::Changed)
    /// counts as acted on from now on.
    pub(crate) fn look(&mut self, text: String) -> Look {
        if text == self.acted_on {
            self.seen = text;
            Look::Unchanged
        } else if text == self.seen {
            self.acted_on = text;
            Look::Changed
        } else {
            self.seen = text;
            Look::BeingWritten
        }
    }
}

#[cfg(test)]
mod tests;
