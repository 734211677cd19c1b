//! `fanfare explain`: everything that happened to an alert.

use std::io::Write;

use clap::Args;
use fanfare_api::{
    AlertContent, AlertExplanation, Endpoint, EventDetails, ExplainedDelivery, ExplainedNotification,
    ExplainedStep, IncidentAlert, RoutingExplanation, StepDetails, TimelineEvent,
};
use fanfare_core::{AlertId, HumanDuration, one_line};
use fanfare_words::{ExplainWords, RouteWords, Vocabulary};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::context::CommandContext;
use super::deliveries::{contract_tone, stage_tone};
use super::outcome::Outcome;
use super::output::print;
use super::style::OutputStyle;
use super::table::table;
use super::time_arg::format_time;
use crate::client::{AskArgs, GatewayClient, TokenKind};

/// The alert whose story is told.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The number of the alert, as its messages show it
    pub id: AlertId,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Prints everything that happened to the alert.
pub(crate) fn explain(
    context: &CommandContext,
    args: &ExplainArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let ExplainArgs { id, ask } = args;
    let gateway = GatewayClient::find(&context.config, &ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::ExplainAlert, &id.to_string(), &[])?;
    let printer = StoryPrinter {
        words: ExplainWords::in_language(context.language),
        routes: RouteWords::in_language(context.language),
        vocabulary: Vocabulary::in_language(context.language),
        style: context.style,
        timezone: gateway.timezone,
    };
    print(answer, ask, out, |story: AlertExplanation| printer.print(&story))?;
    Ok(Outcome::Good)
}

/// A printer of stories in one language, by one clock.
struct StoryPrinter {
    words: &'static ExplainWords,
    routes: &'static RouteWords,
    vocabulary: Vocabulary,
    style: OutputStyle,
    timezone: TimeZone,
}

impl StoryPrinter {
    fn print(&self, story: &AlertExplanation) -> String {
        let ExplainWords { why_whom, what_happened, how_it_stands, .. } = self.words;
        let mut parts = vec![
            self.head(story),
            format!("{why_whom}\n{}", self.routing(&story.routing)),
            format!("{what_happened}\n{}", self.timeline(&story.timeline)),
        ];
        if !story.notifications.is_empty() {
            parts.push(format!("{how_it_stands}\n{}", self.standing(&story.notifications)));
        }
        let to_come: Vec<_> = story.notifications.iter().flat_map(|it| self.to_come(it)).collect();
        if !to_come.is_empty() {
            let ExplainWords { time, receiver, what, to_come: heading, .. } = self.words;
            parts.push(format!("{heading}\n{}", table(self.style, [*time, *receiver, *what], to_come)));
        }
        parts.extend(story.left_out.as_ref().map(|it| self.words.left_out(it)));
        parts.join("\n\n")
    }

    fn head(&self, story: &AlertExplanation) -> String {
        let AlertExplanation { id, received_at, repeated_at, incident, since, alert, .. } = story;
        let words = self.words;
        let own = self.vocabulary.own_text("title", |name| alert.annotations.get(name));
        let title = own.or_else(|| text_of(alert, "alertname")).map_or("", String::as_str);
        let labels: Vec<String> =
            alert.labels.iter().map(|(name, text)| format!("{name}={}", one_line(text))).collect();
        let (severity, status) =
            (self.vocabulary.severity(alert.severity), self.vocabulary.state(alert.status));
        let ExplainWords { colon, comma, .. } = words;
        let mut lines = vec![
            format!(
                "{} {id}{colon}{}",
                words.alert,
                words.with_remarks(&one_line(title), &[&severity, &status])
            ),
            format!("{}{colon}{}", words.received, self.time(*received_at)),
            format!("{}{colon}{incident}{comma}{} {}", words.incident, words.since, self.time(*since)),
            format!("{}{colon}{}", words.labels, labels.join(comma)),
        ];
        if let Some(last) = repeated_at {
            let (repeats, last) = (story.repeats, self.time(*last));
            let reasons = story.repeat_reasons.iter().map(|it| self.vocabulary.suppression_reason(it));
            let reasons = reasons.map(|it| format!("{colon}{it}")).collect::<String>();
            lines.push(format!(
                "{}{colon}{repeats}{comma}{} {last}{reasons}",
                words.repeats, words.last_repeat
            ));
        }
        for (name, siblings) in [(words.before, &story.before), (words.after, &story.after)] {
            if !siblings.is_empty() {
                lines.push(format!("{name}{colon}{}", self.siblings(siblings)));
            }
        }
        lines.join("\n")
    }

    fn siblings(&self, siblings: &[IncidentAlert]) -> String {
        let told = siblings.iter().map(|IncidentAlert { id, received_at, status }| {
            let remarks = [self.vocabulary.state(*status), self.time(*received_at)];
            self.words.with_remarks(&id.to_string(), &remarks.each_ref().map(String::as_str))
        });
        told.collect::<Vec<_>>().join(self.words.comma)
    }

    fn routing(&self, routing: &RoutingExplanation) -> String {
        match routing {
            RoutingExplanation::Routes { routes } => {
                routes.iter().map(|it| self.routes.check(it)).collect::<Vec<_>>().join("\n")
            }
            RoutingExplanation::ToldBefore => self.words.told_before.to_owned(),
            RoutingExplanation::Chosen => self.words.chosen.to_owned(),
            RoutingExplanation::Unknown { why, because } => self.words.unknown_policy(why, *because),
        }
    }

    fn timeline(&self, events: &[TimelineEvent]) -> String {
        let ExplainWords { time, receiver, channel, what, .. } = self.words;
        table(self.style, [*time, *receiver, *channel, *what], events.iter().map(|event| self.event(event)))
    }

    fn event(&self, event: &TimelineEvent) -> [String; 4] {
        let TimelineEvent { at, what } = event;
        let text = self.words.event(what);
        // A provider's words may hold anything, also what would confuse a terminal.
        [self.time(*at), receiver_of(what), channel_of(what), one_line(&text)]
    }

    fn standing(&self, notifications: &[ExplainedNotification]) -> String {
        let ExplainWords { receiver, why, contract, channel, state, tries, how, next, .. } = self.words;
        let rows = notifications.iter().flat_map(|told| told.deliveries.iter().map(move |it| (told, it)));
        let rows = rows.map(|(told, delivery)| {
            let ExplainedDelivery { channel, escalated, state, next_at, under_way_since, attempted, .. } =
                delivery;
            let next = match under_way_since {
                Some(since) => self.words.under_way(&self.time(*since)),
                None => next_at.map(|at| self.time(at)).unwrap_or_default(),
            };
            [
                told.receiver.to_string(),
                self.vocabulary.notification_reason(told.why),
                self.style.mark(contract_tone(told.fulfilment), &self.vocabulary.progress(told.fulfilment)),
                channel.to_string(),
                escalated.map(|unless| self.vocabulary.escalated(unless)).unwrap_or_default(),
                self.style.mark(stage_tone(*state), &self.vocabulary.stage(*state)),
                attempted.to_string(),
                next,
            ]
        });
        table(self.style, [*receiver, *why, *contract, *channel, *how, *state, *tries, *next], rows)
    }

    /// The rungs that are climbed if nothing happens before their time.
    fn to_come(&self, told: &ExplainedNotification) -> Vec<[String; 3]> {
        let Some(terms) = told.terms.as_ref().filter(|_| told.look_at.is_some()) else { return Vec::new() };
        let rungs = terms.escalate.iter().enumerate().filter(|(rung, _)| !is_done_with(told, *rung));
        let rungs = rungs.filter_map(|(_, rung)| {
            Some((told.owed_at.checked_add(rung.after.parse::<HumanDuration>().ok()?.0).ok()?, rung))
        });
        rungs.map(|(at, rung)| [self.time(at), told.receiver.to_string(), self.words.rung(rung)]).collect()
    }

    fn time(&self, at: Timestamp) -> String {
        format_time(at, &self.timezone)
    }
}

/// The text of a label, or of what the body held under that name.
fn text_of<'a>(alert: &'a AlertContent, name: &str) -> Option<&'a String> {
    alert.labels.get(name).or_else(|| alert.extra.get(name))
}

/// True if the rung was climbed, or was found needless.
fn is_done_with(notification: &ExplainedNotification, number: usize) -> bool {
    notification.steps.iter().any(|ExplainedStep { step, .. }| match step {
        StepDetails::Climb { rung, .. } | StepDetails::Skip { rung, .. } => *rung == number,
        StepDetails::TakeTurn { .. }
        | StepDetails::Settle { .. }
        | StepDetails::Retried { .. }
        | StepDetails::Discarded { .. } => false,
    })
}

fn receiver_of(what: &EventDetails) -> String {
    match what {
        EventDetails::Held { receiver, .. }
        | EventDetails::Owed { receiver, .. }
        | EventDetails::Attempt { receiver, .. }
        | EventDetails::GivenUp { receiver, .. }
        | EventDetails::Step { receiver, .. } => receiver.to_string(),
        EventDetails::Accepted { .. }
        | EventDetails::Restarted { .. }
        | EventDetails::Reworded { .. }
        | EventDetails::Acknowledged { .. } => String::new(),
    }
}

fn channel_of(what: &EventDetails) -> String {
    match what {
        EventDetails::Attempt { channel, .. } | EventDetails::GivenUp { channel, .. } => channel.to_string(),
        EventDetails::Accepted { .. }
        | EventDetails::Held { .. }
        | EventDetails::Owed { .. }
        | EventDetails::Step { .. }
        | EventDetails::Restarted { .. }
        | EventDetails::Reworded { .. }
        | EventDetails::Acknowledged { .. } => String::new(),
    }
}
