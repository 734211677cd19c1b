//! Intents: raise, clear, notify, nothing.
//!
//! A body may say several things at once. The more explicit one wins: an `action`, then a `type` that clears, then the
//! alarm's own state (`alarm_status`, `alarm: false`), then any `status` or `state`. A `type` or `event` that only says
//! `alarm` is no state. What contradicts the result is kept and shown, and a word that no table has raises: rather one
//! notification too many than a lost alarm.

use fanfare_core::{Kind, Labels, Severity, Status};

use crate::Unreadable;
use crate::extra::bounded;
use crate::json::Json;

use super::body::{Body, Field};
use super::names::{Meaning, known, plain};
use super::words::{
    Announced, Finding, finding, flag, is_position, is_success, meaning, meaning_of_flag, presence,
};

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
        let story = AlarmStory::of(body);
        let actions = take_all(body, Meaning::Action, |name, found| {
            let word = found.text()?;
            let is_other = name != "action" && story.has_position(word) || story.has_no_remedy(word);
            meaning_of_flag(word).filter(|_| !is_other)
        });
        if let Some(field) = body.fields(Meaning::Action).first() {
            body.refuse_composite(field)?;
        }
        let kinds = [Meaning::Kind, Meaning::Title, Meaning::AlarmName].map(|it| take_all(body, it, kind_of));
        let kinds: Vec<StateWord> = kinds.into_iter().flatten().collect();
        let own = [Meaning::AlarmState, Meaning::AlarmName].map(|it| take_all(body, it, own_state));
        let over = take_all(body, Meaning::OverFlag, |_, found| over(found));
        let faults = take_all(body, Meaning::Description, |name, found| story.fault(name, found));
        let own: Vec<StateWord> = own.into_iter().flatten().chain(over).chain(faults).collect();
        let states = take_all(body, Meaning::State, |_, found| story.state(found.text()?));
        let levels = take_all(body, Meaning::Level, |_, found| ending_level(found.text()?));
        let wrong = states.iter().filter(|it| it.value.text().is_some_and(is_wrong)).count();
        let says = |words: &[StateWord], word| words.iter().any(|it| it.word == word);
        let intent =
            if says(&actions, Announced::Nothing) || story.is_report(actions.len() + own.len() + wrong) {
                Intent::Nothing
            } else if says(&kinds, Announced::Notify) || says(&actions, Announced::Notify) {
                Intent::Notify
            } else if let Some(action) = actions.first() {
                Intent::from(action.word)
            } else if says(&kinds, Announced::Clear) {
                Intent::Clear
            } else {
                let said = own.first().or(states.first()).or(levels.first());
                match said.map_or(Intent::Raise, |it| Intent::from(it.word)) {
                    // A device that reports by the clock that it is well ends no alarm.
                    Intent::Clear if own.is_empty() && story.is_report_of_health() => Intent::Nothing,
                    said @ (Intent::Raise | Intent::Clear | Intent::Notify | Intent::Nothing) => said,
                }
            };
        let words = [actions, kinds, own, states, levels].into_iter().flatten().collect();
        Ok(Self { intent, words })
    }

    /// Tells whether no field says how it is with the alarm.
    pub(super) fn says_nothing(&self) -> bool {
        self.words.is_empty()
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

    /// The words of a raise that say what is wrong, and what they say. That something is an alarm says more than that
    /// it is raised only in a state.
    fn findings(&self) -> impl Iterator<Item = (&StateWord, Finding)> {
        let words =
            self.words.iter().filter(|it| self.intent == Intent::Raise && it.word == Announced::Raise);
        words.filter_map(|it| {
            let is_state = known(&plain(it.path.last()?)).is_some_and(|it| it.meaning == Meaning::State);
            let finding = finding(it.value.text()?).filter(|it| is_state || *it != Finding::Alarm)?;
            Some((it, finding))
        })
    }

    /// The fault that the state names, as it tells alarms apart. A fault is what a state without a name speaks of anyway.
    pub(super) fn told_apart_by(&self) -> &'static str {
        let of = |finding| match finding {
            Finding::Fault => "",
            Finding::Alarm => "alarm",
            Finding::Open => "open",
            Finding::Gone => "gone",
        };
        self.findings().map(|(_, finding)| finding).max().map(of).unwrap_or_default()
    }

    /// Lines for the states that say what is wrong where none of `texts` does.
    pub(super) fn lines_beside(&self, texts: &Labels) -> Vec<String> {
        let is_told =
            |said: &str| texts.iter().any(|(_, text)| text.to_lowercase().contains(&said.to_lowercase()));
        let line = |(it, finding): (&StateWord, Finding)| {
            let said = it.value.text().filter(|said| finding != Finding::Alarm && !is_told(said))?;
            Some(format!("{}: {said}", it.path.join(".")))
        };
        self.findings().filter_map(line).collect()
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

/// The facts that a body tells of an alarm besides its state. Where it tells much, a word that is often said of something else
/// does not end the alarm.
struct AlarmStory {
    /// The names and texts of the alarm.
    texts: Vec<String>,
    marks: Vec<StoryMark>,
}

/// A property of what a body tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StoryMark {
    /// The alarm has a name.
    Named,
    /// The alarm has a level.
    Rated,
    /// The level is high or worse.
    Grave,
    /// A field that no table knows is `true`.
    Signal,
    /// A code says that a request was answered.
    Answer,
    /// The message is a report by its type.
    Report,
}

impl AlarmStory {
    fn of(body: &Body<'_>) -> Self {
        let words = |meaning| {
            let fields = body.fields(meaning);
            let texts = fields.iter().filter_map(|it| match body.peek(&it.path)? {
                Json::Text(text) if meaning_of_flag(text).is_none() => Some(text.clone()),
                Json::Null
                | Json::Bool(_)
                | Json::Number(_)
                | Json::Text(_)
                | Json::List(_)
                | Json::Object(_) => None,
            });
            texts.collect::<Vec<_>>()
        };
        let names = words(Meaning::AlarmName);
        let is_named = !names.is_empty();
        let told = [Meaning::Title, Meaning::Description, Meaning::Content].map(words);
        let levels = words(Meaning::Level);
        let severities = levels.iter().filter_map(|it| it.parse::<Severity>().ok());
        let top = body.rest().iter().map(|(name, value)| (plain(name), value));
        let is_signal =
            |(name, value): &(String, &Json)| matches!(value, Json::Bool(true)) && known(name).is_none();
        let is_code = |(name, value): &(String, &Json)| {
            let is_code = matches!(name.as_str(), "code" | "errcode" | "retcode" | "statuscode");
            is_code && matches!(value.text(), Some("0" | "200"))
        };
        let is_type = |name: &str| is_kind(name) || ["msgtype", "cmd", "消息类型"].contains(&name);
        let is_report_by_type =
            top.clone().any(|(name, value)| is_type(&name) && value.text().is_some_and(is_report_word));
        let marks = [
            (StoryMark::Named, is_named),
            (StoryMark::Grave, severities.max().is_some_and(|it| it >= Severity::High)),
            (StoryMark::Rated, !levels.is_empty()),
            (StoryMark::Signal, top.clone().any(|it| is_signal(&it))),
            (StoryMark::Answer, top.clone().any(|it| is_code(&it))),
            (StoryMark::Report, is_report_by_type),
        ];
        Self {
            marks: marks.into_iter().filter(|(_, is_so)| *is_so).map(|(mark, _)| mark).collect(),
            texts: names
                .into_iter()
                .chain(told.into_iter().flatten())
                .filter(|it| !is_report_word(it))
                .collect(),
        }
    }

    fn is(&self, mark: StoryMark) -> bool {
        self.marks.contains(&mark)
    }

    /// Tells whether the body is a report of a device that says nothing of an alarm.
    fn is_report(&self, statements: usize) -> bool {
        self.is(StoryMark::Report) && statements == 0 && self.texts.is_empty() && !self.is(StoryMark::Rated)
    }

    /// Tells whether the body is a report of a device in which a general state is that of the device.
    fn is_report_of_health(&self) -> bool {
        self.is(StoryMark::Report) && !self.is(StoryMark::Named)
    }

    /// Tells whether `word` is the position of the thing that a grave alarm is about, or which its text names.
    fn has_position(&self, word: &str) -> bool {
        let is_named = || self.texts.iter().any(|it| it.to_lowercase().contains(&word.trim().to_lowercase()));
        is_position(word) && !self.texts.is_empty() && (self.is(StoryMark::Grave) || is_named())
    }

    /// Tells whether `word` says that nothing was done about a grave alarm. The documented order is `no`.
    fn has_no_remedy(&self, word: &str) -> bool {
        matches!(plain(word).as_str(), "无" | "none") && self.is(StoryMark::Grave) && !self.texts.is_empty()
    }

    /// The word of a general state.
    fn state(&self, word: &str) -> Option<Announced> {
        if let Some(said) = presence(word) {
            // Beside an alarm it is the state of its device.
            return self.texts.is_empty().then_some(said);
        }
        let is_answer = self.is(StoryMark::Answer) && is_success(word) && !self.texts.is_empty();
        state(meaning_of_flag(word)?).filter(|_| !(is_answer || self.has_position(word)))
    }

    /// The word of a field that says whether there is a fault, where it is not the text of one. That there is no
    /// fault ends no alarm of another name or kind: a device may be sound and burn.
    fn fault(&self, name: &str, found: &Json) -> Option<Announced> {
        let word = found.text().filter(|_| matches!(name, "fault" | "error"))?;
        let is_faulty = flag(word).or_else(|| (meaning(word)? == Announced::Clear).then_some(false))?;
        let has_text = name == "error" && !self.texts.is_empty();
        let is_other =
            self.is(StoryMark::Named) || self.is(StoryMark::Rated) || self.is(StoryMark::Signal) || has_text;
        match (is_faulty, is_other) {
            (true, _) => Some(Announced::Raise),
            (false, false) => Some(Announced::Clear),
            (false, true) => None,
        }
    }
}

/// The types of messages that devices send by the clock, normalised.
const REPORTS: [&str; 8] =
    ["heartbeat", "keepalive", "telemetry", "uplink", "report", "心跳", "遥测", "上报"];

/// Tells whether the state says that something is wrong with the device, and not only how it stands.
fn is_wrong(word: &str) -> bool {
    matches!(finding(word), Some(Finding::Alarm | Finding::Fault | Finding::Gone))
}

fn is_report_word(word: &str) -> bool {
    REPORTS.contains(&plain(word).as_str())
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

/// The word of a field that says how it is with the alarm: `alarm: true`, but not `alarm: "door"`. A number under the
/// name of a type or a code is one of a list.
fn own_state(name: &str, found: &Json) -> Option<Announced> {
    let word = found.text()?;
    let is_enum = ["type", "code", "name", "类型", "代码", "名称"].iter().any(|end| name.ends_with(end));
    let word = if is_enum { meaning(word) } else { meaning_of_flag(word) };
    match word? {
        Announced::Nothing => Some(Announced::Clear),
        word @ (Announced::Raise | Announced::Clear | Announced::Notify) => state(word),
    }
}

/// The word of a field that says whether the alarm is over: a flag, or the state itself.
fn over(found: &Json) -> Option<Announced> {
    let word = found.text()?;
    match flag(word) {
        Some(true) => Some(Announced::Clear),
        Some(false) => Some(Announced::Raise),
        None => state(meaning(word)?),
    }
}

/// The end in the place of a level: `severity: cleared`.
fn ending_level(word: &str) -> Option<Announced> {
    let is_end = flag(word).is_none() && !is_position(word) && word.parse::<Severity>().is_err();
    meaning(word).filter(|it| is_end && *it == Announced::Clear)
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
