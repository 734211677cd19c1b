//! An alert as JSON, as any version has written it.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Alert, Kind, Mention, SEVERITY, SOURCE, Status};
use crate::{Fingerprint, Labels, Severity, SourceName};

/// An alert as JSON, as any version has written it.
#[derive(Deserialize)]
pub(super) struct StoredAlert {
    /// The source; `None`: earlier versions wrote it as a label, and the severity's word beside it.
    #[serde(default)]
    source: Option<SourceName>,
    fingerprint: Fingerprint,
    kind: Kind,
    status: Status,
    severity: Severity,
    #[serde(default)]
    severity_sent: Option<String>,
    labels: Labels,
    #[serde(default)]
    annotations: Labels,
    #[serde(default)]
    extra: Labels,
    #[serde(default)]
    mention: Mention,
    starts_at: Timestamp,
    #[serde(default)]
    ends_at: Option<Timestamp>,
    #[serde(default)]
    generator_url: Option<String>,
}

impl From<StoredAlert> for Alert {
    fn from(stored: StoredAlert) -> Self {
        let StoredAlert {
            source,
            fingerprint,
            kind,
            status,
            severity,
            severity_sent,
            mut labels,
            annotations,
            extra,
            mention,
            starts_at,
            ends_at,
            generator_url,
        } = stored;
        let source = source.unwrap_or_else(|| {
            labels.take(SEVERITY);
            labels.take(SOURCE).unwrap_or_default().as_str().into()
        });
        Self {
            source,
            fingerprint,
            kind,
            status,
            severity,
            severity_sent,
            labels,
            annotations,
            extra,
            mention,
            starts_at,
            ends_at,
            generator_url,
        }
    }
}
