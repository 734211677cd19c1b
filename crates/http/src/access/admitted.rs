//! The proof that a request was let in.

use fanfare_core::AckToken;

/// Proof that a request was let in.
///
/// Only the functions of this module make one, and nothing of a request's parameters or body
/// is read without it: a handler cannot answer a stranger's mistakes before it has sent him away.
#[derive(Debug)]
pub(crate) struct Admitted(());

impl Admitted {
    /// The proof of a caller that has shown a right credential.
    pub(super) fn new() -> Self {
        Self(())
    }

    /// The proof of whoever has the link of a message, which bears our signature.
    pub(crate) fn with_link(_link: &AckToken) -> Self {
        Self(())
    }
}
