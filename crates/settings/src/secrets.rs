//! The sources of secrets: the environment, and files.

use std::fmt;
use std::io;
use std::path::Path;

/// The source in which `{ env: NAME }` and `{ file: PATH }` are looked up.
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

/// A source without any secret.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSecrets;

impl Secrets for NoSecrets {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn file(&self, _: &Path) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }
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
