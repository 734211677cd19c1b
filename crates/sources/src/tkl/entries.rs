//! Entries: the alarms that one body reports.

use crate::json::{Json, Object};

use super::names::{KnownName, Meaning, known, plain};
use super::parts::{PartKind, is_content, is_part};
use super::words::is_success;

/// The names of a list of alarms, normalised.
const LISTS: [&str; 13] = [
    "alarms",
    "alerts",
    "events",
    "alarmlist",
    "alertlist",
    "list",
    "items",
    "records",
    "rows",
    "data",
    "数据",
    "告警列表",
    "告警",
];

/// The lists whose texts are alarms, too.
const LISTS_OF_TEXTS: [&str; 5] = ["alarms", "alerts", "events", "告警列表", "告警"];

/// The lists whose name says that they hold the alarms. Any other beside an alarm is a detail of it, e.g. its history.
const LISTS_OF_ALARMS: [&str; 6] = ["alarms", "alerts", "alarmlist", "alertlist", "告警列表", "告警"];

/// The objects in which such a list may stand.
const AROUND: [&str; 6] = ["data", "body", "payload", "params", "result", "数据"];

/// The size of what stands beside a list, times its entries, in bytes, at most.
const MAX_COMMON_BYTES: usize = 8 * 1024 * 1024;

/// The list of alarms in a body that is an object, and what stands beside it.
pub(super) struct AlarmList {
    /// The path of the list, e.g. `alarms` or `data.list`.
    pub(super) path: String,
    pub(super) entries: Vec<Json>,
    /// The fields beside the list: they are common to all entries.
    beside: Object,
}

impl AlarmList {
    /// Takes the list out of the body; `Err` is the body, if it has none.
    pub(super) fn take(mut body: Object) -> Result<Self, Object> {
        if let Some(name) = find_list(&body) {
            return Self::take_out(&mut body, &name)
                .map(|entries| Self { path: name, entries, beside: body })
                .ok_or_else(Object::new);
        }
        let around = body.iter().find_map(|(name, value)| match value {
            Json::Object(inner) if AROUND.contains(&plain(name).as_str()) => {
                let list = find_list(inner)?;
                (is_list_of_all(&list) || !tells_an_alarm(&body)).then(|| (name.clone(), list))
            }
            Json::Null
            | Json::Bool(_)
            | Json::Number(_)
            | Json::Text(_)
            | Json::List(_)
            | Json::Object(_) => None,
        });
        let Some((outer, name)) = around else { return Err(body) };
        match body.remove(&outer) {
            Some(Json::Object(mut inner)) => {
                let entries = Self::take_out(&mut inner, &name).unwrap_or_default();
                inner.extend(body);
                Ok(Self { path: format!("{outer}.{name}"), entries, beside: inner })
            }
            Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) | None => {
                Err(body)
            }
        }
    }

    fn take_out(fields: &mut Object, name: &str) -> Option<Vec<Json>> {
        match fields.remove(name)? {
            Json::List(entries) => Some(entries),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => None,
        }
    }

    /// Tells whether completing all entries takes much more room than the body: that would keep all others waiting.
    pub(super) fn is_too_large(&self) -> bool {
        let beside: usize = self.beside.iter().map(|(name, value)| name.len() + size(value)).sum();
        self.entries.len().saturating_mul(beside) > MAX_COMMON_BYTES
    }

    /// The entry completed with what stands beside the list and the entry does not say itself.
    pub(super) fn complete(&self, entry: Json) -> Json {
        let mut fields = match entry {
            Json::Object(fields) => fields,
            Json::Text(text) => Object::from([("content".to_owned(), Json::Text(text))]),
            other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_)) => return other,
        };
        let own: Vec<Saying> = fields.keys().map(|name| Saying::of(name)).collect();
        for (name, value) in &self.beside {
            if !own.contains(&Saying::of(name)) {
                fields.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        Json::Object(fields)
    }
}

/// The subject of a field: an entry that has a field of its own about it needs no other.
#[derive(Debug, PartialEq, Eq)]
enum Saying {
    Device,
    Meaning(Meaning),
    Name(String),
}

impl Saying {
    fn of(name: &str) -> Self {
        let plain = plain(name);
        if is_part(&plain, PartKind::Device) {
            return Self::Device;
        }
        match known(&plain).map(|KnownName { meaning, .. }| meaning) {
            Some(Meaning::Eui | Meaning::DeviceId | Meaning::DeviceName | Meaning::Target) => Self::Device,
            // Of these a body has several, each for itself.
            Some(
                Meaning::Reading | Meaning::Health | Meaning::Place | Meaning::Counter | Meaning::Envelope,
            ) => Self::Name(plain),
            Some(meaning) => Self::Meaning(meaning),
            None => Self::Name(plain),
        }
    }
}

/// The size of a value, in bytes of its names and texts.
fn size(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) => 1,
        Json::Number(text) | Json::Text(text) => text.len() + 1,
        Json::List(items) => items.iter().map(size).sum(),
        Json::Object(fields) => fields.iter().map(|(name, value)| name.len() + size(value)).sum(),
    }
}

/// The name of the first list of alarms.
fn find_list(fields: &Object) -> Option<String> {
    let lists = fields.iter().filter(|(_, value)| matches!(value, Json::List(_)));
    let lists: Vec<(&String, String, &Json)> =
        lists.map(|(name, value)| (name, plain(name), value)).collect();
    let wanted = LISTS.iter().find_map(|wanted| {
        lists.iter().find(|(_, plain, value)| plain == wanted && is_list_of_alarms(plain, value, fields))
    });
    wanted.map(|(name, ..)| (*name).clone())
}

/// Tells whether the value under `name` is a list of alarms, and not, say, of readings beside the text of one.
fn is_list_of_alarms(name: &str, value: &Json, beside: &Object) -> bool {
    let Json::List(entries) = value else { return false };
    if !is_list_of_all(name) && tells_an_alarm(beside) {
        return false;
    }
    let objects = || {
        entries.iter().filter_map(|it| match it {
            Json::Object(fields) => Some(fields),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => None,
        })
    };
    let is_own = LISTS_OF_TEXTS.contains(&name);
    let says_an_alarm = |fields: &Object| has_content(fields) || (is_own && has_state(fields));
    let has_texts = || is_own && entries.iter().any(|it| matches!(it, Json::Text(_)));
    objects().any(says_an_alarm) || has_texts() || (objects().next().is_some() && !has_content(beside))
}

fn is_list_of_all(name: &str) -> bool {
    LISTS_OF_ALARMS.contains(&plain(name).as_str())
}

/// Tells whether the fields themselves have an alarm's name or text. A level, or the answer of an interface, is none.
fn tells_an_alarm(fields: &Object) -> bool {
    fields.iter().any(|(name, value)| {
        let is_text = matches!(value, Json::Text(text) if !text.trim().is_empty() && !is_success(text));
        let is_told = |meaning| is_content(meaning) && meaning != Meaning::Level;
        is_text && known(&plain(name)).is_some_and(|it| is_told(it.meaning))
    })
}

fn has_content(fields: &Object) -> bool {
    has(fields, |name| {
        [PartKind::Alarm, PartKind::Event, PartKind::Words].into_iter().any(|kind| is_part(name, kind))
            || known(name).is_some_and(|it| is_content(it.meaning))
    })
}

fn has_state(fields: &Object) -> bool {
    has(fields, |name| {
        known(name).is_some_and(|it| {
            matches!(
                it.meaning,
                Meaning::Action | Meaning::Kind | Meaning::AlarmState | Meaning::OverFlag | Meaning::State
            )
        })
    })
}

/// Tells whether a field that is not a list has such a name, normalised.
fn has(fields: &Object, is_such: impl Fn(&str) -> bool) -> bool {
    fields.iter().filter(|(_, value)| !matches!(value, Json::List(_))).any(|(name, _)| is_such(&plain(name)))
}
