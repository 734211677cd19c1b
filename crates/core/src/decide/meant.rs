//! The open alarm that an end means, where it fits none of its own.

use super::state::OpenIncident;
use crate::{AlarmNaming, Alert, AlertId};

/// The open alarm that an end means.
#[derive(Debug)]
pub(super) enum Meant<'a> {
    /// The only alarm that fits.
    One(&'a OpenIncident),
    /// No alarm that is open.
    Nothing,
    /// One of these, and it cannot be told which.
    Several(Vec<AlertId>),
}

/// The alarm that `end` means among the open ones of its device, none of which is its own.
///
/// An alarm whose name or text the end has is meant before any other. An end without a name means the only alarm of
/// its device whatever its text: senders write what holds now, and not what has ended. Without a device it says too
/// little for that.
pub(super) fn meant<'a>(end: &Alert, open: &'a [OpenIncident]) -> Meant<'a> {
    let Some(device) = end.device_key() else { return Meant::Nothing };
    let fitting: Vec<_> =
        open.iter().filter(|it| it.last_alert.as_ref().is_some_and(|it| fits(end, it))).collect();
    let candidates = match (end.naming, fitting.is_empty()) {
        (AlarmNaming::Text, true) if device.has_device() => open.iter().collect(),
        (AlarmNaming::Labels | AlarmNaming::Name | AlarmNaming::Text, _) => fitting,
    };
    match candidates.as_slice() {
        [] => Meant::Nothing,
        [one] if open.len() <= OpenIncident::MOST_OF_DEVICE => Meant::One(one),
        several => Meant::Several(several.iter().map(|it| it.incident.id).collect()),
    }
}

/// Tells whether `alarm` goes by what `end` says of it.
///
/// Where both have a name only the end's name counts: two alarms of a device may well share a text.
fn fits(end: &Alert, alarm: &Alert) -> bool {
    let (said, known) = (name(end), name(alarm));
    let said_texts = texts(end).filter(|_| said.is_none() || known.is_none());
    let known: Vec<String> = known.into_iter().chain(texts(alarm)).map(folded).collect();
    said.into_iter().chain(said_texts).any(|it| known.contains(&folded(it)))
}

fn name(alert: &Alert) -> Option<&str> {
    match alert.naming {
        AlarmNaming::Text => None,
        AlarmNaming::Name | AlarmNaming::Labels => alert.labels.get("alertname"),
    }
}

fn texts(alert: &Alert) -> impl Iterator<Item = &str> {
    ["title", "description", "content"].into_iter().filter_map(|it| alert.annotations.get(it))
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}
