use fanfare_core::Severity;
use rusqlite::{Connection, MAIN_DB};

use super::*;
use crate::engine::files::beside;
use crate::fixtures::{NOON, StoreFolder, alarm, try_accept};

/// The number of alerts in the image of the store here.
fn alerts(folder: &StoreFolder) -> i64 {
    let file = File::open(folder.path()).unwrap();
    let image = read(&file, &beside(&folder.path(), "-wal")).unwrap();
    let mut db = Connection::open_in_memory().unwrap();
    db.deserialize_read_exact(MAIN_DB, &*image, image.len(), true).unwrap();
    let words: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(words, "ok");
    db.query_row("SELECT count(*) FROM alerts", [], |row| row.get(0)).unwrap()
}

/// A store with so many alerts, as `kill -9` would leave it, and what SQLite itself finds in it.
async fn killed_with(count: i64) -> StoreFolder {
    let folder = StoreFolder::new();
    let store = folder.open();
    for number in 0..count {
        try_accept(&store, vec![alarm(&number.to_string(), Severity::High)], NOON).await.unwrap();
    }
    folder.copy()
}

#[tokio::test]
async fn what_is_in_the_file_and_in_its_log_is_in_the_image() {
    assert_eq!(alerts(&killed_with(30).await), 30);
}

#[tokio::test]
async fn a_log_that_is_used_again_from_its_beginning_counts_as_far_as_it_is_new() {
    let folder = StoreFolder::new();
    let store = folder.open();
    for number in 0..20 {
        try_accept(&store, vec![alarm(&number.to_string(), Severity::High)], NOON).await.unwrap();
    }
    folder.raw().query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(())).unwrap();
    try_accept(&store, vec![alarm("one more", Severity::High)], NOON).await.unwrap();
    assert_eq!(alerts(&folder.copy()), 21);
}

#[tokio::test]
async fn a_store_without_a_log_is_its_file() {
    let folder = StoreFolder::new();
    let store = folder.open();
    try_accept(&store, vec![alarm("a", Severity::High)], NOON).await.unwrap();
    store.checkpoint().await.unwrap();
    let copy = folder.copy();
    std::fs::remove_file(beside(&copy.path(), "-wal")).unwrap();
    assert_eq!(alerts(&copy), 1);
}

#[tokio::test]
async fn a_log_that_ends_anywhere_gives_what_sqlite_reads_from_it() {
    let killed = killed_with(5).await;
    let log = beside(&killed.path(), "-wal");
    let whole = std::fs::read(&log).unwrap();
    let folder = StoreFolder::new();
    for length in (0..whole.len()).step_by(1_777) {
        std::fs::copy(killed.path(), folder.path()).unwrap();
        std::fs::write(beside(&folder.path(), "-wal"), &whole[..length]).unwrap();
        let sql = "SELECT count(*) FROM alerts";
        let by_image = std::panic::catch_unwind(|| alerts(&folder)).ok();
        let by_sqlite = folder.raw().query_row(sql, [], |row| row.get(0)).ok();
        assert_eq!(by_image, by_sqlite, "{length} bytes of {}", whole.len());
    }
}

#[tokio::test]
async fn a_log_with_a_wrong_byte_gives_what_sqlite_reads_from_it() {
    let killed = killed_with(5).await;
    let whole = std::fs::read(beside(&killed.path(), "-wal")).unwrap();
    let folder = StoreFolder::new();
    for place in (0..whole.len()).step_by(2_311) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        std::fs::copy(killed.path(), folder.path()).unwrap();
        std::fs::write(beside(&folder.path(), "-wal"), &damaged).unwrap();
        let by_image = std::panic::catch_unwind(|| alerts(&folder)).ok();
        let by_sqlite = folder.raw().query_row("SELECT count(*) FROM alerts", [], |row| row.get(0)).ok();
        assert_eq!(by_image, by_sqlite, "the byte {place} of {}", whole.len());
    }
}
