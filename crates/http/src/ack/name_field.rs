//! The field for a name, in the form of a page.

/// The field of the form with the name of the person who acknowledges; it may be empty.
pub(crate) const NAME_FIELD: &str = "name";

/// The length of a name at most, in characters. A browser holds its reader to it; a program need not.
pub(crate) const NAME_LIMIT: usize = 64;
