//! A config in the parts that the gateway and the HTTP server take.

use std::collections::HashMap;
use std::sync::Arc;

use fanfare_config::{
    Auth, Config, Ping, RateLimit, SenderCredential, ServerConfig, SourceAuth, SourceConfig,
};
use fanfare_gateway::GatewaySettings;
use fanfare_http::{
    Access, AccessSettings, SignatureKey, SourceAccess, SourceCredential, SourceEndpoint, WebOrigins,
};
use fanfare_inlet::SourceRate;
use fanfare_mqtt::MqttSource;
use fanfare_smtp::{MailAccess, MailCredential, SmtpSource};

/// The parts of a config by who takes them. None holds what cannot change while the gateway runs.
#[derive(Debug)]
pub(crate) struct SplitConfig {
    /// The settings of the gateway.
    pub(crate) settings: GatewaySettings,
    /// The access to the HTTP server.
    pub(crate) access: AccessSettings,
    /// The sources that take messages from brokers.
    pub(crate) mqtt: Vec<MqttSource>,
    /// The sources that take mails.
    pub(crate) smtp: Vec<SmtpSource>,
    /// The addresses that are fetched while all is well.
    pub(crate) pings: Vec<Ping>,
}

/// The parts of `config`.
pub(crate) fn split_config(config: Config) -> SplitConfig {
    let Config {
        server:
            ServerConfig { listen: _, external_url, auth, cors_origins, tls, smtp: _, reload_on_change: _ },
        store_path: _,
        sources,
        pings,
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
        heartbeats: sources.iter().flat_map(|it| it.heartbeats.clone()).collect(),
    };
    let api = match &auth {
        Auth::Bearer(token) => Access::bearer(token),
        Auth::Open => Access::ThisMachine,
    };
    let mqtt = sources.iter().filter_map(mqtt_source).collect();
    let rates: Vec<_> = sources.iter().map(source_rate).collect();
    let smtp =
        sources.iter().zip(&rates).filter_map(|(source, rate)| smtp_source(source, rate.clone())).collect();
    let sources: HashMap<_, _> =
        sources.into_iter().zip(rates).map(|(source, rate)| source_endpoint(source, rate)).collect();
    SplitConfig { settings, access: AccessSettings { sources, api, origins, tls, locale }, mqtt, smtp, pings }
}

fn mqtt_source(source: &SourceConfig) -> Option<MqttSource> {
    let SourceConfig {
        settings,
        format,
        unreadable,
        auth: _,
        mqtt,
        recipients: _,
        max_body,
        from: _,
        rate_limit: _,
        heartbeats: _,
        heartbeat_alerts,
    } = source;
    mqtt.clone().map(|broker| MqttSource {
        settings: settings.clone(),
        format: format.clone(),
        unreadable: *unreadable,
        heartbeats: heartbeat_alerts.clone(),
        max_body: *max_body,
        broker,
    })
}

/// The rate of a source, which its inlets share.
fn source_rate(source: &SourceConfig) -> Option<SourceRate> {
    let RateLimit { alerts, per } = source.rate_limit?;
    SourceRate::new(alerts, per)
}

fn smtp_source(source: &SourceConfig, rate: Option<SourceRate>) -> Option<SmtpSource> {
    let SourceConfig {
        settings,
        format,
        unreadable,
        auth,
        mqtt: _,
        recipients,
        max_body,
        from,
        rate_limit: _,
        heartbeats: _,
        heartbeat_alerts,
    } = source;
    (!recipients.is_empty()).then(|| SmtpSource {
        settings: settings.clone(),
        format: format.clone(),
        unreadable: *unreadable,
        heartbeats: heartbeat_alerts.clone(),
        from: from.clone(),
        access: mail_access(auth),
        rate,
        max_body: *max_body,
        recipients: recipients.clone(),
    })
}

fn mail_access(auth: &SourceAuth) -> MailAccess {
    match auth {
        SourceAuth::Closed => MailAccess::AnyOf(Vec::new()),
        SourceAuth::Open => MailAccess::Anyone,
        SourceAuth::AnyOf(credentials) => {
            MailAccess::AnyOf(credentials.iter().filter_map(mail_credential).collect())
        }
    }
}

/// The credential as a mail can show it, if it can.
fn mail_credential(credential: &SenderCredential) -> Option<MailCredential> {
    match credential {
        SenderCredential::Bearer(token) => Some(MailCredential::token(token)),
        SenderCredential::Basic { username, password } => Some(MailCredential::basic(username, password)),
        SenderCredential::Path(_)
        | SenderCredential::StandardWebhook(_)
        | SenderCredential::HubSignature(_)
        | SenderCredential::DingTalkRobot { .. }
        | SenderCredential::WeComBot(_)
        | SenderCredential::ClientCertificate(_) => None,
    }
}

fn source_endpoint(source: SourceConfig, rate: Option<SourceRate>) -> (String, Arc<SourceEndpoint>) {
    let SourceConfig {
        settings,
        format,
        unreadable,
        auth,
        mqtt: _,
        recipients: _,
        max_body,
        from,
        rate_limit: _,
        heartbeats: _,
        heartbeat_alerts: heartbeats,
    } = source;
    let (name, access) = (settings.name.to_string(), source_access(&auth));
    let endpoint = SourceEndpoint { settings, format, unreadable, heartbeats, from, access, rate, max_body };
    (name, Arc::new(endpoint))
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
        SenderCredential::ClientCertificate(name) => SourceCredential::ClientCertificate(name.clone()),
    }
}
