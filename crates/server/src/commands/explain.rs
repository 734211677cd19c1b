//! `fanfare explain`: everything that happened to an alert.

mod english;
mod chinese;
mod words;

use std::io::Write;
use std::path::Path;

use clap::Args;
use fanfare_core::{
    Alert, AlertId, ChannelName, ContractStatus, DeliveryTerms, Language, Locale, ReceiverName, Rung, Status,
    Step, Unless, one_line,
};
use jiff::Timestamp;
use serde::Deserialize;

use self::words::Words;
use super::Outcome;
use super::answer::print;
use super::client::{Door, Gateway};
use super::moment::shown;
use super::table::table;
use crate::cli::AskArgs;
use crate::explain::{Event, Routing, What};

/// Which alert, and how it is told.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The alert's number, as its messages show it
    pub id: AlertId,
    /// The language: en or zh [default: the config's `messages.language`]
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<Language>,
    /// The gateway.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// What of an explanation is shown.
#[derive(Debug, Deserialize)]
struct Story {
    id: AlertId,
    received_at: Timestamp,
    incident: AlertId,
    since: Timestamp,
    alert: Alert,
    routing: Routing,
    timeline: Vec<Event>,
    notifications: Vec<Notification>,
    before: Vec<RelatedAlert>,
    after: Vec<RelatedAlert>,
}

#[derive(Debug, Deserialize)]
struct Notification {
    receiver: ReceiverName,
    why: String,
    owed_at: Timestamp,
    terms: Option<DeliveryTerms>,
    fulfilment: ContractStatus,
    look_at: Option<Timestamp>,
    steps: Vec<Done>,
    deliveries: Vec<Delivery>,
}

#[derive(Debug, Deserialize)]
struct Delivery {
    channel: ChannelName,
    escalated: Option<Unless>,
    state: String,
    next_at: Option<Timestamp>,
    attempted: u32,
}

#[derive(Debug, Deserialize)]
struct Done {
    #[serde(flatten)]
    step: Step,
}

#[derive(Debug, Deserialize)]
struct RelatedAlert {
    id: AlertId,
    received_at: Timestamp,
    status: Status,
}

/// Prints everything that happened to the alert.
pub(crate) fn explain(config: &Path, args: &ExplainArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let ExplainArgs { id, language, ask } = args;
    let gateway = Gateway::find(config, &ask.gateway, Door::Api)?;
    let answer = gateway.get(&["api", "v1", "alerts", &id.to_string(), "explain"], &[])?;
    let language = language.unwrap_or(gateway.style.language);
    let teller = Teller { words: Words::of(language), style: Locale { language, ..gateway.style.clone() } };
    print(answer, ask, out, |story: Story| teller.tell(&story))?;
    Ok(Outcome::Good)
}

/// Tells a story in one language, by one clock.
struct Teller {
    words: &'static Words,
    style: Locale,
}

impl Teller {
    fn tell(&self, story: &Story) -> String {
        let Words { why_whom, what_happened, how_it_stands, .. } = self.words;
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
            let Words { time, receiver, what, to_come: heading, .. } = self.words;
            parts.push(format!("{heading}\n{}", table([*time, *receiver, *what], to_come)));
        }
        parts.join("\n\n")
    }

    fn head(&self, story: &Story) -> String {
        let Story { id, received_at, incident, since, alert, before, after, .. } = story;
        let words = self.words;
        let title = alert.annotations.get("title").unwrap_or_else(|| alert.text_of("alertname"));
        let labels: Vec<String> =
            alert.all_labels().iter().map(|(name, text)| format!("{name}={}", one_line(text))).collect();
        let status = match alert.status {
            Status::Firing => words.firing,
            Status::Resolved => words.resolved,
        };
        let mut lines = vec![
            format!(
                "{} {id}: {} ({}, {status})",
                words.alert,
                one_line(title),
                self.word(alert.severity.word())
            ),
            format!("{}: {}", words.received, self.time(*received_at)),
            format!("{}: {incident}, {} {}", words.incident, words.since, self.time(*since)),
            format!("{}: {}", words.labels, labels.join(", ")),
        ];
        for (name, siblings) in [(words.before, before), (words.after, after)] {
            if !siblings.is_empty() {
                lines.push(format!("{name}: {}", self.siblings(siblings)));
            }
        }
        lines.join("\n")
    }

    fn siblings(&self, siblings: &[RelatedAlert]) -> String {
        let told = siblings.iter().map(|RelatedAlert { id, received_at, status }| {
            let status = match status {
                Status::Firing => self.words.firing,
                Status::Resolved => self.words.resolved,
            };
            format!("{id} ({status}, {})", self.time(*received_at))
        });
        told.collect::<Vec<_>>().join(", ")
    }

    fn routing(&self, routing: &Routing) -> String {
        match routing {
            Routing::Routes { routes } => {
                routes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            }
            Routing::ToldBefore => self.words.told_before.to_owned(),
            Routing::Chosen => self.words.chosen.to_owned(),
            Routing::Unknown { why } => format!("{}: {why}", self.words.policy_unknown),
        }
    }

    fn timeline(&self, events: &[Event]) -> String {
        let Words { time, receiver, channel, what, .. } = self.words;
        table([*time, *receiver, *channel, *what], events.iter().map(|event| self.event(event)))
    }

    fn event(&self, event: &Event) -> [String; 4] {
        let Event { at, what } = event;
        let text = match self.style.language {
            Language::En => english::what(what),
            Language::Zh => chinese::what(what),
        };
        // A provider's words may hold anything, also what would confuse a terminal.
        [self.time(*at), receiver_of(what), channel_of(what), one_line(&text)]
    }

    fn standing(&self, notifications: &[Notification]) -> String {
        let Words { receiver, why, contract, channel, state, tries, how, next, .. } = self.words;
        let rows = notifications.iter().flat_map(|told| told.deliveries.iter().map(move |it| (told, it)));
        let rows = rows.map(|(told, delivery)| {
            let Delivery { channel, escalated, state, next_at, attempted } = delivery;
            [
                told.receiver.to_string(),
                self.word(&told.why),
                self.word(told.fulfilment.word()),
                channel.to_string(),
                escalated.map(|unless| self.escalated(unless)).unwrap_or_default(),
                self.word(state),
                attempted.to_string(),
                next_at.map(|at| self.time(at)).unwrap_or_default(),
            ]
        });
        table([*receiver, *why, *contract, *channel, *how, *state, *tries, *next], rows)
    }

    /// The rungs that are climbed if nothing happens before their time.
    fn to_come(&self, told: &Notification) -> Vec<[String; 3]> {
        let Some(terms) = told.terms.as_ref().filter(|_| told.look_at.is_some()) else { return Vec::new() };
        let rungs = terms.escalate.iter().enumerate().filter(|(rung, _)| !told.is_done_with(*rung));
        let rungs = rungs.filter_map(|(_, rung)| Some((told.owed_at.checked_add(rung.after.0).ok()?, rung)));
        rungs.map(|(at, rung)| [self.time(at), told.receiver.to_string(), self.rung(rung)]).collect()
    }

    fn rung(&self, rung: &Rung) -> String {
        match self.style.language {
            Language::En => english::to_come(rung),
            Language::Zh => chinese::to_come(rung),
        }
    }

    fn escalated(&self, unless: Unless) -> String {
        match self.style.language {
            Language::En => english::escalated(unless),
            Language::Zh => chinese::escalated(unless),
        }
    }

    /// A word of the API.
    fn word(&self, word: &str) -> String {
        match self.style.language {
            Language::En => word.to_owned(),
            Language::Zh => chinese::word(word).to_owned(),
        }
    }

    fn time(&self, at: Timestamp) -> String {
        shown(at, &self.style.timezone)
    }
}

impl Notification {
    /// Whether this rung was climbed, or was found needless.
    fn is_done_with(&self, number: usize) -> bool {
        self.steps.iter().any(|Done { step }| match step {
            Step::Climb { rung, .. } | Step::Skip { rung, .. } => *rung == number,
            Step::TakeTurn { .. } | Step::Settle { .. } | Step::Retried { .. } | Step::Discarded { .. } => {
                false
            }
        })
    }
}

/// `channels` without those that stand there a second time: two deliveries may go over one channel.
fn each_once(channels: &[ChannelName]) -> Vec<ChannelName> {
    let mut each = channels.to_vec();
    each.sort();
    each.dedup();
    each
}

fn receiver_of(what: &What) -> String {
    match what {
        What::Held { receiver, .. }
        | What::Owed { receiver, .. }
        | What::Attempt { receiver, .. }
        | What::GivenUp { receiver, .. }
        | What::Step { receiver, .. } => receiver.to_string(),
        What::Accepted { .. } | What::Acknowledged { .. } => String::new(),
    }
}

fn channel_of(what: &What) -> String {
    match what {
        What::Attempt { channel, .. } | What::GivenUp { channel, .. } => channel.to_string(),
        What::Accepted { .. }
        | What::Held { .. }
        | What::Owed { .. }
        | What::Step { .. }
        | What::Acknowledged { .. } => String::new(),
    }
}
