//! The providers that a run talks to.

/// The providers that the channels talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Providers {
    /// The real ones.
    Real,
    /// The fakes of the built-in sandbox.
    Sandbox,
}
