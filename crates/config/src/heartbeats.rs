//! Heartbeats that a source is expected to send.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{ExpectedHeartbeats, HeartbeatRule, Labels, Severity, SourceName};
use fanfare_inlet::HeartbeatAlerts;
use fanfare_settings::{Section, SettingPath};

use crate::scalars::{NamePatternText, PositiveDuration, SeverityWord};
use crate::yaml::{HeartbeatYaml, SourceYaml};

/// The shortest interval: missing ones are looked for each second, and a network may lose one.
const SHORTEST: Duration = Duration::from_secs(10);

/// The grace unless the config says otherwise: as much again as the interval, as ThinkLink waits for a device,
/// and at most this.
const LONGEST_GRACE: Duration = Duration::from_secs(60 * 60);

/// The labels that the alert of a missing heartbeat sets itself.
const OWN_LABELS: [&str; 6] = ["alertname", "subject", "origin", "heartbeat", "source", "severity"];

/// Notes mistakes of the heartbeats of a source, which stands at `path`.
pub(crate) fn check(source: &SourceYaml, path: &SettingPath, section: &mut Section) {
    let path = path.key("heartbeats");
    let mut names = BTreeSet::new();
    for (index, HeartbeatYaml { name: NamePatternText(name), every, alerts, labels, .. }) in
        source.heartbeats.iter().enumerate()
    {
        let path = path.index(index);
        if !names.insert(name.to_string()) {
            section.error(&path.key("name"), format!("`{name}` stands here twice; names must differ"));
        }
        let PositiveDuration(every) = every;
        if *every < SHORTEST {
            section.error(&path.key("every"), "must be 10s or more: a network may well lose a message");
        }
        if alerts.is_some() && name.only_name().is_none() {
            let message = "needs one `name`: which of those that fit the pattern would an alert be?";
            section.error(&path.key("alerts"), message);
        }
        for label in OWN_LABELS.iter().filter(|it| labels.contains_key(**it)) {
            section.error(&path.key("labels").key(label), "is set by the alert that a heartbeat is missing");
        }
    }
}

/// The rules for the heartbeats of a source, and its alerts that are heartbeats.
pub(crate) fn heartbeats(
    source: &SourceName,
    yaml: Vec<HeartbeatYaml>,
    expect_every: Option<PositiveDuration>,
) -> (Vec<HeartbeatRule>, Vec<HeartbeatAlerts>) {
    let whole = expect_every.map(|PositiveDuration(every)| HeartbeatRule {
        source: source.clone(),
        expected: ExpectedHeartbeats::AnyAlert,
        every,
        grace: Duration::ZERO,
        severity: Severity::High,
        labels: Labels::default(),
    });
    let (mut rules, mut heartbeat_alerts) = (Vec::from_iter(whole), Vec::new());
    for HeartbeatYaml { name: NamePatternText(name), every, grace, severity, labels, alerts } in yaml {
        let PositiveDuration(every) = every;
        if let (Some(name), Some(alerts)) = (name.only_name(), alerts) {
            let matchers = alerts.into_iter().flat_map(|it| it.0).collect();
            heartbeat_alerts.push(HeartbeatAlerts { name: name.clone(), matchers });
        }
        rules.push(HeartbeatRule {
            source: source.clone(),
            expected: ExpectedHeartbeats::Named(name),
            every,
            grace: grace.map_or(every.min(LONGEST_GRACE), |PositiveDuration(grace)| grace),
            severity: severity.map_or(Severity::High, |SeverityWord(severity)| severity),
            labels: Labels::from_iter(labels),
        });
    }
    (rules, heartbeat_alerts)
}
