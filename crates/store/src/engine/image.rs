//! The image of a database that cannot be opened for writing: its file with its write-ahead log, in memory.
//!
//! SQLite itself cannot read a database in WAL mode without writing beside it, and takes no notice of the log
//! where it is told that nothing may be written. <https://www.sqlite.org/wal.html#read_only_databases>

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// The bytes of the database in `file` with all that is committed in the write-ahead log at `log`.
/// Read through a descriptor that stays open: see [`crate::engine::watch`].
pub(super) fn read(file: &File, log: &Path) -> io::Result<Vec<u8>> {
    let mut image = vec![0; to_usize(file.metadata()?.len())];
    file.read_exact_at(&mut image, 0)?;
    match std::fs::read(log) {
        Ok(log) => apply(&log, &mut image),
        Err(err) if err.kind() == io::ErrorKind::NotFound => {}
        Err(err) => return Err(err),
    }
    use_rollback_journal(&mut image);
    Ok(image)
}

/// Says in the header that the database has no write-ahead log: in memory there is none.
/// <https://www.sqlite.org/fileformat2.html#file_format_version_numbers>
fn use_rollback_journal(image: &mut [u8]) {
    if let Some(versions) = image.get_mut(18..20) {
        versions.copy_from_slice(&[1, 1]);
    }
}

/// The bytes of the log's header, and of the header of each frame.
/// <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>
const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// Writes the committed pages of `log` into `image`. What follows a frame that does not belong to the log, or
/// was not written whole, was never committed.
fn apply(log: &[u8], image: &mut Vec<u8>) {
    let Some(reader) = LogReader::new(log) else { return };
    let page_size = reader.page_size;
    let mut pages = HashMap::new();
    for frame in reader {
        pages.insert(frame.page, frame.content);
        if frame.pages_after_commit == 0 {
            continue;
        }
        image.resize(to_usize(u64::from(frame.pages_after_commit)) * page_size, 0);
        for (page, content) in pages.drain() {
            let start = (to_usize(u64::from(page)) - 1) * page_size;
            if let Some(place) = image.get_mut(start..start + page_size) {
                place.copy_from_slice(content);
            }
        }
    }
}

/// The sound frames of a log, in order.
struct LogReader<'a> {
    rest: &'a [u8],
    page_size: usize,
    salt: &'a [u8],
    order: ByteOrder,
    checksum: (u32, u32),
}

/// One page in the log.
struct LogFrame<'a> {
    page: u32,
    /// The number of pages of the database after the commit that this frame ends; 0 if it ends none.
    pages_after_commit: u32,
    content: &'a [u8],
}

/// The order of bytes in which checksums are computed.
#[derive(Debug, Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

impl<'a> LogReader<'a> {
    fn new(log: &'a [u8]) -> Option<Self> {
        let (header, rest) = log.split_at_checked(HEADER)?;
        let order = match number(header, 0)? {
            0x377f_0682 => ByteOrder::Little,
            0x377f_0683 => ByteOrder::Big,
            _ => return None,
        };
        let checksum = order.checksum((0, 0), &header[..24]);
        let is_sound = checksum == (number(header, 24)?, number(header, 28)?);
        let page_size = to_usize(u64::from(number(header, 8)?));
        (is_sound && page_size >= 512).then_some(Self {
            rest,
            page_size,
            salt: &header[16..24],
            order,
            checksum,
        })
    }
}

impl<'a> Iterator for LogReader<'a> {
    type Item = LogFrame<'a>;

    fn next(&mut self) -> Option<LogFrame<'a>> {
        let (header, rest) = self.rest.split_at_checked(FRAME_HEADER)?;
        let (content, rest) = rest.split_at_checked(self.page_size)?;
        let checksum = self.order.checksum(self.checksum, &header[..8]);
        let checksum = self.order.checksum(checksum, content);
        let is_sound = checksum == (number(header, 16)?, number(header, 20)?);
        let page = number(header, 0)?;
        if &header[8..16] != self.salt || !is_sound || page == 0 {
            return None;
        }
        (self.rest, self.checksum) = (rest, checksum);
        Some(LogFrame { page, pages_after_commit: number(header, 4)?, content })
    }
}

impl ByteOrder {
    /// The checksum of `bytes`, which continues `from`. <https://www.sqlite.org/fileformat2.html#checksum_algorithm>
    fn checksum(self, (mut first, mut second): (u32, u32), bytes: &[u8]) -> (u32, u32) {
        for pair in bytes.chunks_exact(8) {
            let word = |at: usize| {
                let bytes = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
                match self {
                    Self::Little => u32::from_le_bytes(bytes),
                    Self::Big => u32::from_be_bytes(bytes),
                }
            };
            first = first.wrapping_add(word(0)).wrapping_add(second);
            second = second.wrapping_add(word(4)).wrapping_add(first);
        }
        (first, second)
    }
}

/// The number at a place of a header; all are kept in big-endian order.
fn number(header: &[u8], at: usize) -> Option<u32> {
    let bytes = header.get(at..at + 4)?;
    bytes.try_into().ok().map(u32::from_be_bytes)
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
