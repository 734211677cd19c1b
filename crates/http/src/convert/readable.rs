//! Rows with a word that no version writes: they cost themselves and not the answer.

use fanfare_api::UnknownWord;
use tracing::error;

/// The rows in the API's form. One with a word that is not known is left out, and logged.
pub(super) fn readable<T, U>(
    rows: impl IntoIterator<Item = T>,
    convert: impl Fn(T) -> Result<U, UnknownWord>,
) -> Vec<U> {
    let mut readable = Vec::new();
    for row in rows {
        match convert(row) {
            Ok(row) => readable.push(row),
            Err(err) => error!(error = %err, "A row of the store cannot be read; see `fanfare audit`"),
        }
    }
    readable
}
