//! The bound on the work that one body may cause.

use std::cell::Cell;

/// The steps that reading one body may take, at most: values that its paths look at, and instructions of its templates.
/// A body of 1 MiB with ten thousand usual alerts takes a third of them, and all of them take less than a second.
pub(crate) const MAX_STEPS: u64 = 3_000_000;

/// The work that reading one body has caused.
#[derive(Debug, Default)]
pub(crate) struct WorkBudget {
    steps: Cell<u64>,
}

impl WorkBudget {
    /// The fact that `steps` more are about to be taken; `None` if they are more than a body may cause.
    pub(crate) fn spend(&self, steps: u64) -> Option<()> {
        self.steps.set(self.steps.get().saturating_add(steps));
        (!self.is_too_much()).then_some(())
    }

    /// Tells whether the body causes more work than it may.
    pub(crate) fn is_too_much(&self) -> bool {
        self.steps.get() > MAX_STEPS
    }

    /// The steps until now.
    #[cfg(test)]
    pub(crate) fn steps(&self) -> u64 {
        self.steps.get()
    }
}
