//! The surroundings in which settings are read: the text they stand in, and
//! the sources of secrets.

use std::fmt;
use std::path::Path;

use crate::node::Node;
use crate::secrets::Secrets;

/// Everything that reading a setting needs besides the setting.
#[derive(Clone, Copy)]
pub struct ReadContext<'a> {
    /// The text of the config, for numbers that are meant as text.
    pub source: &'a str,
    /// The source of secrets.
    pub secrets: &'a dyn Secrets,
    /// The folder of the config, from which a relative `{ file: PATH }` is looked up.
    pub folder: &'a Path,
    /// The rule for secrets in the config itself.
    pub inline_secrets: InlineSecrets,
    /// Texts that pass for most values people write as text, tried in this order
    /// in the place of one that was wrong; the first is best for names.
    pub placeholder_texts: &'a [&'a str],
}

/// The rule for secrets that stand in the config itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlineSecrets {
    /// Taken as they are: the config says `allow_inline_secrets: true`.
    Allowed,
    /// Refused, as by default.
    Refused,
}

impl InlineSecrets {
    /// The rule that the config itself states. Looked at before anything else is
    /// read, since it says how secrets are read.
    #[must_use]
    pub fn from_root(root: &Node) -> Self {
        let is_allowed = root.get("allow_inline_secrets").is_some_and(Node::is_true);
        if is_allowed { Self::Allowed } else { Self::Refused }
    }
}

impl fmt::Debug for ReadContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the source: secrets may stand in it.
        f.debug_struct("ReadContext").field("folder", &self.folder).finish_non_exhaustive()
    }
}
