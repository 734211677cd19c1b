//! The config: read from YAML, checked, and built into what the gateway runs on.
//!
//! A config is either sound or tells every problem it has, each with its line,
//! column, path and what would be right. Nothing of an unsound one is used.
//!
//! The modules stand in the order in which a file passes through them.

mod place;
mod problem;
mod node;
mod yaml;

mod error;
mod secrets;
mod secret;
mod stand_in;
mod de;
mod section;
mod suggest;

mod values;
mod choices;
mod written;
mod version;
mod channels;
mod receivers;
mod terms;
mod routes;
mod load;
mod client;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    ChannelName, Limits, Locale, Notifier, Policy, RetryPolicy, SandboxAccount, Secret, SourceName,
};
use fanfare_sources::{Format, SourceSettings};
use jiff::civil::Date;
use url::Url;

pub(crate) use fanfare_gateway::Drill;

pub use self::channels::ChannelSettings;
pub use self::client::{GatewayAddress, gateway_address};
pub use self::load::{Loader, load};
pub use self::place::Position;
pub use self::problem::{Problem, ProblemSeverity, Problems, in_file};
pub use self::secrets::{ProcessSecrets, SandboxSecrets, Secrets};

/// A sound config.
#[derive(Debug)]
pub struct Config {
    /// How the gateway is reached.
    pub server: Server,
    /// The file the store is kept in; relative to the working directory.
    pub store_path: PathBuf,
    /// The ways in.
    pub sources: Vec<Source>,
    /// The ways out.
    pub channels: Vec<ConfiguredChannel>,
    /// Who must know what.
    pub policy: Policy,
    /// How patiently deliveries are tried again.
    pub retry: RetryPolicy,
    /// How long settled alerts and deliveries are kept.
    pub retention: Duration,
    /// How messages read, and pages, unless somebody asks for another language.
    pub style: Locale,
    /// What should be looked at, though the config can be used.
    pub warnings: Vec<Problem>,
    /// What the sandbox must know of the channels; empty outside the sandbox.
    pub sandbox_accounts: Vec<(ChannelName, SandboxAccount)>,
}

/// How the gateway is reached.
#[derive(Debug, Clone)]
pub struct Server {
    /// Where it listens; port 0 for any free one.
    pub listen: SocketAddr,
    /// How people reach it; for links inside messages, which come with acknowledgements.
    pub external_url: Option<Url>,
    /// Who may use the API.
    pub auth: Auth,
    /// Whether the config is taken anew when its file changes.
    pub reload_on_change: bool,
}

/// Who may come in.
#[derive(Debug, Clone)]
pub enum Auth {
    /// Who brings no token: at a source everybody who can reach the address, which
    /// is a loopback or private one; at the API only programs on this machine.
    Open,
    /// Who sends `Authorization: Bearer TOKEN`.
    Bearer(Secret),
}

/// One way in.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name and the labels it fixes.
    pub settings: SourceSettings,
    /// The form its alerts arrive in.
    pub format: Format,
    /// Who may post.
    pub auth: Auth,
    /// The longest body it takes, in bytes.
    pub max_body: usize,
    /// How long it may be quiet before that is told.
    pub expect_every: Option<Duration>,
}

impl Source {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &SourceName {
        &self.settings.name
    }
}

/// One way out, ready to send.
#[derive(Debug, Clone)]
pub struct ConfiguredChannel {
    /// Its name.
    pub name: ChannelName,
    /// Its kind, e.g. `dingtalk`.
    pub kind: &'static str,
    /// A digest of all its settings, secrets too: the same as long as there is nothing to change.
    pub version: String,
    /// The code that speaks to its provider.
    pub notifier: Arc<dyn Notifier>,
    /// How fast it may send: the provider's limits, or what the config says instead.
    pub limits: Limits,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// When its credentials were last changed, if the config says so.
    pub rotated_at: Option<Date>,
    /// When it proves itself, if it does.
    pub drill: Option<Drill>,
}
