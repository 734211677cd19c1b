//! The part of a webhook's body that is about all of its alerts.

use fanfare_core::{
    AlarmNaming, Alert, Fingerprint, Kind, Labels, Mention, Severity, Status, StatusBasis, cut_to_bytes,
};
use jiff::Timestamp;

use super::fields::scrubbed;
use super::labels::{clean_labels, fix_labels};
use crate::extra::{flatten, shared};
use crate::json::{Json, Object};
use crate::{ReadAlert, SourceSettings};

/// The part of a webhook's body that is about all of its alerts.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    /// The number of alerts that the sender left out.
    pub(super) truncated: u64,
    /// The fields that each alert keeps.
    pub(super) shared: Labels,
    /// The labels that all alerts of the group have.
    common: Labels,
    group: String,
    page: Option<String>,
}

/// Fields that say again what each alert says, or that are of no use behind the webhook.
const REDUNDANT: [&str; 5] = ["version", "status", "commonLabels", "commonAnnotations", "groupLabels"];

/// The length of a shared text at most, in bytes: each alert of a body keeps it.
const MAX_SHARED_BYTES: usize = 512;

impl Envelope {
    /// The envelope in the fields of a body beside its alerts.
    pub(super) fn read(sent: Object) -> Self {
        let mut fields = scrubbed(&sent);
        let truncated = fields.remove("truncatedAlerts");
        let common = match sent.get("commonLabels") {
            Some(Json::Object(labels)) => {
                let texts = labels.iter().filter_map(|(name, value)| Some((name.as_str(), value.text()?)));
                clean_labels(&texts.collect()).iter().map(|(name, text)| (name, short(text))).collect()
            }
            Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) | None => {
                Labels::default()
            }
        };
        REDUNDANT.iter().for_each(|name| drop(fields.remove(*name)));
        let text = |name: &str| fields.get(name).and_then(Json::text).map(short);
        let (group, page) = (text("groupKey").unwrap_or_default(), text("externalURL"));
        Self {
            truncated: truncated.as_ref().and_then(Json::text).and_then(|it| it.parse().ok()).unwrap_or(0),
            common,
            group,
            page: page.filter(|it| it.starts_with("http://") || it.starts_with("https://")),
            shared: shared(&flatten(fields).iter().map(|(name, text)| (name, short(text))).collect()),
        }
    }

    /// The notice of the alerts that the sender left out. They are known to it alone, so whoever is told of the
    /// others must hear that there are more, and where; hence the labels that all of the group have, by which it
    /// takes the same route, and the severity of the worst.
    pub(super) fn truncation_notice(
        &self,
        read: &[ReadAlert],
        source: &SourceSettings,
        now: Timestamp,
    ) -> Option<ReadAlert> {
        let number = Some(self.truncated).filter(|it| *it > 0)?;
        let mut labels = self.common.clone();
        if labels.get("alertname").is_none() {
            labels.set("alertname", "AlertsTruncated");
        }
        let mut identity = labels.clone();
        identity.set("truncated alerts of", format!("the group {}", self.group));
        fix_labels(&mut labels, source);
        let annotations = [
            ("title", format!("{number} more alerts of this group were left out by the sender")),
            ("title_zh", format!("发送方省略了该组的另外 {number} 条告警")),
            (
                "description",
                "Nobody was told of them here: look at the sender's own page, and raise its `max_alerts`."
                    .to_owned(),
            ),
            (
                "description_zh",
                "此处无人收到这些告警：请查看发送方的页面，并调大其 `max_alerts`。".to_owned(),
            ),
        ];
        let alert = Alert {
            source: source.name.clone(),
            fingerprint: Fingerprint::from_labels(&identity),
            kind: Kind::Notice,
            status: Status::Firing,
            status_basis: StatusBasis::Stated,
            naming: AlarmNaming::Labels,
            severity: read.iter().map(|it| it.alert.severity).max().unwrap_or(Severity::Mid),
            severity_sent: None,
            labels,
            annotations: annotations.into_iter().collect(),
            extra: self.shared.clone(),
            mention: Mention::default(),
            starts_at: now,
            ends_at: None,
            generator_url: self.page.clone(),
        };
        let path = "truncatedAlerts".to_owned();
        Some(ReadAlert { alert, path, unread: Vec::new(), unknown_level: None })
    }
}

fn short(text: &str) -> String {
    cut_to_bytes(text, MAX_SHARED_BYTES, "…")
}
