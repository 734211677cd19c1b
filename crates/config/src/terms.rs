//! The delivery terms of a receiver: the channels told first, the contract, and
//! the escalation ladder.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use fanfare_core::{ChannelName, Contract, DeliveryTerms, HumanDuration, Rung, Sending, Succeed, Unless};
use fanfare_settings::{Section, SettingPath};

use crate::keyword_or_map::SucceedYaml;
use crate::scalars::PositiveDuration;
use crate::yaml::{ContractYaml, ReceiverYaml, RungYaml};

/// The shortest time in which a provider can be expected to have answered.
const SHORTEST_WITHIN: Duration = Duration::from_secs(1);

/// The possibility of acknowledgement links in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AckLinkSupport {
    /// `server.external_url` says where they lead.
    Possible,
    /// Nothing says where they lead: no `server.external_url`.
    Impossible,
}

/// The terms of the receiver that stands at `path`. Terms that cannot be kept are noted.
pub(crate) fn check(
    yaml: &ReceiverYaml,
    links: AckLinkSupport,
    path: &SettingPath,
    section: &mut Section,
) -> DeliveryTerms {
    let terms = terms(yaml);
    let contract = path.key("contract");
    check_within(&terms, &contract.key("within"), section);
    check_number(&terms, path, section);
    check_turns(&terms, path, section);
    for number in 0..terms.escalate.len() {
        check_rung(&terms, number, links, &path.key("escalate").index(number), section);
    }
    terms
}

fn terms(yaml: &ReceiverYaml) -> DeliveryTerms {
    let ReceiverYaml { name: _, channels, send, contract, escalate } = yaml;
    let ContractYaml { succeed, within } = contract;
    DeliveryTerms {
        channels: names(channels),
        send: *send,
        contract: Contract {
            succeed: succeed.map_or_else(|| default_succeed(*send), |SucceedYaml(succeed)| succeed),
            within: within.map(|PositiveDuration(within)| HumanDuration(within)),
        },
        escalate: escalate.iter().map(rung).collect(),
    }
}

/// The number of confirmations by default: channels told in turn are told until one has confirmed.
fn default_succeed(send: Sending) -> Succeed {
    match send {
        Sending::Together => Succeed::All,
        Sending::InTurn => Succeed::AtLeast(NonZeroUsize::MIN),
    }
}

fn rung(yaml: &RungYaml) -> Rung {
    let RungYaml { after: PositiveDuration(after), unless, to } = yaml;
    Rung { after: HumanDuration(*after), unless: *unless, to: names(to) }
}

fn names(yaml: &[String]) -> Vec<ChannelName> {
    yaml.iter().map(|name| name.as_str().into()).collect()
}

fn check_within(terms: &DeliveryTerms, path: &SettingPath, section: &mut Section) {
    if terms.contract.within.is_some_and(|HumanDuration(within)| within < SHORTEST_WITHIN) {
        section.error(path, "no provider can be expected to answer that soon: write 1s or more");
    }
}

/// Notes a contract that more channels must confirm than can.
fn check_number(terms: &DeliveryTerms, path: &SettingPath, section: &mut Section) {
    let needed = match terms.contract.succeed {
        Succeed::All => return,
        Succeed::AtLeast(number) => number.get(),
    };
    if ["channels", "escalate"].iter().any(|it| section.is_reported(&path.key(it))) {
        return;
    }
    let (own, possible) = (terms.channels.len(), possible_confirmations(terms));
    let path = path.key("contract").key("succeed");
    if needed > possible {
        let message = format!(
            "only {possible} can confirm, its own channels and those that are told `unless: delivered`: write at most {possible}, or name more"
        );
        section.error(&path, message);
    } else if needed > own {
        let message = format!(
            "it has only {own} of its own, so the first rung `unless: delivered` is climbed at once: name those channels under `channels`"
        );
        section.warning(&path, message);
    }
}

/// The number of the receiver's own channels and those added for want of
/// confirmations. Other rungs may be climbed too, but nobody can rely on it.
fn possible_confirmations(terms: &DeliveryTerms) -> usize {
    let called = terms.escalate.iter().filter(|it| it.unless == Unless::Delivered).flat_map(|it| &it.to);
    terms.channels.iter().chain(called).collect::<BTreeSet<_>>().len()
}

/// Notes a `send: in_turn` that leaves no turn to take.
fn check_turns(terms: &DeliveryTerms, path: &SettingPath, section: &mut Section) {
    match terms.send {
        Sending::Together => return,
        Sending::InTurn => {}
    }
    let own = terms.channels.len();
    let succeed = path.key("contract").key("succeed");
    match terms.contract.succeed {
        Succeed::All => section.error(
            &succeed,
            "`all` would tell every channel at once: write `send: together`, or how many must confirm",
        ),
        Succeed::AtLeast(number) if number.get() == own && own > 1 => section.error(
            &succeed,
            "as many as it has channels would tell every channel at once: write `send: together`, or fewer",
        ),
        Succeed::AtLeast(_) if own == 1 && terms.escalate.is_empty() => section.warning(
            &path.key("send"),
            "nobody is there to be told next: name another channel, or leave `in_turn` out",
        ),
        Succeed::AtLeast(_) => {}
    }
}

fn check_rung(
    terms: &DeliveryTerms,
    number: usize,
    links: AckLinkSupport,
    path: &SettingPath,
    section: &mut Section,
) {
    let (before, [rung, ..]) = terms.escalate.split_at(number) else { return };
    if let Some(last) = before.last().filter(|last| rung.after.0 < last.after.0) {
        let message = format!("must not come before the rung above it ({})", last.after);
        section.error(&path.key("after"), message);
    }
    match rung.unless {
        Unless::Delivered => {
            check_new_channels(terms, before, rung, &path.key("to"), section);
            check_start(terms, before, rung, &path.key("after"), section);
        }
        Unless::Acknowledged if links == AckLinkSupport::Impossible => section.error(
            &path.key("unless"),
            "people acknowledge with a link in the message: set `server.external_url`, where it leads",
        ),
        Unless::Acknowledged | Unless::Resolved => {}
    }
}

/// Notes a channel of the rung that is told already: being told a second time, it
/// will not confirm either.
fn check_new_channels(
    terms: &DeliveryTerms,
    before: &[Rung],
    rung: &Rung,
    path: &SettingPath,
    section: &mut Section,
) {
    let is_earlier = |it: &ChannelName| {
        before.iter().any(|earlier| earlier.unless == Unless::Delivered && earlier.to.contains(it))
    };
    for (index, channel) in rung.to.iter().enumerate() {
        if terms.channels.contains(channel) {
            let message = format!("`{channel}` is one of its own channels and is told anyway: name another");
            section.error(&path.index(index), message);
        } else if is_earlier(channel) {
            let message = format!("`{channel}` is told by an earlier rung `unless: delivered`: name another");
            section.error(&path.index(index), message);
        }
    }
}

/// Warns of a first rung later than the contract's time: the ladder starts when the
/// contract is broken, but no rung is climbed before the ones above it.
fn check_start(
    terms: &DeliveryTerms,
    before: &[Rung],
    rung: &Rung,
    path: &SettingPath,
    section: &mut Section,
) {
    let Some(within) = terms.contract.within.filter(|within| within.0 < rung.after.0) else { return };
    let is_first = before.iter().all(|it| it.unless != Unless::Delivered);
    if !is_first {
        return;
    }
    let waits_for = before.last().map(|it| it.after).filter(|after| within.0 < after.0);
    let message = match waits_for {
        None => format!(
            "the contract is broken after {within} already, so this rung is climbed then: write {within}"
        ),
        Some(after) => format!(
            "the contract is broken after {within} already, but this rung waits for the one above it ({after}): put it first"
        ),
    };
    section.warning(path, message);
}
