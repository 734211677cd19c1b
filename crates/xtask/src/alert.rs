//! The alerts that a measurement sends, and how they are known again.

use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use serde_json::{Value, json};

#[cfg(test)]
mod tests;

/// The number of an alert within one run. Shown as the EUI of the device that
/// reports it, which every message about the alert quotes in its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(pub u32);

/// First digits of every EUI that a measurement sends.
const MARK: &[u8] = b"face";

/// An EUI has sixteen hex digits; ours are the mark and a decimal number.
const DIGITS: usize = 12;

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "face{:012}", self.0)
    }
}

/// The alerts that a message speaks of, in the order of its words; one that is
/// named twice comes twice.
pub(crate) fn serials(message: &[u8]) -> impl Iterator<Item = Serial> {
    message.windows(MARK.len() + DIGITS).filter_map(|window| {
        let digits = window.strip_prefix(MARK)?;
        std::str::from_utf8(digits).ok()?.parse().ok().map(Serial)
    })
}

/// An alarm as a ThinkLink script posts it.
pub(crate) fn tkl(serial: Serial) -> Value {
    json!({
        "device": { "eui": serial.to_string(), "name": format!("Cold room {}", serial.0) },
        "name": "over_temp",
        "action": "new",
        "level": "urgent",
        "title": format!("{serial} is too warm"),
        "desc": "Current -9.4 °C, limit -18 °C",
    })
}

/// The same alarm as a rule evaluator posts it to Alertmanager.
pub(crate) fn prometheus(serial: Serial) -> Value {
    json!({
        "labels": {
            "alertname": "over_temp",
            "eui": serial.to_string(),
            "device": format!("Cold room {}", serial.0),
            "severity": "urgent",
            "source": "thinklink",
        },
        "annotations": {
            "title": format!("{serial} is too warm"),
            "description": "Current -9.4 °C, limit -18 °C",
        },
    })
}

/// One request body for each batch of `size` alerts.
pub(crate) fn batches(serials: Range<u32>, size: u32, form: fn(Serial) -> Value) -> Vec<Bytes> {
    let starts = serials.clone().step_by(size.max(1) as usize);
    starts
        .map(|start| {
            let batch = start..serials.end.min(start.saturating_add(size));
            Bytes::from(Value::Array(batch.map(|number| form(Serial(number))).collect()).to_string())
        })
        .collect()
}

/// One request body for each alert, without an array around it.
pub(crate) fn singles(serials: Range<u32>, form: fn(Serial) -> Value) -> Vec<Bytes> {
    serials.map(|number| Bytes::from(form(Serial(number)).to_string())).collect()
}
