//! Alertmanager's text syntax for matchers.
//!
//! Alertmanager reads a text first in its classic form (an ASCII name; a value
//! with or without quotes), and if that fails in its UTF-8 form (any name; a
//! quoted one may hold anything). We read both at once. What only the classic
//! form takes, and what nobody means, we refuse: `a==b` would compare with
//! `=b`, `a='b'` with the quotes, and `{a=b` forgets its brace.

use super::operator::Operator;
use super::problem::{InvalidMatcher, MatcherProblem};

/// The constructor of a matcher from its name, operator and value.
type New<T> = fn(String, Operator, String) -> Result<T, MatcherProblem>;

/// The signs that an unquoted name cannot hold: Alertmanager's list, and the signs of our
/// own ordered comparison.
/// <https://prometheus.io/docs/alerting/latest/configuration/#utf-8-strict-mode>
pub(super) fn is_reserved(c: char) -> bool {
    c.is_whitespace() || matches!(c, '{' | '}' | '!' | '=' | '~' | ',' | '\\' | '"' | '\'' | '`' | '<' | '>')
}

/// Reads one matcher.
pub(super) fn one<T>(text: &str, new: New<T>) -> Result<T, InvalidMatcher> {
    let mut cursor = Cursor::new(text);
    cursor.skip_space();
    if cursor.rest().starts_with('{') {
        return Err(cursor.invalid(MatcherProblem::ListOfMatchers));
    }
    let matcher = cursor.matcher(new)?;
    if cursor.rest().is_empty() { Ok(matcher) } else { Err(cursor.invalid(MatcherProblem::SecondMatcher)) }
}

/// Reads a list of matchers, in braces or not.
pub(super) fn all<T>(text: &str, new: New<T>) -> Result<Vec<T>, InvalidMatcher> {
    let mut cursor = Cursor::new(text);
    cursor.skip_space();
    if cursor.rest().starts_with('{') {
        if !cursor.rest().ends_with('}') {
            return Err(cursor.invalid(MatcherProblem::UnclosedBrace));
        }
        cursor.at += '{'.len_utf8();
        cursor.end -= '}'.len_utf8();
        cursor.skip_space();
    }
    let mut matchers = Vec::new();
    while !cursor.rest().is_empty() {
        matchers.push(cursor.matcher(new)?);
        cursor.at += usize::from(cursor.rest().starts_with(','));
        cursor.skip_space();
    }
    Ok(matchers)
}

/// A place in a text.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    end: usize, // Invariant: `at <= end`, both on character boundaries of `text`.
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, end: text.trim_end().len() }
    }

    /// Reads a matcher and the white space after it, up to a comma or the end.
    fn matcher<T>(&mut self, new: New<T>) -> Result<T, InvalidMatcher> {
        let name = self.name()?;
        let before_operator = self.skip_space();
        let operator = self.operator()?;
        let before_value = self.skip_space();
        let value = self.value()?;
        self.skip_space();
        if !self.rest().is_empty() && !self.rest().starts_with(',') {
            return Err(self.invalid(MatcherProblem::TrailingText));
        }
        new(name, operator, value).map_err(|problem| {
            let at = if let MatcherProblem::NotASeverity { .. } = problem {
                before_operator
            } else {
                before_value
            };
            self.invalid_at(at, problem)
        })
    }

    fn name(&mut self) -> Result<String, InvalidMatcher> {
        let start = self.at;
        let name = match self.quoted()? {
            Some(name) => name,
            None => {
                let length = self.rest().find(is_reserved).unwrap_or(self.rest().len());
                let name = self.rest()[..length].to_owned();
                self.at += length;
                name
            }
        };
        if name.is_empty() { Err(self.invalid_at(start, MatcherProblem::MissingName)) } else { Ok(name) }
    }

    fn operator(&mut self) -> Result<Operator, InvalidMatcher> {
        let found = Operator::ALL.into_iter().find(|it| self.rest().starts_with(it.sign()));
        let operator = found.ok_or_else(|| self.invalid(MatcherProblem::MissingOperator))?;
        self.at += operator.sign().len();
        Ok(operator)
    }

    fn value(&mut self) -> Result<String, InvalidMatcher> {
        if let Some(value) = self.quoted()? {
            return Ok(value);
        }
        let length = self.rest().find(',').unwrap_or(self.rest().len());
        let raw = self.rest()[..length].trim_end();
        if let Some(odd) =
            raw.chars().next().filter(|c| matches!(c, '=' | '!' | '~' | '<' | '>' | '\'' | '`'))
        {
            return Err(self.invalid(MatcherProblem::OddStart(odd)));
        }
        let (value, stray) = unescape(raw);
        if let Some(stray) = stray {
            return Err(self.invalid_at(self.at + stray, MatcherProblem::StrayQuote));
        }
        if raw.ends_with('}') {
            return Err(self.invalid_at(self.at + raw.len() - 1, MatcherProblem::OddEnd));
        }
        self.at += raw.len();
        Ok(value)
    }

    /// A text in double quotes, if one begins here.
    fn quoted(&mut self) -> Result<Option<String>, InvalidMatcher> {
        let Some(inside) = self.rest().strip_prefix('"') else {
            return Ok(None);
        };
        let (text, end) = unescape(inside);
        let end = end.ok_or_else(|| self.invalid(MatcherProblem::UnclosedQuote))?;
        self.at += '"'.len_utf8() + end + '"'.len_utf8();
        Ok(Some(text))
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..self.end]
    }

    /// The position at which the text goes on after white space.
    fn skip_space(&mut self) -> usize {
        self.at = self.end - self.rest().trim_start().len();
        self.at
    }

    fn invalid(&self, problem: MatcherProblem) -> InvalidMatcher {
        self.invalid_at(self.at, problem)
    }

    fn invalid_at(&self, at: usize, problem: MatcherProblem) -> InvalidMatcher {
        InvalidMatcher { text: self.text.to_owned(), column: self.text[..at].chars().count() + 1, problem }
    }
}

/// `raw` without its escapes, up to the first double quote that is not escaped;
/// and where that quote stands, if there is one.
fn unescape(raw: &str) -> (String, Option<usize>) {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, Some(at)),
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                // A backslash that escapes nothing stands for itself: `\d` is usual in patterns.
                Some((_, other)) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    (text, None)
}
