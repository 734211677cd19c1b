//! Leftovers: the fields that have no place of their own in an alert. What of them people see, what of them tells two
//! alarms apart, and which of them were not understood.

use std::borrow::Cow;

use fanfare_core::{Labels, without_readings};

use crate::extra::{CUT, bounded};
use crate::json::{Json, Object};
use crate::scrub::is_secret_name;

use super::names::{Meaning, is_telemetry, known, plain};
use super::parts::{PartKind, is_part};

/// The largest number of leftovers that people see of one alert, and the length of each, in bytes.
const MAX_LINES: usize = 20;
const MAX_LINE_BYTES: usize = 300;

/// The way in which the texts of two alarms are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// To the letter.
    Exact,
    /// But for the readings in them.
    WithoutReadings,
}

impl Comparison {
    /// The part of `text` that counts.
    pub(super) fn text(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Exact => Cow::Borrowed(text),
            Self::WithoutReadings => Cow::Owned(without_readings(text)),
        }
    }
}

/// The leftovers by which alarms are told apart, as one text: what else a body says, without times, counters, and
/// what only concerns its delivery; without readings, too, unless they are compared to the letter.
pub(super) fn identifying(rest: &Object, comparison: Comparison) -> String {
    identifying_fields(rest.iter().map(|(name, value)| (name.as_str(), value)), comparison)
}

/// The parts of these fields that tell alarms apart, as one text.
pub(super) fn identifying_fields<'a>(
    fields: impl Iterator<Item = (&'a str, &'a Json)>,
    comparison: Comparison,
) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        put_identifying(&mut text, LeftoverField { name, class: Class::Unread }, value, comparison);
    }
    text
}

/// A field of the rest of a body.
#[derive(Clone, Copy)]
struct LeftoverField<'a> {
    name: &'a str,
    /// The class of the object around it.
    class: Class,
}

/// Writes a field in the manner of JSON, each name once: the paths of all leaves could be longer than the body by far.
fn put_identifying(
    text: &mut String,
    LeftoverField { name, class: around }: LeftoverField<'_>,
    value: &Json,
    comparison: Comparison,
) {
    let plain = plain(name);
    if is_secret_name(&plain) {
        return;
    }
    let own = Class::of_name(&plain);
    let is_measured = around == Class::Reading || own == Class::Reading || is_telemetry(&plain);
    let class = if is_measured { Class::Reading } else { own };
    let before = text.len();
    text.push_str(name);
    let opened = text.len();
    match value {
        Json::Object(fields) => {
            text.push('{');
            for (name, value) in fields {
                put_identifying(text, LeftoverField { name, class }, value, comparison);
            }
            close(text, before, opened + 1, "}\n");
        }
        Json::List(items) => {
            text.push('[');
            for value in items {
                put_identifying(text, LeftoverField { name: "", class }, value, comparison);
            }
            close(text, before, opened + 1, "]\n");
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
            let is_in_words = matches!(value, Json::Text(text) if is_told_in_words(&plain, text));
            let is_passing = (own == Class::Passing || is_health(&plain)) && !is_in_words;
            let said = value.text().filter(|_| !is_passing);
            if let Some(said) = said.and_then(|it| identifying_text(name, value, it, class, comparison)) {
                text.push('=');
                text.push_str(&said);
            }
            close(text, before, opened, "\n");
        }
    }
}

/// Ends what was begun at `before`, or takes it back if nothing was written since `opened`.
fn close(text: &mut String, before: usize, opened: usize, end: &str) {
    if text.len() == opened {
        text.truncate(before);
    } else {
        text.push_str(end);
    }
}

/// Tells whether words stand where a device's health, a count or a time is expected: `battery: removed` is an alarm,
/// and `序号: 三号泵` is a pump.
fn is_told_in_words(plain: &str, text: &str) -> bool {
    let starts_with_number = text.trim_start().starts_with(|c: char| c.is_ascii_digit() || "+-−".contains(c));
    let is_counted = !starts_with_number && (is_health(plain) || COUNTS.contains(&plain));
    is_counted || is_passing_in_words(plain, text)
}

/// Tells whether the name is that of a time or a counter, and the text has no digit. The number of a message may be
/// one word of letters.
fn is_passing_in_words(plain: &str, text: &str) -> bool {
    if text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    match known(plain).map(|it| it.meaning) {
        Some(Meaning::Time | Meaning::End) => true,
        Some(Meaning::Counter) => {
            text.trim().contains(|c: char| c.is_whitespace() || !c.is_ascii() && c.is_alphabetic())
        }
        Some(_) | None => false,
    }
}

/// Names of counters that are never the number of a message.
const COUNTS: [&str; 6] = ["count", "counter", "times", "total", "次数", "计数"];

/// Tells whether the name is that of a reading of the device's own health.
fn is_health(plain: &str) -> bool {
    known(plain).is_some_and(|it| it.meaning == Meaning::Health)
}

/// The part of a value that tells alarms apart. A whole number under a name that no table has may be that of a room
/// or a door, and counts.
fn identifying_text<'a>(
    name: &str,
    value: &Json,
    text: &'a str,
    class: Class,
    comparison: Comparison,
) -> Option<Cow<'a, str>> {
    let is_number = matches!(value, Json::Number(_)) || text.parse::<f64>().is_ok();
    match comparison {
        Comparison::Exact => Some(Cow::Borrowed(text)),
        Comparison::WithoutReadings if class == Class::Reading && is_number => None,
        Comparison::WithoutReadings if is_number && !text.contains('.') => Some(Cow::Borrowed(text)),
        Comparison::WithoutReadings => {
            // The name stands before the number as a word of a text would: `room_no: 3.12` is no reading.
            let named = format!("{} {text}", spaced(name));
            Some(Cow::Owned(without_readings(&named)))
        }
    }
}

/// The name in words: `roomNo` and `room_no` as `room No` and `room no`.
fn spaced(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut previous = ' ';
    for c in name.chars() {
        if previous.is_lowercase() && c.is_uppercase() {
            words.push(' ');
        }
        words.push(if matches!(c, '_' | '-' | '.') { ' ' } else { c });
        previous = c;
    }
    words
}

/// The use of a leftover, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// People want to see it beside any text.
    Shown,
    /// A reading, which people want to see, too.
    Reading,
    /// A part that passes with the message: a time, a counter, an address.
    Passing,
    /// Understood, and of use only where there is nothing else.
    Known,
    /// A word for a state that no table has, or that contradicts another: people must see it beside any text.
    StateWord,
    /// A name that no table has, or a value that its reader did not understand.
    Unread,
}

impl Class {
    fn of_name(plain: &str) -> Self {
        let Some(known) = known(plain) else {
            return if is_telemetry(plain) { Self::Known } else { Self::Unread };
        };
        match known.meaning {
            Meaning::Place
            | Meaning::Title
            | Meaning::Description
            | Meaning::Content
            | Meaning::AlarmName => Self::Shown,
            Meaning::Reading => Self::Reading,
            Meaning::Time
            | Meaning::End
            | Meaning::Counter
            | Meaning::Envelope
            | Meaning::Groups
            | Meaning::Mobiles
            | Meaning::UserIds
            | Meaning::Everybody
            | Meaning::Level => Self::Passing,
            Meaning::Eui | Meaning::DeviceId | Meaning::DeviceName | Meaning::Target | Meaning::Health => {
                Self::Known
            }
            Meaning::Action | Meaning::Kind | Meaning::AlarmState | Meaning::OverFlag | Meaning::State => {
                Self::StateWord
            }
        }
    }
}

/// A leftover by the path in [`fanfare_core::Alert::extra`].
struct Entry<'a> {
    path: &'a str,
    text: &'a str,
}

impl Entry<'_> {
    fn steps(&self) -> Vec<String> {
        self.path.split('.').map(|step| plain(step.split('[').next().unwrap_or(step))).collect()
    }

    /// The class, by the entry's own name and the objects around it.
    fn class(&self) -> Class {
        let steps = self.steps();
        let Some((name, around)) = steps.split_last() else { return Class::Unread };
        if around.iter().any(|step| is_telemetry(step)) || self.path == CUT {
            return Class::Known;
        }
        let class = Class::of_name(name);
        match around.first() {
            Some(step) if is_part(step, PartKind::Device) && class != Class::Shown => Class::Known,
            Some(_) if !around.iter().all(|step| is_part_of_alarm(step)) && class != Class::Passing => {
                Class::Unread
            }
            // The state of something else, e.g. of a device in its telemetry.
            Some(step) if class == Class::StateWord && is_part(step, PartKind::Envelope) => Class::Unread,
            Some(_) | None if class == Class::Passing && is_told_in_words(name, self.text) => Class::Unread,
            Some(_) | None => class,
        }
    }

    fn line(&self) -> String {
        let text = if self.text.len() > MAX_LINE_BYTES {
            fanfare_core::cut_to_bytes(self.text, MAX_LINE_BYTES, "…")
        } else {
            self.text.to_owned()
        };
        format!("{}: {text}", self.path)
    }
}

fn is_part_of_alarm(step: &str) -> bool {
    [PartKind::Alarm, PartKind::Event, PartKind::Envelope, PartKind::Device, PartKind::Words]
        .into_iter()
        .any(|kind| is_part(step, kind))
}

fn entries(extra: &Labels) -> impl Iterator<Item = Entry<'_>> {
    extra.iter().map(|(path, text)| Entry { path, text })
}

/// The paths of the leftovers that were not understood.
pub(super) fn unread(extra: &Labels) -> Vec<String> {
    let is_unread = |it: &Entry<'_>| match it.class() {
        Class::Unread | Class::StateWord => true,
        // It has its place elsewhere, and is left over only if its reader did not understand it.
        Class::Passing => it.steps().last().and_then(|name| known(name)).is_some_and(|it| {
            !matches!(it.meaning, Meaning::Counter | Meaning::Envelope | Meaning::Level | Meaning::Groups)
        }),
        Class::Shown | Class::Reading | Class::Known => false,
    };
    entries(extra).filter(is_unread).map(|it| it.path.to_owned()).collect()
}

/// Tells whether a leftover says anything that a person could act on. Readings alone do not: they are telemetry.
pub(super) fn says_something(extra: &Labels) -> bool {
    entries(extra).any(|it| match it.class() {
        Class::Unread | Class::StateWord | Class::Shown => true,
        Class::Reading | Class::Passing | Class::Known => false,
    })
}

/// Puts the leftovers that people want to see into `texts`: beside a text, the place, further texts and readings that
/// it does not name; where there is none, all of them.
pub(super) fn show(texts: &mut Labels, extra: &Labels) {
    let has_text = !texts.is_empty();
    // What is very short stands in many a text by chance.
    let is_told = |it: &Entry<'_>| it.text.len() > 2 && texts.iter().any(|(_, text)| text.contains(it.text));
    let is_shown = |it: &Entry<'_>| match it.class() {
        Class::Shown | Class::StateWord | Class::Reading => !is_told(it),
        Class::Unread | Class::Known => !has_text,
        Class::Passing => false,
    };
    let mut shown: Vec<Entry<'_>> = entries(extra).filter(is_shown).collect();
    shown.sort_by_key(|it| it.path.matches(['.', '[']).count());
    let left_out = shown.len().saturating_sub(MAX_LINES);
    let lines: Vec<String> = shown.iter().take(MAX_LINES).map(Entry::line).collect();
    let more = (left_out > 0).then(|| format!("… (+{left_out})"));
    let lines = lines.into_iter().chain(more).collect::<Vec<_>>().join("\n");
    if lines.is_empty() {
        return;
    }
    let content = texts.take("content").map(|content| format!("{content}\n\n{lines}"));
    texts.set("content", bounded(&content.unwrap_or(lines)));
}
