//! The source of a config, and the signs that it has changed.

use std::path::PathBuf;

use anyhow::Context as _;
use fanfare_config::{ProcessSecrets, Secrets as _, secret_files};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::watch::{FileChange, FileWatch};
use crate::serve::config_file::ConfigFile;

/// The source of a config, and the signs that it has changed.
#[derive(Debug)]
pub(crate) struct ConfigSource {
    pub(crate) file: ConfigFile,
    pub(super) watch: FileWatch,
    secret_files: Vec<PathBuf>,
    secrets: FileWatch,
    pub(super) hangups: Signal,
}

impl ConfigSource {
    /// The source at `file`. It is made before the file is read, so that no change and no
    /// signal is missed.
    pub(crate) async fn new(file: ConfigFile) -> anyhow::Result<Self> {
        let hangups = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
        let text = file.text().await.unwrap_or_default();
        let (watch, secret_files) = (FileWatch::new(&text), secret_files(&text, &file.path));
        let secrets = FileWatch::new(&contents(&secret_files).await);
        Ok(Self { file, watch, secret_files, secrets, hangups })
    }

    /// Takes the config and its secrets as they are for acted on.
    pub(super) async fn mark_acted_on(&mut self) {
        if let Ok(text) = self.file.text().await {
            self.watch = FileWatch::new(&text);
            self.secret_files = secret_files(&text, &self.file.path);
            self.secrets = FileWatch::new(&contents(&self.secret_files).await);
        }
    }

    /// Looks at the files in which secrets are kept.
    pub(super) async fn look_at_secrets(&mut self) -> FileChange {
        let contents = contents(&self.secret_files).await;
        self.secrets.look(&contents)
    }

    /// The digest of the file when it was last read, by which an operator tells two configs apart.
    pub(crate) fn digest(&self) -> String {
        self.watch.short_digest()
    }
}

/// All that stands in `files`, of which only a digest is kept. What cannot be read stands for itself: to be
/// taken away and put back is no change.
async fn contents(files: &[PathBuf]) -> String {
    let files = files.to_vec();
    let read = move || {
        let texts =
            files.iter().map(|it| ProcessSecrets.file(it).unwrap_or_else(|err| err.kind().to_string()));
        texts.collect::<Vec<_>>().join("\0")
    };
    tokio::task::spawn_blocking(read).await.unwrap_or_default()
}
