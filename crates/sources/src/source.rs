//! Facts about a body that are not in it: the source's settings, and the hints of the address.

use fanfare_core::{Labels, SourceName};
use serde::Deserialize;

/// The settings of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSettings {
    /// The name of the source; matchers know it as `source`.
    pub name: SourceName,
    /// Labels of every alert from it. No body can override them, so they can
    /// distinguish sites and tenants. They cannot set `source` and
    /// `severity`: the name and the body do.
    pub labels: Labels,
}

/// Facts in the request's address, as `?eui=…&name=…&alarm=…&level=…`, for senders
/// that cannot change the body. They fill gaps and never override the body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Hints {
    /// The EUI of the device.
    pub eui: Option<String>,
    /// The name of the device.
    pub name: Option<String>,
    /// The name of the alarm.
    pub alarm: Option<String>,
    /// The severity in the sender's own word.
    pub level: Option<String>,
}
