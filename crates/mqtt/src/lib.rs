//! The MQTT side of a running gateway.
//!
//! [`MqttInlet`] keeps one client for each [`MqttSource`]. A client's session at its broker outlives
//! connections and restarts, and a message is acknowledged once the alerts in it are on the
//! disk, never before: what the broker has taken is told, whoever dies meanwhile.
//! Which sources there are, this crate is told: it reads no config and decides nothing.
//!
//! The modules stand from the inlet down to what its clients share: each uses only
//! those below it.

mod inlet;
mod client;
mod connection;
mod taking;
mod redelivery;
mod observer;
mod options;
mod session;
mod fault;
mod settings;

pub use crate::inlet::{MqttInlet, MqttInletSetup};
pub use crate::settings::{BrokerSecurity, BrokerSettings, MqttLogin, MqttSource, is_topic_filter};

pub use fanfare_tls::{ClientIdentity, TrustError};
