//! Folders of this checkout, and builds in it.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

/// The folder of the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    let crates_xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    crates_xtask.ancestors().nth(2).unwrap_or(crates_xtask).to_owned()
}

/// The folder in which cargo builds: `target`, unless the user has moved it.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A folder for what a command leaves behind only if it is killed itself; on the
/// disk that we build on, because a folder for temporary files is often in memory.
///
/// # Errors
///
/// When it cannot be made.
pub fn scratch() -> Result<PathBuf> {
    let folder = target().join("xtask");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// `cargo`, run in the workspace as a person would run it.
pub(crate) fn cargo() -> Command {
    in_workspace(Command::new("cargo"))
}

/// `command`, run in the workspace as a person would run it.
pub(crate) fn in_workspace(mut command: Command) -> Command {
    command.current_dir(root());
    // What `cargo run` told us about ourselves is not meant for our children:
    // build scripts that watch these would run again each time.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// Builds the `fanfare` binary of a cargo profile and says where it is.
///
/// # Errors
///
/// When it does not compile; cargo has said why.
pub fn build_gateway(profile: &str) -> Result<PathBuf> {
    build("fanfare", profile)
}

/// Builds this program by a cargo profile with optimisation and lets it take over this process: a
/// load generator that is slower than what it measures would measure itself, and a simulation would
/// take ten times as long. Returns at once if it already is an optimised build.
///
/// # Errors
///
/// When it does not compile or cannot be run.
pub fn rerun_optimised(profile: &str) -> Result<()> {
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    let binary = build("xtask", profile)?;
    let problem = Command::new(&binary).args(env::args_os().skip(1)).exec();
    Err(problem).with_context(|| format!("cannot run {}", binary.display()))
}

/// One package at a time: built together they would share features, and the
/// gateway measured would not be the one that ships.
fn build(package: &str, profile: &str) -> Result<PathBuf> {
    let status = cargo()
        .args(["build", "--quiet", "--locked", "--package", package, "--bins", "--profile", profile])
        .status()
        .context("cannot run cargo")?;
    if !status.success() {
        bail!("`{package}` does not build: {status}");
    }
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(target().join(folder).join(package))
}
