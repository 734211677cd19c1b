//! Settings that the robots of several providers have alike.

use std::fmt;

use fanfare_core::{BuildError, Secret, SettingWarning};

/// The form in which a provider issues a secret, as far as it has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretForm {
    /// A text before so many hexadecimal digits.
    Hex(&'static str, usize),
    /// Groups of 8, 4, 4, 4 and 12 letters and digits, as of a UUID; in WeCom's own example not all are hexadecimal.
    Uuid,
    /// Letters, digits, `-` and `_`, as many as this.
    Letters(usize),
}

/// Checks the secret part of a webhook address, e.g. what stands after `access_token=`.
///
/// # Errors
///
/// With `expected`, if it is empty or more than that part: people paste the whole address.
pub fn check_address_part(field: &str, part: &Secret, expected: &str) -> Result<(), BuildError> {
    let part = part.expose();
    let is_none = |c: char| !c.is_ascii_graphic() || "/=&?\"'`<>".contains(c);
    if part.is_empty() || part.contains(is_none) { Err(BuildError::new(field, expected)) } else { Ok(()) }
}

/// The doubt about a secret that has not the `form` in which the provider issues them, which is no mistake for
/// certain; `None` where another provider than its own is asked, at `endpoint`.
#[must_use]
pub fn check_form(
    field: &str,
    secret: &Secret,
    form: SecretForm,
    endpoint: Option<&str>,
) -> Option<SettingWarning> {
    if endpoint.is_some() || secret.is_stand_in() || form.is_form_of(secret.expose()) {
        return None;
    }
    let length = secret.expose().chars().count();
    let message =
        format!("does not look like one: expected {form}, found {length} characters; copy it once more");
    Some(SettingWarning { field: field.to_owned(), message })
}

impl SecretForm {
    fn is_form_of(self, text: &str) -> bool {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        match self {
            Self::Hex(before, digits) => text
                .strip_prefix(before)
                .is_some_and(|rest| rest.len() == digits && rest.chars().all(|c| c.is_ascii_hexdigit())),
            Self::Uuid => {
                let lengths: Vec<usize> = text.split('-').map(str::len).collect();
                lengths == [8, 4, 4, 4, 12] && text.chars().all(is_letter)
            }
            Self::Letters(length) => text.len() == length && text.chars().all(is_letter),
        }
    }
}

impl fmt::Display for SecretForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hex("", digits) => write!(f, "{digits} hexadecimal digits"),
            Self::Hex(before, digits) => write!(f, "`{before}` and {digits} hexadecimal digits"),
            Self::Uuid => f.write_str("8, 4, 4, 4 and 12 letters and digits with `-` between them"),
            Self::Letters(length) => write!(f, "{length} letters and digits"),
        }
    }
}

/// Checks the keyword that is put into every message.
///
/// # Errors
///
/// If it is blank: a message would be refused for want of it.
pub fn check_keyword(keyword: Option<&str>) -> Result<(), BuildError> {
    match keyword {
        Some(keyword) if keyword.trim().is_empty() => {
            Err(BuildError::new("keyword", "must not be empty: leave it out if no keyword is asked for"))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
