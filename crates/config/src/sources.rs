//! The sources of alerts.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use fanfare_core::Labels;
use fanfare_gateway::SELF_SOURCE;
use fanfare_settings::{Section, SettingPath};
use fanfare_sources::SourceSettings;

use crate::checks::check_name;
use crate::config::{RateLimit, SourceConfig};
use crate::formats;
use crate::heartbeats;
use crate::mqtt;
use crate::scalars::{ByteSize, FormatText, Network, PositiveDuration, SeverityWord, Zone};
use crate::smtp;
use crate::source_auth::{self, SourceAuth};
use crate::yaml::{RateYaml, SourceYaml};

/// The longest body unless the config says otherwise, in bytes. A whole device,
/// telemetry and all, fits into a quarter of this.
const MAX_BODY: usize = 1024 * 1024;

/// The length of an alert with a title, a text and a device, in bytes.
const SMALLEST_BODY: usize = 1024;

/// The labels by which an alert is known again, each with the alarms that nothing tells apart if it is fixed.
const MERGED_BY_LABEL: [(&str, &str); 3] = [
    ("alertname", "all alarms of a device"),
    ("eui", "alarms of one name from all devices"),
    ("device", "alarms of one name from all devices without EUI"),
];

/// Notes mistakes of the sources of a gateway that listens on `listen`.
pub(crate) fn check(yaml: &[SourceYaml], listen: SocketAddr, section: &mut Section) {
    let mut names = BTreeSet::new();
    for (index, source) in yaml.iter().enumerate() {
        let path = SettingPath::new("sources").index(index);
        check_name(&source.name, &mut names, &path, section);
        if source.name == SELF_SOURCE {
            let message = format!("the gateway tells of itself as `{SELF_SOURCE}`; choose another name");
            section.error(&path.key("name"), message);
        }
        if let Some(complaint) = unreachable(&source.name) {
            section.error(&path.key("name"), complaint);
        }
        if source.max_body.is_some_and(|ByteSize(bytes)| bytes < SMALLEST_BODY) {
            let message = format!("hardly an alert is so short: write {}KiB or more", SMALLEST_BODY / 1024);
            section.warning(&path.key("max_body"), message);
        }
        formats::check(source, &path, section);
        match (&source.auth, &source.mqtt) {
            (None, None) if ["auth", "mqtt"].iter().any(|it| section.is_reported(&path.key(it))) => {}
            (None, None) => section.error(&path, "missing setting `auth`"),
            (Some(auth), _) => source_auth::check(auth, listen, &path.key("auth"), section),
            (None, Some(_)) => {}
        }
        if let Some(mqtt) = &source.mqtt {
            let FormatText(format) = source.format;
            mqtt::check(mqtt, format, &path.key("mqtt"), section);
        }
        if let Some(mail) = &source.mail {
            smtp::check_source(mail, source, &path, section);
        }
        check_rate(source.rate_limit, &path.key("rate_limit"), section);
        check_door(source, &path, section);
        heartbeats::check(source, &path, section);
        check_labels(&source.labels, &path.key("labels"), section);
    }
    let doors = yaml.iter().enumerate().filter_map(|(index, it)| {
        let path = SettingPath::new("sources").index(index).key("auth");
        Some((it.name.as_str(), path, it.auth.as_ref()?))
    });
    source_auth::check_shared(doors, section);
    mqtt::check_client_ids(yaml.iter().map(|it| it.mqtt.as_ref()), section);
    smtp::check_recipients(yaml.iter().map(|it| it.mail.as_ref()), section);
}

/// Notes what is said of a door that the source has not.
fn check_door(source: &SourceYaml, path: &SettingPath, section: &mut Section) {
    let is_closed = source.auth.is_none() && source.mqtt.is_some();
    let stated = [("from", !source.from.is_empty()), ("rate_limit", source.rate_limit.is_some())];
    for (setting, _) in stated.iter().filter(|(_, is_stated)| is_closed && *is_stated) {
        let message =
            "changes nothing: it is about what is posted, and without `auth` nobody can post to this source";
        section.warning(&path.key(setting), message);
    }
}

/// Notes a rate that no clock can keep.
fn check_rate(rate: Option<RateYaml>, path: &SettingPath, section: &mut Section) {
    if rate.is_some_and(|RateYaml { alerts, per: PositiveDuration(per) }| (per / alerts.get()).is_zero()) {
        section.error(path, "is more than an alert each nanosecond: leave it out instead");
    }
}

/// Notes mistakes of the labels that a source fixes.
fn check_labels(labels: &BTreeMap<String, String>, path: &SettingPath, section: &mut Section) {
    for label in ["source", "severity"].iter().filter(|it| labels.contains_key(**it)) {
        section.error(&path.key(label), "cannot be fixed: the source's name and the alert say it");
    }
    let is_fixed = |label: &str| labels.get(label).is_some_and(|text| !text.is_empty());
    for (label, merged) in MERGED_BY_LABEL.iter().filter(|(label, _)| is_fixed(label)) {
        let message = format!(
            "replaces what each alert says: {merged} become one incident, and the clear of one ends it for all; fix another label, e.g. `site`"
        );
        section.warning(&path.key(label), message);
    }
}

/// The complaint about a name with which no address `/ingest/NAME` can be written, or only one that programs rewrite
/// on the way: `.` and `..` are taken out of it, and what stands for another character is read as such.
/// <https://url.spec.whatwg.org/#path-state>
fn unreachable(name: &str) -> Option<String> {
    let is_rewritten = |c: &char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '/' | '\\' | '?' | '#' | '%' | '\u{200b}'..='\u{200f}' | '\u{feff}')
    };
    let advice = "choose letters, digits, `-`, `_` and `.`, e.g. `site-1`";
    if matches!(name, "." | "..") {
        return Some(format!("no sender reaches /ingest/{name}: {advice}"));
    }
    let c = name.chars().find(is_rewritten)?;
    let shown = if c.is_ascii_graphic() { format!("`{c}`") } else { format!("U+{:04X}", u32::from(c)) };
    Some(format!("no sender reaches /ingest/NAME with {shown} in the name: {advice}"))
}

/// The source that `yaml` states; `None` if [`check`] has found that its format is not ready to read.
pub(crate) fn source(yaml: SourceYaml) -> Option<SourceConfig> {
    let SourceYaml {
        name,
        format: FormatText(kind),
        mapping,
        unreadable,
        auth,
        mqtt,
        mail,
        labels,
        max_body,
        from,
        rate_limit,
        expect_every,
        heartbeats,
        resolve_after,
        unknown_level,
        timezone,
        redact,
    } = yaml;
    let defaults = SourceSettings::new(name.as_str());
    let (heartbeats, heartbeat_alerts) = heartbeats::heartbeats(&defaults.name, heartbeats, expect_every);
    Some(SourceConfig {
        settings: SourceSettings {
            labels: Labels::from_iter(labels),
            unknown_level: unknown_level.map_or(defaults.unknown_level, |SeverityWord(level)| level),
            timezone: timezone.map(|Zone(zone)| zone),
            resolve_after: resolve_after.map(|PositiveDuration(it)| it),
            redact,
            ..defaults
        },
        format: formats::format(kind, mapping)?,
        unreadable: unreadable.unwrap_or(kind.unreadable()),
        auth: auth.map_or(SourceAuth::Closed, SourceAuth::from),
        mqtt: mqtt.map(mqtt::broker_settings),
        recipients: mail.map(smtp::recipients).unwrap_or_default(),
        max_body: max_body.map_or(MAX_BODY, |ByteSize(bytes)| bytes),
        from: from.into_iter().map(|Network(network)| network).collect(),
        rate_limit: rate_limit
            .map(|RateYaml { alerts, per: PositiveDuration(per) }| RateLimit { alerts, per }),
        heartbeats,
        heartbeat_alerts,
    })
}
