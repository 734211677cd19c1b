//! Tests of the whole: what no crate can promise alone.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must stop")]

mod architecture;

mod harness;

mod demo;
mod ingest;
mod scripts;
mod check;
mod doors;
mod secrets;

mod ledger;
mod faults;
