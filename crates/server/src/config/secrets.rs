//! Where secrets come from.

use std::fmt;
use std::io;
use std::path::Path;

use fanfare_core::IdempotencyKey;

/// Where `{ env: NAME }` and `{ file: PATH }` are looked up.
pub trait Secrets: fmt::Debug {
    /// The environment variable `name`; `None` if it is not set.
    fn variable(&self, name: &str) -> Option<String>;

    /// The text of the file at `path`.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn file(&self, path: &Path) -> io::Result<String>;
}

/// The environment of this process and the files of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessSecrets;

impl Secrets for ProcessSecrets {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }
}

/// What `S` knows, and for everything else a harmless stand-in, the same for
/// the same name: in the sandbox secrets may be missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct SandboxSecrets<S>(pub S);

impl<S: Secrets> Secrets for SandboxSecrets<S> {
    fn variable(&self, name: &str) -> Option<String> {
        let known = self.0.variable(name).filter(|text| !text.trim().is_empty());
        Some(known.unwrap_or_else(|| invented(name)))
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        let known = self.0.file(path).ok().filter(|text| !text.trim().is_empty());
        Ok(known.unwrap_or_else(|| invented(&path.to_string_lossy())))
    }
}

/// Begins with `SEC` because DingTalk's signing secrets do, and channels check that.
fn invented(name: &str) -> String {
    format!("SEC{}", IdempotencyKey::of(&["sandbox secret", name]).as_str())
}

#[cfg(test)]
mod tests;
