//! The delivery terms of a receiver, for people and for programs.

use fanfare_core::{ChannelName, DeliveryTerms, HumanDuration, Rung, Sending, Succeed};
use serde::{Serialize, Serializer};

/// The delivery terms of a receiver.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Promise<'a>(pub(crate) &'a DeliveryTerms);

impl Promise<'_> {
    /// The receiver's own channels in the order in which they are told: `ops, mail`, or `ops, then mail`.
    pub(crate) fn channels(self) -> String {
        let (first, later) = self.0.channels.split_at(self.0.first().len());
        let in_turn = [names(first)].into_iter().chain(later.iter().map(ToString::to_string));
        in_turn.collect::<Vec<_>>().join(", then ")
    }

    /// The condition that counts as told: `all confirm within 1m`, or `1 confirms`.
    pub(crate) fn contract(self) -> String {
        let enough = match self.0.contract.succeed {
            Succeed::All => "all confirm".to_owned(),
            Succeed::AtLeast(number) if number.get() == 1 => "1 confirms".to_owned(),
            Succeed::AtLeast(number) => format!("{number} confirm"),
        };
        match self.0.contract.within {
            Some(within) => format!("{enough} within {within}"),
            None => enough,
        }
    }

    /// The channels told otherwise, each with its time: `after 1m unless delivered: team-wecom`.
    pub(crate) fn ladder(self) -> impl Iterator<Item = String> {
        self.0.escalate.iter().map(|rung| {
            let Rung { after, unless, to } = rung;
            format!("after {after} unless {unless}: {}", names(to))
        })
    }

    /// True if nothing is promised beyond telling the receiver's channels.
    pub(crate) fn is_plain(self) -> bool {
        *self.0 == DeliveryTerms::plain(self.0.channels.clone())
    }
}

fn names(channels: &[ChannelName]) -> String {
    channels.iter().map(ChannelName::as_str).collect::<Vec<_>>().join(", ")
}

impl Serialize for Promise<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let DeliveryTerms { channels: _, send, contract, escalate } = self.0;
        let succeed = match contract.succeed {
            Succeed::All => Enough::Word("all"),
            Succeed::AtLeast(number) => Enough::Number(number.get()),
        };
        let contract = ContractOutput { succeed, within: contract.within };
        InWordsOfTheConfig { send: *send, first: self.0.first(), contract, escalate }.serialize(serializer)
    }
}

#[derive(Serialize)]
struct InWordsOfTheConfig<'a> {
    send: Sending,
    /// The channels told at once.
    first: &'a [ChannelName],
    contract: ContractOutput,
    escalate: &'a [Rung],
}

#[derive(Serialize)]
struct ContractOutput {
    succeed: Enough,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<HumanDuration>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Enough {
    Word(&'static str),
    Number(usize),
}
