//! Subjects: the alarm and the device that an alert is about.

use fanfare_core::{Kind, Labels, SourceName, Status};

use crate::json::Json;
use crate::{Hints, Unreadable};

use super::body::{Body, DEVICE, EVERYWHERE, TOP, WRAPPED};

/// The subject of an alert: an alarm of a device. It cannot be printed: it may have a credential in its name.
pub(super) struct Subject {
    alarm: Option<String>,
    eui: Option<String>,
    device: Option<String>,
}

impl Subject {
    /// Takes the subject from the body, and its gaps from the hints. `fixed` are the
    /// source's labels, which may name the device too.
    pub(super) fn take(body: &mut Body<'_>, hints: &Hints, fixed: &Labels) -> Result<Self, Unreadable> {
        let fixed = |name| fixed.get(name).map(str::to_owned);
        let alarm = take_alarm_name(body)?;
        let eui = take_eui(body)?;
        let device = take_device_name(body)?;
        Ok(Self {
            alarm: fixed("alertname").or(alarm).or_else(|| hints.alarm.clone()),
            eui: fixed("eui").or(eui).or_else(|| hints.eui.clone()).map(|eui| eui.to_lowercase()),
            device: fixed("device").or(device).or_else(|| hints.name.clone()),
        })
    }

    /// Refuses an alert without enough content to act on: a body without content, and a clear
    /// without its alarm or device.
    pub(super) fn check(
        &self,
        body: &Body<'_>,
        status: Status,
        annotations: &Labels,
        level: Option<&str>,
    ) -> Result<(), Unreadable> {
        let is_empty = self.alarm.is_none() && annotations.is_empty();
        let refuse = |message: &str| Err(body.refuse(message.to_owned()));
        match status {
            Status::Firing if is_empty && level.is_none() => refuse(
                "found nothing to tell, expected at least one of `name`, `alarm_name`, `title`, `desc`, `content`, `level`",
            ),
            Status::Resolved if is_empty => {
                refuse("a clear must say of which alarm: add `name` to the body or `?alarm=` to the address")
            }
            Status::Resolved if self.eui.is_none() && self.device.is_none() => {
                refuse("a clear must say of which device: add `eui` to the body or `?eui=` to the address")
            }
            Status::Firing | Status::Resolved => Ok(()),
        }
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

    /// The labels that carry the alert's identity across repeats: the alarm of the device.
    ///
    /// A device without EUI goes by its name. An alarm without name goes by its
    /// text, without the numbers in it, because they are readings and change
    /// with every uplink. How bad it is never counts: a rise is the same alarm
    /// getting worse.
    pub(super) fn identity(&self, source: &SourceName, kind: Kind, annotations: &Labels) -> Labels {
        let labels = self.labels(kind);
        let mut identity = Labels::default();
        identity.set("source", source.as_str());
        for name in ["alertname", if self.eui.is_some() { "eui" } else { "device" }] {
            identity.set(name, labels.get(name).unwrap_or_default());
        }
        if self.alarm.is_none() {
            let texts: Vec<String> = annotations.iter().map(|(_, text)| without_numbers(text)).collect();
            identity.set("text", texts.join("\n"));
        }
        identity
    }
}

/// Takes the alarm's name. `name` and `id` mean the alarm in one shape and the device in
/// the next.
fn take_alarm_name(body: &mut Body<'_>) -> Result<Option<String>, Unreadable> {
    let has = |name| body.peek(TOP, name).is_some();
    let is_alarm_rpc = ["_eui", "action", "group"].into_iter().any(has);
    let is_alarm = is_alarm_rpc || ["type", "title", "notify"].into_iter().any(has);
    let has_device = has("device");
    let is_envelope = has("jsonrpc");

    if let Some(name) = body.take_text(&EVERYWHERE, &["alarm_name", "alertname"])? {
        return Ok(Some(name));
    }
    if let Some(name) = body.take_text(&WRAPPED, &["id", "name"])? {
        return Ok(Some(name));
    }
    if let Some(name) = take_bare(body, "alarm") {
        return Ok(Some(name));
    }
    let names: &[&str] = match (is_envelope, is_alarm_rpc || has_device, is_alarm) {
        (true, ..) | (false, false, false) => &[],
        (false, true, _) => &["name", "id"],
        (false, false, true) => &["id", "name"],
    };
    body.take_text(&[TOP], names)
}

fn take_eui(body: &mut Body<'_>) -> Result<Option<String>, Unreadable> {
    let mut eui = body.take_text(&EVERYWHERE, &["_eui", "eui"])?;
    if eui.is_none() {
        eui = body.take_text(&[DEVICE], &["eui"])?;
    }
    if eui.is_none() {
        // Last: for a device behind another one it names the other one.
        eui = body.take_text(&EVERYWHERE, &["target"])?;
    }
    if let Some(eui) = &eui {
        // The same EUI under another name adds nothing.
        let form = body.form();
        let again = |found: &Json| form.line(found).filter(|text| text.to_lowercase() == eui.to_lowercase());
        for (part, name) in [(TOP, "eui"), (TOP, "_eui"), (TOP, "target"), (DEVICE, "eui")] {
            body.take_if(part, name, again);
        }
    }
    Ok(eui)
}

fn take_device_name(body: &mut Body<'_>) -> Result<Option<String>, Unreadable> {
    if let Some(name) = body.take_text(&[DEVICE], &["name"])? {
        return Ok(Some(name));
    }
    match take_bare(body, "device") {
        Some(name) => Ok(Some(name)),
        None => body.take_text(&[TOP], &["device_name", "name"]),
    }
}

/// Takes `alarm` or `device` where it is just a name, and not an object.
fn take_bare(body: &mut Body<'_>, name: &str) -> Option<String> {
    let form = body.form();
    body.take_if(TOP, name, |found| match found {
        Json::Text(_) | Json::Number(_) => form.line(found),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    })
}

/// The text without digits, and without the signs, points and commas that belong to them.
fn without_numbers(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut previous = ' ';
    while let Some(c) = rest.next() {
        let before_digit = rest.peek().is_some_and(|next| next.is_numeric());
        let is_sign = before_digit && matches!(c, '+' | '-' | '−');
        let is_point = before_digit && previous.is_numeric() && matches!(c, '.' | ',');
        if !(c.is_numeric() || is_sign || is_point) {
            kept.push(c);
        }
        previous = c;
    }
    kept
}

#[cfg(test)]
mod tests;
