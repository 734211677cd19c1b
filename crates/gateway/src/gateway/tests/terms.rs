//! Delivery terms in an operator's words.

use std::time::Duration;

use fanfare_core::{ChannelName, Contract, DeliveryTerms, HumanDuration, Rung, Sending, Succeed, Unless};

fn names(channels: &[&str]) -> Vec<ChannelName> {
    channels.iter().map(|it| ChannelName::from(*it)).collect()
}

/// Terms that notify all of `channels` at the same time.
pub(super) fn together(channels: &[&str]) -> DeliveryTerms {
    DeliveryTerms::plain(names(channels))
}

/// Terms that notify one of `channels`, and the next one when the one before fails.
pub(super) fn in_turn(channels: &[&str]) -> DeliveryTerms {
    DeliveryTerms { send: Sending::InTurn, ..at_least(1, together(channels)) }
}

/// The same terms, where `number` channels must confirm.
pub(super) fn at_least(number: usize, terms: DeliveryTerms) -> DeliveryTerms {
    let succeed = Succeed::AtLeast(number.try_into().unwrap());
    DeliveryTerms { contract: Contract { succeed, ..terms.contract }, ..terms }
}

/// The same terms, to be kept within `time`.
pub(super) fn within(time: Duration, terms: DeliveryTerms) -> DeliveryTerms {
    DeliveryTerms { contract: Contract { within: Some(HumanDuration(time)), ..terms.contract }, ..terms }
}

/// The same terms, with another rung on the ladder.
pub(super) fn with_rung(terms: DeliveryTerms, after: Duration, unless: Unless, to: &[&str]) -> DeliveryTerms {
    let rung = Rung { after: HumanDuration(after), unless, to: names(to) };
    DeliveryTerms { escalate: terms.escalate.into_iter().chain([rung]).collect(), ..terms }
}
