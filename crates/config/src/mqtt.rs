//! Brokers whose messages are bodies of sources.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use fanfare_mqtt::{BrokerSecurity, BrokerSettings, ClientIdentity, MqttLogin, TrustError, is_topic_filter};
use fanfare_settings::{Section, SettingPath};
use fanfare_sources::FormatKind;

use crate::scalars::{BrokerScheme, BrokerUrl, PositiveDuration, is_private};
use crate::yaml::{ClientCertificateYaml, MqttYaml};

/// The longest silence on a connection unless the config says otherwise: short enough that the doors of
/// firewalls, which are known to forget a connection after a minute, stay open.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// The bounds of `keep_alive`: below them a slow line is taken for a dead one, above them MQTT has no number.
const KEEP_ALIVE_BOUNDS: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(65_535));

/// Notes mistakes of the broker at `path`.
pub(crate) fn check(yaml: &MqttYaml, format: FormatKind, path: &SettingPath, section: &mut Section) {
    check_topics(&yaml.topics, format, &path.key("topics"), section);
    check_login(yaml, path, section);
    check_files(yaml, path, section);
    if yaml.client_id.as_ref().is_some_and(String::is_empty) {
        section.error(
            &path.key("client_id"),
            "must not be empty: the broker would choose another one each time",
        );
    }
    let (shortest, longest) = KEEP_ALIVE_BOUNDS;
    if yaml.keep_alive.is_some_and(|PositiveDuration(it)| !(shortest..=longest).contains(&it)) {
        section.error(&path.key("keep_alive"), "must be between 5s and 18h: write e.g. 30s");
    }
}

/// Notes sources that would take each other's session at one broker.
pub(crate) fn check_client_ids<'a>(
    sources: impl Iterator<Item = Option<&'a MqttYaml>>,
    section: &mut Section,
) {
    let mut first = BTreeMap::new();
    for (index, yaml) in sources.enumerate() {
        let Some(yaml) = yaml else { continue };
        let Some(client_id) = &yaml.client_id else { continue };
        let session = (&yaml.broker.host, yaml.broker.port, client_id);
        if let Some(other) = first.insert(session, index) {
            let path = SettingPath::new("sources").index(index).key("mqtt").key("client_id");
            let message = format!(
                "is that of sources[{other}] too: a broker ends the connection of the one when the other connects"
            );
            section.error(&path, message);
        }
    }
}

fn check_topics(topics: &[String], format: FormatKind, path: &SettingPath, section: &mut Section) {
    if topics.is_empty() {
        section.error(path, "must not be empty: name the topic of the alerts");
    }
    for (index, topic) in topics.iter().enumerate() {
        let path = path.index(index);
        if topic.starts_with("$share/") {
            section.error(
                &path,
                "of a shared subscription each gateway gets a part of the alerts: leave out `$share/NAME/`",
            );
        } else if !is_topic_filter(topic) {
            section.error(
                &path,
                "not a topic filter: `+` and `#` stand for whole parts between `/`, and `#` only at the end",
            );
        } else if topic == "#" {
            section.warning(
                &path,
                "every message of the broker is read as an alert: name the topic of the alerts",
            );
        } else if topic.contains("/tkl/up/telemetry/") && format.word() != "tkl-telemetry" {
            section.warning(
                &path,
                "ThinkLink's telemetry is no alert: name the topic to which a script sends alerts, or read it for \
                 heartbeats by a source of its own with `format: tkl-telemetry`",
            );
        }
    }
}

fn check_login(yaml: &MqttYaml, path: &SettingPath, section: &mut Section) {
    let BrokerUrl { host, scheme, .. } = &yaml.broker;
    if yaml.password.is_some() && yaml.username.is_none() {
        section.error(&path.key("password"), "is of no use without a `username`");
    }
    if yaml.password.is_some() && *scheme == BrokerScheme::Mqtt && !is_near(host) {
        let message =
            "crosses the network in clear text: write `mqtts://` in `broker`, if the broker has TLS";
        section.warning(&path.key("password"), message);
    }
}

/// True if `host` is on this machine or, as far as can be seen, in a private network.
fn is_near(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    host.parse::<IpAddr>().map_or_else(
        |_| !name.contains('.') || [".local", ".lan", ".internal"].iter().any(|it| name.ends_with(it)),
        is_private,
    )
}

fn check_files(yaml: &MqttYaml, path: &SettingPath, section: &mut Section) {
    let files =
        [("ca_file", yaml.ca_file.is_some()), ("client_certificate", yaml.client_certificate.is_some())];
    let given = files.into_iter().filter_map(|(name, is_given)| is_given.then_some(name));
    match yaml.broker.scheme {
        BrokerScheme::Mqtt => {
            for name in given {
                section.error(&path.key(name), "is for TLS, and `broker` is without: write `mqtts://`");
            }
        }
        BrokerScheme::Mqtts => {
            let Err(err) = security(yaml).client_config() else { return };
            let is_of_client = |file: &std::path::Path| {
                yaml.client_certificate.as_ref().is_some_and(|it| it.cert_file == file || it.key_file == file)
            };
            let place = match &err {
                TrustError::Unreadable { path: file, .. } | TrustError::Empty { path: file } => {
                    if is_of_client(file) {
                        "client_certificate"
                    } else {
                        "ca_file"
                    }
                }
                TrustError::NoKey { .. } | TrustError::WrongKey { .. } => "client_certificate",
                TrustError::NothingTrusted { .. } | TrustError::Library(_) => "broker",
            };
            section.error(&path.key(place), err.to_string());
        }
    }
}

fn security(yaml: &MqttYaml) -> BrokerSecurity {
    let identity = |it: &ClientCertificateYaml| ClientIdentity {
        cert_file: it.cert_file.clone(),
        key_file: it.key_file.clone(),
    };
    match yaml.broker.scheme {
        BrokerScheme::Mqtt => BrokerSecurity::Plain,
        BrokerScheme::Mqtts => BrokerSecurity::Tls {
            ca_file: yaml.ca_file.clone(),
            identity: yaml.client_certificate.as_ref().map(identity),
        },
    }
}

/// The broker that `yaml` states.
pub(crate) fn broker_settings(yaml: MqttYaml) -> BrokerSettings {
    let security = security(&yaml);
    let MqttYaml { broker, username, password, topics, client_id, keep_alive, .. } = yaml;
    let BrokerUrl { host, port, scheme: _ } = broker;
    BrokerSettings {
        host,
        port,
        security,
        login: username.map(|username| MqttLogin { username, password }),
        topics,
        client_id,
        keep_alive: keep_alive.map_or(KEEP_ALIVE, |PositiveDuration(it)| it),
    }
}
