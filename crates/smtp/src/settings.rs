//! The settings of the listener, and of the sources that take mails.

use std::net::SocketAddr;

use fanfare_inlet::{HeartbeatAlerts, SourceRate};
use fanfare_sources::{Format, SourceSettings, UnreadableRule};
use ipnet::IpNet;

use crate::access::MailAccess;
use crate::address::MailAddress;

/// The listener for mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmtpListener {
    /// The address to listen on; port 0 for any free one.
    pub listen: SocketAddr,
    /// The connections over which senders may log in.
    pub logins: LoginRule,
    /// The size of a mail at most, in bytes.
    pub max_mail: usize,
}

/// The connections over which senders may log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginRule {
    /// Connections with TLS, and those that never leave this machine.
    Protected,
    /// All connections, whoever may listen.
    Anywhere,
}

/// A source that takes mails.
#[derive(Debug)]
pub struct SmtpSource {
    /// The name of the source and the labels that it sets.
    pub settings: SourceSettings,
    /// The form of its bodies.
    pub format: Format,
    /// The fate of a mail that cannot be read.
    pub unreadable: UnreadableRule,
    /// The alerts of it that are heartbeats.
    pub heartbeats: Vec<HeartbeatAlerts>,
    /// The networks that it may be mailed to from; none: any.
    pub from: Vec<IpNet>,
    /// The logins by which mails to it are taken.
    pub access: MailAccess,
    /// The rate at which alerts may come; `None`: any.
    pub rate: Option<SourceRate>,
    /// The length of the text of a mail at most, in bytes; what is longer is cut.
    pub max_body: usize,
    /// The addresses by which it is known.
    pub recipients: Vec<MailAddress>,
}
