//! The sign of a cut.

/// The sign at the end of a text that was cut.
pub(crate) const CUT: &str = "…";
