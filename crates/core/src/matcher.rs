//! A condition on an alert's labels.

use std::fmt;
use std::str::FromStr;

use regex::Regex;

use crate::{Alert, Severity};

/// A condition on an alert, in Alertmanager's text syntax: `eui = "63…"`,
/// `device =~ "Cold room.*"`, and `severity >= high`.
#[derive(Debug, Clone)]
pub struct Matcher {
    name: String,
    operator: Operator,
    value: String,
    test: Test,
}

/// How a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
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

#[derive(Debug, Clone)]
enum Test {
    Text,
    Pattern(Regex),
    Severity(Severity),
}

/// Why a text is not a [`Matcher`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a matcher: {problem}")]
pub struct InvalidMatcher {
    text: String,
    problem: String,
}

impl Matcher {
    /// Whether `alert` meets the condition.
    #[must_use]
    pub fn matches(&self, alert: &Alert) -> bool {
        let _ = alert;
        let _ = (&self.name, self.operator, &self.value, &self.test);
        false
    }
}

impl FromStr for Matcher {
    type Err = InvalidMatcher;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Err(InvalidMatcher { text: text.to_owned(), problem: "to be written".to_owned() })
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)
    }
}
