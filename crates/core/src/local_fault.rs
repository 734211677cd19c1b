//! Errors of this machine, and not of whom it speaks to.

use std::io;

/// The errors of a system that has nothing left to make a connection with, by their numbers on
/// Linux: memory (12), descriptors (23, 24), buffers (105), and local ports (99).
const OUT_OF_RESOURCES: [i32; 5] = [12, 23, 24, 105, 99];

/// The words of the C libraries for a name that has no address. Every other failure of a look-up is
/// one of the name servers, or of the way to them.
const UNKNOWN_NAME: [&str; 4] = [
    "Name or service not known",
    "No address associated with hostname",
    "Name does not resolve",
    "Name has no usable address",
];

/// True if `err`, of an attempt to connect, says that this machine is out of resources.
#[must_use]
pub fn is_local_fault(err: &io::Error) -> bool {
    err.kind() == io::ErrorKind::OutOfMemory
        || err.raw_os_error().is_some_and(|it| OUT_OF_RESOURCES.contains(&it))
}

/// True if an error of a look-up with these `words` says nothing about the name: no name server
/// has answered, or it could not be asked.
#[must_use]
pub fn is_local_look_up_fault(words: &str) -> bool {
    !UNKNOWN_NAME.iter().any(|unknown| words.contains(unknown))
}

#[cfg(test)]
mod tests;
