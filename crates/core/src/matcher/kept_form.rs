//! Values that the gateway keeps in one form, however senders and operators write them.

use std::borrow::Cow;
use std::str::FromStr as _;

use crate::Severity;
use crate::device_key::{eui_form, is_eui_separator};

/// The value that an operator wrote, in the form in which it is kept; `None`: there is no other.
pub(super) fn kept_value(name: &str, value: &str) -> Option<String> {
    match name {
        "severity" => Some(Severity::from_str(value).ok()?.word().to_owned()),
        "eui" => Some(eui_form(value)),
        _ => None,
    }
}

/// The text of an alert, which is kept already, in the form in which all ways of writing it are equal: earlier versions
/// kept the EUI with its signs.
pub(super) fn kept_text<'a>(name: &str, text: &'a str) -> Cow<'a, str> {
    match name {
        "eui" => Cow::Owned(eui_form(text)),
        _ => Cow::Borrowed(text),
    }
}

/// The regular expression that finds in the kept form what `pattern` finds in other ways of writing it; `None`: there
/// are none.
pub(super) fn kept_pattern(name: &str, pattern: &str) -> Option<String> {
    match name {
        "severity" => Some(severity_pattern(pattern)),
        "eui" => Some(format!("(?i){}", eui_pattern(pattern))),
        _ => None,
    }
}

/// `pattern` with our word in the place of each word for a severity: `critical|warning` is `urgent|mid`.
fn severity_pattern(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let word = &rest[..rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())];
        let taken = if word.is_empty() { &rest[..first.len_utf8()] } else { word };
        match word.parse::<Severity>() {
            Ok(severity) if !translated.ends_with('\\') => translated.push_str(severity.word()),
            Ok(_) | Err(_) => translated.push_str(taken),
        }
        rest = &rest[taken.len()..];
    }
    translated
}

/// `pattern` without the signs between the digits of an EUI. Within brackets, and where `(?` begins a group, they mean
/// something else and stay.
fn eui_pattern(pattern: &str) -> String {
    let mut kept = String::with_capacity(pattern.len());
    let (mut is_class, mut is_group) = (false, false);
    let mut signs = pattern.chars().peekable();
    while let Some(c) = signs.next() {
        let next = signs.peek().copied();
        match c {
            '\\' if next.is_some_and(|it| is_eui_separator(it) && it != '.') && !is_class => {
                signs.next();
                continue;
            }
            '\\' => {
                kept.push(c);
                kept.extend(signs.next());
                continue;
            }
            '[' => is_class = true,
            ']' => is_class = false,
            '(' if next == Some('?') => is_group = true,
            _ => {}
        }
        let is_separator = is_eui_separator(c) && c != '.';
        if !is_separator || is_class || is_group {
            kept.push(c);
        }
        if matches!(c, ':' | ')' | '>') {
            is_group = false;
        }
    }
    kept
}
