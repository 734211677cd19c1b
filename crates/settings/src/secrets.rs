//! The sources of secrets: the environment, and files.

use std::fmt;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::text_file::{Pipes, read_text_file};

/// The most bytes of a secret's file. Ours: a token has some hundred, a key of 16,384 bits twelve thousand.
const LONGEST_SECRET: u64 = 64 * 1024;

/// The bit of a file's mode by which everybody may read it.
const OTHERS_READ: u32 = 0o004;

/// The bits of a file's mode by which its group and everybody may write it.
const OTHERS_WRITE: u32 = 0o022;

/// The source in which `{ env: NAME }` and `{ file: PATH }` are looked up.
pub trait Secrets: fmt::Debug {
    /// The environment variable `name`; `None` if it is not set, or is no text.
    fn variable(&self, name: &str) -> Option<String>;

    /// True if the environment variable `name` is set to something that is no text in UTF-8.
    fn is_not_utf8(&self, name: &str) -> bool;

    /// The text of the file at `path`.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is none that holds a secret.
    fn file(&self, path: &Path) -> io::Result<String>;

    /// True if more than the owner and the group of the file at `path` may read it.
    fn others_may_read(&self, path: &Path) -> bool;

    /// True if more than the owner of the file at `path` may write it.
    fn others_may_write(&self, path: &Path) -> bool;
}

/// A source without any secret.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSecrets;

impl Secrets for NoSecrets {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn is_not_utf8(&self, _: &str) -> bool {
        false
    }

    fn file(&self, _: &Path) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn others_may_read(&self, _: &Path) -> bool {
        false
    }

    fn others_may_write(&self, _: &Path) -> bool {
        false
    }
}

/// The environment of this process and the files of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessSecrets;

impl Secrets for ProcessSecrets {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn is_not_utf8(&self, name: &str) -> bool {
        std::env::var_os(name).is_some_and(|it| it.to_str().is_none())
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        read_text_file(path, LONGEST_SECRET, Pipes::Refused)
    }

    fn others_may_read(&self, path: &Path) -> bool {
        has_mode(path, OTHERS_READ)
    }

    fn others_may_write(&self, path: &Path) -> bool {
        has_mode(path, OTHERS_WRITE)
    }
}

/// True if `path` leads to a file whose mode has one of `bits`.
fn has_mode(path: &Path, bits: u32) -> bool {
    std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & bits != 0)
}

#[cfg(test)]
mod tests;
