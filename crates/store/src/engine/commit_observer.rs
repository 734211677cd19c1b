//! The observer of commits: told the time that each of them takes.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The code that is told the time of a commit.
type Observe = Box<dyn Fn(Duration) + Send + Sync>;

/// The observer of commits. Clones share it.
#[derive(Clone, Default)]
pub(super) struct CommitObserver(Arc<OnceLock<Observe>>);

impl CommitObserver {
    /// Has `observe` called at each commit; the first call counts.
    pub(super) fn set(&self, observe: impl Fn(Duration) + Send + Sync + 'static) {
        drop(self.0.set(Box::new(observe)));
    }

    /// Tells that a commit has taken `time`.
    pub(super) fn observe(&self, time: Duration) {
        if let Some(observe) = self.0.get() {
            observe(time);
        }
    }
}

impl fmt::Debug for CommitObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommitObserver").finish_non_exhaustive()
    }
}
