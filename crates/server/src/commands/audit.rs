//! `fanfare audit`: the account of everything that was accepted.

use std::io::Write;
use std::path::Path;

use clap::Args;
use fanfare_api::{AuditReport, ContractCounts, DeliveryStageCounts, Endpoint, UnaccountedRow};

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
pub(crate) fn audit(config: &Path, args: &AuditArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let gateway = GatewayClient::find(config, &args.ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::Audit, "", &[])?;
    let AuditReport { unaccounted_in_all, .. } = read(answer.clone())?;
    print(answer, &args.ask, out, |audit: AuditReport| text(&audit))?;
    Ok(if unaccounted_in_all == 0 { Outcome::Good } else { Outcome::Finding })
}

fn text(audit: &AuditReport) -> String {
    let ContractCounts { open, kept, broken, abandoned, late } = audit.notifications;
    let DeliveryStageCounts { delivered, pending, dead, discarded } = audit.deliveries;
    let rows = [
        ("alerts", "accepted", audit.alerts),
        ("alerts", "repeated", audit.repeats),
        ("receivers", "told", audit.told),
        ("receivers", "suppressed", audit.suppressed),
        ("contracts", "kept", kept),
        ("contracts", "open", open),
        ("contracts", "broken", broken),
        ("contracts", "late", late),
        ("contracts", "abandoned", abandoned),
        ("deliveries", "delivered", delivered),
        ("deliveries", "pending", pending),
        ("deliveries", "dead", dead),
        ("deliveries", "discarded", discarded),
        ("unaccounted", "", audit.unaccounted_in_all),
    ];
    let rows = rows.map(|(what, how, number)| [what.to_owned(), how.to_owned(), number.to_string()]);
    let mut text = table(["WHAT", "HOW", "NUMBER"], rows);
    if !audit.unaccounted.is_empty() {
        let rows = audit.unaccounted.iter().map(|UnaccountedRow { alert, what }| {
            [alert.map(|it| it.to_string()).unwrap_or_default(), what.clone()]
        });
        text.push_str(&format!("\n\n{}", table(["ALERT", "WHAT IS WRONG"], rows)));
    }
    text
}
