//! The key of a device.

use crate::{Labels, SourceName};

/// The key of a device: the source, and the device as its alarms name it.
///
/// A device goes by its EUI, and by its name where it has none. An alarm of the site has no device: the key of all of
/// them has an empty one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceKey {
    /// The source that reports the device.
    pub source: SourceName,
    /// The EUI in the form in which all ways of writing it are equal, or the name.
    pub device: String,
}

impl DeviceKey {
    /// The key of the device that `labels` name.
    #[must_use]
    pub fn new(source: SourceName, labels: &Labels) -> Self {
        let device = match labels.get("eui") {
            Some(eui) => eui_form(eui),
            None => labels.get("device").unwrap_or_default().to_owned(),
        };
        Self { source, device }
    }

    /// Tells whether there is a device at all.
    #[must_use]
    pub fn has_device(&self) -> bool {
        !self.device.is_empty()
    }
}

/// The digits of the shortest address that goes for an EUI: LoRaWAN's DevAddr has so many.
const SHORTEST_EUI: usize = 8;

/// The EUI `text` in the form in which all ways of writing it are equal: in lower case, without the signs between its
/// digits. What has other letters in it, or too few digits, is a name and keeps its signs.
pub(crate) fn eui_form(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let digits: String = lower.chars().filter(|c| !is_eui_separator(*c)).collect();
    let is_eui = digits.len() >= SHORTEST_EUI && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_eui { digits } else { lower }
}

/// The signs that people and systems put between the digits of an EUI.
pub(crate) fn is_eui_separator(c: char) -> bool {
    matches!(c, ':' | '-' | '.' | ' ')
}

#[cfg(test)]
mod tests;
