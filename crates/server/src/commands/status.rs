//! `fanfare status`: the state of a running gateway, on one screen.

use std::io::Write;

use clap::Args;
use fanfare_api::{
    BrokenContract, ChannelCondition, ChannelReport, Endpoint, FiringIncidents, GatewayStatus, SourceReport,
    StoreReport, UnsettledContracts,
};
use fanfare_core::{HumanDuration, one_line};
use fanfare_words::{ChannelWords, StatusWords, Vocabulary};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::{print, read};
use super::style::{OutputStyle, Tone};
use super::table::table;
use super::time_arg::format_time;
use crate::client::{AskArgs, GatewayClient, TokenKind};

/// The gateway whose state is shown.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 all is well, 1 something needs a person, or the gateway is not ready."
)]
pub struct StatusArgs {
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Prints the state of the gateway; a finding if something of it needs a person.
pub(crate) fn status(
    context: &CommandContext,
    args: &StatusArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let gateway = GatewayClient::find(&context.config, &args.ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::Status, "", &[])?;
    let status: GatewayStatus = read(answer.clone())?;
    let screen = StatusScreen {
        words: StatusWords::in_language(context.language),
        channels: ChannelWords::in_language(context.language),
        vocabulary: Vocabulary::in_language(context.language),
        style: context.style,
        timezone: gateway.timezone,
        now: status.at,
    };
    let is_well = is_well(&status);
    print(answer, &args.ask, out, |status: GatewayStatus| screen.text(&status))?;
    Ok(if is_well { Outcome::Good } else { Outcome::Finding })
}

fn is_well(status: &GatewayStatus) -> bool {
    let works = |it: &ChannelReport| it.health != ChannelCondition::Broken;
    status.ready && status.broken.is_empty() && status.dead_letters == 0 && status.channels.iter().all(works)
}

/// The screen in one language, by one clock.
struct StatusScreen {
    words: &'static StatusWords,
    channels: &'static ChannelWords,
    vocabulary: Vocabulary,
    style: OutputStyle,
    timezone: TimeZone,
    now: Timestamp,
}

impl StatusScreen {
    fn text(&self, status: &GatewayStatus) -> String {
        let channels = status.channels.iter().map(|it| self.channel(it));
        let sources = status.sources.iter().map(|it| self.source(it));
        let parts = [
            self.head(status),
            self.broken(&status.broken),
            table(self.style, self.words.channels, channels),
            table(self.style, self.words.sources, sources),
        ];
        parts.join("\n\n")
    }

    fn head(&self, status: &GatewayStatus) -> String {
        let (word, tone) = match (status.ready, &status.reason) {
            (true, _) => (self.words.ready.to_owned(), Tone::Good),
            (false, reason) => {
                let why = self.words.not_ready_because(reason.as_deref(), status.cause.as_ref());
                (one_line(&why), Tone::Bad)
            }
        };
        let UnsettledContracts { open, broken, abandoned } = status.contracts;
        let promises = self.words.promises(open, broken, abandoned, status.dead_letters);
        let tone_of_promises =
            if broken + abandoned + status.dead_letters > 0 { Tone::Bad } else { Tone::Plain };
        let FiringIncidents { urgent, high, mid, low } = status.firing;
        let StoreReport { instance: _, size, wal_size, disk_free, disk_size: _ } = &status.store;
        let free = disk_free.map(bytes);
        let lines = [
            format!("fanfare {}: {}", status.version, self.style.paint(tone, &word)),
            self.style.paint(tone_of_promises, &promises),
            self.words.firing([urgent, high, mid, low]),
            self.words.store(&bytes(*size), &bytes(*wal_size), free.as_deref()),
        ];
        lines.join("\n")
    }

    fn broken(&self, broken: &[BrokenContract]) -> String {
        let Some(first) = broken.first() else { return self.words.none_broken.to_owned() };
        let row = |it: &BrokenContract| {
            [
                it.alert_id.to_string(),
                self.vocabulary.severity(it.severity),
                one_line(self.vocabulary.title(&it.title, it.title_zh.as_deref())),
                it.receiver.clone(),
                self.style.mark(Tone::Bad, &self.vocabulary.progress(it.state)),
                self.since(it.owed_at),
            ]
        };
        let table = table(self.style, self.words.contracts, broken.iter().map(row));
        format!("{}\n{table}\n{}", self.words.broken, self.words.next(first.alert_id))
    }

    fn channel(&self, channel: &ChannelReport) -> [String; 6] {
        let health = match channel.health {
            ChannelCondition::Broken => self.style.mark(Tone::Bad, self.channels.broken),
            ChannelCondition::NeverProven => {
                self.style.mark(Tone::Uncertain, self.channels.health(channel.health))
            }
            ChannelCondition::Working => self.channels.working.to_owned(),
        };
        let oldest = channel.oldest_pending_at.map(|at| self.words.ago(&self.age(at)));
        [
            channel.name.clone(),
            health,
            channel.pending.to_string(),
            oldest.unwrap_or_default(),
            channel.proven_at.map(|at| self.since(at)).unwrap_or_default(),
            // A provider's words may hold anything, also what would confuse a terminal.
            channel.reason.as_deref().map(|it| one_line(&self.vocabulary.kept_words(it))).unwrap_or_default(),
        ]
    }

    fn source(&self, SourceReport { name, last_alert_at }: &SourceReport) -> [String; 2] {
        let last = last_alert_at.map(|at| self.since(at));
        [name.clone(), last.unwrap_or_else(|| self.words.nothing_lately.to_owned())]
    }

    /// A time, and how long ago it was.
    fn since(&self, at: Timestamp) -> String {
        format!("{} ({})", format_time(at, &self.timezone), self.words.ago(&self.age(at)))
    }

    /// The whole seconds from `at` to now, in the largest units.
    fn age(&self, at: Timestamp) -> String {
        let seconds = u64::try_from(self.now.duration_since(at).as_secs()).unwrap_or(0);
        HumanDuration(std::time::Duration::from_secs(seconds)).to_string()
    }
}

/// A size in the largest unit that leaves a whole number or one digit.
fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut whole, mut rest, mut unit) = (size, 0, 0);
    while whole >= 1024 && unit + 1 < UNITS.len() {
        (rest, whole, unit) = (whole % 1024, whole / 1024, unit + 1);
    }
    let digit = rest * 10 / 1024;
    if unit == 0 || whole >= 10 {
        format!("{whole} {}", UNITS[unit])
    } else {
        format!("{whole}.{digit} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests;
