//! The SMTP side of a running gateway.
//!
//! [`SmtpInlet`] listens for boxes that can only mail. A mail to an address of an [`SmtpSource`] is a body of that
//! source, and is answered 250 once the alerts in it are on the disk, never before: what a sender was told to be
//! taken is told, whoever dies meanwhile. Nothing is ever sent on: an address that is no source's is refused.
//! Which sources there are, this crate is told: it reads no config and decides nothing.
//!
//! The modules stand from the inlet down to what its connections share: each uses only those below it.

mod inlet;
mod connection;
mod taking;
mod dialogue;
mod sources;
mod settings;
mod access;
mod connections;
mod held;
mod observer;
mod mime;
mod login;
mod command;
mod address;
mod reply;
mod framing;

pub use crate::access::{MailAccess, MailCredential};
pub use crate::address::{InvalidMailAddress, MailAddress};
pub use crate::inlet::{SmtpInlet, SmtpInletSetup};
pub use crate::mime::inbound_mail;
pub use crate::settings::{LoginRule, SmtpListener, SmtpSource};
