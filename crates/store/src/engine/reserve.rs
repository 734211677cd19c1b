//! The reserve: room on the disk that is given up when the disk is full, so that what is owed can still go out.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;
use tracing::warn;

use crate::engine::files::{OWNER_ONLY, beside};

/// The room that is kept. The record of a delivery takes some 200 bytes of the file and, before a checkpoint,
/// some 30 KiB of the write-ahead log, which is used again and again: this is enough for thousands.
const SIZE: u64 = 4 * 1024 * 1024;

/// The room that must be there beside the reserve before a disk counts as no longer full: what was just
/// given up is not room.
const MARGIN: u64 = 1024 * 1024;

/// The file beside the store that holds room.
#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
    is_given_up: bool,
}

impl Reserve {
    /// The reserve of the store at `path`.
    pub(super) fn new(path: &Path) -> Self {
        Self { path: beside(path, ".reserve"), is_given_up: false }
    }

    /// True after the reserve was given up, until it is whole again.
    pub(super) fn is_given_up(&self) -> bool {
        self.is_given_up
    }

    /// Makes the reserve, unless it is there; a store on a disk without room for it still works.
    pub(super) fn keep(&mut self) {
        if std::fs::metadata(&self.path).is_ok_and(|it| it.len() == SIZE) {
            return;
        }
        if let Err(err) = self.restore() {
            warn!(path = %self.path.display(), error = %err, "There is no room for the reserve of the store: when the disk is full, what is owed will be sent from memory");
        }
    }

    /// Makes the reserve whole, on a disk that has room for more than it; an error if there is none.
    pub(super) fn restore(&mut self) -> io::Result<()> {
        let had_room = self.is_given_up || std::fs::metadata(&self.path).is_ok();
        let file = self.open()?;
        match allocate(&file, SIZE + MARGIN).and_then(|()| file.set_len(SIZE)) {
            Ok(()) => {
                self.is_given_up = false;
                Ok(())
            }
            Err(err) => {
                // What there was of it stays; what there is of a new one must not take the last room.
                let undone = if self.is_given_up || !had_room {
                    std::fs::remove_file(&self.path)
                } else {
                    file.set_len(SIZE)
                };
                undone.and(Err(err))
            }
        }
    }

    /// Notes that the room was given up before.
    pub(super) fn give_up(&mut self) {
        self.is_given_up = true;
    }

    /// Gives the room up; true if there was a reserve.
    pub(super) fn release(&mut self) -> bool {
        let is_released = std::fs::remove_file(&self.path).is_ok();
        self.is_given_up |= is_released;
        is_released
    }

    fn open(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, OWNER_ONLY);
        options.open(&self.path)
    }
}

/// Takes `size` bytes of the disk for `file`, and not only of its length.
fn allocate(file: &File, size: u64) -> io::Result<()> {
    match fallocate(file, FallocateFlags::empty(), 0, size) {
        Ok(()) => Ok(()),
        // A file system that cannot: written bytes take room too.
        Err(Errno::NOTSUP | Errno::NOSYS | Errno::INVAL) => write_zeros(file, size),
        Err(err) => Err(err.into()),
    }
}

fn write_zeros(mut file: &File, size: u64) -> io::Result<()> {
    static BLOCK: [u8; 64 * 1024] = [0; 64 * 1024];
    let blocks = size.div_ceil(BLOCK.len() as u64);
    (0..blocks).try_for_each(|_| file.write_all(&BLOCK))?;
    file.sync_data()
}

#[cfg(test)]
mod tests;
