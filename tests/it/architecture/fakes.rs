//! A channel and its fake share no code: a mistake in one cannot be repeated in the other.

use std::fs;

use super::sources::files;
use super::{nothing_found, root};

/// The side of a channel crate that a source file stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The fake: `src/fake.rs` and everything below `src/fake`.
    Fake {
        /// The number of `super` that lead from the file to the root of the crate.
        depth: usize,
    },
    /// The client: all other files but the root of the crate, which registers the fake.
    Client,
}

/// The side of the file, if it is a source file of a channel crate that ships.
fn side(file: &str) -> Option<Side> {
    let (_, path) = file.strip_prefix("crates/channel-")?.split_once("/src/")?;
    let modules: Vec<&str> = path.strip_suffix(".rs")?.split('/').collect();
    match modules.as_slice() {
        ["lib"] => None,
        ["fake", ..] => Some(Side::Fake { depth: modules.len() }),
        // The client's tests may meet the fake.
        modules if modules.contains(&"tests") => None,
        _ => Some(Side::Client),
    }
}

/// The crates of ours that every provider's fake may know.
const KNOWN_TO_FAKES: &str = "fanfare_sandbox";

fn findings(file: &str, text: &str) -> Vec<String> {
    let Some(side) = side(file) else { return Vec::new() };
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"));
    let found = lines.filter_map(|(number, line)| Some((number, problem(side, line)?)));
    found.map(|(number, problem)| format!("{file}:{number}: {problem}")).collect()
}

fn problem(side: Side, line: &str) -> Option<&'static str> {
    match side {
        Side::Fake { depth } => {
            let leaves_by_name = follows(line, "crate::", |rest| !rest.starts_with("fake"));
            if leaves_by_name || line.contains(&"super::".repeat(depth)) {
                return Some("a fake uses nothing of its client");
            }
            let ours = |rest: &str| !rest.starts_with(&KNOWN_TO_FAKES["fanfare_".len()..]);
            (follows(line, "fanfare_", ours) || line.contains("channel_"))
                .then_some("a fake knows no crate of ours but the sandbox")
        }
        Side::Client => {
            let reaches_in = line.contains("crate::fake") || line.contains("super::fake");
            (reaches_in || line.contains(KNOWN_TO_FAKES)).then_some("a client uses nothing of its fake")
        }
    }
}

/// True if `start` begins a path in the line, and what follows it is as `is_wrong` says.
fn follows(line: &str, start: &str, is_wrong: impl Fn(&str) -> bool) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_') && is_wrong(&line[at + start.len()..])
    })
}

#[test]
fn a_channel_and_its_fake_share_no_code() {
    let mut found = Vec::new();
    let mut fakes = 0;
    for file in files() {
        if side(&file).is_some() {
            fakes += usize::from(file.ends_with("/src/fake.rs"));
            found.extend(findings(&file, &fs::read_to_string(root().join(&file)).unwrap()));
        }
    }
    nothing_found(&found);
    assert_eq!(fakes, fanfare::registry().kinds().count(), "`src/fake.rs` in channel crates, and kinds");
}

#[track_caller]
fn check(file: &str, line: &str, expected: usize) {
    let found = findings(file, line);
    assert_eq!(found.len(), expected, "{found:?}");
}

#[test]
fn a_fake_that_uses_its_client_is_found() {
    check("crates/channel-x/src/fake.rs", "use super::sign;", 1);
    check("crates/channel-x/src/fake/server.rs", "use super::super::sign;", 1);
    check("crates/channel-x/src/fake/server/tests.rs", "use super::super::rules::Rules;", 0);
    check("crates/channel-x/src/fake/server.rs", "use super::rules::Rules;", 0);
    check("crates/channel-x/src/fake/server.rs", "use crate::sign::sign;", 1);
    check("crates/channel-x/src/fake/server.rs", "use crate::fake::rules::Rules;", 0);
    check("crates/channel-x/src/fake/server.rs", "use fanfare_http_channel::Client;", 1);
    check("crates/channel-x/src/fake/server.rs", "use fanfare_sandbox::Provider;", 0);
    check("crates/channel-x/src/fake/server.rs", "//! Unlike crate::sign, it is strict.", 0);
}

#[test]
fn a_client_that_uses_its_fake_is_found() {
    check("crates/channel-x/src/sign.rs", "use crate::fake::signature;", 1);
    check("crates/channel-x/src/sign.rs", "use fanfare_sandbox::text_at;", 1);
    check("crates/channel-x/src/lib.rs", "Box::new(fake::Fake::default())", 0);
    check("crates/channel-x/src/sign/tests.rs", "use crate::fake::Fake;", 0);
    check("crates/gateway/src/lane.rs", "use crate::fake::Fake;", 0);
}
