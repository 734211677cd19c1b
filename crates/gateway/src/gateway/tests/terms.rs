//! Terms, as an operator would think of them.

use std::time::Duration;

use fanfare_core::{ChannelName, Contract, DeliveryTerms, HumanDuration, Rung, Sending, Succeed, Unless};

fn names(channels: &[&str]) -> Vec<ChannelName> {
    channels.iter().map(|it| ChannelName::from(*it)).collect()
}

/// All of `channels`, at the same time.
pub(super) fn together(channels: &[&str]) -> DeliveryTerms {
    DeliveryTerms::plain(names(channels))
}

/// One of `channels`; the next one when the one before fails.
pub(super) fn in_turn(channels: &[&str]) -> DeliveryTerms {
    DeliveryTerms { send: Sending::InTurn, ..at_least(1, together(channels)) }
}

/// `terms`, where so many must confirm.
pub(super) fn at_least(number: usize, terms: DeliveryTerms) -> DeliveryTerms {
    let succeed = Succeed::AtLeast(number.try_into().unwrap());
    DeliveryTerms { contract: Contract { succeed, ..terms.contract }, ..terms }
}

/// `terms`, to be kept in so much time.
pub(super) fn within(time: Duration, terms: DeliveryTerms) -> DeliveryTerms {
    DeliveryTerms { contract: Contract { within: Some(HumanDuration(time)), ..terms.contract }, ..terms }
}

/// `terms`, with another rung on the ladder.
pub(super) fn or_else(terms: DeliveryTerms, after: Duration, unless: Unless, to: &[&str]) -> DeliveryTerms {
    let rung = Rung { after: HumanDuration(after), unless, to: names(to) };
    DeliveryTerms { escalate: terms.escalate.into_iter().chain([rung]).collect(), ..terms }
}
