//! `fanfare explain`: everything that happened to an alert.

mod english;
mod chinese;
mod words;

use std::io::Write;
use std::path::Path;

use clap::Args;
use fanfare_core::{
    Alert, AlertId, ChannelName, Fulfilment, Language, ReceiverName, Status, Style, one_line,
};
use jiff::Timestamp;
use serde::Deserialize;

use self::words::Words;
use super::Outcome;
use super::answer::print;
use super::client::{Door, Gateway};
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
    before: Vec<Sibling>,
    after: Vec<Sibling>,
}

#[derive(Debug, Deserialize)]
struct Notification {
    receiver: ReceiverName,
    why: String,
    fulfilment: Fulfilment,
    deliveries: Vec<Delivery>,
}

#[derive(Debug, Deserialize)]
struct Delivery {
    channel: ChannelName,
    state: String,
    next_at: Option<Timestamp>,
    attempted: u32,
}

#[derive(Debug, Deserialize)]
struct Sibling {
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
    let teller = Teller { words: Words::of(language), style: Style { language, ..gateway.style.clone() } };
    print(answer, ask, out, |story: Story| teller.tell(&story))?;
    Ok(Outcome::Good)
}

/// Tells a story in one language, by one clock.
struct Teller {
    words: &'static Words,
    style: Style,
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
        parts.join("\n\n")
    }

    fn head(&self, story: &Story) -> String {
        let Story { id, received_at, incident, since, alert, before, after, .. } = story;
        let words = self.words;
        let title = alert.annotations.get("title").unwrap_or_else(|| alert.text_of("alertname"));
        let labels: Vec<String> =
            alert.labels.iter().map(|(name, text)| format!("{name}={}", one_line(text))).collect();
        let status = match alert.status {
            Status::Firing => words.firing,
            Status::Resolved => words.resolved,
        };
        let mut lines = vec![
            format!("{} {id}: {} ({}, {status})", words.alert, one_line(title), alert.severity),
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

    fn siblings(&self, siblings: &[Sibling]) -> String {
        let told = siblings.iter().map(|Sibling { id, received_at, status }| {
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
        let Words { receiver, why, contract, channel, state, tries, next, .. } = self.words;
        let rows = notifications.iter().flat_map(|told| told.deliveries.iter().map(move |it| (told, it)));
        let rows = rows.map(|(told, delivery)| {
            let Delivery { channel, state, next_at, attempted } = delivery;
            [
                told.receiver.to_string(),
                told.why.clone(),
                told.fulfilment.to_string(),
                channel.to_string(),
                state.clone(),
                attempted.to_string(),
                next_at.map(|at| self.time(at)).unwrap_or_default(),
            ]
        });
        table([*receiver, *why, *contract, *channel, *state, *tries, *next], rows)
    }

    /// E.g. `2026-03-08 20:00:00.123 +08:00`.
    fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.style.timezone.clone()).strftime("%Y-%m-%d %H:%M:%S%.3f %:z").to_string()
    }
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
