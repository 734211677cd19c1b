//! The options with which a client connects to its broker.

use std::sync::Arc;
use std::time::Duration;

use fanfare_tls::TrustError;
use rumqttc::{
    AckMode, MqttOptions, NetworkOptions, QoS, RetainForwardRule, SubscribeFilter, TlsConfiguration,
    Transport,
};

use crate::session::EmptySessions;
use crate::settings::{BrokerSecurity, BrokerSettings, MqttLogin, MqttSource};

/// The messages that a broker sends at most before the first of them is acknowledged.
pub(crate) const IN_FLIGHT: u16 = 64;

/// The time for which a broker keeps the messages of a gateway that is away: longer than any
/// repair, and a test site that is never started again does not fill the broker's disk for ever.
const SESSION_EXPIRY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The time that the broker may take to answer when it is connected to.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// The bytes of a message at most: a broker drops what is longer. What is shorter and yet longer than
/// the source's `max_body` is refused by us, who can say so.
const LONGEST_MESSAGE: u32 = 16 * 1024 * 1024;

/// The options of a client called `client_id`.
///
/// # Errors
///
/// If there is nothing to trust, or a file of certificates or keys cannot be used.
pub(crate) fn options(source: &MqttSource, client_id: &str) -> Result<MqttOptions, TrustError> {
    let BrokerSettings { host, port, security, login, keep_alive, .. } = &source.broker;
    let mut options = MqttOptions::new(client_id, (host.as_str(), *port));
    let seconds = u16::try_from(keep_alive.as_secs()).unwrap_or(u16::MAX);
    let longest = u32::try_from(source.max_body).unwrap_or(u32::MAX).saturating_mul(2).max(LONGEST_MESSAGE);
    let mut network = NetworkOptions::new();
    network.set_connection_timeout(CONNECT_WITHIN.as_secs());
    options
        .set_clean_start(false)
        .set_session_store(EmptySessions)
        .set_session_expiry_interval(u32::try_from(SESSION_EXPIRY.as_secs()).ok())
        .set_ack_mode(AckMode::Manual)
        .set_receive_maximum(Some(IN_FLIGHT))
        .set_max_packet_size(Some(longest))
        .set_connect_timeout(CONNECT_WITHIN)
        .set_keep_alive(seconds)
        .set_network_options(network)
        .set_transport(transport(security)?);
    if let Some(MqttLogin { username, password }) = login {
        match password {
            Some(password) => options.set_credentials(username, password.expose().to_owned()),
            None => options.set_username(username),
        };
    }
    Ok(options)
}

/// The subscription to the topics of `source`. A message that the broker retains is sent when the
/// subscription is new and not whenever we connect again: who was told of it need not be told daily.
pub(crate) fn subscription(topics: &[String]) -> Vec<SubscribeFilter> {
    let filter = |topic: &String| SubscribeFilter {
        retain_forward_rule: RetainForwardRule::OnNewSubscribe,
        ..SubscribeFilter::new(topic, QoS::AtLeastOnce)
    };
    topics.iter().map(filter).collect()
}

fn transport(security: &BrokerSecurity) -> Result<Transport, TrustError> {
    let config = security.client_config()?.map(|it| TlsConfiguration::Rustls(Arc::new(it)));
    Ok(config.map_or_else(Transport::tcp, Transport::tls_with_config))
}
