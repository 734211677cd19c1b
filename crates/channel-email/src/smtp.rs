//! The conversation with a server, from its greeting to its answer to the final dot.

mod submission;
mod transaction;
mod server;
mod introduction;
mod login;
mod session;
mod pool;
mod connection;
mod client_name;
mod extensions;
mod raw_reply;
mod reply;

pub(crate) use self::pool::ConnectionPool;
pub(crate) use self::reply::SmtpStage;
pub(crate) use self::server::SmtpServer;
pub(crate) use self::session::SmtpSession;
pub(crate) use self::submission::Submission;
pub(crate) use self::transaction::{Deadlines, TransactionReport, submit};
