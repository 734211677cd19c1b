//! Subjects: the alarm and the device that an alert is about.

use std::borrow::Cow;

use fanfare_core::{AlarmNaming, Kind, Labels, SourceName, name_without_readings};

use crate::json::Json;
use crate::{Hints, Unreadable};

use super::body::{Body, Field};
use super::leftovers::{Comparison, identifying, identifying_fields};
use super::names::{Meaning, is_alarm_code, is_alarm_type, plain};
use super::parts::{Part, PartKind};

/// The subject of an alert: an alarm of a device. It cannot be printed: it may have a credential in its name.
pub(super) struct Subject {
    alarm: Option<String>,
    /// The alarm's name only says of which type it is: a device may have several such alarms at once.
    naming: SubjectNaming,
    eui: Option<String>,
    device: Option<String>,
    number: DeviceNumber,
}

/// The precision of an alarm's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SubjectNaming {
    /// Of this alarm.
    Own,
    /// Of a type of alarms, e.g. `equipment`.
    Type,
}

/// The number by which a device is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DeviceNumber {
    /// An EUI, which no two devices share.
    Eui,
    /// Another number, which may be that of a gateway or of a model.
    Other,
}

/// The owner of the `name` and `id` that stand at the top: they mean the alarm in one shape and the device in the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TopNames {
    Alarm(&'static [&'static str]),
    /// `name` is the device's.
    Device,
}

impl TopNames {
    /// Judges by the fields beside them, before any is taken.
    pub(super) fn in_body(body: &Body<'_>) -> Self {
        let has = |name: &&str| body.has(name);
        let is_alarm_rpc = ["_eui", "action", "group"].iter().any(has);
        let is_alarm = is_alarm_rpc || ["type", "title", "notify"].iter().any(has);
        match (body.has("jsonrpc"), is_alarm_rpc || body.has("device"), is_alarm) {
            (true, ..) | (false, false, false) => Self::Device,
            (false, true, _) => Self::Alarm(&["name", "id"]),
            (false, false, true) => Self::Alarm(&["id", "name"]),
        }
    }
}

impl Subject {
    /// Takes the subject from the body, and its gaps from the hints. `fixed` are the
    /// source's labels, which may name the device too.
    pub(super) fn take(
        body: &mut Body<'_>,
        names: TopNames,
        hints: &Hints,
        fixed: &Labels,
    ) -> Result<Self, Unreadable> {
        let fixed = |name| fixed.get(name).map(str::to_owned);
        let own = fixed("alertname");
        let (alarm, naming) = match take_alarm_name(body, names)? {
            Some((alarm, naming)) if own.is_none() => (Some(alarm), naming),
            Some(_) | None => (None, SubjectNaming::Own),
        };
        let (eui, number) = take_eui(body)?;
        let number = if fixed("eui").is_some() || eui.is_none() { DeviceNumber::Eui } else { number };
        let device = take_device_name(body)?;
        Ok(Self {
            alarm: own.or(alarm).or_else(|| hints.alarm.clone()),
            naming,
            number,
            eui: fixed("eui").or(eui).or_else(|| hints.eui.clone()).map(|eui| eui_form(&eui)),
            device: fixed("device").or(device).or_else(|| hints.name.clone()),
        })
    }

    /// Tells whether the alarm has a name.
    pub(super) fn has_alarm(&self) -> bool {
        self.alarm.is_some()
    }

    /// The name of the alarm, if it has one.
    pub(super) fn alarm(&self) -> Option<&str> {
        self.alarm.as_deref()
    }

    /// Tells whether the device is known.
    pub(super) fn has_device(&self) -> bool {
        self.eui.is_some() || self.device.is_some()
    }

    /// The way in which the sender names the alarm: it gave a name, or it did not.
    pub(super) fn naming(&self) -> AlarmNaming {
        if self.alarm.is_some() { AlarmNaming::Name } else { AlarmNaming::Text }
    }

    pub(super) fn labels(&self, kind: Kind) -> Labels {
        let unnamed = match kind {
            Kind::Alarm => "Device Alert",
            Kind::Notice => "Notice",
        };
        let mut labels = Labels::default();
        labels.set("alertname", self.alarm.as_deref().unwrap_or(unnamed));
        labels.set("eui", self.eui.as_deref().unwrap_or_default());
        labels.set("device", self.device.as_deref().unwrap_or_default());
        labels
    }

    /// The labels that carry the alert's identity across repeats.
    ///
    /// An alarm of a device, both known, is the same whatever its text says. If only one of them is known, the text
    /// counts, and whatever else the body says, but for the readings in them, which change with every uplink. If
    /// neither is known, only the same words are the same alarm. How bad it is never counts: a rise is the same alarm
    /// getting worse. A device without EUI goes by its number and name. The type of an alarm is half a name: the text
    /// counts, too. Two places of one device, and two codes of one name, are two alarms.
    pub(super) fn identity(
        &self,
        source: &SourceName,
        kind: Kind,
        texts: &Labels,
        state: &str,
        body: &Body<'_>,
    ) -> Labels {
        let labels = self.labels(kind);
        let mut identity = Labels::default();
        identity.set("source", source.as_str());
        identity.set("alertname", comparable_name(labels.get("alertname").unwrap_or_default()));
        let is_by_eui = self.is_by_eui();
        identity.set("eui", labels.get("eui").unwrap_or_default());
        if !is_by_eui {
            identity.set("device", labels.get("device").unwrap_or_default());
        }
        let comparison = match (self.has_alarm(), self.has_device()) {
            (true, true) => {
                identity.set("further", self.further(body));
                if self.naming == SubjectNaming::Type {
                    let readingless = |(_, text)| Comparison::WithoutReadings.text(text);
                    identity.set("text", texts.iter().map(readingless).collect::<Vec<_>>().join("\n"));
                }
                return identity;
            }
            (true, false) | (false, true) => Comparison::WithoutReadings,
            (false, false) => Comparison::Exact,
        };
        let texts: Vec<Cow<'_, str>> = texts.iter().map(|(_, text)| comparison.text(text)).collect();
        identity.set("text", texts.join("\n"));
        let rest = identifying(body.rest(), comparison);
        if !self.has_alarm() && texts.is_empty() && rest.is_empty() {
            identity.set("state", state);
        }
        identity.set("rest", rest);
        identity
    }

    /// Tells whether the device is known by an EUI.
    fn is_by_eui(&self) -> bool {
        self.eui.is_some() && self.number == DeviceNumber::Eui
    }

    /// The facts that tell apart two alarms of one name and device: codes, places that are not the device's own, and its
    /// further numbers and names, if it has no EUI.
    fn further(&self, body: &Body<'_>) -> String {
        let is_further = |field: &Field| field.kind != PartKind::Device;
        let mut fields: Vec<Field> = body.fields(Meaning::Place).into_iter().filter(is_further).collect();
        fields
            .extend(body.fields(Meaning::AlarmName).into_iter().filter(|it| is_alarm_code(&plain_name(it))));
        if !self.is_by_eui() {
            fields
                .extend([Meaning::DeviceId, Meaning::DeviceName].into_iter().flat_map(|it| body.fields(it)));
        }
        let said = fields.iter().filter_map(|it| Some((it.path.last()?.as_str(), body.peek(&it.path)?)));
        identifying_fields(said, Comparison::WithoutReadings)
    }
}

/// The name of an alarm without the reading that some senders put into it.
fn comparable_name(name: &str) -> String {
    let without = name_without_readings(name);
    if without.trim().is_empty() { name.to_owned() } else { without }
}

/// Takes the alarm's name: under its documented names, in an object of the alarm's own, under its usual names, and
/// at the top.
fn take_alarm_name(
    body: &mut Body<'_>,
    names: TopNames,
) -> Result<Option<(String, SubjectNaming)>, Unreadable> {
    let own = |name: String| (name, SubjectNaming::Own);
    let (documented, usual): (Vec<Field>, Vec<Field>) =
        body.fields(Meaning::AlarmName).into_iter().partition(Field::is_documented);
    for field in documented {
        if let Some(name) = body.take_line_of(&field)? {
            return Ok(Some(own(name)));
        }
    }
    for (kind, names) in [(PartKind::Alarm, &["id", "name"][..]), (PartKind::Event, &["name"])] {
        if let Some(name) = body.take_line_under(&parts_of(body, kind), names)? {
            return Ok(Some(own(name)));
        }
    }
    for field in usual {
        let naming =
            if is_alarm_type(&plain_name(&field)) { SubjectNaming::Type } else { SubjectNaming::Own };
        if let Some(name) = take_name(body, &field) {
            return Ok(Some((name, naming)));
        }
    }
    match names {
        TopNames::Alarm(names) => Ok(body.take_line_under(&parts_of(body, PartKind::Top), names)?.map(own)),
        TopNames::Device => Ok(None),
    }
}

fn take_eui(body: &mut Body<'_>) -> Result<(Option<String>, DeviceNumber), Unreadable> {
    let mut number = DeviceNumber::Eui;
    let mut eui = body.take_line(Meaning::Eui)?;
    if eui.is_none() {
        let ids = body.fields(Meaning::DeviceId);
        eui = ids.iter().find_map(|field| take_name(body, field));
        // Twelve digits are those of a MAC address, which is most often a gateway's.
        if eui.as_deref().is_some_and(|it| eui_form(it).len() != EUI_DIGITS || !is_eui(&eui_form(it))) {
            number = DeviceNumber::Other;
        }
    }
    if eui.is_none() {
        eui = body.take_line(Meaning::Target)?;
    }
    if let Some(eui) = &eui {
        // The same EUI under another name adds nothing.
        let (form, eui) = (body.form(), eui_form(eui));
        for meaning in [Meaning::Eui, Meaning::DeviceId, Meaning::Target] {
            body.take_all(meaning, |found| form.line(found).filter(|text| eui_form(text) == eui));
        }
    }
    Ok((eui, number))
}

/// The digits of an EUI-64.
const EUI_DIGITS: usize = 16;

fn take_device_name(body: &mut Body<'_>) -> Result<Option<String>, Unreadable> {
    let (own, beside): (Vec<Field>, Vec<Field>) =
        body.fields(Meaning::DeviceName).into_iter().partition(|field| field.kind == PartKind::Device);
    for field in own.into_iter().chain(beside) {
        let name = if field.is_documented() { body.take_line_of(&field)? } else { take_name(body, &field) };
        if name.is_some() {
            return Ok(name);
        }
    }
    let places = [parts_of(body, PartKind::Top), parts_of(body, PartKind::Envelope)].concat();
    body.take_line_under(&places, &["name"])
}

/// The field's own name, normalised.
fn plain_name(field: &Field) -> String {
    field.path.last().map(|name| plain(name)).unwrap_or_default()
}

fn parts_of(body: &Body<'_>, kind: PartKind) -> Vec<Part> {
    body.parts().iter().filter(|part| part.kind == kind).cloned().collect()
}

/// Takes a field where it is just a name, and not an object or a flag.
fn take_name(body: &mut Body<'_>, field: &Field) -> Option<String> {
    let form = body.form();
    body.take_if(field, |found| match found {
        Json::Text(_) | Json::Number(_) => form.line(found),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    })
}

/// The EUI as it is compared: without case and, if it is one of 48 or 64 bits, without what people put between its
/// digits. Another number of a device only loses its case.
pub(crate) fn eui_form(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let digits: String =
        lower.chars().filter(|c| !(matches!(c, ':' | '-' | '.') || c.is_whitespace())).collect();
    if is_eui(&digits) { digits } else { lower }
}

/// Tells whether the text, without marks, is an EUI of 48 or 64 bits.
fn is_eui(digits: &str) -> bool {
    matches!(digits.len(), 12 | EUI_DIGITS) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
