//! A disk of a few megabytes of its own, which can be filled and made read-only.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use crate::harness::{TestFolder, TestGateway};

/// A small disk in memory at the folder `data` of a test, in a namespace of its own: no other program sees it, and
/// no privilege is needed where the system lets users have namespaces.
pub(super) struct SmallDisk {
    holder: Child,
    site: Arc<TestFolder>,
}

impl SmallDisk {
    /// A disk of `megabytes`; `None`, with a word about it, where the system does not allow it.
    pub(super) fn mount(site: &Arc<TestFolder>, megabytes: u32) -> Option<Self> {
        std::fs::create_dir_all(site.path("data")).unwrap();
        let script = format!(
            "mount -t tmpfs -o size={megabytes}m,mode=755 tmpfs data && echo mounted && exec sleep 600"
        );
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", &script]).current_dir(site.folder());
        let holder = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let Ok(mut holder) = holder else { return not_possible() };
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let disk = Self { holder, site: Arc::clone(site) };
        if line.trim() == "mounted" { Some(disk) } else { not_possible() }
    }

    /// `fanfare serve` with this disk.
    #[track_caller]
    pub(super) fn start(&self) -> TestGateway {
        let fanfare = self.site.command(&["serve"], &[]);
        let mut command = self.enter();
        command.args(["sh", "-c", "cd \"$1\" && exec \"$0\" serve"]);
        command.arg(fanfare.get_program()).arg(self.site.folder());
        command.env_clear().envs(fanfare.get_envs().filter_map(|(name, value)| Some((name, value?))));
        TestGateway::start_by(&self.site, command)
    }

    /// A file on the disk, seen from outside.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        let data = self.site.path("data").join(name);
        PathBuf::from(format!("/proc/{}/root{}", self.holder.id(), data.display()))
    }

    /// Leaves no room.
    pub(super) fn fill(&self) {
        let written = std::fs::write(self.path("filler"), vec![1; 64 * 1024 * 1024]);
        assert!(written.is_err(), "it was not full after that");
    }

    pub(super) fn make_room(&self) {
        std::fs::remove_file(self.path("filler")).unwrap();
    }

    /// Mounts it anew, with the option `ro` or `rw`.
    pub(super) fn remount(&self, option: &str) {
        let data = self.site.path("data");
        let mut command = self.enter();
        let status = command.args(["mount", "-o", &format!("remount,{option}")]).arg(data).status().unwrap();
        assert!(status.success());
    }

    /// A command that runs with this disk.
    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        let holder = self.holder.id().to_string();
        command.args(["--preserve-credentials", "-U", "-m", "-t", &holder]).stdin(Stdio::null());
        command
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.holder.kill());
        drop(self.holder.wait());
    }
}

fn not_possible() -> Option<SmallDisk> {
    #[expect(clippy::print_stderr, reason = "whoever reads the output must know that nothing was tested")]
    {
        eprintln!("This system lets no user mount a disk in a namespace: not tested here");
    }
    None
}
