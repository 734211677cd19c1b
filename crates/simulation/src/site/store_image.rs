//! The store's files as bytes, and what a power cut leaves of them.

use std::fs;
use std::path::Path;

use anyhow::Result;

/// Names of the store's file and of what SQLite keeps beside it that belongs to it.
pub(super) const STORE_FILES: [&str; 2] = ["fanfare.db", "fanfare.db-wal"];

/// The unit that a disk writes whole or not at all.
const SECTOR: usize = 512;

/// The header of a WAL: it changes when the log begins anew.
/// <https://www.sqlite.org/fileformat2.html#walformat>
const WAL_HEADER: usize = 32;

/// The bytes of the store's files at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoreImage {
    db: Vec<u8>,
    wal: Vec<u8>,
}

impl StoreImage {
    /// Reads the files in `folder`; one that is not there is empty.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let [db, wal] = STORE_FILES.map(|name| folder.join(name));
        let read = |file: &Path| if file.exists() { fs::read(file) } else { Ok(Vec::new()) };
        Ok(Self { db: read(&db)?, wal: read(&wal)? })
    }

    /// Writes the files into `folder`.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        fs::write(folder.join(STORE_FILES[0]), &self.db)?;
        if !self.wal.is_empty() {
            fs::write(folder.join(STORE_FILES[1]), &self.wal)?;
        }
        Ok(())
    }

    /// Files that a power cut leaves in the middle of one commit, before which the files were `self` and all of
    /// it on the disk, and after which they are `after`: any of the sectors written since, in any order.
    ///
    /// SQLite waits for the WAL to be on the disk before it copies pages into the file, and for the file
    /// before it begins the log anew: of two files only the one written last is in doubt. And it waits for the header of
    /// a log that begins anew before it writes a frame: the frames of the earlier log count no more, or some of them
    /// would hide what was copied into the file since
    /// (`walWriteFrames` in <https://sqlite.org/src/file/src/wal.c>, "Sync the header").
    pub(super) fn torn(&self, after: &Self, random: &mut fastrand::Rng) -> Self {
        let is_same_log = self.wal.get(..WAL_HEADER) == after.wal.get(..WAL_HEADER);
        if self.db == after.db {
            let before = if is_same_log { self.wal.clone() } else { with_header_of(&self.wal, &after.wal) };
            Self { db: self.db.clone(), wal: some_sectors(&before, &after.wal, random) }
        } else if is_same_log {
            Self { db: some_sectors(&self.db, &after.db, random), wal: after.wal.clone() }
        } else {
            after.clone()
        }
    }
}

/// `before` with the WAL header of `after`.
fn with_header_of(before: &[u8], after: &[u8]) -> Vec<u8> {
    let header = after.get(..WAL_HEADER).unwrap_or(after);
    let rest = before.get(header.len()..).unwrap_or_default();
    [header, rest].concat()
}

/// `before` with some of the sectors in which `after` differs; its length is that of the last sector written.
fn some_sectors(before: &[u8], after: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut left = before.to_vec();
    let kept = random.f64();
    for (index, sector) in after.chunks(SECTOR).enumerate() {
        let start = index * SECTOR;
        let is_new = before.get(start..start + sector.len()) != Some(sector);
        if is_new && random.f64() < kept {
            left.resize(left.len().max(start + sector.len()), 0);
            left[start..start + sector.len()].copy_from_slice(sector);
        }
    }
    left
}

#[cfg(test)]
mod tests;
