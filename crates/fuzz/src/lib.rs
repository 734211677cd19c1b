//! Properties that hold of every reader, whatever bytes it is given.
//!
//! A [`FuzzTarget`] is a reader with its properties: it panics where one does not hold. The workspace in `fuzz` hands
//! it to libFuzzer; a test here hands it the seeds, and some thousands of mutations of them.
//!
//! The modules stand from the list of targets down to what their properties share.

#![allow(clippy::panic, clippy::expect_used, reason = "a property that does not hold stops the fuzzer")]

mod target;
mod formats;
mod mappings;
mod configs;
mod names;
mod contents;
mod mails;
mod reading;
mod surroundings;
mod split;
mod mutation;

pub use crate::mutation::Mutations;
pub use crate::target::FuzzTarget;

#[cfg(test)]
mod tests;
