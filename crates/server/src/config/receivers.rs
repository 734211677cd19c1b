//! Receivers: who is told, over which channels.

use std::collections::BTreeSet;

use fanfare_core::{Contract, Receiver, Succeed};

use super::place::Path;
use super::section::Section;
use super::suggest;
use super::written::{WrittenContract, WrittenReceiver, WrittenSend, WrittenSucceed};

/// What stands in the place of a feature that is to come.
pub(crate) const NOT_YET: &str = "not supported yet; leave it out";

/// Checks the receivers against `channels`, and each other.
pub(crate) fn check(
    written: &[WrittenReceiver],
    channels: &BTreeSet<&str>,
    section: &mut Section,
) -> Vec<Receiver> {
    let all = Path::of("receivers");
    let mut names = BTreeSet::new();
    for (index, receiver) in written.iter().enumerate() {
        let path = all.index(index);
        check_name(&receiver.name, &mut names, &path, section);
        check_channels(&receiver.channels, channels, &path.key("channels"), section);
        check_features(receiver, &path, section);
    }
    written.iter().map(receiver).collect()
}

fn receiver(written: &WrittenReceiver) -> Receiver {
    let WrittenReceiver { name, channels, send: _, contract, escalate: _ } = written;
    let succeed = match contract.succeed {
        WrittenSucceed::All => Succeed::All,
    };
    Receiver {
        name: name.as_str().into(),
        channels: channels.iter().map(|it| it.as_str().into()).collect(),
        contract: Contract { succeed },
    }
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

fn check_features(receiver: &WrittenReceiver, path: &Path, section: &mut Section) {
    let WrittenReceiver { name: _, channels: _, send, contract, escalate } = receiver;
    let WrittenContract { succeed: _, within } = contract;
    if *send == WrittenSend::InTurn {
        section.error(&path.key("send"), "`in_turn` is not supported yet; write `together` or leave it out");
    }
    if within.is_some() {
        section.error(&path.key("contract").key("within"), NOT_YET);
    }
    if escalate.is_some() {
        section.error(&path.key("escalate"), NOT_YET);
    }
}
