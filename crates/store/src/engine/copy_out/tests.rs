use super::*;

/// A database in memory or on the disk, whose copy in the file `name` holds what it holds.
fn check(source: &str, name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let source = Connection::open(source.replace("FOLDER", folder.path().to_str().unwrap())).unwrap();
    source.execute_batch("CREATE TABLE words (word); INSERT INTO words VALUES ('kept')").unwrap();
    let path = folder.path().join(name);
    copy_out(&source, &path).unwrap();
    let copy = Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let word: String = copy.query_row("SELECT word FROM words", [], |row| row.get(0)).unwrap();
    assert_eq!(word, "kept");
}

#[test]
fn a_copy_is_a_file_wherever_its_database_is() {
    for source in ["FOLDER/source.db", ":memory:", "file:/of-a-test?vfs=memdb"] {
        check(source, "copy.db");
    }
}

#[test]
fn the_name_of_a_copy_is_taken_as_it_is() {
    for name in ["a?vfs=memdb", "50% #1&2.db", "报警.db", "a b"] {
        check("file:/of-another-test?vfs=memdb", name);
    }
}
