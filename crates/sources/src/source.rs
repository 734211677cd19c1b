//! What is known of a body besides the body.

use fanfare_core::{Labels, SourceName};
use serde::Deserialize;

/// What the operator says of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSettings {
    /// Its name; becomes the label `source`.
    pub name: SourceName,
    /// Labels of every alert from it. No body can override them, so they can
    /// tell sites and tenants apart. `source` and `severity` are not theirs to
    /// set: the name and the body do.
    pub labels: Labels,
}

/// What the sender wrote into the address, as `?eui=…&name=…&alarm=…&level=…`,
/// for bodies that cannot say it. Fills gaps; never overrides the body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Hints {
    /// The device.
    pub eui: Option<String>,
    /// The device's name for people.
    pub name: Option<String>,
    /// The name of the alarm.
    pub alarm: Option<String>,
    /// How bad it is.
    pub level: Option<String>,
}
