//! A full disk: the system lets a process write no file beyond a size, with an error as of a disk without room.

use anyhow::{Result, bail};
use tokio::process::Command;

/// The size beyond which no file grows on a full disk, in bytes: a page of a store.
const PAGE: u32 = 4_096;

/// The same command, run so that [`fill_disk`] ends in an error of its writes: the signal that comes with it would
/// end the process.
pub(crate) fn fillable(command: &Command) -> Command {
    let command = command.as_std();
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

/// Lets the process `pid` write to no file that is larger than a page, until it ends.
pub(crate) async fn fill_disk(pid: u32) -> Result<()> {
    let mut prlimit = Command::new("prlimit");
    prlimit.arg(format!("--fsize={PAGE}:")).arg("--pid").arg(pid.to_string());
    let status = prlimit.status().await?;
    if status.success() { Ok(()) } else { bail!("the disk could not be filled: {status}") }
}

#[cfg(test)]
mod tests;
