use std::path::Path;

use rusqlite::Connection;

use super::*;

/// A store with `rows` rows whose last commit is in the WAL.
fn add_row(db: &Connection, row: i64) {
    db.execute("INSERT INTO rows VALUES (?1, hex(zeroblob(3000)))", [row]).unwrap();
}

fn rows_in(image: &StoreImage) -> Vec<i64> {
    let folder = tempfile::tempdir().unwrap();
    image.write(folder.path()).unwrap();
    let db = Connection::open(folder.path().join(STORE_FILES[0])).unwrap();
    let check: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let mut statement = db.prepare("SELECT id FROM rows ORDER BY id").unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// A store that copies its log into its file after every 20 pages, as often as a test needs.
fn store(folder: &Path) -> Connection {
    let db = Connection::open(folder.join(STORE_FILES[0])).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 20;
         CREATE TABLE rows (id INTEGER PRIMARY KEY, filler TEXT)",
    )
    .unwrap();
    db
}

#[test]
fn a_commit_that_a_power_cut_tears_is_there_whole_or_not_at_all_and_earlier_ones_stay() {
    let folder = tempfile::tempdir().unwrap();
    let db = store(folder.path());
    let mut random = fastrand::Rng::with_seed(1);
    let (mut torn, mut whole) = (0, 0);
    for row in 0..200 {
        let before = StoreImage::read(folder.path()).unwrap();
        add_row(&db, row);
        let after = StoreImage::read(folder.path()).unwrap();
        let rows = rows_in(&before.torn(&after, &mut random));
        let answered: Vec<i64> = (0..row).collect();
        assert_eq!(rows[..answered.len()], answered, "row {row}");
        assert!(rows.len() <= answered.len() + 1, "row {row}");
        if rows.len() == answered.len() { torn += 1 } else { whole += 1 }
    }
    assert!(torn > 20 && whole > 5, "{torn} torn, {whole} whole");
}

/// SQLite has the new header on the disk before it overwrites a frame: with the old one, frames that the file has
/// long overtaken would count again.
#[test]
fn a_log_that_begins_anew_hides_nothing_that_was_copied_into_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let db = store(folder.path());
    let mut random = fastrand::Rng::with_seed(3);
    let checkpoint = || db.query_row("PRAGMA wal_checkpoint", [], |_| Ok(())).unwrap();
    let mut next = 0;
    for _ in 0..5 {
        // A short commit is the first of a log, and a long one begins the next.
        checkpoint();
        add_row(&db, next);
        add_row(&db, next + 1);
        checkpoint();
        let answered: Vec<i64> = (0..next + 2).collect();
        let before = StoreImage::read(folder.path()).unwrap();
        db.execute_batch("BEGIN").unwrap();
        (next + 2..next + 10).for_each(|row| add_row(&db, row));
        db.execute_batch("COMMIT").unwrap();
        let after = StoreImage::read(folder.path()).unwrap();
        assert_ne!(before.wal[..WAL_HEADER], after.wal[..WAL_HEADER]);
        for _ in 0..100 {
            let rows = rows_in(&before.torn(&after, &mut random));
            assert!(rows.starts_with(&answered), "{rows:?} of {answered:?}");
        }
        next += 10;
    }
}

#[test]
fn nothing_written_leaves_nothing_in_doubt() {
    let image = StoreImage { db: vec![1; 1000], wal: vec![2; 700] };
    assert_eq!(image.torn(&image, &mut fastrand::Rng::with_seed(2)), image);
}
