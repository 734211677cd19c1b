//! The file that holds the config.

use std::io;
use std::path::PathBuf;

use fanfare_config::{Config, Loader, Problems, ProcessSecrets, read_again};
use fanfare_core::{Clock as _, SystemClock};

use super::sandbox_host::SandboxHost;
use crate::registry;

/// The file that holds the config, and the sandbox that stands for the providers it names.
#[derive(Debug, Clone)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// The sandbox; `None` if the channels talk to the real providers.
    pub(crate) sandbox: Option<SandboxHost>,
}

impl ConfigFile {
    /// Reads the config, with all the secrets it names.
    pub(crate) fn read(&self) -> Result<Config, Problems> {
        let now = SystemClock.now();
        match &self.sandbox {
            None => {
                let kinds = registry();
                Loader { kinds: &kinds, secrets: &ProcessSecrets, sandbox: None, now }.load(&self.path)
            }
            Some(host) => host.load_config(ProcessSecrets, now, |loader| loader.load(&self.path)),
        }
    }

    /// The text of the file, sound or not.
    pub(crate) async fn text(&self) -> io::Result<String> {
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || read_again(&path)).await?
    }
}
