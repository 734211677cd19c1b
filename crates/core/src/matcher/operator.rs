//! The operators of matchers.

use std::fmt;

/// The operator by which a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`: the texts are equal.
    Equal,
    /// `!=`: the texts differ.
    NotEqual,
    /// `=~`, anchored at both ends.
    Matches,
    /// `!~`, anchored at both ends.
    DoesNotMatch,
    /// `>=`, only for `severity`.
    AtLeast,
    /// `>`, only for `severity`.
    Above,
    /// `<=`, only for `severity`.
    AtMost,
    /// `<`, only for `severity`.
    Below,
}

impl Operator {
    /// Every operator, those first that begin with another.
    pub(super) const ALL: [Self; 8] = [
        Self::Matches,
        Self::DoesNotMatch,
        Self::NotEqual,
        Self::Equal,
        Self::AtLeast,
        Self::Above,
        Self::AtMost,
        Self::Below,
    ];

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Matches => "=~",
            Self::DoesNotMatch => "!~",
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::AtMost => "<=",
            Self::Below => "<",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.sign())
    }
}
