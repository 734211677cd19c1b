//! A folder with a config, where the binary is run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::TestProgram;

/// A working directory with `fanfare.yaml` in it. Removed when dropped.
#[derive(Debug)]
pub(crate) struct TestFolder(TempDir);

impl TestFolder {
    /// A new folder with this config.
    pub(crate) fn new(config: &str) -> Self {
        let site = Self(TempDir::new().unwrap());
        site.write("fanfare.yaml", config);
        site
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Everything the store has on the disk, as text; `store: sqlite://data/fanfare.db`.
    pub(crate) fn database(&self) -> String {
        let files = std::fs::read_dir(self.path("data")).unwrap().map(|it| it.unwrap().path());
        files.map(|it| String::from_utf8_lossy(&std::fs::read(it).unwrap()).into_owned()).collect()
    }

    /// Puts a file into the folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// `fanfare` with nothing of this process's environment but `env`, which may
    /// also say what `RUST_LOG` is.
    pub(crate) fn command(&self, args: &[&str], env: &[(&str, &str)]) -> Command {
        let mut command = Command::new(binary());
        command
            .current_dir(self.folder())
            .env_clear()
            .env("FANFARE_CONFIG", "fanfare.yaml")
            .env("TMPDIR", self.folder())
            .env("RUST_LOG", "info")
            .envs(env.iter().copied())
            .args(args)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command that ends by itself, e.g. `["check", "--json"]`.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str], env: &[(&str, &str)]) -> FinishedCommand {
        let mut program = TestProgram::start(self.command(args, env));
        let code = program.wait().code();
        FinishedCommand { code, stdout: program.printed(), stderr: program.log() }
    }
}

/// The exit code and the output of a command.
#[derive(Debug, Clone)]
pub(crate) struct FinishedCommand {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl FinishedCommand {
    /// Everything it said.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// The binary beside this test: cargo builds it for the package `fanfare` only.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let binary = test.parent().and_then(Path::parent).unwrap().join("fanfare");
    assert!(
        binary.exists(),
        "{} is missing: run `cargo build -p fanfare`, or `cargo xtask test`",
        binary.display()
    );
    binary
}
