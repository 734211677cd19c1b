use tempfile::TempDir;

use super::*;
use crate::engine::migrations;
use crate::{OpenError, Store};

/// Stores of earlier versions, with the version of each.
const EARLIER: [(&str, i64); 3] = [("e2f18f0.db", 1), ("fc760ff.db", 2), ("7513b5d.db", 3)];

fn placed(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fanfare.db");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/stores").join(name), &path).unwrap();
    (folder, path)
}

/// The schema and the rows of every table, in the order of the rows.
fn content(path: &Path) -> Vec<String> {
    let db = Connection::open(path).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = db.prepare(sql).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let values = (0..columns).map(|column| row.get_ref(column).map(|it| format!("{it:?}")));
            values.collect::<rusqlite::Result<Vec<_>>>().map(|it| it.join("|"))
        };
        let rows = statement.query_map([], row).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let mut found = texts("SELECT name, sql FROM sqlite_schema ORDER BY name");
    for table in ["alerts", "incidents", "notifications", "deliveries", "attempts", "sends", "holds"] {
        found.extend(texts(&format!("SELECT * FROM {table} ORDER BY 1, 2")));
    }
    found
}

#[test]
fn a_migration_keeps_a_copy_of_what_the_earlier_version_knows() {
    for (name, version) in EARLIER {
        let (_folder, path) = placed(name);
        let before = content(&path);
        drop(Store::open(&path, "a store of a test").unwrap());
        let copy = files::beside(&path, &format!(".v{version}"));
        assert_eq!(content(&copy), before, "{name}");
        let db = Connection::open(&copy).unwrap();
        assert_eq!(migrations::version(&db).unwrap(), version, "{name}");
        assert!(migrations::is_ours(&db).unwrap(), "{name}");
        assert_eq!(db.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok");
        let now = Connection::open(&path).unwrap();
        assert_eq!(migrations::version(&now).unwrap(), migrations::NEWEST, "{name}");
    }
}

#[test]
fn the_copy_holds_what_stands_only_in_the_wal() {
    let (_folder, path) = placed("7513b5d.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode = WAL; DELETE FROM holds; INSERT INTO holds VALUES ('a', 1, 2, 'b')",
    )
    .unwrap();
    drop(Store::open(&path, "a store of a test").unwrap());
    let copy = Connection::open(files::beside(&path, ".v3")).unwrap();
    assert_eq!(copy.query_row("SELECT reason FROM holds", [], |row| row.get::<_, String>(0)).unwrap(), "b");
}

#[test]
fn a_new_store_and_one_of_this_version_have_no_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fanfare.db");
    drop(Store::open(&path, "a store of a test").unwrap());
    let opened_again = || match Store::open(&path, "a store of a test") {
        Err(OpenError::InUse(_)) => None, // the first has yet to end
        opened => Some(opened.unwrap()),
    };
    while opened_again().is_none() {
        std::thread::yield_now();
    }
    let names = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    assert!(!names.into_iter().any(|it| it.contains(".v") || it.contains(".copy")));
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_copy_and_an_older_one_is_replaced() {
    use std::os::unix::fs::PermissionsExt as _;

    let (_folder, path) = placed("fc760ff.db");
    let copy = files::beside(&path, ".v2");
    fs::write(&copy, "of an earlier try").unwrap();
    fs::write(files::beside(&path, ".copy"), "cut off by a power cut").unwrap();
    drop(Store::open(&path, "a store of a test").unwrap());
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(migrations::is_ours(&Connection::open(&copy).unwrap()).unwrap());
    assert!(!files::beside(&path, ".copy").exists());
}

#[test]
fn where_the_copy_cannot_be_written_the_store_is_migrated_all_the_same() {
    let (_folder, path) = placed("e2f18f0.db");
    fs::create_dir(files::beside(&path, ".v1")).unwrap(); // no file can take this name
    drop(Store::open(&path, "a store of a test").unwrap());
    let db = Connection::open(&path).unwrap();
    assert_eq!(migrations::version(&db).unwrap(), migrations::NEWEST);
}
