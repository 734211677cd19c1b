//! Speaks SMTP: one mail a notification, to everyone a channel names.
//!
//! The only crate that knows lettre, and of it only the message builder and the
//! bare connection. Its transports abort at the first refused recipient, bound
//! nothing but the TCP connect, and wait for a delayed ACK with every mail;
//! connecting, TLS, the order of commands and what an answer means are ours.
//!
//! The modules stand in the order in which a notification meets them.

mod channel;

mod mail;
mod message_id;
mod html;

mod transaction;
mod server;
mod proxy;
mod connect;
mod tls;
mod login;
mod session;
mod pool;
mod reply;

mod addresses;
mod config;

pub mod fake;

#[cfg(test)]
mod scripted_server;

use fanfare_sandbox::{HasFake, Provider};

pub use crate::channel::Email;
pub use crate::config::{AuthConfig, EmailConfig, SmtpConfig, TlsConfig};

impl HasFake for Email {
    fn fake() -> Box<dyn Provider> {
        Box::new(fake::MailServer::default())
    }
}
