//! Rules of the workspace that the compiler does not hold: dependencies, manifests, names, prose.

mod code;
mod dependencies;
mod fakes;
mod manifests;
mod promises;
mod sources;

use std::path::{Path, PathBuf};

/// The folder of the workspace's `Cargo.toml`.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Shows every finding at once: whoever broke a rule may have broken it twice.
#[track_caller]
fn nothing_found(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}
