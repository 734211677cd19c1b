//! `fanfare deliveries`: the deliveries of a running gateway.

use std::io::Write;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use fanfare_api::{DeliveryList, DeliveryStage, Endpoint, ListedDelivery};
use fanfare_core::{AlertId, one_line};
use fanfare_words::{DeliveryWords, Vocabulary};
use jiff::tz::TimeZone;

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::print;
use super::table::table;
use super::time_arg::format_time;
use crate::client::{AskArgs, GatewayClient, TokenKind};

/// The deliveries to list, and their gateway.
#[derive(Debug, Args)]
pub struct DeliveryListArgs {
    /// The channel of the deliveries; all channels if not given
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
    /// The state of the deliveries; all states if not given
    #[arg(long, value_parser = stage_parser())]
    pub state: Option<DeliveryStage>,
    /// The number of the alert they tell of; all alerts if not given
    #[arg(long, value_name = "ID")]
    pub alert: Option<AlertId>,
    /// The most deliveries to list
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    pub limit: u32,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// The parser of a stage, which lists the stages there are.
fn stage_parser() -> impl TypedValueParser<Value = DeliveryStage> {
    PossibleValuesParser::new(DeliveryStage::ALL.map(DeliveryStage::word)).try_map(|text| text.parse())
}

/// Prints the deliveries.
pub(crate) fn list(
    context: &CommandContext,
    args: &DeliveryListArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let gateway = GatewayClient::find(&context.config, &args.ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::ListDeliveries, "", &args.query())?;
    let zone = &gateway.timezone;
    print(answer, &args.ask, out, |DeliveryList { deliveries }: DeliveryList| {
        let words = DeliveryWords::in_language(context.language);
        let row = |it: &ListedDelivery| row(it, words, Vocabulary::in_language(context.language), zone);
        table(words.columns, deliveries.iter().map(row))
    })?;
    Ok(Outcome::Good)
}

impl DeliveryListArgs {
    fn query(&self) -> Vec<(&'static str, String)> {
        let Self { channel, state, alert, limit, ask: _ } = self;
        let given = [
            ("channel", channel.clone()),
            ("state", state.map(|it| it.to_string())),
            ("alert", alert.map(|it| it.to_string())),
            ("limit", Some(limit.to_string())),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

fn row(
    delivery: &ListedDelivery,
    words: &DeliveryWords,
    vocabulary: Vocabulary,
    zone: &TimeZone,
) -> [String; 12] {
    let ListedDelivery { escalated, digest, reason, .. } = delivery;
    let escalated = escalated.map(|unless| vocabulary.escalated(unless));
    let digest = digest.map(|number| words.in_digest(number));
    let how: Vec<String> = escalated.into_iter().chain(digest).collect();
    // A provider's words may hold anything, also what would confuse a terminal.
    let why = reason.as_deref().map(one_line);
    [
        delivery.id.to_string(),
        delivery.alert_id.to_string(),
        delivery.receiver.clone(),
        delivery.channel.clone(),
        vocabulary.severity(delivery.severity),
        vocabulary.stage(delivery.state),
        format_time(delivery.owed_at, zone),
        delivery.attempts.to_string(),
        delivery.settled_at.map(|at| format_time(at, zone)).unwrap_or_default(),
        vocabulary.progress(delivery.fulfilment),
        how.join(words.comma),
        why.unwrap_or_default(),
    ]
}
