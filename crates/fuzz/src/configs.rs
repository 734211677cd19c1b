//! The config that an operator writes.

use std::path::Path;

use channel_wecom::WeCom;
use fanfare_config::{ChannelRegistry, Loader, NoSecrets};

use crate::surroundings::now;

/// Settings that have other files read, which are no part of what is tested.
const OF_FILES: &str = "file";

/// Reads a config. One that is not sound tells at least one problem, each with words.
pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if text.contains(OF_FILES) {
        return;
    }
    let kinds = ChannelRegistry::default().with::<WeCom>();
    let loader = Loader { kinds: &kinds, secrets: &NoSecrets, sandbox: None, now: now() };
    let load = || loader.load_text(text, Path::new("fanfare.yaml"));
    match (load(), load()) {
        (Ok(_), Ok(_)) => {}
        (Err(problems), Err(again)) => {
            let told = problems.to_string();
            assert!(!told.trim().is_empty(), "refused without a reason");
            assert_eq!(told, again.to_string(), "read twice, it says another thing");
        }
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => panic!("read twice, it says another thing"),
    }
}
