//! Where something stands in the config: by its path, and by line and column.

use std::fmt;

use serde::Serialize;

/// A line and a column, both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl Position {
    /// Where a file begins.
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// To the value under a name.
    Key(String),
    /// To an item of a list, counted from 0.
    Index(usize),
}

/// The way to a setting from the top, e.g. `channels.ops-dingtalk.access_token`
/// or `route.routes[1].receiver`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path(Vec<Step>);

impl Path {
    /// The path of the setting `name` at the top.
    pub(crate) fn of(name: &str) -> Self {
        Self::default().key(name)
    }

    /// The path of `name` below this one.
    pub(crate) fn key(&self, name: &str) -> Self {
        self.then(&[Step::Key(name.to_owned())])
    }

    /// The path of an item of this list.
    pub(crate) fn index(&self, index: usize) -> Self {
        self.then(&[Step::Index(index)])
    }

    /// This path and more steps after it.
    pub(crate) fn then(&self, steps: &[Step]) -> Self {
        Self(self.0.iter().chain(steps).cloned().collect())
    }

    /// The path that `dotted` names below this one, e.g. `smtp.host`.
    pub(crate) fn dotted(&self, dotted: &str) -> Self {
        dotted.split('.').filter(|name| !name.is_empty()).fold(self.clone(), |path, name| path.key(name))
    }

    /// The steps from the top.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(name) if position == 0 => f.write_str(name)?,
                Step::Key(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
