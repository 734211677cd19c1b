//! ThinkLink's telemetry: no alerts, but a sign of life of each device that it is about.
//!
//! ThinkLink publishes it under `/v32/TENANT/tkl/up/telemetry/EUI` with each uplink that it understood.

use fanfare_core::HeartbeatName;
use jiff::Timestamp;

use crate::json::{Json, Object};
use crate::tkl::eui_form;
use crate::{BodyFault, Hints, NothingToDo, Reading, SourceSettings, Unreadable};

/// Reads telemetry of one device, or a list of it. A body without an EUI is about the device in its address.
pub(crate) fn read(
    body: &[u8],
    hints: &Hints,
    _: &SourceSettings,
    _: Timestamp,
) -> Result<Reading, Unreadable> {
    let mut reading = Reading::default();
    match Json::parse(body)? {
        Json::List(items) if items.is_empty() => {
            let nothing = NothingToDo { path: "$".to_owned(), reason: "the list of devices is empty" };
            reading.nothing_to_do.push(nothing);
        }
        Json::List(items) => {
            for (index, item) in items.iter().enumerate() {
                match heartbeat(item, None, &format!("[{index}]")) {
                    Ok(name) => reading.heartbeats.push(name),
                    Err(fault) => reading.refused.push(fault),
                }
            }
        }
        item @ (Json::Object(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_)) => {
            reading.heartbeats.push(heartbeat(&item, hints.eui.as_deref(), "$")?);
        }
    }
    reading.unless_all_refused()
}

/// The heartbeat of the device that `item` is about: its name is the EUI.
fn heartbeat(item: &Json, hint: Option<&str>, place: &str) -> Result<HeartbeatName, Unreadable> {
    let fault =
        |message: String| Unreadable { fault: BodyFault::NotAnAlert, path: place.to_owned(), message };
    let fields = match item {
        Json::Object(fields) => fields,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
            return Err(fault(format!(
                "found {}, expected the telemetry of a device: an object",
                item.kind()
            )));
        }
    };
    let eui = eui_in(fields).or(hint).ok_or_else(|| fault("found no `eui`".to_owned()))?;
    eui_form(eui).parse().map_err(|_| fault("found no name of a device in `eui`".to_owned()))
}

/// The EUI of telemetry, or of the device in it.
fn eui_in(fields: &Object) -> Option<&str> {
    let device = match fields.get("device") {
        Some(Json::Object(device)) => device.get("eui"),
        Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) | None => None,
    };
    fields.get("eui").or(device).and_then(Json::text)
}

#[cfg(test)]
mod tests;
