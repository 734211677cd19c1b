//! The source of a config, and the signs that it has changed.

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::watch::FileWatch;
use crate::serve::config_file::ConfigFile;

/// The source of a config, and the signs that it has changed.
#[derive(Debug)]
pub(crate) struct ConfigSource {
    pub(crate) file: ConfigFile,
    pub(super) watch: FileWatch,
    pub(super) hangups: Signal,
}

impl ConfigSource {
    /// The source at `file`. It is made before the file is read, so that no change and no
    /// signal is missed.
    pub(crate) async fn new(file: ConfigFile) -> anyhow::Result<Self> {
        let hangups = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
        let watch = FileWatch::new(&file.text().await.unwrap_or_default());
        Ok(Self { file, watch, hangups })
    }

    /// The digest of the file when it was last read, by which an operator tells two configs apart.
    pub(crate) fn digest(&self) -> String {
        self.watch.short_digest()
    }
}
