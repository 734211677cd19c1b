//! A full disk: the system lets a process write no file beyond a size, with an error as of a disk without room.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The size beyond which no file grows on a full disk, in bytes: a page of a store.
const PAGE: u32 = 4_096;

/// The room that a process finds on its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskRoom {
    /// No room: no file grows beyond a page.
    None,
    /// All that the disk has.
    Unlimited,
}

/// The same command, run so that a disk without room ends in an error of its writes: the signal that comes with it
/// would end the process.
#[must_use]
pub(crate) fn fillable(command: &Command) -> Command {
    let mut fillable = Command::new("sh");
    fillable
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => fillable.env(name, value),
            None => fillable.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        fillable.current_dir(folder);
    }
    fillable
}

impl DiskRoom {
    /// Gives the process `pid` this room. One that does not know the signal of a file that may not grow is ended by it.
    ///
    /// # Errors
    ///
    /// If `prlimit` is not there, or the process is not.
    pub fn give_to(self, pid: u32) -> Result<()> {
        let size = match self {
            Self::None => PAGE.to_string(),
            Self::Unlimited => "unlimited".to_owned(),
        };
        // The soft limit alone: one that was lowered for good could not be raised again.
        let status = Command::new("prlimit")
            .arg(format!("--fsize={size}:"))
            .args(["--pid", &pid.to_string()])
            .status()
            .context("cannot run prlimit")?;
        if status.success() { Ok(()) } else { bail!("the room on the disk could not be set: {status}") }
    }
}

#[cfg(test)]
mod tests;
