//! The part of a digest that one message carries.

use fanfare_core::{Digest, MessageForm};

/// The notifications of `digest`, from the first on, whose message `fits` in either form: a
/// digest that is refused in its full form must still be told whole in the plain one.
pub fn capacity(digest: &Digest, fits: impl Fn(&Digest, MessageForm) -> bool) -> usize {
    digest
        .how_many(|digest| [MessageForm::Full, MessageForm::Plain].into_iter().all(|form| fits(digest, form)))
}

#[cfg(test)]
mod tests;
