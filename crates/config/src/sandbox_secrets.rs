//! Secrets in the sandbox, where they may be missing.

use std::io;
use std::path::Path;

use fanfare_core::Secret;
use fanfare_settings::Secrets;

/// The secrets of `S`, and for every other a stand-in: where nothing is sent to a real
/// provider secrets may be missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct SandboxSecrets<S>(pub S);

impl<S: Secrets> Secrets for SandboxSecrets<S> {
    fn variable(&self, name: &str) -> Option<String> {
        let known = self.0.variable(name).filter(|text| !text.trim().is_empty());
        Some(known.unwrap_or_else(|| Secret::stand_in(name)))
    }

    // Every variable has a text here: a stand-in, if none of its own.
    fn is_not_utf8(&self, _: &str) -> bool {
        false
    }

    fn others_may_read(&self, path: &Path) -> bool {
        self.0.others_may_read(path)
    }

    fn others_may_write(&self, path: &Path) -> bool {
        self.0.others_may_write(path)
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        let known = self.0.file(path).ok().filter(|text| !text.trim().is_empty());
        Ok(known.unwrap_or_else(|| Secret::stand_in(&path.to_string_lossy())))
    }
}

#[cfg(test)]
mod tests;
