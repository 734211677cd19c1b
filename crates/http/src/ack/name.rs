//! The name of the person who acknowledges.

use fanfare_core::one_line;
use url::form_urlencoded;

use super::name_field::{NAME_FIELD, NAME_LIMIT};

/// The name in a form: on one line, and no longer than it may be; `None` if there is none.
pub(crate) fn name_in(form: &[u8]) -> Option<String> {
    let (_, name) = form_urlencoded::parse(form).find(|(field, _)| field == NAME_FIELD)?;
    let name: String = one_line(&name).chars().take(NAME_LIMIT).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests;
