//! The open connections: how many there may be, and how long each may keep us waiting.
//!
//! Whoever can reach the port can open connections and then say nothing. Each of them costs a
//! descriptor and some memory, which the lanes and the store need too; so there is a bound on them,
//! at which the one that has kept us waiting longest makes room for the next, and a deadline for
//! everything that we wait for.

mod stream;
mod client_stream;
mod table;
mod open_connection;
mod held;
mod phase;

pub(crate) use self::held::{HeldBody, NoMemory};
pub(crate) use self::open_connection::OpenConnection;
pub(crate) use self::phase::HEAD_WITHIN;
pub(crate) use self::stream::WatchedStream;
pub(crate) use self::table::ConnectionTable;
