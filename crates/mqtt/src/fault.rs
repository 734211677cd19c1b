//! The reason why a broker cannot be reached, for the person who can mend it.

use std::error::Error;

use fanfare_tls::{SettingNames, TrustError, misconfiguration};
use rumqttc::{ConnectReturnCode, ConnectionError, DisconnectReasonCode, StateError, SubscribeReasonCode};

/// The settings as reasons call them.
const NAMES: SettingNames = SettingNames {
    host: "`mqtt.broker`",
    ca_file: "`mqtt.ca_file`",
    without_tls: "should `mqtt.broker` begin with `mqtt://`, or have another port?",
};

/// The end of a connection, or the reason why there is none.
#[derive(Debug)]
pub(crate) enum ConnectionFault {
    /// A certificate or a key of the config that cannot be used.
    Trust(TrustError),
    /// An error of the connection.
    Connection(ConnectionError),
}

impl ConnectionFault {
    /// The reason, and the remedy where one is known.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the library's enums grow, and what is new may pass")]
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Trust(err) => err.to_string(),
            Self::Connection(err) => match err {
                ConnectionError::ConnectionRefused(code) => refusal(*code),
                ConnectionError::MqttState(StateError::ConnFail { reason }) => refusal(*reason),
                ConnectionError::MqttState(StateError::ServerDisconnect { reason_code, .. }) => {
                    farewell(*reason_code)
                }
                ConnectionError::MqttState(StateError::ConnectionAborted) => {
                    "the broker closed the connection".to_owned()
                }
                ConnectionError::MqttState(StateError::AwaitPingResp) | ConnectionError::Timeout(_) => {
                    "the broker does not answer".to_owned()
                }
                err => {
                    let words = chain(err);
                    certificate_refusal(&words).or_else(|| misconfiguration(err, NAMES)).unwrap_or(words)
                }
            },
        }
    }
}

/// The alerts of TLS by which a broker refuses our certificate, or that we have none.
const CERTIFICATE_ALERTS: [&str; 8] = [
    "CertificateRequired",
    "UnknownCA",
    "BadCertificate",
    "UnsupportedCertificate",
    "CertificateExpired",
    "CertificateRevoked",
    "CertificateUnknown",
    "AccessDenied",
];

/// The refusal of our certificate in the words of an error. It comes after TLS 1.3's handshake, when
/// the library has made a text of it.
fn certificate_refusal(words: &str) -> Option<String> {
    let (_, alert) = words.split_once("received fatal alert: ")?;
    CERTIFICATE_ALERTS.iter().find(|it| alert.starts_with(**it)).map(|alert| {
        format!(
            "the broker refuses our certificate, or wants to see one (its alert: {alert}): name one that an authority of the broker's has issued in `mqtt.client_certificate`"
        )
    })
}

/// The reason for which a broker lets nobody in.
#[expect(clippy::wildcard_enum_match_arm, reason = "what has no remedy of its own is named")]
fn refusal(code: ConnectReturnCode) -> String {
    match code {
        ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized => format!(
            "the broker refuses the login ({code:?}): check `mqtt.username` and `mqtt.password`, and that this user may connect"
        ),
        ConnectReturnCode::RefusedProtocolVersion | ConnectReturnCode::UnsupportedProtocolVersion => {
            "the broker does not speak MQTT 5: take a newer version of it, or another broker".to_owned()
        }
        ConnectReturnCode::BadClientId | ConnectReturnCode::ClientIdentifierNotValid => format!(
            "the broker does not take our client id ({code:?}): write one that it takes as `mqtt.client_id`"
        ),
        code => format!("the broker lets us not in: {code:?}"),
    }
}

/// The reason for which a broker ends a connection.
#[expect(clippy::wildcard_enum_match_arm, reason = "what has no remedy of its own is named")]
fn farewell(code: DisconnectReasonCode) -> String {
    match code {
        DisconnectReasonCode::SessionTakenOver => {
            "another client has connected with our client id: each gateway and source needs its own `mqtt.client_id`"
                .to_owned()
        }
        code => format!("the broker ended the connection: {code:?}"),
    }
}

/// The complaint about a topic that the broker does not give us; `None` if it does.
pub(crate) fn topic_refusal(code: SubscribeReasonCode) -> Option<String> {
    match code {
        SubscribeReasonCode::Success(_) => None,
        SubscribeReasonCode::NotAuthorized => {
            Some("the user may not subscribe to it: grant the right at the broker".to_owned())
        }
        SubscribeReasonCode::Failure
        | SubscribeReasonCode::Unspecified
        | SubscribeReasonCode::ImplementationSpecific
        | SubscribeReasonCode::TopicFilterInvalid
        | SubscribeReasonCode::PkidInUse
        | SubscribeReasonCode::QuotaExceeded
        | SubscribeReasonCode::SharedSubscriptionsNotSupported
        | SubscribeReasonCode::SubscriptionIdNotSupported
        | SubscribeReasonCode::WildcardSubscriptionsNotSupported => {
            Some(format!("the broker refuses the subscription: {code:?}"))
        }
    }
}

/// The error and its causes, each of which says what the one before it does not.
fn chain(err: &dyn Error) -> String {
    let mut text = err.to_string();
    let mut cause = err.source();
    while let Some(err) = cause {
        let words = err.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = err.source();
    }
    text
}

#[cfg(test)]
mod tests;
