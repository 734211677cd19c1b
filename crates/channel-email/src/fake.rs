//! A fake mail server, as strict as the real ones. It shares no code with the client.
//!
//! It takes mail for everyone and passes it on to nobody.
//!
//! | setting of an account | meaning |
//! |---|---|
//! | `username`?, `password`? | the login; without it the server relays for anyone |
//! | `from` | the address it may send as |
//! | `to`* | the addresses this channel writes to, joined by `,` |
//! | `recipient`* | the addresses that exist; all without it |
//! | `limits`? | taken for the sake of uniformity: a login has no limits of its own |

mod server;
mod connection;
mod session;
mod auth;
mod command;
mod mail;
mod envelope;
mod wire;
mod reply;
mod state;
mod accounts;
mod account;
mod rules;

pub use self::rules::{ClearAuth, SmtpCapability, SmtpRules, SmtpTls};
pub use self::server::MailServer;
