//! Files of text that people name in a config.

use std::fs::{self, File, FileType};
use std::io::{self, Read as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

/// The sign that some editors write before a text in UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The rule for pipes, whose end may never come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pipes {
    /// Waited for: a shell hands over a command's output so.
    Read,
    /// Refused without being opened.
    Refused,
}

/// The text of the file at `path`, of at most `longest` bytes, without a byte order mark.
///
/// # Errors
///
/// If there is no such text. A device is not opened.
pub fn read_text_file(path: &Path, longest: u64, pipes: Pipes) -> io::Result<String> {
    let file_type = fs::metadata(path)?.file_type();
    let may_be_read = file_type.is_file() || (file_type.is_fifo() && pipes == Pipes::Read);
    if !may_be_read {
        return Err(io::Error::other(format!("it is {}, not a file", kind(file_type))));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        return Err(io::Error::other(format!("it has more than {} KiB", longest / 1024)));
    }
    let text = String::from_utf8(bytes).map_err(|err| io::Error::other(not_utf8(err.as_bytes())))?;
    Ok(text.strip_prefix(BYTE_ORDER_MARK).map_or_else(|| text.clone(), str::to_owned))
}

fn kind(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        "a folder"
    } else if file_type.is_fifo() {
        "a pipe"
    } else if file_type.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// The complaint about `bytes`, which are no text in UTF-8, with the encoding that they seem to be in.
pub(crate) fn not_utf8(bytes: &[u8]) -> String {
    let place = std::str::from_utf8(bytes).map_or_else(|err| err.valid_up_to(), str::len);
    let before = String::from_utf8_lossy(&bytes[..place]);
    let (line, column) = (
        before.matches('\n').count() + 1,
        before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
    );
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            "it is in UTF-16 (\"Unicode\" in Windows' editor): save it in UTF-8".to_owned()
        }
        _ if is_gbk(&bytes[place..]) => format!(
            "it is not in UTF-8 but, as it seems, in GBK (\"ANSI\" in Windows' editor): save it in UTF-8. \
             The first such character is near line {line}, column {column}"
        ),
        _ => format!("it is not in UTF-8: the byte at line {line}, column {column} is part of no character"),
    }
}

/// True if `rest` begins with a character of GBK: a lead byte and a trail byte.
/// <https://encoding.spec.whatwg.org/#gb18030-decoder>
fn is_gbk(rest: &[u8]) -> bool {
    matches!(rest, [0x81..=0xfe, 0x40..=0x7e | 0x80..=0xfe, ..])
}

#[cfg(test)]
mod tests;
