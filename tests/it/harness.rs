//! Runs the real binary, and talks to it as others do: over sockets, signals and files.

mod http;
mod program;
mod providers;
mod site;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

pub(crate) use self::http::{TestAnswer, TestRequest};
pub(crate) use self::program::{TestGateway, TestProgram};
pub(crate) use self::providers::FakeProviders;
pub(crate) use self::site::{FinishedCommand, TestFolder};

/// The longest time for anything that should take no time: far above any good
/// one, so that only a hang meets it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until `condition` holds.
#[track_caller]
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool, patience: Duration) {
    let found = await_some(|| condition().then_some(()), patience);
    assert!(found.is_some(), "still not so after {patience:?}: {what}");
}

/// The result of `find` as soon as there is one; `None` if there is none in time.
pub(crate) fn await_some<T>(mut find: impl FnMut() -> Option<T>, patience: Duration) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = find() {
            return Some(found);
        }
        if started.elapsed() > patience {
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The folder of the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The text of a file of the workspace.
#[track_caller]
pub(crate) fn file(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|err| panic!("{path}: {err}"))
}

/// The text of an answer's field, or the JSON if it is no text.
#[track_caller]
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no text called `{field}` in {value}"))
}
