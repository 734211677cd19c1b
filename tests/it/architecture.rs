//! Rules of the workspace that the compiler does not hold: dependencies, manifests, names, prose.

mod code;
mod dependencies;
mod fakes;
mod manifests;
mod promises;
mod sources;

use crate::harness::root;

/// Shows every finding at once: whoever broke a rule may have broken it twice.
#[track_caller]
fn nothing_found(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}
