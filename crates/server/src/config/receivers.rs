//! Receivers: who is told, over which channels.

use std::collections::BTreeSet;
use std::sync::Arc;

use fanfare_core::Receiver;

use super::place::Path;
use super::section::Section;
use super::suggest;
use super::terms::{self, Links};
use super::written::WrittenReceiver;

/// What stands in the place of a feature that is to come.
pub(crate) const NOT_YET: &str = "not supported yet; leave it out";

/// What the gateway calls those whom it tells on its own account: of itself
/// whoever was not told, and the channel that is being tested.
const OUR_OWN: [&str; 2] = ["every other channel", "channel test"];

/// Checks the receivers against `channels`, and each other.
pub(crate) fn check(
    written: &[WrittenReceiver],
    channels: &BTreeSet<&str>,
    links: Links,
    section: &mut Section,
) -> Vec<Receiver> {
    let mut names = BTreeSet::new();
    let mut receivers = Vec::new();
    for (index, receiver) in written.iter().enumerate() {
        let path = Path::of("receivers").index(index);
        check_name(&receiver.name, &mut names, &path, section);
        if OUR_OWN.contains(&receiver.name.as_str()) {
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

/// Notes a name that is empty or taken. `path` is that of what is named.
pub(crate) fn check_name<'a>(
    name: &'a str,
    taken: &mut BTreeSet<&'a str>,
    path: &Path,
    section: &mut Section,
) {
    let path = path.key("name");
    if section.is_reported(&path) {
        return;
    }
    if name.is_empty() {
        section.error(&path, "must not be empty");
    } else if !taken.insert(name) {
        section.error(&path, format!("`{name}` is the name of another one; names must differ"));
    }
}

fn check_channels(names: &[String], known: &BTreeSet<&str>, path: &Path, section: &mut Section) {
    if names.is_empty() {
        section.error(path, "must name at least one channel, or it would tell nobody");
    }
    let mut seen = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        if !known.contains(name.as_str()) {
            let message = suggest::unknown("channel", name, known.iter().copied());
            section.error(&path.index(index), message);
        } else if !seen.insert(name) {
            section.error(&path.index(index), format!("`{name}` is named twice"));
        }
    }
}
