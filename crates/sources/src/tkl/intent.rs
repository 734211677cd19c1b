//! Intents: raise, clear, notify, nothing.
//!
//! A body may say several things at once. The more explicit one wins: an `action`, then a `type` that clears, then the
//! alarm's own state (`alarm_status`, `alarm: false`), then any `status` or `state`. A `type` or `event` that only says
//! `alarm` is no state. What contradicts the result is kept and shown, and a word that no table has raises: rather one
//! notification too many than a lost alarm.

use fanfare_core::{Kind, Status};

use crate::Unreadable;
use crate::extra::bounded;
use crate::json::Json;

use super::body::{Body, Field};
use super::names::{Meaning, plain};
use super::words::{Announced, meaning, meaning_of_flag};

/// The intent of a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    /// The alarm holds.
    Raise,
    /// The alarm has ended.
    Clear,
    /// A message without a state is to be passed on.
    Notify,
    /// The sender asks for nothing.
    Nothing,
}

/// The intent of a body, and the words for it.
pub(super) struct Statement {
    pub(super) intent: Intent,
    /// The fields that say it or contradict it, which are taken out of the body.
    pub(super) words: Vec<StateWord>,
}

/// A word for a state that was taken out of a body.
pub(super) struct StateWord {
    pub(super) path: Vec<String>,
    pub(super) value: Json,
    word: Announced,
}

impl Statement {
    /// Takes the intent from the body.
    pub(super) fn take(body: &mut Body<'_>) -> Result<Self, Unreadable> {
        let actions = take_all(body, Meaning::Action, |_, found| meaning_of_flag(found.text()?));
        if let Some(field) = body.fields(Meaning::Action).first() {
            body.refuse_composite(field)?;
        }
        let kinds = [Meaning::Kind, Meaning::Title, Meaning::AlarmName].map(|it| take_all(body, it, kind_of));
        let kinds: Vec<StateWord> = kinds.into_iter().flatten().collect();
        let own = [Meaning::AlarmState, Meaning::AlarmName].map(|it| take_all(body, it, own_state));
        let over = take_all(body, Meaning::OverFlag, |_, found| over(found));
        let faults = take_all(body, Meaning::Description, fault);
        let own: Vec<StateWord> = own.into_iter().flatten().chain(over).chain(faults).collect();
        let states = take_all(body, Meaning::State, |_, found| state(meaning_of_flag(found.text()?)?));
        let says = |words: &[StateWord], word| words.iter().any(|it| it.word == word);
        let intent = if says(&actions, Announced::Nothing) {
            Intent::Nothing
        } else if says(&kinds, Announced::Notify) || says(&actions, Announced::Notify) {
            Intent::Notify
        } else if let Some(action) = actions.first() {
            Intent::from(action.word)
        } else if says(&kinds, Announced::Clear) {
            Intent::Clear
        } else {
            own.first().or(states.first()).map_or(Intent::Raise, |it| Intent::from(it.word))
        };
        let words = [actions, kinds, own, states].into_iter().flatten().collect();
        Ok(Self { intent, words })
    }

    /// Tells whether the body raises an alarm in so many words.
    pub(super) fn raises(&self) -> bool {
        self.intent == Intent::Raise && !self.words.is_empty()
    }

    /// The words as one text, for an alert that has no other.
    pub(super) fn line(&self) -> String {
        let words: Vec<String> = self
            .words
            .iter()
            .map(|it| format!("{}: {}", it.path.join("."), it.value.text().unwrap_or_default()))
            .collect();
        bounded(&words.join("\n"))
    }

    /// The words that say the opposite of the intent.
    pub(super) fn contradictions(&self) -> impl Iterator<Item = &StateWord> {
        let opposite = match self.intent {
            Intent::Raise => Some(Announced::Clear),
            Intent::Clear => Some(Announced::Raise),
            Intent::Notify | Intent::Nothing => None,
        };
        // That a clear is of the type `alarm` is no contradiction.
        let is_type = |it: &StateWord| it.path.last().is_some_and(|name| is_kind(&plain(name)));
        self.words.iter().filter(move |it| Some(it.word) == opposite && !is_type(it))
    }
}

impl Intent {
    /// The kind and status of the alert; `None` if there is none.
    pub(super) fn outcome(self) -> Option<(Kind, Status)> {
        match self {
            Self::Raise => Some((Kind::Alarm, Status::Firing)),
            Self::Clear => Some((Kind::Alarm, Status::Resolved)),
            Self::Notify => Some((Kind::Notice, Status::Firing)),
            Self::Nothing => None,
        }
    }
}

impl From<Announced> for Intent {
    fn from(word: Announced) -> Self {
        match word {
            Announced::Raise => Self::Raise,
            Announced::Clear => Self::Clear,
            Announced::Notify => Self::Notify,
            Announced::Nothing => Self::Nothing,
        }
    }
}

/// The word of a field that says of which kind its message is.
fn kind_of(name: &str, found: &Json) -> Option<Announced> {
    let Json::Text(text) = found else { return None };
    is_kind(name).then(|| meaning(text))?.filter(|word| *word != Announced::Nothing)
}

fn is_kind(name: &str) -> bool {
    [
        "type",
        "eventtype",
        "messagetype",
        "事件类型",
        "类型",
        "event",
        "事件",
        "alarmtype",
        "告警类型",
        "报警类型",
    ]
    .contains(&name)
}

/// The word of a field that says how it is with the alarm: `alarm: true`, but not `alarm: "door"`.
fn own_state(_: &str, found: &Json) -> Option<Announced> {
    match meaning_of_flag(found.text()?)? {
        Announced::Nothing => Some(Announced::Clear),
        word @ (Announced::Raise | Announced::Clear | Announced::Notify) => state(word),
    }
}

/// The word of a field that says whether there is a fault, where it is not the text of one.
fn fault(name: &str, found: &Json) -> Option<Announced> {
    match found {
        Json::Bool(is_faulty) if matches!(name, "fault" | "error") => {
            Some(if *is_faulty { Announced::Raise } else { Announced::Clear })
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => {
            None
        }
    }
}

fn over(found: &Json) -> Option<Announced> {
    match meaning_of_flag(found.text()?)? {
        Announced::Raise => Some(Announced::Clear),
        Announced::Clear => Some(Announced::Raise),
        Announced::Notify | Announced::Nothing => None,
    }
}

fn state(word: Announced) -> Option<Announced> {
    match word {
        Announced::Raise | Announced::Clear => Some(word),
        Announced::Notify | Announced::Nothing => None,
    }
}

fn take_all(
    body: &mut Body<'_>,
    meaning: Meaning,
    read: impl Fn(&str, &Json) -> Option<Announced>,
) -> Vec<StateWord> {
    let fields = body.fields(meaning);
    let take = |Field { path, .. }: Field| {
        let word = read(&plain(path.last()?), body.peek(&path)?)?;
        let value = body.take(&path)?;
        Some(StateWord { path, value, word })
    };
    fields.into_iter().filter_map(take).collect()
}
