//! `fanfare audit`: the account of everything that was accepted.

use std::io::Write;

use anyhow::Context as _;
use clap::Args;
use fanfare_api::{
    AuditReport, ContractCounts, ContractProgress, DeliveryStage, DeliveryStageCounts, Endpoint,
    UnaccountedRow,
};
use fanfare_core::{Language, one_line};
use fanfare_gateway::{DamagedCell, Remedy, Store};
use fanfare_words::{AuditWords, Vocabulary};
use tokio::runtime::Runtime;

use super::context::CommandContext;
use super::load::load_without_secrets;
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
    /// Damaged values that would be repaired in the store of the config, whose gateway must be stopped
    ///
    /// Nothing is changed without --yes.
    #[arg(long)]
    pub repair: bool,
    /// The repair itself
    #[arg(long, requires = "repair")]
    pub yes: bool,
}

/// Prints the counts of the ledger; a finding if anything is not accounted for.
pub(crate) fn audit(
    context: &CommandContext,
    args: &AuditArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    if args.repair {
        return repair(context, args, out);
    }
    let gateway = GatewayClient::find(&context.config, &args.ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::Audit, "", &[])?;
    let AuditReport { unaccounted_in_all, .. } = read(answer.clone())?;
    print(answer, &args.ask, out, |audit: AuditReport| text(&audit, context))?;
    Ok(if unaccounted_in_all == 0 { Outcome::Good } else { Outcome::Finding })
}

/// Prints what is damaged in the store and how it would be repaired; and repairs it, if that was asked for.
fn repair(context: &CommandContext, args: &AuditArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let path = load_without_secrets(&context.config, context.now)?.store_path;
    anyhow::ensure!(path.exists(), "there is no store at {}", path.display());
    let store = Store::open(&path, "")?;
    let runtime = Runtime::new().context("the async runtime cannot be started")?;
    let damaged = runtime.block_on(store.damaged_cells())?;
    let words = AuditWords::in_language(context.language);
    if damaged.is_empty() {
        writeln!(out, "{}", words.sound)?;
        return Ok(Outcome::Good);
    }
    let rows = damaged.iter().map(|DamagedCell { row, column, remedy }| {
        [row.clone(), (*column).to_owned(), remedy_in_words(*remedy, words).to_owned()]
    });
    writeln!(out, "{}\n", table(context.style, words.damage_columns, rows).trim_end())?;
    if !args.yes {
        writeln!(out, "{}", words.next)?;
        return Ok(Outcome::Finding);
    }
    runtime.block_on(store.repair(context.now))?;
    writeln!(out, "{}", words.repaired)?;
    Ok(Outcome::Good)
}

fn remedy_in_words(remedy: Remedy, words: &AuditWords) -> &'static str {
    match remedy {
        Remedy::Delete => words.delete,
        Remedy::Set(_) => words.reset,
        Remedy::GiveUp(_) => words.give_up,
        Remedy::None => words.leave,
    }
}

fn text(audit: &AuditReport, context: &CommandContext) -> String {
    let language = context.language;
    let words = AuditWords::in_language(language);
    let rows = counts(audit, language);
    let rows = rows.map(|(what, how, number)| [what.to_owned(), how, number.to_string()]);
    let mut text = table(context.style, words.columns, rows);
    if !audit.unaccounted.is_empty() {
        let rows = audit.unaccounted.iter().map(|row: &UnaccountedRow| {
            [row.alert.map(|it| it.to_string()).unwrap_or_default(), one_line(&words.contradiction(row))]
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
