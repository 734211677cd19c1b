//! A copy of a database, which may be in memory, in a file.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rusqlite::Connection;

/// Copies everything that `db` holds to the file at `path`, which is empty or missing.
///
/// SQLite opens the copy by the means by which it has opened `db`, unless it is told: the copy of a database in memory
/// would be in memory, too, and the file stay empty.
pub(super) fn copy_out(db: &Connection, path: &Path) -> rusqlite::Result<()> {
    db.execute("VACUUM INTO ?1", [address(path)]).map(drop)
}

/// The address of the file at `path` on the disk. <https://www.sqlite.org/uri.html>
fn address(path: &Path) -> String {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                address.push(char::from(*byte));
            }
            // Writing to a string cannot fail.
            _ => drop(write!(address, "%{byte:02X}")),
        }
    }
    address + "?vfs=unix"
}

#[cfg(test)]
mod tests;
