//! The facts about a body that do not stand in it.

use fanfare_core::{Labels, SourceName};
use serde::Deserialize;

/// The settings of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSettings {
    /// The name of the source; matchers know it as `source`.
    pub name: SourceName,
    /// Labels of every alert from it. No body can override them, so they can
    /// tell sites and tenants apart. `source` and `severity` are not theirs to
    /// set: the name and the body do.
    pub labels: Labels,
}

/// The sender's words in the address, as `?eui=…&name=…&alarm=…&level=…`,
/// for bodies that cannot say it. Fills gaps; never overrides the body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Hints {
    /// The EUI of the device.
    pub eui: Option<String>,
    /// The device's name for people.
    pub name: Option<String>,
    /// The name of the alarm.
    pub alarm: Option<String>,
    /// The severity in the sender's word.
    pub level: Option<String>,
}
