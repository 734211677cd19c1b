//! Every crate keeps the workspace's lints and version.

use std::fs;
use std::path::PathBuf;

use super::{nothing_found, root};

/// Lines of every package's manifest.
const INHERITED: [&str; 6] = [
    "version.workspace = true",
    "edition.workspace = true",
    "rust-version.workspace = true",
    "license.workspace = true",
    "publish.workspace = true",
    "[lints]\nworkspace = true",
];

fn manifests() -> Vec<PathBuf> {
    let crates = fs::read_dir(root().join("crates")).unwrap().map(|it| it.unwrap().path().join("Cargo.toml"));
    crates.chain([root().join("tests/Cargo.toml")]).collect()
}

fn not_inherited(manifest: &str) -> Vec<&'static str> {
    // Whole lines: `rust-version` ends like `version`.
    INHERITED.into_iter().filter(|it| !manifest.contains(&format!("\n{it}\n"))).collect()
}

#[test]
fn every_crate_keeps_the_lints_and_the_version_of_the_workspace() {
    let findings: Vec<String> = manifests()
        .iter()
        .flat_map(|path| {
            let missing = not_inherited(&fs::read_to_string(path).unwrap());
            missing.into_iter().map(move |it| format!("{}: `{it}` is missing", path.display()))
        })
        .collect();
    nothing_found(&findings);
    assert!(manifests().len() >= 13);
}

#[test]
fn a_crate_of_its_own_mind_is_found() {
    let lax = "[package]\nversion = \"1.0.0\"\nedition.workspace = true\nrust-version.workspace = true\n\
               license.workspace = true\npublish.workspace = true\n[lints.rust]\nunsafe_code = \"allow\"\n";
    assert_eq!(not_inherited(lax), ["version.workspace = true", "[lints]\nworkspace = true"]);
}

/// `forbid`, which no crate can take back, unlike `deny`.
#[test]
fn unsafe_code_is_forbidden_everywhere() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"));
}
