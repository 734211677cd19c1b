//! The work of each command.

pub(crate) mod serve;
pub(crate) mod reload;
pub(crate) mod check;
pub(crate) mod routes;

pub(crate) mod tkl;
pub(crate) mod init;
pub(crate) mod shell;
pub(crate) mod backup;

pub(crate) mod status;
pub(crate) mod alerts;
pub(crate) mod send;
pub(crate) mod explain;
pub(crate) mod ack;
pub(crate) mod dead_letters;
pub(crate) mod deliveries;
pub(crate) mod channels;
pub(crate) mod heartbeats;
pub(crate) mod audit;

mod output;
mod time_arg;
mod table;
mod load;
mod context;
mod style;
mod outcome;

pub(crate) use self::context::CommandContext;
pub use self::outcome::Outcome;
pub use self::style::OutputStyle;
