//! What a config says, taken apart for those who do it.

use std::collections::HashMap;
use std::sync::Arc;

use fanfare_gateway::{GatewaySettings, WatchedSource};

use crate::serve::access::Access;
use crate::serve::doors::{Entrances, SourceDoor};
use fanfare_config::{Auth, Config, ServerConfig, SourceConfig};

/// What the gateway is to do, and who comes in by which door. What cannot change
/// while it runs is in neither.
pub(crate) fn divide(config: Config) -> (GatewaySettings, Entrances) {
    let Config {
        server: ServerConfig { listen: _, external_url, auth, reload_on_change: _ },
        store_path: _,
        sources,
        channels,
        policy,
        retry,
        retention,
        locale,
        warnings: _,
        sandbox_accounts: _,
    } = config;
    let orders = GatewaySettings {
        policy,
        channels,
        retry,
        retention,
        external_url: external_url.map(|url| url.as_str().trim_end_matches('/').to_owned()),
        sources: sources.iter().filter_map(expected).collect(),
    };
    let api = match &auth {
        Auth::Bearer(token) => Access::bearer(token),
        Auth::Open => Access::ThisMachine,
    };
    let sources: HashMap<_, _> = sources.into_iter().map(source_door).collect();
    (orders, Entrances { sources, api, style: locale })
}

fn expected(source: &SourceConfig) -> Option<WatchedSource> {
    source.expect_every.map(|every| WatchedSource { name: source.name().clone(), every })
}

fn source_door(source: SourceConfig) -> (String, Arc<SourceDoor>) {
    let SourceConfig { settings, format, auth, max_body, expect_every: _ } = source;
    let access = match &auth {
        Auth::Bearer(token) => Access::bearer(token),
        Auth::Open => Access::Anyone,
    };
    (settings.name.to_string(), Arc::new(SourceDoor { settings, format, access, max_body }))
}
