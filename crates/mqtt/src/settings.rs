//! The settings of a source that takes messages from a broker.

use std::path::PathBuf;
use std::time::Duration;

use fanfare_core::Secret;
use fanfare_inlet::HeartbeatAlerts;
use fanfare_sources::{Format, SourceSettings, UnreadableRule};
use fanfare_tls::{ClientIdentity, TrustError, client_config, client_config_with_identity};
use rumqttc::valid_filter;
use rustls::ClientConfig;

/// A source that takes the messages of a broker's topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MqttSource {
    /// The name of the source and the labels that it sets.
    pub settings: SourceSettings,
    /// The form of its bodies.
    pub format: Format,
    /// The fate of a body that the format cannot read.
    pub unreadable: UnreadableRule,
    /// The alerts that are heartbeats.
    pub heartbeats: Vec<HeartbeatAlerts>,
    /// The size of a body at most, in bytes.
    pub max_body: usize,
    /// The broker, and what is wanted of it.
    pub broker: BrokerSettings,
}

/// A broker, and what is wanted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerSettings {
    /// The name or the address of the broker.
    pub host: String,
    /// The port of the broker.
    pub port: u16,
    /// The encryption of the connection.
    pub security: BrokerSecurity,
    /// The login, if the broker asks for one.
    pub login: Option<MqttLogin>,
    /// The filters of the topics whose messages are bodies of the source.
    pub topics: Vec<String>,
    /// The name by which the broker knows the session; `None`: one of this source and store.
    pub client_id: Option<String>,
    /// The longest silence on the connection before the broker is asked whether it is there.
    pub keep_alive: Duration,
}

/// The encryption of a connection to a broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokerSecurity {
    /// No encryption at all.
    Plain,
    /// TLS from the first byte.
    Tls {
        /// Certificates to trust besides the system's, as PEM.
        ca_file: Option<PathBuf>,
        /// The certificate that the broker wants to see.
        identity: Option<ClientIdentity>,
    },
}

/// A login at a broker.
#[derive(Debug, Clone)]
pub struct MqttLogin {
    /// The name of the user.
    pub username: String,
    /// The password of the user.
    pub password: Option<Secret>,
}

/// Tells whether `text` is a filter of topics, in which `+` and `#` stand for whole parts.
#[must_use]
pub fn is_topic_filter(text: &str) -> bool {
    valid_filter(text) && !text.contains('\0')
}

impl BrokerSecurity {
    /// The settings of TLS; `None` without it.
    ///
    /// # Errors
    ///
    /// If there is nothing to trust, or a file of certificates or keys cannot be used.
    pub fn client_config(&self) -> Result<Option<ClientConfig>, TrustError> {
        match self {
            Self::Plain => Ok(None),
            Self::Tls { ca_file, identity: None } => client_config(ca_file.as_deref()).map(Some),
            Self::Tls { ca_file, identity: Some(identity) } => {
                client_config_with_identity(ca_file.as_deref(), identity).map(Some)
            }
        }
    }
}

impl PartialEq for MqttLogin {
    /// Both stand in the config: how long the comparison takes is shown to nobody.
    fn eq(&self, other: &Self) -> bool {
        let Self { username, password } = self;
        *username == other.username
            && password.as_ref().map(Secret::expose) == other.password.as_ref().map(Secret::expose)
    }
}

impl Eq for MqttLogin {}
