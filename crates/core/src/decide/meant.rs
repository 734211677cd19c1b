//! The open alarm that an end means, where it fits none of its own.

use super::likeness::{Likeness, likeness};
use super::state::OpenIncident;
use crate::{AlarmNaming, Alert, AlertId};

/// The open alarm that an end means.
#[derive(Debug)]
pub(super) enum Meant<'a> {
    /// The only alarm that fits.
    One(&'a OpenIncident),
    /// No alarm that is open.
    Nothing,
    /// One of these, and it cannot be told which; or perhaps this one.
    Several(Vec<AlertId>),
}

/// The alarm that `end` means among the open ones of its device, none of which is its own.
///
/// An alarm whose name or text the end has is meant before any other, and then one whose number it has. An end that
/// names nothing else means the only alarm of its device: senders write what holds now, and not what has ended. Without
/// a device it says too little for that. An alarm that the end may name otherwise is never ended: it is named, for a
/// person to tell.
pub(super) fn meant<'a>(end: &Alert, open: &'a [OpenIncident]) -> Meant<'a> {
    let Some(device) = end.device_key() else { return Meant::Nothing };
    let least = match end.naming {
        AlarmNaming::Text if !device.has_device() => Likeness::Named,
        AlarmNaming::Labels | AlarmNaming::Name | AlarmNaming::Text => Likeness::Doubtful,
    };
    let alike: Vec<(Likeness, &OpenIncident)> = open
        .iter()
        .map(|it| (it.last_alert.as_ref().map_or(Likeness::Doubtful, |alarm| likeness(end, alarm)), it))
        .filter(|(likeness, _)| *likeness >= least)
        .collect();
    let Some(best) = alike.iter().map(|(likeness, _)| *likeness).max() else { return Meant::Nothing };
    let candidates: Vec<&OpenIncident> = match best {
        Likeness::Named | Likeness::SameThing => {
            alike.iter().filter(|(likeness, _)| *likeness == best).map(|(_, it)| *it).collect()
        }
        Likeness::Unnamed | Likeness::Doubtful | Likeness::Other => alike.iter().map(|(_, it)| *it).collect(),
    };
    match candidates.as_slice() {
        [one] if best > Likeness::Doubtful && open.len() <= OpenIncident::MOST_OF_DEVICE => Meant::One(one),
        several => Meant::Several(several.iter().map(|it| it.incident.id).collect()),
    }
}
