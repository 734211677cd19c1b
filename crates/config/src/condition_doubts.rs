//! Conditions that can be met, though hardly as they were meant, or never in practice.

use std::collections::BTreeSet;

use fanfare_core::{Matcher, Operator, Severity};
use fanfare_settings::quoted;

/// The labels that the gateway gives every alert, by their names.
const OWN_LABELS: [&str; 5] = ["severity", "source", "alertname", "eui", "device"];

/// The names, in lower case, under which people and other systems look for the severity.
const SEVERITY_NAMES: [&str; 9] =
    ["level", "priority", "sev", "serverity", "severty", "severity_level", "alert_level", "级别", "严重性"];

/// The names under which people and other systems look for the state of an alert.
const STATUS_NAMES: [&str; 3] = ["status", "state", "alertstate"];

/// The words for the states of an alert.
const STATES: [&str; 7] = ["firing", "resolved", "active", "alerting", "pending", "ok", "clear"];

/// The words with which other languages join conditions.
const CONJUNCTIONS: [&str; 4] = [" and ", " or ", "&&", "||"];

/// The complaint about a condition that hardly says what is meant. `fixed_labels` are those that sources give their
/// alerts, whatever their names.
pub(crate) fn doubt(matcher: &Matcher, fixed_labels: &BTreeSet<&str>) -> Option<String> {
    let of_name = || (!fixed_labels.contains(matcher.name())).then(|| doubt_of_name(matcher)).flatten();
    of_name().or_else(|| doubt_of_value(matcher)).or_else(|| match matcher.operator() {
        Operator::Equal => doubt_of_text(matcher, "=~"),
        Operator::NotEqual => doubt_of_text(matcher, "!~"),
        Operator::Matches | Operator::DoesNotMatch => doubt_of_pattern(matcher),
        Operator::AtLeast | Operator::Above | Operator::AtMost | Operator::Below => None,
    })
}

/// The doubt about a label that no alert has, as far as can be told.
fn doubt_of_name(matcher: &Matcher) -> Option<String> {
    let (name, value) = (matcher.name(), matcher.value());
    let lower = name.to_lowercase();
    let all_words = |is_word: &dyn Fn(&str) -> bool| value.split('|').all(|word| is_word(word.trim()));
    if let Some(own) = OWN_LABELS.iter().find(|own| **own == lower && **own != name) {
        Some(format!(
            "`{matcher}` looks at a label `{name}`, and the gateway's own is `{own}`: write that if it is meant"
        ))
    } else if SEVERITY_NAMES.contains(&lower.as_str()) && all_words(&|word| word.parse::<Severity>().is_ok())
    {
        Some(format!(
            "`{matcher}` looks at a label `{name}`, while an alert's severity is `severity`: write e.g. `severity >= high` \
             if that is meant"
        ))
    } else if STATUS_NAMES.contains(&lower.as_str()) && all_words(&|word| STATES.contains(&word)) {
        Some(format!(
            "`{matcher}` looks at a label `{name}`, while the state of an alert is none: whoever hears of its beginning \
             hears of its end; leave the condition out"
        ))
    } else {
        None
    }
}

/// The doubt about a value, as a text and as a regular expression.
fn doubt_of_value(matcher: &Matcher) -> Option<String> {
    let value = matcher.value();
    let is_condition = |part: &str| part.contains(['=', '~', '<', '>']);
    let is_joined = |word: &&str| value.split_once(*word).is_some_and(|(_, rest)| is_condition(rest));
    if let Some((opening, closing)) = quoted(value) {
        Some(format!(
            "`{matcher}` compares the signs {opening} and {closing} too: leave them out if they are no part of the text"
        ))
    } else if CONJUNCTIONS.iter().any(is_joined) {
        Some(format!(
            "`{matcher}` is one condition, and all behind its operator the text: write each condition by itself, with \
             a comma between them; for `or`, a regular expression or a route of its own"
        ))
    } else if value.starts_with(['=', '~']) {
        Some(format!(
            "`{matcher}` compares with a text that begins with `{}`: an operator is =, !=, =~ or !~",
            &value[..1]
        ))
    } else {
        None
    }
}

/// The doubt about a text that is compared letter by letter; `operator` is the one that takes a regular expression.
fn doubt_of_text(matcher: &Matcher, operator: &str) -> Option<String> {
    let (name, value) = (matcher.name(), matcher.value());
    if [".*", ".+"].iter().any(|it| value.contains(it)) {
        Some(format!(
            "`{matcher}` compares letter by letter, also `.*` and `.+`: write `{name} {operator} \"{value}\"` if a regular \
             expression is meant"
        ))
    } else {
        None
    }
}

/// The doubt about a regular expression.
fn doubt_of_pattern(matcher: &Matcher) -> Option<String> {
    let (name, pattern) = (matcher.name(), matcher.value());
    let is_wanted = matcher.operator() == Operator::Matches;
    if is_wanted && pattern.is_empty() {
        Some(format!(
            "`{matcher}` is met only by alerts without `{name}`: a regular expression has to match all of the text; \
             write `{name} = \"\"` if that is meant, or `.*` for any text"
        ))
    } else if let Some(sign) = misplaced_anchor(pattern) {
        Some(format!(
            "`{matcher}` matches no text: `{sign}` is the {} of it; write `\\{sign}` if the sign itself is meant",
            if sign == '^' { "beginning" } else { "end" }
        ))
    } else {
        wildcard(pattern).map(|start| {
            format!(
                "`{matcher}` repeats only the letter before `*`: write `{start}.*` if any text may follow"
            )
        })
    }
}

/// The first `^` behind, or `$` before, a letter or digit that has to be matched with it. Patterns that change the
/// meaning of signs with `(?…)` are left alone.
fn misplaced_anchor(pattern: &str) -> Option<char> {
    if pattern.contains("(?") || pattern.contains('[') {
        return None;
    }
    let signs: Vec<char> = pattern.chars().collect();
    signs.windows(3).chain(signs.windows(2).take(1)).find_map(|window| match window {
        ['\\', ..] => None,
        [_, '$', next] | ['$', next] if next.is_alphanumeric() => Some('$'),
        [before, '^', _] if before.is_alphanumeric() => Some('^'),
        _ => None,
    })
}

/// The beginning of `pattern`, if it is a plain text with the wildcard of a shell behind it: `door*`.
fn wildcard(pattern: &str) -> Option<&str> {
    let start = pattern.strip_suffix('*')?;
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    (start.chars().count() > 1 && start.chars().all(is_plain)).then_some(start)
}

#[cfg(test)]
mod tests;
