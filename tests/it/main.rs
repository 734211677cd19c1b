//! Tests of the whole: what no crate can promise alone.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must stop")]

mod architecture;

mod harness;

mod demo;
mod ingest;
mod answers;
mod robots;
mod mqtt;
mod smtp;
mod scripts;
mod doctor;
mod senders;
mod check;
mod doors;
mod plug;
mod secrets;
mod conformance;

mod samples;
mod ledger;
mod ledger_reader;
mod fakes;
mod faults;
mod kill;
mod losses;
mod bench;
mod burst;
mod stop;
mod disk;
mod mail;
mod acknowledge;
mod notices;
mod ends;
mod heartbeats;
mod redact;
mod reload;
mod contract;
mod old_stores;
mod operators;
