//! The terms on which a receiver is notified.

use fanfare_api::{ContractTerms, EscalationRung, ReceiverTerms, RequiredChannels};
use fanfare_core::{Contract, DeliveryTerms, Rung, Succeed};

use super::word::{condition, names, order};

pub(super) fn receiver_terms(terms: &DeliveryTerms) -> ReceiverTerms {
    let DeliveryTerms { channels, send, contract: Contract { succeed, within }, escalate } = terms;
    let succeed = match succeed {
        Succeed::All => RequiredChannels::All,
        Succeed::AtLeast(number) => RequiredChannels::AtLeast(*number),
    };
    ReceiverTerms {
        channels: names(channels),
        send: order(*send),
        contract: ContractTerms { succeed, within: within.map(|it| it.to_string()) },
        escalate: escalate.iter().map(escalation_rung).collect(),
    }
}

fn escalation_rung(Rung { after, unless, to }: &Rung) -> EscalationRung {
    EscalationRung { after: after.to_string(), unless: condition(*unless), to: names(to) }
}
