//! The lock and the owner of a store.

use std::sync::Arc;

use rusqlite::Connection;

use super::{CONFIG, ENV, alarm, gateway};
use crate::harness::{TestFolder, TestGateway};

/// Beside the one of the config: what the sandbox took must not be owed to real providers.
const STORE: &str = "data/fanfare.sandbox.db";

/// Checks the error of a process that cannot use the store.
#[track_caller]
fn check_refused(site: &TestFolder, words: &[&str]) {
    let finished = site.run(&["serve", "--sandbox"], &ENV);
    assert_eq!(finished.code, Some(1), "{}", finished.said());
    let error = finished.stderr.lines().find(|line| line.starts_with("error: "));
    let error = error.unwrap_or_else(|| panic!("no error: {}", finished.stderr));
    for word in words {
        assert!(error.contains(word), "`{word}` is not said: {error}");
    }
}

#[test]
fn a_second_process_on_the_same_store_is_turned_away_and_the_first_goes_on() {
    let gateway = gateway();
    check_refused(gateway.site(), &[STORE, "in use by another fanfare process"]);
    assert_eq!(gateway.post("open", &alarm(1)).status, 202);
    gateway.until_nothing_is_owed();
}

#[test]
fn a_store_is_free_again_once_its_process_is_gone() {
    let mut killed = gateway();
    killed.kill9();
    let mut stopped = TestGateway::start_at(killed.site(), &["--sandbox"], &ENV);
    assert!(stopped.terminate_and_wait().success(), "{}", stopped.log());
    TestGateway::start_at(killed.site(), &["--sandbox"], &ENV);
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let mut gateway = gateway();
    gateway.terminate_and_wait();
    let file = gateway.site().path(STORE);
    let version =
        |store: &Connection| store.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    let store = Connection::open(&file).unwrap();
    assert!(version(&store).unwrap() > 0, "the version is kept elsewhere");
    store.pragma_update(None, "user_version", 99).unwrap();
    store.close().unwrap();

    let before = std::fs::read(&file).unwrap();
    check_refused(gateway.site(), &[STORE, "newer fanfare", "99"]);
    assert!(std::fs::read(&file).unwrap() == before, "it was changed");
}

#[test]
fn a_file_that_is_no_store_is_left_alone() {
    let site = Arc::new(TestFolder::new(CONFIG));
    site.write(STORE, "Dear diary, today I learned what a database is.");
    check_refused(&site, &[STORE, "not a usable store"]);
    assert!(site.database().contains("Dear diary"));
}
