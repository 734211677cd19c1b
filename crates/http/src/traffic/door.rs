//! The doors of the HTTP server.

/// A door of the HTTP server, for the log and the metrics: a part with callers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Door {
    /// Alerts come in.
    Ingest,
    /// Alerts come in from scripts that believe to post to a chat robot.
    Robot,
    /// Senders show that they are alive.
    Heartbeat,
    /// Questions and requests of operators.
    Api,
    /// The link in a message.
    Ack,
    /// The reload of the config.
    Reload,
    /// The probes of orchestrators.
    Probes,
    /// The metrics of the process.
    Metrics,
    /// The pages of the sandbox.
    Sandbox,
    /// Any other path, and whatever is no request.
    None,
}

impl Door {
    /// The door that a path leads to.
    pub(crate) fn from_path(path: &str) -> Self {
        match path.split('/').nth(1) {
            Some("ingest") => Self::Ingest,
            Some("robot" | "cgi-bin") => Self::Robot,
            Some("heartbeat") => Self::Heartbeat,
            Some("api") => Self::Api,
            Some("ack") => Self::Ack,
            Some("sandbox") => Self::Sandbox,
            Some("metrics") => Self::Metrics,
            Some("-") if path == "/-/reload" => Self::Reload,
            Some("-") => Self::Probes,
            Some(_) | None => Self::None,
        }
    }

    /// The door's word in the log and in labels.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Robot => "robot",
            Self::Heartbeat => "heartbeat",
            Self::Api => "api",
            Self::Ack => "ack",
            Self::Reload => "reload",
            Self::Probes => "probes",
            Self::Metrics => "metrics",
            Self::Sandbox => "sandbox",
            Self::None => "none",
        }
    }
}
