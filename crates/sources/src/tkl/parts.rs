//! Parts: the objects within a body in which an alarm may have its fields.

use crate::json::{Json, Object};

use super::names::{KnownName, Meaning, is_telemetry, known, plain};

/// An object within a body, by the names that lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) path: Vec<String>,
    pub(super) kind: PartKind,
}

/// The kind of a part, which decides what its fields can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    /// The body itself.
    Top,
    /// An object of ThinkLink's shapes around the alarm's own fields: `id` and `name` in it are the alarm's.
    Alarm,
    /// An event: `name` in it is the alarm's, `id` that of the message.
    Event,
    /// An envelope around what could as well stand at the top.
    Envelope,
    /// The device that the alarm is about.
    Device,
    /// The people to mention.
    Mention,
    /// A text of a chat's message.
    Words,
}

/// The names of parts, normalised. A list's order is the order in which an alarm is looked for.
const PARTS: [(PartKind, &[&str]); 6] = [
    (PartKind::Alarm, &["dnmsg", "params", "alarm"]),
    (
        PartKind::Event,
        &[
            "alert",
            "event",
            "alarminfo",
            "alertinfo",
            "eventinfo",
            "alarmdata",
            "告警",
            "报警",
            "事件",
            "告警信息",
            "报警信息",
        ],
    ),
    (PartKind::Envelope, &["data", "body", "payload", "labels", "annotations", "result", "数据"]),
    (PartKind::Device, &["device", "dev", "deviceinfo", "equipment", "设备"]),
    (PartKind::Mention, &["mention", "at"]),
    (PartKind::Words, &["text", "markdown", "markdownv2", "content", "actioncard", "link", "message", "msg"]),
];

/// The levels of envelopes that are opened.
const MAX_LEVELS: usize = 2;

/// The parts of a body: those around an alarm's fields, the innermost first, the body itself, and the others.
pub(super) fn parts(root: &Object) -> Vec<Part> {
    let mut found = FoundParts::default();
    found.collect(root, &[], PartKind::Top);
    let FoundParts { mut around, beside } = found;
    around.extend(beside);
    around
}

#[derive(Default)]
struct FoundParts {
    around: Vec<Part>,
    beside: Vec<Part>,
}

impl FoundParts {
    fn collect(&mut self, fields: &Object, path: &[String], kind: PartKind) {
        let objects: Vec<(&String, String, &Object)> = fields
            .iter()
            .filter_map(|(name, value)| match value {
                Json::Object(inner) => Some((name, plain(name), inner)),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => None,
            })
            .collect();
        for (inner_kind, wanted) in
            PARTS.iter().flat_map(|(kind, names)| names.iter().map(|name| (*kind, *name)))
        {
            for (name, _, inner) in objects.iter().filter(|(_, plain, _)| plain == wanted) {
                let path: Vec<String> = path.iter().cloned().chain([(*name).clone()]).collect();
                match inner_kind {
                    PartKind::Top | PartKind::Alarm | PartKind::Event | PartKind::Envelope
                        if path.len() > MAX_LEVELS => {}
                    PartKind::Envelope if kind == PartKind::Alarm => {
                        self.collect(inner, &path, PartKind::Alarm)
                    }
                    PartKind::Envelope if !is_envelope(inner, fields) => {}
                    // Beside an alarm it is the answer of some interface.
                    PartKind::Envelope if wanted == "result" && has_content(fields) => {}
                    PartKind::Top | PartKind::Alarm | PartKind::Event | PartKind::Envelope => {
                        self.collect(inner, &path, inner_kind);
                    }
                    PartKind::Device | PartKind::Mention | PartKind::Words => {
                        self.beside.push(Part { path, kind: inner_kind });
                    }
                }
            }
        }
        self.around.push(Part { path: path.to_vec(), kind });
    }
}

/// Tells whether the normalised name is that of a part of this kind.
pub(super) fn is_part(plain: &str, kind: PartKind) -> bool {
    PARTS.iter().any(|(it, names)| *it == kind && names.contains(&plain))
}

/// Tells whether `inner` holds an alarm and not what a device has measured. `data: {"status": "normal"}` beside an
/// alarm's text is a device's state, which must not end the alarm.
fn is_envelope(inner: &Object, around: &Object) -> bool {
    has_content(inner) || !(has_content(around) || has_readings(inner))
}

fn has_content(fields: &Object) -> bool {
    fields.iter().any(|(name, value)| {
        let plain = plain(name);
        match value {
            Json::Object(_) => {
                PARTS.iter().any(|(kind, names)| is_around_content(*kind) && names.contains(&plain.as_str()))
            }
            Json::Null | Json::Bool(_) | Json::List(_) => false,
            Json::Number(_) | Json::Text(_) => {
                value.text().is_some() && known(&plain).is_some_and(|it| is_content(it.meaning))
            }
        }
    })
}

fn has_readings(fields: &Object) -> bool {
    fields.keys().map(|name| plain(name)).any(|name| {
        is_telemetry(&name)
            || known(&name).is_some_and(|it| matches!(it.meaning, Meaning::Reading | Meaning::Health))
    })
}

fn is_around_content(kind: PartKind) -> bool {
    match kind {
        PartKind::Alarm | PartKind::Event | PartKind::Words => true,
        PartKind::Top | PartKind::Envelope | PartKind::Device | PartKind::Mention => false,
    }
}

/// Tells whether a field of this meaning says what the alarm is.
pub(super) fn is_content(meaning: Meaning) -> bool {
    match meaning {
        Meaning::AlarmName | Meaning::Title | Meaning::Description | Meaning::Content | Meaning::Level => {
            true
        }
        Meaning::Eui
        | Meaning::DeviceId
        | Meaning::Target
        | Meaning::DeviceName
        | Meaning::Place
        | Meaning::Action
        | Meaning::Kind
        | Meaning::AlarmState
        | Meaning::OverFlag
        | Meaning::State
        | Meaning::Time
        | Meaning::End
        | Meaning::Groups
        | Meaning::Mobiles
        | Meaning::UserIds
        | Meaning::Everybody
        | Meaning::Reading
        | Meaning::Health
        | Meaning::Counter
        | Meaning::Envelope => false,
    }
}

impl Part {
    /// The path of the field `name` of the part.
    pub(super) fn path_of(&self, name: &str) -> Vec<String> {
        self.path.iter().cloned().chain([name.to_owned()]).collect()
    }
}

impl PartKind {
    /// The meaning of a field's normalised name in a part of this kind.
    pub(super) fn meaning(self, name: &str) -> Option<KnownName> {
        let here = |meaning, rank| Some(KnownName { meaning, rank, is_documented: true });
        match (self, name) {
            (
                Self::Top | Self::Alarm | Self::Event | Self::Envelope,
                "recover" | "isrecover" | "是否恢复",
            ) => Some(KnownName { meaning: Meaning::OverFlag, rank: usize::MAX, is_documented: false }),
            (Self::Top | Self::Alarm | Self::Event | Self::Envelope, _) => known(name),
            (Self::Device, "name") => here(Meaning::DeviceName, 0),
            (Self::Device, "id" | "code" | "no" | "number") => {
                Some(KnownName { meaning: Meaning::DeviceId, rank: usize::MAX, is_documented: false })
            }
            (Self::Device, _) => known(name).filter(|it| {
                matches!(it.meaning, Meaning::Eui | Meaning::DeviceId | Meaning::DeviceName | Meaning::Place)
            }),
            (Self::Mention, "mobiles" | "atmobiles") => here(Meaning::Mobiles, 1),
            (Self::Mention, "userids" | "atuserids") => here(Meaning::UserIds, 1),
            (Self::Mention, "all" | "atall" | "isatall") => here(Meaning::Everybody, 1),
            (Self::Words, "text" | "content") => here(Meaning::Content, 0),
            (Self::Words, "title") => here(Meaning::Title, 0),
            (Self::Words, _) => known(name)
                .filter(|it| matches!(it.meaning, Meaning::Mobiles | Meaning::UserIds | Meaning::Everybody)),
            (Self::Mention, _) => None,
        }
    }
}
