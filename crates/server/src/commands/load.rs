//! The config, as the commands read it that only look at it.

use std::path::Path;

use fanfare_config::{Config, Loader, Problems, ProcessSecrets, SandboxSecrets, Secrets};
use jiff::Timestamp;

use crate::registry;

/// The config at `file` with all its secrets, as `serve` reads it.
pub(crate) fn load(file: &Path, now: Timestamp) -> Result<Config, Problems> {
    load_with(&ProcessSecrets, file, now)
}

/// The config at `file`, every setting of which is looked at as by `serve`, though secrets may
/// only be set where the gateway runs.
pub(crate) fn load_without_secrets(file: &Path, now: Timestamp) -> Result<Config, Problems> {
    load_with(&SandboxSecrets(ProcessSecrets), file, now)
}

fn load_with(secrets: &dyn Secrets, file: &Path, now: Timestamp) -> Result<Config, Problems> {
    Loader { kinds: &registry(), secrets, sandbox: None, now }.load(file)
}
