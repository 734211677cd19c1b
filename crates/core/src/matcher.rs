//! A condition on an alert's labels.

mod parse;

use std::fmt;
use std::str::FromStr;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Alert, Severity};

pub use self::parse::InvalidMatcher;
use self::parse::{MatcherProblem, is_reserved};

/// A condition on an alert, in Alertmanager's text syntax: `eui = "63…"`,
/// `device =~ "Cold room.*"`, and `severity >= high`.
///
/// A name or a value may stand in double quotes, within which `\"`, `\\` and
/// `\n` are escapes and any other backslash stands for itself. What the alert
/// does not have is compared as the empty text. Regular expressions are in the
/// dialect of the `regex` crate, which is nearly Alertmanager's.
///
/// ```
/// # use fanfare_core::Matcher;
/// let matcher: Matcher = "telemetry.data.humidity=80".parse()?;
/// assert_eq!(matcher.to_string(), r#"telemetry.data.humidity="80""#);
///
/// let all = Matcher::parse_all(r#"{device=~"Cold room.*", severity>=high}"#)?;
/// assert_eq!(all.len(), 2);
/// # Ok::<(), fanfare_core::InvalidMatcher>(())
/// ```
#[derive(Debug, Clone)]
pub struct Matcher {
    name: String,
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

/// An operator with what it needs.
#[derive(Debug, Clone)]
enum Test {
    Equal,
    NotEqual,
    Matches(Regex),
    DoesNotMatch(Regex),
    AtLeast(Severity),
    Above(Severity),
    AtMost(Severity),
    Below(Severity),
}

impl Matcher {
    /// Reads matchers with commas between them, in braces or not:
    /// `{a="b", c=~"d"}` or `a=b,c=d`. `{}` and the empty text hold none.
    ///
    /// Each entry of a route's `matchers` is such a list, as in Alertmanager.
    ///
    /// # Errors
    ///
    /// With the first thing that cannot be read, where it stands, and what would be right.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, InvalidMatcher> {
        parse::all(text)
    }

    /// Whether `alert` meets the condition.
    #[must_use]
    pub fn matches(&self, alert: &Alert) -> bool {
        let text = || alert.text_of(&self.name);
        match &self.test {
            Test::Equal => text() == self.value,
            Test::NotEqual => text() != self.value,
            Test::Matches(pattern) => pattern.is_match(text()),
            Test::DoesNotMatch(pattern) => !pattern.is_match(text()),
            Test::AtLeast(bound) => alert.severity >= *bound,
            Test::Above(bound) => alert.severity > *bound,
            Test::AtMost(bound) => alert.severity <= *bound,
            Test::Below(bound) => alert.severity < *bound,
        }
    }

    /// Whose text is compared.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is compared.
    #[must_use]
    pub fn operator(&self) -> Operator {
        match self.test {
            Test::Equal => Operator::Equal,
            Test::NotEqual => Operator::NotEqual,
            Test::Matches(_) => Operator::Matches,
            Test::DoesNotMatch(_) => Operator::DoesNotMatch,
            Test::AtLeast(_) => Operator::AtLeast,
            Test::Above(_) => Operator::Above,
            Test::AtMost(_) => Operator::AtMost,
            Test::Below(_) => Operator::Below,
        }
    }

    /// What it is compared with. Of an ordered comparison, the severity's own
    /// word, also where the text had an alias.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Costs a regular expression, and so is asked last.
    pub(crate) fn is_pattern(&self) -> bool {
        match self.operator() {
            Operator::Matches | Operator::DoesNotMatch => true,
            Operator::Equal
            | Operator::NotEqual
            | Operator::AtLeast
            | Operator::Above
            | Operator::AtMost
            | Operator::Below => false,
        }
    }

    fn new(name: String, operator: Operator, value: String) -> Result<Self, MatcherProblem> {
        let bound = || {
            if name != "severity" {
                return Err(MatcherProblem::NotASeverity { name: name.clone(), operator });
            }
            Ok(value.parse::<Severity>()?)
        };
        let test = match operator {
            Operator::Equal => Test::Equal,
            Operator::NotEqual => Test::NotEqual,
            Operator::Matches => Test::Matches(pattern(&value)?),
            Operator::DoesNotMatch => Test::DoesNotMatch(pattern(&value)?),
            Operator::AtLeast => Test::AtLeast(bound()?),
            Operator::Above => Test::Above(bound()?),
            Operator::AtMost => Test::AtMost(bound()?),
            Operator::Below => Test::Below(bound()?),
        };
        let value = match test {
            Test::Equal | Test::NotEqual | Test::Matches(_) | Test::DoesNotMatch(_) => value,
            Test::AtLeast(bound) | Test::Above(bound) | Test::AtMost(bound) | Test::Below(bound) => {
                bound.word().to_owned()
            }
        };
        Ok(Self { name, value, test })
    }
}

/// The regular expression `text`, anchored at both ends as in Alertmanager.
fn pattern(text: &str) -> Result<Regex, MatcherProblem> {
    /// What one expression may cost in memory once compiled: a thousand
    /// alternatives of fifty bytes take 3.2 MB.
    const SIZE_LIMIT: usize = 4 << 20;

    let text = with_ascii_classes(text);
    let build = |text: &str| RegexBuilder::new(text).size_limit(SIZE_LIMIT).build();
    // First without anchors, so that `a)(b` does not pass.
    build(&text)
        .and_then(|_| build(&format!("^(?:{text})$")))
        .map_err(|err| MatcherProblem::Pattern(reason(&err)))
}

/// The regular expression `text` with `\w`, `\d`, `\s` and their opposites
/// written out: to Alertmanager they mean ASCII, to us they would mean Unicode,
/// at fifty times the memory.
/// <https://github.com/google/re2/wiki/Syntax>
fn with_ascii_classes(text: &str) -> String {
    let mut written_out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next() } else { None };
        match escaped {
            None => written_out.push(c),
            Some('w') => written_out.push_str("[0-9A-Za-z_]"),
            Some('W') => written_out.push_str("[^0-9A-Za-z_]"),
            Some('d') => written_out.push_str("[0-9]"),
            Some('D') => written_out.push_str("[^0-9]"),
            Some('s') => written_out.push_str(r"[\t\n\f\r ]"),
            Some('S') => written_out.push_str(r"[^\t\n\f\r ]"),
            Some(other) => written_out.extend([c, other]),
        }
    }
    written_out
}

/// The last line of the crate's complaint; those before it draw the place.
fn reason(err: &regex::Error) -> String {
    let text = err.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

impl FromStr for Matcher {
    type Err = InvalidMatcher;

    /// Reads one matcher, without braces.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::one(text)
    }
}

impl Serialize for Matcher {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Matcher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        let Self { name, value, test: _ } = self; // made of the operator and the value
        *name == other.name && self.operator() == other.operator() && *value == other.value
    }
}

impl Eq for Matcher {}

impl Operator {
    /// Every operator, those first that begin with another.
    const ALL: [Self; 8] = [
        Self::Matches,
        Self::DoesNotMatch,
        Self::NotEqual,
        Self::Equal,
        Self::AtLeast,
        Self::Above,
        Self::AtMost,
        Self::Below,
    ];

    fn sign(self) -> &'static str {
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

impl fmt::Display for Matcher {
    /// The matcher as Alertmanager writes it: `name="value"`; `severity >= high`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, test } = self;
        let operator = self.operator();
        match test {
            Test::AtLeast(_) | Test::Above(_) | Test::AtMost(_) | Test::Below(_) => {
                write!(f, "{name} {operator} {value}")
            }
            Test::Equal | Test::NotEqual | Test::Matches(_) | Test::DoesNotMatch(_) => {
                if name.contains(is_reserved) {
                    quoted(name, f)?
                } else {
                    f.write_str(name)?
                }
                write!(f, "{operator}")?;
                quoted(value, f)
            }
        }
    }
}

fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let escaped = text.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
    write!(f, "\"{escaped}\"")
}

#[cfg(test)]
mod tests;
