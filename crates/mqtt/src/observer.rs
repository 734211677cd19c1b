//! Clients and messages as an operator sees them: metrics and the log.

use std::time::Duration;

use fanfare_core::{HeartbeatKey, SourceName};
use fanfare_inlet::Throttle;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

/// The time between two log lines about the messages of one source.
const LOGGED_EVERY: Duration = Duration::from_secs(10);

/// Clients and messages as an operator sees them.
#[derive(Debug)]
pub(crate) struct Observer {
    connected: Family<BrokerLabels, Gauge>,
    messages: Family<MessageLabels, Counter>,
    lines: Throttle<SourceName>,
}

/// The fate of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageFate {
    /// The alerts in it are on the disk.
    Taken,
    /// A message that was on the disk already.
    Redelivered,
    /// A message that can be no alert, and would not become one by coming again.
    Unreadable,
    /// A message under a topic that is no longer wanted.
    Unwanted,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BrokerLabels {
    source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MessageLabels {
    source: String,
    fate: &'static str,
}

impl MessageFate {
    fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Redelivered => "redelivered",
            Self::Unreadable => "unreadable",
            Self::Unwanted => "unwanted",
        }
    }
}

impl Observer {
    /// Nothing seen yet; metrics in `registry`.
    pub(crate) fn new(registry: &mut Registry) -> Self {
        let (connected, messages) = (Family::default(), Family::default());
        let help = "1 while the source is connected to its broker, 0 while it is not, by source";
        registry.register("fanfare_mqtt_connected", help, Family::clone(&connected));
        let help = "Messages of brokers, by source and by what became of them";
        registry.register("fanfare_mqtt_messages", help, Family::clone(&messages));
        Self { connected, messages, lines: Throttle::new(LOGGED_EVERY) }
    }

    /// Shows a client that has yet to connect.
    pub(crate) fn started(&self, source: &SourceName) {
        self.show(source, 0);
    }

    /// Logs and shows a client that is connected.
    pub(crate) fn connected(&self, source: &SourceName, client_id: &str) {
        info!(source.name = %source, mqtt.client_id = client_id, "Connected to the broker");
        self.show(source, 1);
    }

    /// Logs and shows a client that is not connected, and tries again after `pause`.
    pub(crate) fn disconnected(&self, source: &SourceName, reason: &str, pause: Duration) {
        warn!(source.name = %source, reason, retry_after_s = pause.as_secs_f64(), "Not connected to the broker");
        self.show(source, 0);
    }

    /// Logs a topic of which the broker gives us nothing.
    pub(crate) fn refused_topic(&self, source: &SourceName, topic: &str, reason: &str) {
        error!(source.name = %source, mqtt.topic = topic, reason, "No alerts from a topic");
    }

    /// Forgets a client that has ended.
    pub(crate) fn ended(&self, source: &SourceName) {
        self.connected.remove(&BrokerLabels { source: source.to_string() });
    }

    /// Counts a message, and logs one that is not taken.
    pub(crate) fn saw(&self, source: &SourceName, fate: MessageFate, topic: &str, reason: &str) {
        self.messages.get_or_create(&MessageLabels { source: source.to_string(), fate: fate.word() }).inc();
        let fate_word = fate.word();
        match fate {
            MessageFate::Taken | MessageFate::Redelivered | MessageFate::Unwanted => {
                debug!(source.name = %source, mqtt.topic = topic, fate = fate_word, reason, "A message");
            }
            MessageFate::Unreadable => {
                if let Some(left_out) = self.lines.pass(source.clone(), Instant::now()) {
                    warn!(source.name = %source, mqtt.topic = topic, fate = fate_word, reason, left_out, "A message is no alert");
                }
            }
        }
    }

    /// Logs a heartbeat that changes nothing.
    pub(crate) fn unheard(&self, heartbeat: &HeartbeatKey, reason: &str) {
        if let Some(left_out) = self.lines.pass(heartbeat.source.clone(), Instant::now()) {
            warn!(%heartbeat, reason, left_out, "A heartbeat that is not expected");
        }
    }

    /// Logs alerts that the store does not take. The broker keeps them.
    pub(crate) fn not_stored(&self, source: &SourceName, reason: &str, pause: Duration) {
        warn!(source.name = %source, reason, retry_after_s = pause.as_secs_f64(), "Not stored; the broker keeps it");
    }

    fn show(&self, source: &SourceName, connected: i64) {
        self.connected.get_or_create(&BrokerLabels { source: source.to_string() }).set(connected);
    }
}
