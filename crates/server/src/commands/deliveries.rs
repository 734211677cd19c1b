//! `fanfare deliveries`: the deliveries of a running gateway.

use std::io::Write;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use fanfare_api::{
    ContractProgress, DeliveryAttempt, DeliveryDetails, DeliveryList, DeliveryStage, Endpoint, ListedDelivery,
};
use fanfare_core::{AlertId, one_line};
use fanfare_words::{DeadOrAlive, DeliveryWords, Vocabulary};
use jiff::tz::TimeZone;

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::print;
use super::style::{OutputStyle, Tone};
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
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// The delivery to show.
#[derive(Debug, Args)]
pub struct DeliveryShowArgs {
    /// The number of the delivery
    pub id: i64,
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
        let vocabulary = Vocabulary::in_language(context.language);
        let row = |it: &ListedDelivery| row(it, words, vocabulary, context.style, zone);
        table(context.style, words.columns, deliveries.iter().map(row))
    })?;
    Ok(Outcome::Good)
}

/// Prints one delivery, with every attempt that was made.
pub(crate) fn show(
    context: &CommandContext,
    args: &DeliveryShowArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let DeliveryShowArgs { id, ask } = args;
    let gateway = GatewayClient::find(&context.config, &ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::ShowDelivery, &id.to_string(), &[])?;
    print(answer, ask, out, |details: DeliveryDetails| details_text(&details, context, &gateway.timezone))?;
    Ok(Outcome::Good)
}

fn details_text(details: &DeliveryDetails, context: &CommandContext, zone: &TimeZone) -> String {
    let DeliveryDetails { delivery, attempts } = details;
    let (words, vocabulary) =
        (DeliveryWords::in_language(context.language), Vocabulary::in_language(context.language));
    let values = row(delivery, words, vocabulary, context.style, zone);
    let fields = words.columns.iter().zip(values).filter(|(_, value)| !value.is_empty());
    let fields: String = fields.map(|(name, value)| format!("{name}{}{value}\n", words.colon)).collect();
    let fields = context.style.colour_marks(&fields);
    let tried = if attempts.is_empty() {
        words.no_attempts.to_owned()
    } else {
        let rows = attempts.iter().map(|it| attempt_row(it, vocabulary, zone));
        table(context.style, words.attempts, rows)
    };
    let end = match delivery.state {
        DeliveryStage::Dead => DeadOrAlive::Dead,
        DeliveryStage::Pending | DeliveryStage::Delivered | DeliveryStage::Discarded => DeadOrAlive::Alive,
    };
    format!("{}\n\n{tried}\n\n{}", fields.trim_end(), words.next(delivery.id, delivery.alert_id, end))
}

/// The row of an attempt: number, beginning, end, outcome, answer.
pub(super) fn attempt_row(attempt: &DeliveryAttempt, vocabulary: Vocabulary, zone: &TimeZone) -> [String; 5] {
    let DeliveryAttempt { ordinal, started_at, ended_at, outcome, words } = attempt;
    let answer = one_line(&vocabulary.answer(&outcome.to_string(), words));
    let outcome = vocabulary.verdict(*outcome);
    [ordinal.to_string(), format_time(*started_at, zone), format_time(*ended_at, zone), outcome, answer]
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
    style: OutputStyle,
    zone: &TimeZone,
) -> [String; 12] {
    let ListedDelivery { escalated, digest, reason, .. } = delivery;
    let escalated = escalated.map(|unless| vocabulary.escalated(unless));
    let digest = digest.map(|number| words.in_digest(number));
    let how: Vec<String> = escalated.into_iter().chain(digest).collect();
    // A provider's words may hold anything, also what would confuse a terminal.
    let why = reason.as_deref().map(|it| one_line(&vocabulary.kept_words(it)));
    [
        delivery.id.to_string(),
        delivery.alert_id.to_string(),
        delivery.receiver.clone(),
        delivery.channel.clone(),
        vocabulary.severity(delivery.severity),
        style.mark(stage_tone(delivery.state), &vocabulary.stage(delivery.state)),
        format_time(delivery.owed_at, zone),
        delivery.attempts.to_string(),
        delivery.settled_at.map(|at| format_time(at, zone)).unwrap_or_default(),
        style.mark(contract_tone(delivery.fulfilment), &vocabulary.progress(delivery.fulfilment)),
        how.join(words.comma),
        why.unwrap_or_default(),
    ]
}

/// The tone of a delivery's state.
pub(super) fn stage_tone(stage: DeliveryStage) -> Tone {
    match stage {
        DeliveryStage::Dead => Tone::Bad,
        DeliveryStage::Pending | DeliveryStage::Delivered | DeliveryStage::Discarded => Tone::Plain,
    }
}

/// The tone of a contract's state.
pub(super) fn contract_tone(progress: ContractProgress) -> Tone {
    match progress {
        ContractProgress::Open | ContractProgress::Kept => Tone::Plain,
        ContractProgress::Late => Tone::Uncertain,
        ContractProgress::Broken | ContractProgress::Abandoned => Tone::Bad,
    }
}
