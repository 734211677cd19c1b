//! A sound config, in finished types.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use fanfare_core::{
    ChannelName, HeartbeatRule, Locale, Policy, RetryPolicy, SandboxAccount, Secret, SourceName,
};
use fanfare_gateway::ChannelSetup;
use fanfare_inlet::HeartbeatAlerts;
use fanfare_mqtt::BrokerSettings;
use fanfare_settings::Problem;
use fanfare_smtp::{MailAddress, SmtpListener};
use fanfare_sources::{Format, SourceSettings, UnreadableRule};
use fanfare_tls::ListenerTls;
use ipnet::IpNet;
use url::Url;

use crate::source_auth::SourceAuth;

/// A sound config: everything that can be wrong with one has been looked at.
#[derive(Debug)]
pub struct Config {
    /// The HTTP server's settings.
    pub server: ServerConfig,
    /// The file of the store; relative to the working directory.
    pub store_path: PathBuf,
    /// The sources, in the order of the file.
    pub sources: Vec<SourceConfig>,
    /// The addresses that are fetched while all is well.
    pub pings: Vec<Ping>,
    /// The channels, built and ready to send.
    pub channels: Vec<ChannelSetup>,
    /// The routing tree and the receivers.
    pub policy: Policy,
    /// The waits between attempts.
    pub retry: RetryPolicy,
    /// The time for which settled alerts and deliveries are kept.
    pub retention: Duration,
    /// The language and time zone of messages and pages, unless somebody asks for others.
    pub locale: Locale,
    /// Problems with which the config can be used.
    pub warnings: Vec<Problem>,
    /// The accounts that the sandbox must know, by channel; empty outside the sandbox.
    pub sandbox_accounts: Vec<(ChannelName, SandboxAccount)>,
}

/// The rate at which a source may post alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// The number of alerts.
    pub alerts: NonZeroU32,
    /// The stretch of time in which there may be so many.
    pub per: Duration,
}

/// An address of a service outside that raises an alarm once it is fetched no more.
#[derive(Debug, Clone)]
pub struct Ping {
    /// The address, which is often a credential too.
    pub url: Secret,
    /// The interval of fetching it.
    pub every: Duration,
}

/// The HTTP server's settings.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The address to listen on; port 0 for any free one.
    pub listen: SocketAddr,
    /// The address by which people reach it; for links inside messages, which come with acknowledgements.
    pub external_url: Option<Url>,
    /// The credentials for the API.
    pub auth: Auth,
    /// The origins of web pages that may send requests, as browsers write them.
    pub cors_origins: Vec<String>,
    /// The encryption of connections; `None`: they have none.
    pub tls: Option<ListenerTls>,
    /// The listener for mails; `None`: there is none.
    pub smtp: Option<SmtpListener>,
    /// Reload of the config when its file changes, besides the reloads that are asked for.
    pub reload_on_change: bool,
}

/// The credentials that a request to the API needs.
#[derive(Debug, Clone)]
pub enum Auth {
    /// None: the API answers only programs on this machine.
    Open,
    /// The header `Authorization: Bearer TOKEN`.
    Bearer(Secret),
}

/// One source of alerts.
#[derive(Debug, Clone)]
pub struct SourceConfig {
    /// The source's name and the labels it fixes.
    pub settings: SourceSettings,
    /// The form its alerts arrive in.
    pub format: Format,
    /// The fate of a body that cannot be read.
    pub unreadable: UnreadableRule,
    /// The credentials for posting.
    pub auth: SourceAuth,
    /// The broker whose messages are its bodies too.
    pub mqtt: Option<BrokerSettings>,
    /// The addresses by which mails reach it; none: no mail does.
    pub recipients: Vec<MailAddress>,
    /// The longest body it takes, in bytes.
    pub max_body: usize,
    /// The networks from which it is posted to; none: any.
    pub from: Vec<IpNet>,
    /// The rate at which alerts may be posted; `None`: any.
    pub rate_limit: Option<RateLimit>,
    /// The rules by which its heartbeats are expected.
    pub heartbeats: Vec<HeartbeatRule>,
    /// The alerts of it that are heartbeats.
    pub heartbeat_alerts: Vec<HeartbeatAlerts>,
}

impl SourceConfig {
    /// The source's name.
    #[must_use]
    pub fn name(&self) -> &SourceName {
        &self.settings.name
    }
}
