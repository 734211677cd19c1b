//! The log: to standard error, as text for people or JSON for machines.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};

use clap::ValueEnum;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};

use crate::log_filter::{log_doubts, parse_log_filter};

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The lines that wait for the log's reader at most, some 10 MB. A terminal that is held, a full pipe or a slow disk
/// must stop no alert: what does not fit is left out and counted.
const LINES: usize = 40_000;

/// The bytes that are written at a time, where that many wait.
const WRITE_SIZE: usize = 64 * 1024;

/// The log of this process; dropped, it has the last lines written.
#[derive(Debug)]
#[must_use = "the last lines are lost if it is dropped early"]
pub(crate) struct Log {
    lost: ErrorCounter,
    _writer: WorkerGuard,
}

impl Log {
    /// The counter of the lines that were left out.
    pub(crate) fn lost_lines(&self) -> ErrorCounter {
        self.lost.clone()
    }
}

/// Starts logging. `filter` is what `RUST_LOG` says in its usual syntax, e.g.
/// `info` or `fanfare_gateway=debug`.
pub(crate) fn start_logging(filter: &str, format: LogFormat) -> anyhow::Result<Log> {
    let doubts = log_doubts(filter);
    let filter = parse_log_filter(filter)?;
    for doubt in &doubts {
        // Not by the log: it might be what lets nothing through.
        drop(writeln!(io::stderr(), "warning: {doubt}"));
    }
    // Each request of a stranger that is none would be an error there. Our own log says it now and then.
    let filter = filter.add_directive("actix_http::h1::dispatcher=off".parse()?);
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LINES).thread_name("log");
    // The thread flushes whenever no line waits, so that one write carries all that have come together.
    let (lines, writer) = builder.finish(BufWriter::with_capacity(WRITE_SIZE, io::stderr()));
    let lost = lines.error_counter();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines)
        // Or a log that cannot be written, on a full disk or to a reader that has gone, would panic in whoever logs.
        .log_internal_errors(false);
    let log = if io::stderr().is_terminal() { log } else { log.with_ansi(false) };
    let started = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    started.map_err(|err| anyhow::anyhow!("the log cannot be started: {err}"))?;
    Ok(Log { lost, _writer: writer })
}
