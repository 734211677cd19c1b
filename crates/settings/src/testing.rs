//! Fixtures of this crate's tests: secrets from a list, and a context to read in.

use std::io;
use std::path::Path;

use crate::context::{InlineSecrets, ReadContext};
use crate::node::Node;
use crate::secrets::Secrets;

/// Secrets by the name of their variable or the path of their file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListedSecrets(pub(crate) &'static [(&'static str, &'static str)]);

impl ListedSecrets {
    fn get(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
    }
}

impl Secrets for ListedSecrets {
    fn variable(&self, name: &str) -> Option<String> {
        self.get(name)
    }

    fn is_not_utf8(&self, name: &str) -> bool {
        name == "LATIN"
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        path.to_str().and_then(|path| self.get(path)).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn others_may_read(&self, path: &Path) -> bool {
        path.ends_with("open")
    }

    fn others_may_write(&self, path: &Path) -> bool {
        path.ends_with("loose")
    }
}

/// The surroundings of `root`, the tree of `source`.
pub(crate) fn context<'a>(source: &'a str, root: &Node, secrets: &'a dyn Secrets) -> ReadContext<'a> {
    ReadContext {
        source,
        secrets,
        folder: Path::new("/etc"),
        inline_secrets: InlineSecrets::from_root(root),
        placeholder_texts: &["", "red"],
    }
}

/// The tree of `text`, which is sound YAML.
pub(crate) fn tree(text: &str) -> Node {
    crate::parse(text, &mut Vec::new()).unwrap_or_else(|problem| panic!("{problem}"))
}
