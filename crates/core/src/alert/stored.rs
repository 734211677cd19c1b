//! An alert as JSON, as any version has written it.

use jiff::Timestamp;
use serde::Deserialize;

use super::parts::{AlarmNaming, Kind, Mention, Status};
use crate::{Fingerprint, Labels, Severity, SourceName};

/// An alert as JSON, as any version has written it.
#[derive(Deserialize)]
pub(super) struct StoredAlert {
    /// The source; `None`: earlier versions wrote it as a label, and the severity's word beside it.
    #[serde(default)]
    pub(super) source: Option<SourceName>,
    pub(super) fingerprint: Fingerprint,
    pub(super) kind: Kind,
    pub(super) status: Status,
    #[serde(default)]
    pub(super) naming: AlarmNaming,
    pub(super) severity: Severity,
    #[serde(default)]
    pub(super) severity_sent: Option<String>,
    pub(super) labels: Labels,
    #[serde(default)]
    pub(super) annotations: Labels,
    #[serde(default)]
    pub(super) extra: Labels,
    #[serde(default)]
    pub(super) mention: Mention,
    pub(super) starts_at: Timestamp,
    #[serde(default)]
    pub(super) ends_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) generator_url: Option<String>,
}
