//! The work of each command.

pub(crate) mod serve;
pub(crate) mod reload;
pub(crate) mod check;
pub(crate) mod routes;

pub(crate) mod send;
pub(crate) mod explain;
pub(crate) mod ack;
pub(crate) mod deliveries;
pub(crate) mod dead_letters;
pub(crate) mod channels;
pub(crate) mod audit;

mod output;
mod time_arg;
mod table;
mod load;
mod context;
mod outcome;

pub(crate) use self::context::CommandContext;
pub use self::outcome::Outcome;
