//! Speaks SMTP: one mail a notification, to everyone a channel names.
//!
//! The only crate that knows lettre, and of it only the message builder. Its SMTP
//! reads replies as text, and so fails at words in GBK and at a code alone, knows no
//! `HELO`, and aborts at the first refused recipient: a mail that was taken would be
//! sent again and again. Connecting, TLS, the conversation and its meaning are ours.
//!
//! The modules stand in the order in which a notification meets them.

mod channel;
mod mail;
mod smtp;
mod network;
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
