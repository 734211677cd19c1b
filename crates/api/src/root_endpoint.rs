//! The endpoints outside `/api/v1`: one list for the server and the document.

use crate::EndpointMethod;

/// An endpoint outside `/api/v1`: of senders, readers of a message's link, orchestrators and scrapers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RootEndpoint {
    /// Alerts of a source.
    Ingest,
    /// Alerts of a source whose token stands in the address.
    IngestWithToken,
    /// Alerts of a Prometheus, which adds a path of Alertmanager's API to the address that it is given.
    IngestOfPrometheus,
    /// The same with the token in the address.
    IngestOfPrometheusWithToken,
    /// A heartbeat of a source.
    Heartbeat,
    /// A heartbeat of a source whose token stands in the address.
    HeartbeatWithToken,
    /// A message of a script that believes to post to a robot of DingTalk.
    DingTalkRobot,
    /// A message of a script that believes to post to a bot of WeCom.
    WeComBot,
    /// The page behind the link in a message.
    AckPage,
    /// The probe whether the process answers.
    Healthy,
    /// The probe whether alerts are accepted.
    Ready,
    /// The reload of the config.
    Reload,
    /// The metrics of the process.
    Metrics,
}

impl RootEndpoint {
    /// Every endpoint outside `/api/v1` but the sandbox's pages, which no gateway has that sends to real providers.
    pub const ALL: [Self; 13] = [
        Self::Ingest,
        Self::IngestWithToken,
        Self::IngestOfPrometheus,
        Self::IngestOfPrometheusWithToken,
        Self::Heartbeat,
        Self::HeartbeatWithToken,
        Self::DingTalkRobot,
        Self::WeComBot,
        Self::AckPage,
        Self::Healthy,
        Self::Ready,
        Self::Reload,
        Self::Metrics,
    ];

    /// The path, with its parameters in braces.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Ingest => "/ingest/{source}",
            Self::IngestWithToken => "/ingest/{source}/{token}",
            Self::IngestOfPrometheus => "/ingest/{source}/api/v2/alerts",
            Self::IngestOfPrometheusWithToken => "/ingest/{source}/{token}/api/v2/alerts",
            Self::Heartbeat => "/heartbeat/{source}/{name}",
            Self::HeartbeatWithToken => "/heartbeat/{source}/{token}/{name}",
            Self::DingTalkRobot => "/robot/send",
            Self::WeComBot => "/cgi-bin/webhook/send",
            Self::AckPage => "/ack/{token}",
            Self::Healthy => "/-/healthy",
            Self::Ready => "/-/ready",
            Self::Reload => "/-/reload",
            Self::Metrics => "/metrics",
        }
    }

    /// The HTTP methods.
    #[must_use]
    pub const fn methods(self) -> &'static [EndpointMethod] {
        use EndpointMethod::{Get, Head, Post};
        match self {
            Self::Ingest
            | Self::IngestWithToken
            | Self::IngestOfPrometheus
            | Self::IngestOfPrometheusWithToken
            | Self::DingTalkRobot
            | Self::WeComBot
            | Self::Reload => &[Post],
            // Some senders can only fetch an address.
            Self::Heartbeat | Self::HeartbeatWithToken | Self::AckPage => &[Get, Head, Post],
            Self::Healthy | Self::Ready => &[Get, Head],
            Self::Metrics => &[Get],
        }
    }
}
