//! The log: to standard error, as text for people or JSON for machines.

use std::io::{self, IsTerminal as _};

use anyhow::Context as _;
use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use super::log_writer::{LogGuard, LogWriter};

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging. `filter` is what `RUST_LOG` says in its usual syntax, e.g.
/// `info` or `fanfare_gateway=debug`. The lines are written until the guard is dropped.
pub(crate) fn start_logging(filter: &str, format: LogFormat) -> anyhow::Result<LogGuard> {
    let filter = EnvFilter::try_new(filter).with_context(|| {
        format!("`{filter}` is not a log filter: expected e.g. info, or warn,fanfare_gateway=debug")
    })?;
    let (writer, guard) = LogWriter::start(io::stderr()).context("the log cannot be started")?;
    // Each request of a stranger that is none would be an error there. Our own log says it now and then.
    let filter = filter.add_directive("actix_http::h1::dispatcher=off".parse()?);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || writer.clone())
        // Or a log that cannot be written, on a full disk or to a reader that has gone, would panic in whoever logs.
        .log_internal_errors(false);
    let log = if io::stderr().is_terminal() { log } else { log.with_ansi(false) };
    let started = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    started.map_err(|err| anyhow::anyhow!("the log cannot be started: {err}"))?;
    Ok(guard)
}
