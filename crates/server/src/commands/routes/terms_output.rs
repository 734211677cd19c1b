//! The delivery terms of a receiver, for programs.

use fanfare_core::{ChannelName, DeliveryTerms, HumanDuration, Rung, Sending, Succeed};
use serde::{Serialize, Serializer};

/// The delivery terms of a receiver.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TermsOutput<'a>(pub(crate) &'a DeliveryTerms);

impl Serialize for TermsOutput<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let DeliveryTerms { channels: _, send, contract, escalate } = self.0;
        let succeed = match contract.succeed {
            Succeed::All => SucceedOutput::Word("all"),
            Succeed::AtLeast(number) => SucceedOutput::Number(number.get()),
        };
        let contract = ContractOutput { succeed, within: contract.within };
        TermsFields { send: *send, first: self.0.first(), contract, escalate }.serialize(serializer)
    }
}

#[derive(Serialize)]
struct TermsFields<'a> {
    send: Sending,
    /// The channels told at once.
    first: &'a [ChannelName],
    contract: ContractOutput,
    escalate: &'a [Rung],
}

#[derive(Serialize)]
struct ContractOutput {
    succeed: SucceedOutput,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<HumanDuration>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SucceedOutput {
    Word(&'static str),
    Number(usize),
}
