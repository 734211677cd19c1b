//! The numbers of several alarms, for a sentence.

use std::fmt;

use crate::AlertId;

/// The numbers of several alarms: the first ones, and whether there are more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlarmNumbers {
    first: [Option<AlertId>; 3],
    has_more: bool,
}

impl AlarmNumbers {
    /// The numbers `all`.
    #[must_use]
    pub fn new(all: &[AlertId]) -> Self {
        let first: [Option<AlertId>; 3] = std::array::from_fn(|index| all.get(index).copied());
        Self { first, has_more: all.len() > first.len() }
    }
}

impl fmt::Display for AlarmNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, has_more } = self;
        for (index, number) in first.iter().flatten().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{number}")?;
        }
        f.write_str(if *has_more { ", …" } else { "" })
    }
}

#[cfg(test)]
mod tests;
