//! The writer of the log: those who log hand a line over and never wait for its reader.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The bytes that wait for the reader at most: some 15,000 lines. A terminal that is held, a full pipe or a slow
/// disk must stop no alert; what does not fit is left out, and counted.
const LIMIT: usize = 4 * 1024 * 1024;

/// The time that the end of the process waits for the reader of the last lines.
const PATIENCE: Duration = Duration::from_secs(1);

/// The end at which lines are handed over. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct LogWriter(Arc<Shared>);

/// The log while the process runs; dropped, it sees to it that the last lines are written.
#[derive(Debug)]
#[must_use = "the last lines are lost if it is dropped early"]
pub(crate) struct LogGuard(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    lines: Mutex<Lines>,
    changed: Condvar,
}

/// The lines that wait to be written.
#[derive(Debug, Default)]
struct Lines {
    text: Vec<u8>,
    /// The number of lines that were left out since the last one that was written.
    lost: u64,
    is_writing: bool,
    has_ended: bool,
}

impl LogWriter {
    /// Starts the thread that writes to `out`: as many lines at a time as wait.
    pub(crate) fn start(out: impl Write + Send + 'static) -> io::Result<(Self, LogGuard)> {
        let shared = Arc::<Shared>::default();
        let for_thread = Arc::clone(&shared);
        thread::Builder::new().name("log".to_owned()).spawn(move || for_thread.write_all_to(out))?;
        Ok((Self(Arc::clone(&shared)), LogGuard(shared)))
    }
}

impl Write for LogWriter {
    /// Takes a whole line, as `tracing_subscriber` hands it over.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lines();
        if lines.text.len() + line.len() > LIMIT {
            lines.lost += 1;
        } else {
            lines.text.extend_from_slice(line);
            self.0.changed.notify_all();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_all_to(&self, mut out: impl Write) {
        let mut text = Vec::new();
        loop {
            let mut lines = self.lines();
            lines.is_writing = false;
            self.changed.notify_all();
            while lines.text.is_empty() && lines.lost == 0 {
                if lines.has_ended {
                    return;
                }
                lines = self.changed.wait(lines).unwrap_or_else(PoisonError::into_inner);
            }
            text.clear();
            std::mem::swap(&mut text, &mut lines.text);
            let lost = std::mem::take(&mut lines.lost);
            lines.is_writing = true;
            drop(lines);
            if lost > 0 {
                text.extend_from_slice(
                    format!("{lost} lines of the log were left out: its reader is too slow\n").as_bytes(),
                );
            }
            // A log that nobody can read any more is no reason to send no alerts.
            drop(out.write_all(&text));
        }
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        let mut lines = self.0.lines();
        lines.has_ended = true;
        self.0.changed.notify_all();
        let is_busy = |lines: &mut Lines| lines.is_writing || !lines.text.is_empty();
        drop(self.0.changed.wait_timeout_while(lines, PATIENCE, is_busy));
    }
}

#[cfg(test)]
mod tests;
