//! `fanfare audit`: the account of everything that was accepted.

use std::io::Write;

use clap::Args;
use fanfare_api::{
    AuditReport, ContractCounts, ContractProgress, DeliveryStage, DeliveryStageCounts, Endpoint,
    UnaccountedRow,
};
use fanfare_core::Language;
use fanfare_words::{AuditWords, Vocabulary};

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::{print, read};
use super::table::table;
use crate::client::{AskArgs, GatewayClient, TokenKind};

/// The gateway whose ledger is audited.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Prints the counts of the ledger; a finding if anything is not accounted for.
pub(crate) fn audit(
    context: &CommandContext,
    args: &AuditArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let gateway = GatewayClient::find(&context.config, &args.ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::Audit, "", &[])?;
    let AuditReport { unaccounted_in_all, .. } = read(answer.clone())?;
    print(answer, &args.ask, out, |audit: AuditReport| text(&audit, context))?;
    Ok(if unaccounted_in_all == 0 { Outcome::Good } else { Outcome::Finding })
}

fn text(audit: &AuditReport, context: &CommandContext) -> String {
    let language = context.language;
    let words = AuditWords::in_language(language);
    let rows = counts(audit, language);
    let rows = rows.map(|(what, how, number)| [what.to_owned(), how, number.to_string()]);
    let mut text = table(context.style, words.columns, rows);
    if !audit.unaccounted.is_empty() {
        let rows = audit.unaccounted.iter().map(|UnaccountedRow { alert, what }| {
            [alert.map(|it| it.to_string()).unwrap_or_default(), what.clone()]
        });
        text.push_str(&format!("\n\n{}", table(context.style, words.unaccounted_columns, rows)));
    }
    text
}

/// Each count, with its subject and state.
fn counts(audit: &AuditReport, language: Language) -> [(&'static str, String, u64); 14] {
    let (words, vocabulary) = (AuditWords::in_language(language), Vocabulary::in_language(language));
    let AuditWords { alerts, receivers, contracts, deliveries, .. } = words;
    let ContractCounts { open, kept, broken, abandoned, late } = audit.notifications;
    let DeliveryStageCounts { delivered, pending, dead, discarded } = audit.deliveries;
    let contract = |progress, number| (*contracts, vocabulary.progress(progress), number);
    let delivery = |stage, number| (*deliveries, vocabulary.stage(stage), number);
    [
        (alerts, words.accepted.to_owned(), audit.alerts),
        (alerts, words.repeated.to_owned(), audit.repeats),
        (receivers, words.told.to_owned(), audit.told),
        (receivers, words.suppressed.to_owned(), audit.suppressed),
        contract(ContractProgress::Kept, kept),
        contract(ContractProgress::Open, open),
        contract(ContractProgress::Broken, broken),
        contract(ContractProgress::Late, late),
        contract(ContractProgress::Abandoned, abandoned),
        delivery(DeliveryStage::Delivered, delivered),
        delivery(DeliveryStage::Pending, pending),
        delivery(DeliveryStage::Dead, dead),
        delivery(DeliveryStage::Discarded, discarded),
        (words.unaccounted, String::new(), audit.unaccounted_in_all),
    ]
}
