//! The file the config stands in.

use std::io;
use std::path::PathBuf;

use fanfare_core::{Clock as _, SystemClock};

use crate::registry;
use crate::serve::stage::Stage;
use fanfare_config::{Config, Loader, Problems, ProcessSecrets};

/// The file the config stands in, and who plays the providers it names.
#[derive(Debug, Clone)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// `None`: the real ones play themselves.
    pub(crate) stage: Option<Stage>,
}

impl ConfigFile {
    /// Reads it, with all the secrets it names.
    pub(crate) fn read(&self) -> Result<Config, Problems> {
        let now = SystemClock.now();
        match &self.stage {
            None => {
                let kinds = registry();
                Loader { kinds: &kinds, secrets: &ProcessSecrets, sandbox: None, now }.load(&self.path)
            }
            Some(stage) => stage.rehearse(ProcessSecrets, now, |loader| loader.load(&self.path)),
        }
    }

    /// What stands in it, sound or not.
    pub(crate) async fn text(&self) -> io::Result<String> {
        tokio::fs::read_to_string(&self.path).await
    }
}
