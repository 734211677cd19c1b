//! Requests and connections as an operator sees them: metrics and the log.

mod metrics;
mod closure;
mod door;

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::http::StatusCode;
use fanfare_inlet::Throttle;
use prometheus_client::registry::Registry;
use tokio::time::Instant;
use tracing::warn;

pub(crate) use self::closure::Closure;
pub(crate) use self::door::Door;
use self::metrics::HttpMetrics;

/// The time between two log lines of one kind about callers who have shown no token.
const LOGGED_EVERY: Duration = Duration::from_secs(10);

/// The requests and connections as an operator sees them.
#[derive(Debug)]
pub(crate) struct Traffic {
    metrics: HttpMetrics,
    lines: Throttle<TrafficLine>,
}

/// The kind of a log line. There are only so many, whatever callers send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum TrafficLine {
    Refusal(Door, u16),
    Closure(Closure),
}

/// A refused request, for the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefusedRequest<'a> {
    /// The door at which it was refused.
    pub(crate) door: Door,
    /// The status of the answer.
    pub(crate) status: StatusCode,
    /// The address of the caller.
    pub(crate) client: Option<SocketAddr>,
    /// The source, if it is one of the config's.
    pub(crate) source: Option<&'a str>,
    /// The reason in our own words: nothing of the request stands in it.
    pub(crate) reason: &'a str,
    /// The standing of the caller.
    pub(crate) standing: Standing,
}

/// The standing of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The caller has shown a right token, and may fill the log.
    Authenticated,
    /// The caller may be anybody, and costs a line now and then.
    Stranger,
}

impl Traffic {
    /// Nothing seen yet; metrics in `registry`.
    pub(crate) fn new(registry: &mut Registry) -> Self {
        Self { metrics: HttpMetrics::new(registry), lines: Throttle::new(LOGGED_EVERY) }
    }

    /// Counts an answered request.
    pub(crate) fn answered(&self, door: Door, status: StatusCode) {
        self.metrics.answered(door, status.as_u16());
    }

    /// Counts and logs a refused request.
    pub(crate) fn refused(&self, refused: RefusedRequest<'_>) {
        let RefusedRequest { door, status, client, source, reason, standing } = refused;
        self.answered(door, status);
        let kind = TrafficLine::Refusal(door, status.as_u16());
        let left_out = match standing {
            Standing::Authenticated if status.is_client_error() => Some(0),
            Standing::Authenticated | Standing::Stranger => self.lines.pass(kind, Instant::now()),
        };
        if let Some(left_out) = left_out {
            warn!(
                door = door.word(),
                source.name = source,
                status = status.as_u16(),
                caller.address = client.map(tracing::field::display),
                reason,
                left_out,
                "Refused a request"
            );
        }
    }

    /// Counts and logs the head of a request that could not be read.
    pub(crate) fn refused_head(&self, status: u16, client: Option<SocketAddr>) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let reason = match status {
            StatusCode::REQUEST_TIMEOUT => "no request came in time",
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "the head of the request is too long",
            _ => "what came is not a request of HTTP/1",
        };
        let (door, source, standing) = (Door::None, None, Standing::Stranger);
        self.refused(RefusedRequest { door, status, client, source, reason, standing });
    }

    /// Counts and logs a connection that was ended for its client's sake or another's.
    pub(crate) fn closed(&self, closure: Closure, client: Option<SocketAddr>) {
        self.metrics.closed(closure);
        if closure.is_usual() {
            return;
        }
        if let Some(left_out) = self.lines.pass(TrafficLine::Closure(closure), Instant::now()) {
            let reason = closure.reason();
            warn!(
                caller.address = client.map(tracing::field::display),
                reason, left_out, "Closed a connection"
            );
        }
    }

    /// Shows the number of open connections.
    pub(crate) fn show_connections(&self, number: usize) {
        self.metrics.show_connections(number);
    }
}
