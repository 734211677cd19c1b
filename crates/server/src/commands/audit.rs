//! `fanfare audit`: is everything that was accepted accounted for?

use std::io::Write;
use std::path::Path;

use clap::Args;
use fanfare_core::AlertId;
use serde::Deserialize;

use super::Outcome;
use super::answer::{print, read};
use super::client::{Door, Gateway};
use super::table::table;
use crate::cli::AskArgs;

/// Of which gateway.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// The gateway.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// What of an audit is shown.
#[derive(Debug, Deserialize)]
struct Audit {
    alerts: u64,
    told: u64,
    suppressed: u64,
    notifications: Notifications,
    deliveries: Deliveries,
    unaccounted: Vec<Unaccounted>,
    unaccounted_in_all: u64,
}

#[derive(Debug, Deserialize)]
struct Notifications {
    open: u64,
    kept: u64,
    broken: u64,
    abandoned: u64,
    late: u64,
}

#[derive(Debug, Deserialize)]
struct Deliveries {
    delivered: u64,
    pending: u64,
    dead: u64,
    discarded: u64,
}

#[derive(Debug, Deserialize)]
struct Unaccounted {
    alert: Option<AlertId>,
    what: String,
}

/// Prints what became of everything; a finding if anything is missing.
pub(crate) fn audit(config: &Path, args: &AuditArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let gateway = Gateway::find(config, &args.ask.gateway, Door::Api)?;
    let answer = gateway.get(&["api", "v1", "audit"], &[])?;
    let Missing { unaccounted_in_all } = read(answer.clone())?;
    print(answer, &args.ask, out, |audit: Audit| audit.text())?;
    Ok(if unaccounted_in_all == 0 { Outcome::Good } else { Outcome::Finding })
}

#[derive(Debug, Deserialize)]
struct Missing {
    unaccounted_in_all: u64,
}

impl Audit {
    fn text(&self) -> String {
        let Self { alerts, told, suppressed, notifications, deliveries, unaccounted, unaccounted_in_all } =
            self;
        let Notifications { open, kept, broken, abandoned, late } = notifications;
        let Deliveries { delivered, pending, dead, discarded } = deliveries;
        let rows = [
            ("alerts", "accepted", alerts),
            ("receivers", "told", told),
            ("receivers", "suppressed", suppressed),
            ("contracts", "kept", kept),
            ("contracts", "open", open),
            ("contracts", "broken", broken),
            ("contracts", "late", late),
            ("contracts", "abandoned", abandoned),
            ("deliveries", "delivered", delivered),
            ("deliveries", "pending", pending),
            ("deliveries", "dead", dead),
            ("deliveries", "discarded", discarded),
            ("unaccounted", "", unaccounted_in_all),
        ];
        let rows = rows.map(|(what, how, number)| [what.to_owned(), how.to_owned(), number.to_string()]);
        let mut text = table(["WHAT", "HOW", "NUMBER"], rows);
        if !unaccounted.is_empty() {
            let rows = unaccounted.iter().map(|Unaccounted { alert, what }| {
                [alert.map(|it| it.to_string()).unwrap_or_default(), what.clone()]
            });
            text.push_str(&format!("\n\n{}", table(["ALERT", "WHAT IS WRONG"], rows)));
        }
        text
    }
}
