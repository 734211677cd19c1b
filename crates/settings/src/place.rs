//! The place of a setting in a config: its path, and its line and column.

use std::fmt;

use serde::Serialize;

/// A line and a column, both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
}

impl Position {
    /// The beginning of a file.
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

/// One step of a [`SettingPath`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PathStep {
    /// The value under a name.
    Key(String),
    /// An item of a list, counted from 0.
    Index(usize),
}

/// The way to a setting from the top, e.g. `channels.ops-dingtalk.access_token`
/// or `route.routes[1].receiver`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SettingPath(Vec<PathStep>);

impl SettingPath {
    /// The path of the setting `name` at the top.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self::default().key(name)
    }

    /// The path of `name` below this one.
    #[must_use]
    pub fn key(&self, name: &str) -> Self {
        self.join(&[PathStep::Key(name.to_owned())])
    }

    /// The path of an item of this list, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.join(&[PathStep::Index(index)])
    }

    /// The path that `dotted` names below this one, e.g. `smtp.host`.
    #[must_use]
    pub fn dotted(&self, dotted: &str) -> Self {
        dotted.split('.').filter(|name| !name.is_empty()).fold(self.clone(), |path, name| path.key(name))
    }

    /// The same path with more steps at its end.
    pub(crate) fn join(&self, steps: &[PathStep]) -> Self {
        Self(self.0.iter().chain(steps).cloned().collect())
    }

    /// The steps from the top.
    pub(crate) fn steps(&self) -> &[PathStep] {
        &self.0
    }
}

impl fmt::Display for SettingPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Key(name) if position == 0 => f.write_str(name)?,
                PathStep::Key(name) => write!(f, ".{name}")?,
                PathStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
