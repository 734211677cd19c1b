//! The people who can be reached.

use std::collections::BTreeSet;

/// The people, or addresses, that exist at a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Members {
    /// Every name exists.
    #[default]
    Anyone,
    /// Only these names exist.
    Only(BTreeSet<String>),
}

impl Members {
    /// Only these names exist.
    pub fn only<'a>(members: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Only(members.into_iter().map(str::to_owned).collect())
    }

    /// Only these names exist, or, if there are none, every name does.
    pub fn only_or_anyone<'a>(members: impl IntoIterator<Item = &'a str>) -> Self {
        let mut members = members.into_iter().peekable();
        if members.peek().is_none() { Self::Anyone } else { Self::only(members) }
    }

    /// Adds the names of `others`.
    pub fn widen(&mut self, others: Self) {
        match (&mut *self, others) {
            (Self::Only(members), Self::Only(others)) => members.extend(others),
            (Self::Anyone, _) | (_, Self::Anyone) => *self = Self::Anyone,
        }
    }

    /// Whether `member` exists.
    #[must_use]
    pub fn contains(&self, member: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::Only(members) => members.contains(member),
        }
    }
}
