//! The result of a command, and so the exit status of the program.

/// The result of a command that did what it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Good,
    /// A finding that somebody should look at.
    Finding,
}
