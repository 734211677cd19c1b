//! Mails and connections as an operator sees them: metrics and the log.

use std::net::IpAddr;
use std::time::Duration;

use fanfare_core::{HeartbeatKey, SourceName};
use fanfare_inlet::Throttle;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::time::Instant;
use tracing::{debug, warn};

/// The time between two log lines of one kind: anybody who reaches the port can cause them.
const LOGGED_EVERY: Duration = Duration::from_secs(10);

/// Mails and connections as an operator sees them.
#[derive(Debug)]
pub(crate) struct MailObserver {
    mails: Family<MailLabels, Counter>,
    refusals: Family<RefusalLabels, Counter>,
    connections: Gauge,
    lines: Throttle<MailLine>,
}

/// The fate of a mail to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailFate {
    /// The alerts in it are on the disk.
    Taken,
    /// A mail that was on the disk already, and came again.
    Repeated,
    /// A mail that can be no alert.
    Unreadable,
    /// A mail with more alerts than the rate of its source allows.
    Throttled,
    /// A mail that could not be stored. The sender keeps it.
    NotStored,
}

/// The reason for which a sender is refused before a mail has come, or is hung up on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum MailRefusal {
    UnknownRecipient,
    ForeignNetwork,
    NeedsLogin,
    WrongLogin,
    UnprotectedLogin,
    TooLong,
    NoRoom,
    TooManyRecipients,
    /// A command that cannot be read, or comes at the wrong time.
    BadCommand,
    /// Too many commands without a mail: the connection was closed.
    Fruitless,
    /// Bytes before their time, which may be another's commands.
    TooEarly,
    Late,
    Displaced,
    FailedHandshake,
}

/// The kind of a log line. There are only so many, whatever senders do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum MailLine {
    Refusal(MailRefusal),
    Mail(SourceName, &'static str),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MailLabels {
    source: String,
    fate: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    reason: &'static str,
}

impl MailFate {
    fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Repeated => "repeated",
            Self::Unreadable => "unreadable",
            Self::Throttled => "throttled",
            Self::NotStored => "not_stored",
        }
    }
}

impl MailRefusal {
    fn word(self) -> &'static str {
        match self {
            Self::UnknownRecipient => "unknown_recipient",
            Self::ForeignNetwork => "foreign_network",
            Self::NeedsLogin => "needs_login",
            Self::WrongLogin => "wrong_login",
            Self::UnprotectedLogin => "unprotected_login",
            Self::TooLong => "too_long",
            Self::NoRoom => "no_room",
            Self::TooManyRecipients => "too_many_recipients",
            Self::BadCommand => "bad_command",
            Self::Fruitless => "fruitless",
            Self::TooEarly => "too_early",
            Self::Late => "late",
            Self::Displaced => "displaced",
            Self::FailedHandshake => "failed_handshake",
        }
    }
}

impl MailObserver {
    /// Nothing seen yet; metrics in `registry`.
    pub(crate) fn new(registry: &mut Registry) -> Self {
        let (mails, refusals, connections) = (Family::default(), Family::default(), Gauge::default());
        let help = "Mails to sources, by source and by what became of them";
        registry.register("fanfare_smtp_mails", help, Family::clone(&mails));
        let help = "Senders of mails that were refused or hung up on, by reason";
        registry.register("fanfare_smtp_refusals", help, Family::clone(&refusals));
        registry.register(
            "fanfare_smtp_connections",
            "Open connections of senders of mails",
            connections.clone(),
        );
        Self { mails, refusals, connections, lines: Throttle::new(LOGGED_EVERY) }
    }

    /// Shows the number of open connections.
    pub(crate) fn show_connections(&self, number: usize) {
        self.connections.set(i64::try_from(number).unwrap_or(i64::MAX));
    }

    /// Counts a mail to a source, and logs one that is not taken. `reason` quotes nothing of it.
    pub(crate) fn saw(&self, source: &SourceName, fate: MailFate, peer: IpAddr, reason: &str) {
        let word = fate.word();
        self.mails.get_or_create(&MailLabels { source: source.to_string(), fate: word }).inc();
        match fate {
            MailFate::Taken | MailFate::Repeated => {
                debug!(source.name = %source, client = %peer, fate = word, reason, "A mail");
            }
            MailFate::Unreadable | MailFate::Throttled | MailFate::NotStored => {
                if let Some(left_out) = self.lines.pass(MailLine::Mail(source.clone(), word), Instant::now())
                {
                    warn!(source.name = %source, client = %peer, fate = word, reason, left_out, "A mail was not taken");
                }
            }
        }
    }

    /// Counts and logs a sender that is refused. `reason` is our own words.
    pub(crate) fn refused(&self, refusal: MailRefusal, peer: IpAddr, reason: &str) {
        let word = refusal.word();
        self.refusals.get_or_create(&RefusalLabels { reason: word }).inc();
        if let Some(left_out) = self.lines.pass(MailLine::Refusal(refusal), Instant::now()) {
            warn!(client = %peer, code = word, reason, left_out, "Refused a sender of mails");
        }
    }

    /// Logs a heartbeat that changes nothing.
    pub(crate) fn unheard(&self, heartbeat: &HeartbeatKey, reason: &str) {
        let line = MailLine::Mail(heartbeat.source.clone(), "unheard");
        if let Some(left_out) = self.lines.pass(line, Instant::now()) {
            warn!(source.name = %heartbeat.source, %heartbeat, reason, left_out, "A heartbeat that is not expected");
        }
    }

    /// Logs that a repetition of this mail will not be known.
    pub(crate) fn not_remembered(&self, source: &SourceName, reason: &str) {
        warn!(source.name = %source, reason, "A mail cannot be remembered: if it is sent again it is taken for new");
    }
}
