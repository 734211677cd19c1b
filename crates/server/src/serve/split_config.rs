//! A config in the parts that the gateway and the HTTP server take.

use std::collections::HashMap;
use std::sync::Arc;

use fanfare_config::{Auth, Config, SenderCredential, ServerConfig, SourceAuth, SourceConfig};
use fanfare_gateway::{GatewaySettings, WatchedSource};
use fanfare_http::{
    Access, AccessSettings, SignatureKey, SourceAccess, SourceCredential, SourceEndpoint, WebOrigins,
};
use fanfare_mqtt::MqttSource;

/// The parts of a config by who takes them. None holds what cannot change while the gateway runs.
#[derive(Debug)]
pub(crate) struct SplitConfig {
    /// The settings of the gateway.
    pub(crate) settings: GatewaySettings,
    /// The access to the HTTP server.
    pub(crate) access: AccessSettings,
    /// The sources that take messages from brokers.
    pub(crate) mqtt: Vec<MqttSource>,
}

/// The parts of `config`.
pub(crate) fn split_config(config: Config) -> SplitConfig {
    let Config {
        server: ServerConfig { listen: _, external_url, auth, cors_origins, reload_on_change: _ },
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
    let own_origin = external_url.as_ref().map(|url| url.origin().ascii_serialization());
    let origins = WebOrigins { listed: cors_origins, own: own_origin };
    let settings = GatewaySettings {
        policy,
        channels,
        retry,
        retention,
        external_url: external_url.map(|url| url.as_str().trim_end_matches('/').to_owned()),
        sources: sources.iter().filter_map(watched_source).collect(),
    };
    let api = match &auth {
        Auth::Bearer(token) => Access::bearer(token),
        Auth::Open => Access::ThisMachine,
    };
    let mqtt = sources.iter().filter_map(mqtt_source).collect();
    let sources: HashMap<_, _> = sources.into_iter().map(source_endpoint).collect();
    SplitConfig { settings, access: AccessSettings { sources, api, origins, locale }, mqtt }
}

fn watched_source(source: &SourceConfig) -> Option<WatchedSource> {
    source.expect_every.map(|every| WatchedSource { name: source.name().clone(), every })
}

fn mqtt_source(source: &SourceConfig) -> Option<MqttSource> {
    let SourceConfig { settings, format, unreadable, auth: _, mqtt, max_body, expect_every: _ } = source;
    let (settings, format) = (settings.clone(), format.clone());
    let (unreadable, max_body) = (*unreadable, *max_body);
    mqtt.clone().map(|broker| MqttSource { settings, format, unreadable, max_body, broker })
}

fn source_endpoint(source: SourceConfig) -> (String, Arc<SourceEndpoint>) {
    let SourceConfig { settings, format, unreadable, auth, mqtt: _, max_body, expect_every: _ } = source;
    let access = source_access(&auth);
    (settings.name.to_string(), Arc::new(SourceEndpoint { settings, format, unreadable, access, max_body }))
}

fn source_access(auth: &SourceAuth) -> SourceAccess {
    match auth {
        // A list of nothing lets nobody in.
        SourceAuth::Closed => SourceAccess::AnyOf(Vec::new()),
        SourceAuth::Open => SourceAccess::Anyone,
        SourceAuth::AnyOf(credentials) => {
            SourceAccess::AnyOf(credentials.iter().map(source_credential).collect())
        }
    }
}

fn source_credential(credential: &SenderCredential) -> SourceCredential {
    match credential {
        SenderCredential::Bearer(token) => SourceCredential::bearer(token),
        SenderCredential::Basic { username, password } => SourceCredential::basic(username, password),
        SenderCredential::Path(token) => SourceCredential::path(token),
        SenderCredential::StandardWebhook(secret) => {
            SourceCredential::Signature(SignatureKey::standard_webhook(secret))
        }
        SenderCredential::HubSignature(secret) => SourceCredential::Signature(SignatureKey::hub(secret)),
        SenderCredential::DingTalkRobot { access_token, secret } => {
            SourceCredential::dingtalk(access_token, secret.as_ref())
        }
        SenderCredential::WeComBot(key) => SourceCredential::wecom(key),
    }
}
