//! What is promised to a receiver: who is told first, what counts as told, and
//! who else is told otherwise.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use fanfare_core::{ChannelName, Contract, DeliveryTerms, HumanDuration, Rung, Sending, Succeed, Unless};

use super::choices::Enough;
use super::place::Path;
use super::section::Section;
use super::values::Positive;
use super::written::{WrittenContract, WrittenReceiver, WrittenRung};

/// Sooner than this no provider can be expected to have answered.
const SHORTEST_WITHIN: Duration = Duration::from_secs(1);

/// Whether messages can carry a link with which to acknowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// `server.external_url` says where they lead.
    Possible,
    /// It does not.
    Impossible,
}

/// The terms of the receiver that stands at `path`. What cannot be kept of them is noted.
pub(crate) fn check(
    written: &WrittenReceiver,
    links: Links,
    path: &Path,
    section: &mut Section,
) -> DeliveryTerms {
    let terms = terms(written);
    let contract = path.key("contract");
    check_within(&terms, &contract.key("within"), section);
    check_number(&terms, path, section);
    check_turns(&terms, path, section);
    for number in 0..terms.escalate.len() {
        check_rung(&terms, number, links, &path.key("escalate").index(number), section);
    }
    terms
}

fn terms(written: &WrittenReceiver) -> DeliveryTerms {
    let WrittenReceiver { name: _, channels, send, contract, escalate } = written;
    let WrittenContract { succeed, within } = contract;
    DeliveryTerms {
        channels: names(channels),
        send: *send,
        contract: Contract {
            succeed: succeed.map_or_else(|| enough_by_default(*send), |Enough(succeed)| succeed),
            within: within.map(|Positive(within)| HumanDuration(within)),
        },
        escalate: escalate.iter().map(rung).collect(),
    }
}

/// Who is told in turn is told until one has confirmed.
fn enough_by_default(send: Sending) -> Succeed {
    match send {
        Sending::Together => Succeed::All,
        Sending::InTurn => Succeed::AtLeast(NonZeroUsize::MIN),
    }
}

fn rung(written: &WrittenRung) -> Rung {
    let WrittenRung { after: Positive(after), unless, to } = written;
    Rung { after: HumanDuration(*after), unless: *unless, to: names(to) }
}

fn names(written: &[String]) -> Vec<ChannelName> {
    written.iter().map(|name| name.as_str().into()).collect()
}

fn check_within(terms: &DeliveryTerms, path: &Path, section: &mut Section) {
    if terms.contract.within.is_some_and(|HumanDuration(within)| within < SHORTEST_WITHIN) {
        section.error(path, "no provider can be expected to answer that soon: write 1s or more");
    }
}

/// As many must be able to confirm as must.
fn check_number(terms: &DeliveryTerms, path: &Path, section: &mut Section) {
    let needed = match terms.contract.succeed {
        Succeed::All => return,
        Succeed::AtLeast(number) => number.get(),
    };
    if ["channels", "escalate"].iter().any(|it| section.is_reported(&path.key(it))) {
        return;
    }
    let (own, possible) = (terms.channels.len(), who_may_confirm(terms));
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

/// The receiver's own channels, and those called in for want of confirmations.
/// Other rungs may be climbed too, but nobody can rely on it.
fn who_may_confirm(terms: &DeliveryTerms) -> usize {
    let called = terms.escalate.iter().filter(|it| it.unless == Unless::Delivered).flat_map(|it| &it.to);
    terms.channels.iter().chain(called).collect::<BTreeSet<_>>().len()
}

/// There must be a turn to take.
fn check_turns(terms: &DeliveryTerms, path: &Path, section: &mut Section) {
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

fn check_rung(terms: &DeliveryTerms, number: usize, links: Links, path: &Path, section: &mut Section) {
    let (before, [rung, ..]) = terms.escalate.split_at(number) else { return };
    if let Some(last) = before.last().filter(|last| rung.after.0 < last.after.0) {
        let message = format!("must not come before the rung above it ({})", last.after);
        section.error(&path.key("after"), message);
    }
    match rung.unless {
        Unless::Delivered => {
            check_who_is_new(terms, before, rung, &path.key("to"), section);
            check_start(terms, before, rung, &path.key("after"), section);
        }
        Unless::Acknowledged if links == Links::Impossible => section.error(
            &path.key("unless"),
            "people acknowledge with a link in the message: set `server.external_url`, where it leads",
        ),
        Unless::Acknowledged | Unless::Resolved => {}
    }
}

/// Who has not confirmed will not do so for being told a second time.
fn check_who_is_new(terms: &DeliveryTerms, before: &[Rung], rung: &Rung, path: &Path, section: &mut Section) {
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

/// The ladder starts when the contract is broken, whatever its first rung says;
/// but no rung is climbed before the ones above it.
fn check_start(terms: &DeliveryTerms, before: &[Rung], rung: &Rung, path: &Path, section: &mut Section) {
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
