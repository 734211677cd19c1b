//! The errors of parsing matchers.

use super::operator::Operator;
use crate::InvalidSeverity;

/// The error of parsing a [`Matcher`](crate::Matcher).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a matcher: at character {column}, {problem}")]
pub struct InvalidMatcher {
    pub(super) text: String,
    pub(super) column: usize, // Counts from 1.
    pub(super) problem: MatcherProblem,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum MatcherProblem {
    #[error("a name is missing: expected e.g. `device = \"Cold room 3\"`")]
    MissingName,
    #[error("an operator is missing: expected =, !=, =~ or !~, or for severity also >=, >, <= or <")]
    MissingOperator,
    #[error("`{operator}` compares severities and nothing else; compare `{name}` by =, !=, =~ or !~")]
    NotASeverity { name: String, operator: Operator },
    #[error(transparent)]
    Severity(#[from] InvalidSeverity),
    #[error("the regular expression cannot be read: {0}")]
    Pattern(String),
    #[error("`{0}` cannot begin a value: put the value in double quotes, or correct the operator before it")]
    OddStart(char),
    #[error("a value that ends in `}}` must stand in double quotes")]
    OddEnd,
    #[error("a double quote begins and nothing ends it; one inside a quoted text is written \\\"")]
    UnclosedQuote,
    #[error(
        "a double quote stands inside an unquoted value: quote the whole value, and write \\\" for this one"
    )]
    StrayQuote,
    #[error("there is more text after the quoted value")]
    TrailingText,
    #[error(
        "a second matcher begins where one is expected; a value with a comma must stand in double quotes"
    )]
    SecondMatcher,
    #[error("a brace begins a list where one matcher is expected")]
    ListOfMatchers,
    #[error("a brace begins and the text does not end with `}}`")]
    UnclosedBrace,
}
