//! Settings that the robots of several providers have alike.

use fanfare_core::{BuildError, Secret};

/// Checks the secret part of a webhook address, e.g. what stands after `access_token=`.
///
/// # Errors
///
/// With `expected`, if it is empty or more than that part: people paste the whole address.
pub fn check_address_part(field: &str, part: &Secret, expected: &str) -> Result<(), BuildError> {
    let part = part.expose();
    let is_more = part.contains(['/', '=', '&', '?']) || part.contains(char::is_whitespace);
    if part.is_empty() || is_more { Err(BuildError::new(field, expected)) } else { Ok(()) }
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
