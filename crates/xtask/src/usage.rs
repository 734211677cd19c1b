//! The memory and processor time that a process has used.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

#[cfg(test)]
mod tests;

/// Memory and processor time of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Resident now, in KiB.
    pub(crate) resident_kib: u64,
    /// The most that ever was resident, in KiB.
    pub(crate) peak_kib: u64,
    /// User and system time since it was started.
    pub(crate) cpu: Duration,
}

/// The length of one tick of `/proc/PID/stat`. "USER_HZ" is 100 on every
/// architecture that we build for: `man 7 time`.
const TICK: Duration = Duration::from_millis(10);

impl Usage {
    /// Reads it from `/proc`.
    ///
    /// # Errors
    ///
    /// When the process is gone.
    pub(crate) fn from_pid(pid: u32) -> Result<Self> {
        let read = |name: &str| {
            let path = format!("/proc/{pid}/{name}");
            fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
        };
        Self::parse(&read("status")?, &read("stat")?)
    }

    fn parse(status: &str, stat: &str) -> Result<Self> {
        Ok(Self {
            resident_kib: kib(status, "VmRSS:")?,
            peak_kib: kib(status, "VmHWM:")?,
            cpu: cpu(stat).context("/proc/PID/stat does not look like `man 5 proc` says")?,
        })
    }
}

/// A line such as `VmRSS:\t   10240 kB`.
fn kib(status: &str, key: &str) -> Result<u64> {
    status
        .lines()
        .find_map(|line| line.strip_prefix(key)?.trim().strip_suffix(" kB")?.parse().ok())
        .with_context(|| format!("/proc/PID/status has no {key}"))
}

/// Fields 14 and 15, utime and stime. Field 2, the name, may hold spaces and
/// parentheses, so the count begins after its last parenthesis.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, from_field_3) = stat.rsplit_once(')')?;
    let mut fields = from_field_3.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(TICK * user.checked_add(system)?)
}
