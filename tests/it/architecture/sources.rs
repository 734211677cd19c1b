//! Texts that must not stand in any file of ours.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{nothing_found, root};

/// Files of git that are, or will be, in a commit.
pub(super) fn files() -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).unwrap();
    names.split_terminator('\0').map(str::to_owned).collect()
}

/// Words that promise work instead of doing it. Put together here, or this file would be found.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// A test that is not run.
const NOT_RUN: &str = concat!("#[ig", "nore");

/// Folders that only one machine has.
const MACHINES: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];

fn findings(file: &str, text: &str) -> Vec<String> {
    let lines = (1..).zip(text.lines());
    lines.filter_map(|(number, line)| Some(format!("{file}:{number}: {}", problem(file, line)?))).collect()
}

fn problem(file: &str, line: &str) -> Option<&'static str> {
    let is_word = |word: &str| line.split(|c: char| !c.is_alphanumeric()).any(|it| it == word);
    if UNFINISHED.into_iter().any(is_word) {
        return Some("says what is to be done: do it, or file an issue");
    }
    if is_rust(file) && line.contains(NOT_RUN) {
        return Some("a test that is not run proves nothing");
    }
    if MACHINES.into_iter().any(|folder| begins_a_path(line, folder)) {
        return Some("a path of one machine");
    }
    None
}

fn is_rust(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|it| it == "rs")
}

/// True if `folder` stands where a path begins, not in the middle of one.
fn begins_a_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '}')))
    })
}

/// A value that is made when it is first needed. Put together here, or this file would be found.
const LAZY: [&str; 3] = [concat!("Lazy", "Lock<"), concat!("Lazy", "Cell<"), concat!("once", "_cell")];

/// The only files of the product with such values, which are made at the start. Those of `template/names.rs` are made
/// when a config with templates is read, before any alert.
const LAZY_FILES: [&str; 6] = [
    "crates/core/src/numbers.rs",
    "crates/sources/src/privacy.rs",
    "crates/sources/src/scrub.rs",
    "crates/sources/src/template/names.rs",
    "crates/sources/src/tkl/chat_message.rs",
    "crates/sources/src/tkl/names.rs",
];

#[test]
fn nothing_is_made_when_the_first_alert_needs_it() {
    let is_product = |file: &&String| {
        let aside = ["crates/xtask/", "crates/testkit/"];
        file.starts_with("crates/") && is_rust(file) && !aside.iter().any(|it| file.starts_with(it))
    };
    let is_lazy = |file: &&String| {
        let text = fs::read_to_string(root().join(file)).unwrap_or_default();
        LAZY.iter().any(|it| text.contains(it)) && !file.contains("/tests")
    };
    let lazy: Vec<String> = files().iter().filter(is_product).filter(is_lazy).cloned().collect();
    assert_eq!(lazy, LAZY_FILES, "make it at the start: see `fanfare_sources::warm_up`");
}

#[test]
fn no_file_holds_unfinished_work_or_a_path_of_one_machine() {
    let mut found = Vec::new();
    for file in files() {
        // Binary files, and those deleted and not yet committed so, have no lines to read.
        if let Ok(text) = fs::read_to_string(root().join(&file)) {
            found.extend(findings(&file, &text));
        }
    }
    nothing_found(&found);
}

#[track_caller]
fn check(file: &str, line: &str, expected: usize) {
    let found = findings(file, line);
    assert_eq!(found.len(), expected, "{found:?}");
}

#[test]
fn unfinished_work_is_found_and_a_word_like_it_is_not() {
    check("a.rs", concat!("// TO", "DO: later"), 1);
    check("a.md", concat!("(FIX", "ME)"), 1);
    check("a.rs", "let mastodon = TODOS;", 0);
    check("a.rs", concat!("#[ig", "nore = \"flaky\"]\nfn a() {}\n// TO", "DO"), 2);
    check("a.md", concat!("We write no `#[ig", "nore]`."), 0);
}

#[test]
fn a_path_of_one_machine_is_found_and_an_address_is_not() {
    check("a.yaml", concat!("file: /ho", "me/me/key"), 1);
    check("a.rs", concat!("\"/wo", "rk/main\""), 1);
    check("a.md", concat!("https://example.com/ho", "me/page"), 0);
    check("a.md", concat!("frame", "/wo", "rk/"), 0);
}
