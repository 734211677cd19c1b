//! Receivers: the channels over which somebody is told.

use std::collections::BTreeSet;
use std::sync::Arc;

use fanfare_core::Receiver;
use fanfare_settings::{Section, SettingPath, unknown_name};

use crate::checks::check_name;
use crate::terms::{self, AckLinkSupport};
use crate::yaml::ReceiverYaml;

/// The names of the gateway's own receivers: those of its self-alerts, and of
/// the test message of a channel.
const RESERVED_NAMES: [&str; 2] = ["every other channel", "channel test"];

/// The receivers that `yaml` states, checked against `channels` and each other.
pub(crate) fn check(
    yaml: &[ReceiverYaml],
    channels: &BTreeSet<&str>,
    links: AckLinkSupport,
    section: &mut Section,
) -> Vec<Receiver> {
    let mut names = BTreeSet::new();
    let mut receivers = Vec::new();
    for (index, receiver) in yaml.iter().enumerate() {
        let path = SettingPath::new("receivers").index(index);
        check_name(&receiver.name, &mut names, &path, section);
        if RESERVED_NAMES.contains(&receiver.name.as_str()) {
            let message = format!("the gateway itself uses `{}`; choose another name", receiver.name);
            section.error(&path.key("name"), message);
        }
        check_channels(&receiver.channels, channels, &path.key("channels"), section);
        for (index, rung) in receiver.escalate.iter().enumerate() {
            let path = path.key("escalate").index(index).key("to");
            check_channels(&rung.to, channels, &path, section);
        }
        let terms = Arc::new(terms::check(receiver, links, &path, section));
        receivers.push(Receiver { name: receiver.name.as_str().into(), terms });
    }
    receivers
}

fn check_channels(names: &[String], known: &BTreeSet<&str>, path: &SettingPath, section: &mut Section) {
    if names.is_empty() {
        section.error(path, "must name at least one channel, or it would tell nobody");
    }
    let mut seen = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        if !known.contains(name.as_str()) {
            let message = unknown_name("channel", name, known.iter().copied());
            section.error(&path.index(index), message);
        } else if !seen.insert(name) {
            section.error(&path.index(index), format!("`{name}` is named twice"));
        }
    }
}
