//! A condition on an alert's labels.

mod parse;
mod kept_form;
mod problem;
mod operator;

use std::fmt;
use std::str::FromStr;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::alert::ValueForm;
use crate::{Alert, Severity};

use self::kept_form::{kept_pattern, kept_text, kept_value};
pub use self::operator::Operator;
use self::parse::is_reserved;
pub use self::problem::InvalidMatcher;
use self::problem::MatcherProblem;

/// A condition on an alert, in Alertmanager's text syntax: `eui = "63…"`,
/// `device =~ "Cold room.*"`, and `severity >= high`.
///
/// A name or a value may stand in double quotes, within which `\"`, `\\` and
/// `\n` are escapes and any other backslash stands for itself. What the alert
/// does not have is compared as the empty text. What the gateway keeps in a form of its own, the
/// severity and the EUI, is compared in that, however either is written: `severity = critical` is
/// `severity = urgent`. What a sender labelled itself is compared as it was sent. Regular expressions are in the
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
    test: MatcherTest,
    kept: Option<KeptValue>,
}

/// The value for what the gateway keeps in a form of its own.
#[derive(Debug, Clone)]
enum KeptValue {
    Text(String),
    Pattern(Regex),
}

/// An operator with what it needs.
#[derive(Debug, Clone)]
enum MatcherTest {
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
        parse::all(text, Self::new)
    }

    /// Tells whether `alert` meets the condition.
    #[must_use]
    pub fn matches(&self, alert: &Alert) -> bool {
        let text = || (alert.text_of(&self.name), alert.form_of(&self.name));
        match &self.test {
            MatcherTest::Equal => self.is_equal(text()),
            MatcherTest::NotEqual => !self.is_equal(text()),
            MatcherTest::Matches(pattern) => self.is_found(pattern, text()),
            MatcherTest::DoesNotMatch(pattern) => !self.is_found(pattern, text()),
            MatcherTest::AtLeast(bound) => alert.severity >= *bound,
            MatcherTest::Above(bound) => alert.severity > *bound,
            MatcherTest::AtMost(bound) => alert.severity <= *bound,
            MatcherTest::Below(bound) => alert.severity < *bound,
        }
    }

    /// Tells whether an alert meets the condition whose label of this name has the text `text`; the severity's is
    /// its word, and all others are as the gateway keeps them.
    #[must_use]
    pub fn holds_for(&self, text: &str) -> bool {
        let severity = || text.parse::<Severity>();
        let kept = (text, ValueForm::Kept);
        match &self.test {
            MatcherTest::Equal => self.is_equal(kept),
            MatcherTest::NotEqual => !self.is_equal(kept),
            MatcherTest::Matches(pattern) => self.is_found(pattern, kept),
            MatcherTest::DoesNotMatch(pattern) => !self.is_found(pattern, kept),
            MatcherTest::AtLeast(bound) => severity().is_ok_and(|it| it >= *bound),
            MatcherTest::Above(bound) => severity().is_ok_and(|it| it > *bound),
            MatcherTest::AtMost(bound) => severity().is_ok_and(|it| it <= *bound),
            MatcherTest::Below(bound) => severity().is_ok_and(|it| it < *bound),
        }
    }

    fn is_equal(&self, (text, form): (&str, ValueForm)) -> bool {
        text == self.value
            || match (form, &self.kept) {
                (ValueForm::Kept, Some(KeptValue::Text(kept))) => {
                    kept_text(&self.name, text) == kept.as_str()
                }
                (ValueForm::Kept, Some(KeptValue::Pattern(_)) | None) | (ValueForm::Sent, _) => false,
            }
    }

    fn is_found(&self, pattern: &Regex, (text, form): (&str, ValueForm)) -> bool {
        pattern.is_match(text)
            || match (form, &self.kept) {
                (ValueForm::Kept, Some(KeptValue::Pattern(kept))) => {
                    kept.is_match(&kept_text(&self.name, text))
                }
                (ValueForm::Kept, Some(KeptValue::Text(_)) | None) | (ValueForm::Sent, _) => false,
            }
    }

    /// The name of the label whose text is compared.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The operator of the comparison.
    #[must_use]
    pub fn operator(&self) -> Operator {
        match self.test {
            MatcherTest::Equal => Operator::Equal,
            MatcherTest::NotEqual => Operator::NotEqual,
            MatcherTest::Matches(_) => Operator::Matches,
            MatcherTest::DoesNotMatch(_) => Operator::DoesNotMatch,
            MatcherTest::AtLeast(_) => Operator::AtLeast,
            MatcherTest::Above(_) => Operator::Above,
            MatcherTest::AtMost(_) => Operator::AtMost,
            MatcherTest::Below(_) => Operator::Below,
        }
    }

    /// The value of the comparison. Of an ordered comparison, the severity's own
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
            Operator::Equal => MatcherTest::Equal,
            Operator::NotEqual => MatcherTest::NotEqual,
            Operator::Matches => MatcherTest::Matches(pattern(&value)?),
            Operator::DoesNotMatch => MatcherTest::DoesNotMatch(pattern(&value)?),
            Operator::AtLeast => MatcherTest::AtLeast(bound()?),
            Operator::Above => MatcherTest::Above(bound()?),
            Operator::AtMost => MatcherTest::AtMost(bound()?),
            Operator::Below => MatcherTest::Below(bound()?),
        };
        let value = match test {
            MatcherTest::Equal
            | MatcherTest::NotEqual
            | MatcherTest::Matches(_)
            | MatcherTest::DoesNotMatch(_) => value,
            MatcherTest::AtLeast(bound)
            | MatcherTest::Above(bound)
            | MatcherTest::AtMost(bound)
            | MatcherTest::Below(bound) => bound.word().to_owned(),
        };
        let kept = match test {
            MatcherTest::Equal | MatcherTest::NotEqual => kept_value(&name, &value).map(KeptValue::Text),
            MatcherTest::Matches(_) | MatcherTest::DoesNotMatch(_) => {
                let kept = kept_pattern(&name, &value);
                kept.and_then(|it| pattern(&it).ok()).map(KeptValue::Pattern)
            }
            MatcherTest::AtLeast(_)
            | MatcherTest::Above(_)
            | MatcherTest::AtMost(_)
            | MatcherTest::Below(_) => None,
        };
        Ok(Self { name, value, test, kept })
    }
}

/// The regular expression `text`, anchored at both ends as in Alertmanager.
fn pattern(text: &str) -> Result<Regex, MatcherProblem> {
    /// The memory that one expression may take once compiled, in bytes: a thousand
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
        parse::one(text, Self::new)
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
        let Self { name, value, test: _, kept: _ } = self; // made of the operator and the value
        *name == other.name && self.operator() == other.operator() && *value == other.value
    }
}

impl Eq for Matcher {}

impl fmt::Display for Matcher {
    /// The matcher as Alertmanager writes it: `name="value"`; `severity >= high`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, test, kept: _ } = self;
        let operator = self.operator();
        match test {
            MatcherTest::AtLeast(_)
            | MatcherTest::Above(_)
            | MatcherTest::AtMost(_)
            | MatcherTest::Below(_) => {
                write!(f, "{name} {operator} {value}")
            }
            MatcherTest::Equal
            | MatcherTest::NotEqual
            | MatcherTest::Matches(_)
            | MatcherTest::DoesNotMatch(_) => {
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
