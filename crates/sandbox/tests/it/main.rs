//! The sandbox over the wire, met by clients made by hand: no library of ours or
//! of anyone else stands between these tests and the bytes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod client;
mod handshake;
mod faults;
mod doors;
mod tls;
mod https;
mod refusals;
mod clocks;
