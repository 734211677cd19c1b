//! The endpoints of `/api/v1`: one list for the server, the command line and the document.

use std::borrow::Cow;

/// An endpoint of `/api/v1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// The list of alerts.
    ListAlerts,
    /// The explanation of one alert.
    ExplainAlert,
    /// The acknowledgement of an alert's incident.
    AcknowledgeAlert,
    /// The list of deliveries.
    ListDeliveries,
    /// One delivery with its attempts.
    ShowDelivery,
    /// The attempts of one delivery.
    ListAttempts,
    /// The list of dead letters.
    ListDeadLetters,
    /// The retry of dead letters.
    RetryDeadLetters,
    /// The discard of dead letters.
    DiscardDeadLetters,
    /// One dead letter with its attempts.
    ShowDeadLetter,
    /// The list of channels.
    ListChannels,
    /// A channel by its name.
    ShowChannel,
    /// A marked test message through one channel.
    TestChannel,
    /// The list of heartbeats.
    ListHeartbeats,
    /// The end of a heartbeat that is not to be expected any more.
    ForgetHeartbeat,
    /// The state of the gateway.
    Status,
    /// The audit of the ledger.
    Audit,
    /// The OpenAPI document.
    OpenApi,
}

/// The HTTP method of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointMethod {
    /// A question, which changes nothing.
    Get,
    /// The same for whoever wants no more of the answer than its head.
    Head,
    /// A request to do something.
    Post,
}

impl EndpointMethod {
    /// The name of the method in a request.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
        }
    }
}

impl Endpoint {
    /// Every endpoint. A path without a parameter stands before the one it could be taken for.
    pub const ALL: [Self; 18] = [
        Self::ListAlerts,
        Self::ExplainAlert,
        Self::AcknowledgeAlert,
        Self::ListDeliveries,
        Self::ShowDelivery,
        Self::ListAttempts,
        Self::ListDeadLetters,
        Self::RetryDeadLetters,
        Self::DiscardDeadLetters,
        Self::ShowDeadLetter,
        Self::ListChannels,
        Self::ShowChannel,
        Self::TestChannel,
        Self::ListHeartbeats,
        Self::ForgetHeartbeat,
        Self::Status,
        Self::Audit,
        Self::OpenApi,
    ];

    /// The path, with its parameters in braces, e.g. `/api/v1/alerts/{id}/explain`.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::ListAlerts => "/api/v1/alerts",
            Self::ExplainAlert => "/api/v1/alerts/{id}/explain",
            Self::AcknowledgeAlert => "/api/v1/alerts/{id}/acknowledge",
            Self::ListDeliveries => "/api/v1/deliveries",
            Self::ShowDelivery => "/api/v1/deliveries/{id}",
            Self::ListAttempts => "/api/v1/deliveries/{id}/attempts",
            Self::ListDeadLetters => "/api/v1/dead-letters",
            Self::RetryDeadLetters => "/api/v1/dead-letters/retry",
            Self::DiscardDeadLetters => "/api/v1/dead-letters/discard",
            Self::ShowDeadLetter => "/api/v1/dead-letters/{id}",
            Self::ListChannels => "/api/v1/channels",
            Self::ShowChannel => "/api/v1/channels/{name}",
            Self::TestChannel => "/api/v1/channels/{name}/test",
            Self::ListHeartbeats => "/api/v1/heartbeats",
            Self::ForgetHeartbeat => "/api/v1/heartbeats/forget",
            Self::Status => "/api/v1/status",
            Self::Audit => "/api/v1/audit",
            Self::OpenApi => "/api/v1/openapi.json",
        }
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(self) -> EndpointMethod {
        match self {
            Self::ListAlerts
            | Self::ExplainAlert
            | Self::ListDeliveries
            | Self::ShowDelivery
            | Self::ListAttempts
            | Self::ListDeadLetters
            | Self::ShowDeadLetter
            | Self::ListChannels
            | Self::ShowChannel
            | Self::ListHeartbeats
            | Self::Status
            | Self::Audit
            | Self::OpenApi => EndpointMethod::Get,
            Self::AcknowledgeAlert
            | Self::RetryDeadLetters
            | Self::DiscardDeadLetters
            | Self::TestChannel
            | Self::ForgetHeartbeat => EndpointMethod::Post,
        }
    }

    /// The segments of the path with `parameter` in the place of the one in braces, not yet encoded.
    pub fn segments(self, parameter: &str) -> impl Iterator<Item = Cow<'_, str>> {
        let segments = self.path().split('/').skip(1);
        segments.map(move |it| if it.starts_with('{') { parameter.into() } else { it.into() })
    }
}

#[cfg(test)]
mod tests;
