//! Manifests: the workspace's lints and version, and no dependency that nobody uses.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

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

/// The dependencies in the sections of `manifest` whose name ends with `dependencies]`.
fn dependencies(manifest: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut is_inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_inside = line.trim_end().ends_with("dependencies]");
        } else if is_inside && line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let end = line.find(['.', ' ', '=']).unwrap_or(line.len());
            names.insert(&line[..end]);
        }
    }
    names
}

/// Packages whose library has another name.
const LIBRARIES: [(&str, &str); 3] =
    [("rumqttc-next", "rumqttc"), ("md-5", "md5"), ("rustls-webpki", "webpki")];

/// True if some word of `source` is the library of the package `name`, as Rust writes it.
fn is_named(source: &str, name: &str) -> bool {
    let library = LIBRARIES.iter().find(|(package, _)| *package == name).map_or(name, |(_, library)| library);
    let name = library.replace('-', "_");
    source.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}

/// The text of every Rust file in a folder and below it.
fn rust_text(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&rust_text(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    text
}

fn unused<'a>(manifest: &'a str, source: &str) -> Vec<&'a str> {
    dependencies(manifest).into_iter().filter(|name| !is_named(source, name)).collect()
}

#[test]
fn every_dependency_is_used_where_it_is_declared() {
    let mut found = Vec::new();
    for path in manifests() {
        let manifest = fs::read_to_string(&path).unwrap();
        let source = rust_text(path.parent().unwrap());
        found.extend(unused(&manifest, &source).into_iter().map(|it| format!("{}: `{it}`", path.display())));
    }
    nothing_found(&found);
}

#[test]
fn every_dependency_of_the_workspace_is_used_by_a_crate() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let crates: Vec<String> = manifests().iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let used: BTreeSet<&str> = crates.iter().flat_map(|manifest| dependencies(manifest)).collect();
    let unused = dependencies(&workspace).into_iter().filter(|it| !used.contains(it));
    nothing_found(&unused.map(|it| format!("no crate uses `{it}`")).collect::<Vec<_>>());
}

#[test]
fn a_dependency_that_nobody_uses_is_found() {
    let manifest = "[package]\nname = \"a\"\n[dependencies]\nurl.workspace = true\nserde_json = \"1\"\n\
                    # a comment\n[dev-dependencies]\nrand-core = { path = \"b\" }\n[lints]\nworkspace = true\n";
    assert_eq!(
        unused(manifest, "use url::Url; fn f() { urls() } // serde_jsonish"),
        ["rand-core", "serde_json"]
    );
    assert_eq!(unused(manifest, "use url::Url; use rand_core::A; serde_json::Value"), Vec::<&str>::new());
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
