use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt;

/// The text of a log, shared with those who write it.
#[derive(Clone, Default)]
struct SharedText(Arc<Mutex<Vec<u8>>>);

impl Write for SharedText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines that `run` logs on this thread at the level INFO or above, without their times.
pub fn logged(run: impl FnOnce()) -> String {
    let text = SharedText::default();
    let writer = text.clone();
    let log = fmt().without_time().with_target(false).with_ansi(false).with_writer(move || writer.clone());
    tracing::subscriber::with_default(log.finish(), run);
    String::from_utf8(text.0.lock().unwrap().clone()).unwrap()
}
