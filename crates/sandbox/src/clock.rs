//! The time in the sandbox.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

/// The clock of a sandbox. Tests hand over one that they can set, so that a ban
/// of ten minutes takes none.
#[derive(Clone)]
pub struct SandboxClock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl SandboxClock {
    /// The clock that shows the time `now` returns.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for SandboxClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SandboxClock(..)")
    }
}
