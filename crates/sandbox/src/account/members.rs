//! The people who can be reached.

use std::collections::BTreeSet;

/// The people, or addresses, that exist at a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Members {
    /// Every name exists.
    #[default]
    Anyone,
    /// Nothing but these names exists.
    Only(BTreeSet<String>),
}

impl Members {
    /// The members with these names and no others.
    pub fn only<'a>(members: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Only(members.into_iter().map(str::to_owned).collect())
    }

    /// The members with these names, or, if there are no names, all.
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

    /// True if `member` exists.
    #[must_use]
    pub fn contains(&self, member: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::Only(members) => members.contains(member),
        }
    }
}
