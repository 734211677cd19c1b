//! The config as commands read it that need none of its secrets.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use fanfare_config::{Config, Loader, Problems, ProcessSecrets, SandboxSecrets};
use fanfare_core::SandboxDoors;
use jiff::Timestamp;

use crate::registry;

/// The config, though the secrets may only be set where the gateway runs.
pub(crate) fn load_without_secrets(file: &Path, now: Timestamp) -> Result<Config, Problems> {
    let kinds = registry();
    let secrets = SandboxSecrets(ProcessSecrets);
    Loader { kinds: &kinds, secrets: &secrets, sandbox: Some(&unopened_doors()), now }.load(file)
}

/// Addresses of a sandbox that nobody starts. A secret that is made up is not always sound as it
/// stands (an address, a key of a certain length): for a sandbox each channel makes one of it that is.
fn unopened_doors() -> SandboxDoors {
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    SandboxDoors { http: format!("http://{smtp}"), smtp }
}
