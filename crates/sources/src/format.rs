//! Formats: the wire forms in which alerts arrive.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Alert, Kind, Status};
use jiff::Timestamp;
use serde::Deserialize;

use crate::json::Json;
use crate::{
    Hints, InboundMail, Mapping, Reading, SourceSettings, Unreadable, alertmanager, cloud_event, grafana,
    json, mail, plain, privacy, scrub, tkl, tkl_telemetry,
};

/// Every format, by its word in the config. A format is a file and a line here.
const REGISTERED: [Registered; 12] = [
    Registered::code("tkl", tkl::read).refusing(),
    Registered::code("tkl-telemetry", tkl_telemetry::read).refusing(),
    Registered::code("alertmanager", alertmanager::read),
    Registered::code("grafana", grafana::read),
    Registered::code("plain", plain::read).of_text(),
    Registered::mapped("json", MappingOrigin::Config),
    Registered::mapped("zabbix", MappingOrigin::Shipped(include_str!("presets/zabbix.yaml"))),
    Registered::mapped("uptime-kuma", MappingOrigin::Shipped(include_str!("presets/uptime-kuma.yaml"))),
    Registered::mapped("cloudevents", MappingOrigin::Shipped(include_str!("presets/cloudevents.yaml")))
        .of_events(),
    Registered::mapped("thingsboard", MappingOrigin::Shipped(include_str!("presets/thingsboard.yaml"))),
    Registered::mapped("chirpstack", MappingOrigin::Shipped(include_str!("presets/chirpstack.yaml"))),
    Registered::mapped("home-assistant", MappingOrigin::Shipped(include_str!("presets/home-assistant.yaml"))),
];

/// Prepares the reading of bodies of every format, so that the first one waits for nothing.
pub fn warm_up() {
    scrub::warm_up();
    privacy::warm_up();
    tkl::warm_up();
    let source = SourceSettings::new("warm-up");
    let body = br#"{"eui": "0000000000000000", "level": "low", "desc": "a text that is searched", "extra": {"a": 1}}"#;
    for format in FormatKind::all().filter_map(FormatKind::without_mapping) {
        // What is prepared is used once, whatever a format makes of this body.
        drop(format.read(body, &Hints::default(), &source, Timestamp::UNIX_EPOCH));
    }
}

/// The reader of the bodies of a format that is written in code.
type ReadBody = fn(&[u8], &Hints, &SourceSettings, Timestamp) -> Result<Reading, Unreadable>;

/// A format's line in the register.
#[derive(Debug)]
struct Registered {
    word: &'static str,
    way: Way,
    body_type: BodyType,
    unreadable: UnreadableRule,
}

/// The way in which a format's bodies are read.
#[derive(Debug)]
enum Way {
    Code(ReadBody),
    Mapping(MappingOrigin),
}

/// The origin of a format's mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MappingOrigin {
    /// The setting `mapping` of the source.
    Config,
    /// A mapping of ours, in YAML.
    Shipped(&'static str),
}

/// The type of a format's bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyType {
    /// JSON, or fields of a form that stand for it.
    Json,
    /// A text, whatever it looks like.
    Text,
    /// JSON, or the data of an event whose attributes stand beside it, as CloudEvents' binary mode has it.
    Event,
}

/// The fate of a body that its source's format cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnreadableRule {
    /// An alert for people: what the body says may matter, and its sender reads no answer.
    Alert,
    /// A refusal, for senders whose answers somebody reads.
    Refuse,
}

impl Registered {
    const fn code(word: &'static str, read: ReadBody) -> Self {
        Self { word, way: Way::Code(read), body_type: BodyType::Json, unreadable: UnreadableRule::Alert }
    }

    const fn mapped(word: &'static str, origin: MappingOrigin) -> Self {
        Self { word, way: Way::Mapping(origin), body_type: BodyType::Json, unreadable: UnreadableRule::Alert }
    }

    const fn of_text(mut self) -> Self {
        self.body_type = BodyType::Text;
        self
    }

    const fn of_events(mut self) -> Self {
        self.body_type = BodyType::Event;
        self
    }

    const fn refusing(mut self) -> Self {
        self.unreadable = UnreadableRule::Refuse;
        self
    }
}

/// A format by its word, the value of a source's `format:`.
#[derive(Clone, Copy)]
pub struct FormatKind(&'static Registered);

impl FormatKind {
    /// All known formats.
    pub fn all() -> impl Iterator<Item = Self> {
        REGISTER.iter().map(Self)
    }

    /// The word for it in the config.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.0.word
    }

    /// The fate of bodies that it cannot read, unless the source says otherwise.
    #[must_use]
    pub fn unreadable(self) -> UnreadableRule {
        self.0.unreadable
    }

    /// The origin of its mapping; `None`: it needs none.
    #[must_use]
    pub fn mapping(self) -> Option<MappingOrigin> {
        match self.0.way {
            Way::Code(_) => None,
            Way::Mapping(origin) => Some(origin),
        }
    }

    /// The format, ready to read, if it needs no mapping.
    #[must_use]
    pub fn without_mapping(self) -> Option<Format> {
        match self.0.way {
            Way::Code(read) => Some(Format { kind: self, reader: FormatReader::Code(read) }),
            Way::Mapping(_) => None,
        }
    }

    /// The format, ready to read by `mapping`.
    #[must_use]
    pub fn with_mapping(self, mapping: Mapping) -> Format {
        Format { kind: self, reader: FormatReader::Mapping(Arc::new(mapping)) }
    }
}

/// The register at a fixed address.
static REGISTER: [Registered; REGISTERED.len()] = REGISTERED;

impl fmt::Debug for FormatKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for FormatKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl PartialEq for FormatKind {
    fn eq(&self, other: &Self) -> bool {
        self.word() == other.word()
    }
}

impl Eq for FormatKind {}

/// The error of parsing a [`FormatKind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a format: expected one of {known}", known = known_words())]
pub struct UnknownFormat(String);

fn known_words() -> String {
    FormatKind::all().map(FormatKind::word).collect::<Vec<_>>().join(", ")
}

impl FromStr for FormatKind {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::all().find(|format| format.word() == text).ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

/// A wire form in which alerts arrive, ready to read.
#[derive(Debug, Clone)]
pub struct Format {
    kind: FormatKind,
    reader: FormatReader,
}

#[derive(Debug, Clone)]
enum FormatReader {
    Code(ReadBody),
    Mapping(Arc<Mapping>),
}

/// Two formats are the same if they read alike for certain: mappings are not compared part by part.
impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        let is_same_reader = match (&self.reader, &other.reader) {
            (FormatReader::Code(_), FormatReader::Code(_)) => true,
            (FormatReader::Mapping(mine), FormatReader::Mapping(theirs)) => Arc::ptr_eq(mine, theirs),
            (FormatReader::Code(_), FormatReader::Mapping(_))
            | (FormatReader::Mapping(_), FormatReader::Code(_)) => false,
        };
        self.kind == other.kind && is_same_reader
    }
}

impl Eq for Format {}

impl Format {
    /// ThinkLink's format, in which `fanfare send` writes.
    #[must_use]
    pub fn tkl() -> Self {
        let [tkl, ..] = &REGISTER;
        Self { kind: FormatKind(tkl), reader: FormatReader::Code(tkl::read) }
    }

    /// The word for it in the config.
    #[must_use]
    pub fn kind(&self) -> FormatKind {
        self.kind
    }

    /// Tells whether the last part of a broker's topic may be the EUI that a body is about.
    #[must_use]
    pub fn is_of_thinklink(&self) -> bool {
        matches!(self.kind.word(), "tkl" | "tkl-telemetry")
    }

    /// The type of its bodies.
    #[must_use]
    pub fn body_type(&self) -> BodyType {
        self.kind.0.body_type
    }

    /// Reads `body`, which arrived at `now`. `hints` fill its gaps;
    /// `source` has the operator's settings of the sender.
    ///
    /// Of a body of several entries, one that cannot be read costs only itself and is named in
    /// [`Reading::refused`]: the others may be urgent.
    ///
    /// # Errors
    ///
    /// If the body, or all of its entries, cannot be read, with the path of the fault. The value there is never quoted.
    pub fn read(
        &self,
        body: &[u8],
        hints: &Hints,
        source: &SourceSettings,
        now: Timestamp,
    ) -> Result<Reading, Unreadable> {
        let reading = match &self.reader {
            FormatReader::Code(read) => read(body, hints, source, now),
            FormatReader::Mapping(mapping) => mapping.read(&self.parse(body)?, source, now),
        }?;
        Ok(with_rules_of(source, reading, now))
    }

    /// The body as its mapping sees it.
    fn parse(&self, body: &[u8]) -> Result<Json, Unreadable> {
        let body = Json::parse(body)?;
        Ok(match self.body_type() {
            BodyType::Event => cloud_event::with_readable_data(body),
            BodyType::Json | BodyType::Text => body,
        })
    }

    /// Reads a mail, which arrived at `now`: by this format if its text is JSON that the format is made for, otherwise
    /// as a subject and a text for people.
    ///
    /// # Errors
    ///
    /// If it cannot be read, with the path of the fault.
    pub fn read_mail(
        &self,
        mail: &InboundMail,
        source: &SourceSettings,
        now: Timestamp,
    ) -> Result<Reading, Unreadable> {
        let text = mail.text.trim();
        match self.body_type() {
            BodyType::Json | BodyType::Event if json::is_composite(text) => {
                self.read(text.as_bytes(), &Hints::default(), source, now)
            }
            BodyType::Json | BodyType::Event | BodyType::Text => {
                Ok(with_rules_of(source, mail::read(mail, source, now)?, now))
            }
        }
    }
}

/// The reading, with what the settings of `source` say of every alert.
fn with_rules_of(source: &SourceSettings, mut reading: Reading, now: Timestamp) -> Reading {
    if let Some(resolve_after) = source.resolve_after {
        reading.alerts.iter_mut().for_each(|it| end_by_itself(&mut it.alert, resolve_after, now));
    }
    if source.redact {
        reading.alerts.iter_mut().for_each(|it| privacy::redact(&mut it.alert));
    }
    reading
}

/// Gives an alarm that says no end of its own one, `resolve_after` from `now`.
fn end_by_itself(alert: &mut Alert, resolve_after: Duration, now: Timestamp) {
    match (alert.kind, alert.status) {
        (Kind::Alarm, Status::Firing) => {
            alert.ends_at = alert.ends_at.or(now.checked_add(resolve_after).ok())
        }
        (Kind::Alarm, Status::Resolved) | (Kind::Notice, _) => {}
    }
}

#[cfg(test)]
mod tests;
