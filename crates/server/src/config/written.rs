//! The config as people write it. What each setting means stands in
//! `config/fanfare.yaml`, which a test keeps complete.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use fanfare_core::{HumanDuration, Language, Sending, Unless};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::choices::{Enough, Limit, WrittenAuth, WrittenBudget, WrittenQuota};
use super::values::{
    ByteSize, Day, FormatText, Listen, MatcherList, Page, Positive, StorePath, TimeOfDay, Zone,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    #[serde(default)]
    pub(crate) server: WrittenServer,
    pub(crate) store: Option<StorePath>,
    #[serde(default)]
    pub(crate) messages: WrittenMessages,
    pub(crate) retry: Option<WrittenRetry>,
    pub(crate) retention: Option<Positive>,
    pub(crate) sources: Vec<WrittenSource>,
    /// Each is read by its own kind.
    pub(crate) channels: BTreeMap<String, IgnoredAny>,
    pub(crate) receivers: Vec<WrittenReceiver>,
    pub(crate) route: WrittenRoute,
    #[serde(default)]
    pub(crate) inhibit_rules: Vec<IgnoredAny>,
    #[serde(default)]
    pub(crate) time_intervals: Vec<IgnoredAny>,
    /// Looked at before anything else is read.
    #[serde(rename = "allow_inline_secrets", default)]
    pub(crate) _allow_inline_secrets: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenServer {
    pub(crate) listen: Option<Listen>,
    pub(crate) external_url: Option<Page>,
    pub(crate) auth: Option<WrittenAuth>,
    #[serde(default)]
    pub(crate) reload_on_change: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenMessages {
    pub(crate) language: Option<Language>,
    pub(crate) timezone: Option<Zone>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenRetry {
    pub(crate) first_delay: Option<Positive>,
    pub(crate) max_delay: Option<Positive>,
    pub(crate) probe_delay: Option<Positive>,
    pub(crate) give_up_after: Option<Positive>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenSource {
    pub(crate) name: String,
    pub(crate) format: FormatText,
    pub(crate) auth: WrittenAuth,
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) max_body: Option<ByteSize>,
    pub(crate) expect_every: Option<Positive>,
}

/// What every channel may set besides its kind's own settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenChannel {
    pub(crate) kind: String,
    pub(crate) budget: Option<Limit<WrittenBudget>>,
    pub(crate) quota: Option<Limit<WrittenQuota>>,
    pub(crate) timeout: Option<Positive>,
    pub(crate) concurrency: Option<NonZeroUsize>,
    pub(crate) language: Option<Language>,
    pub(crate) timezone: Option<Zone>,
    pub(crate) rotated_at: Option<Day>,
    pub(crate) drill: Option<WrittenDrill>,
}

/// When a channel proves itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenDrill {
    pub(crate) every: Positive,
    pub(crate) at: TimeOfDay,
}

impl WrittenChannel {
    /// The settings above.
    pub(crate) const SETTINGS: &'static [&'static str] =
        &["kind", "budget", "quota", "timeout", "concurrency", "language", "timezone", "rotated_at", "drill"];
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenReceiver {
    pub(crate) name: String,
    pub(crate) channels: Vec<String>,
    #[serde(default)]
    pub(crate) send: Sending,
    #[serde(default)]
    pub(crate) contract: WrittenContract,
    #[serde(default)]
    pub(crate) escalate: Vec<WrittenRung>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenContract {
    pub(crate) succeed: Option<Enough>,
    pub(crate) within: Option<Positive>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenRung {
    pub(crate) after: Positive,
    pub(crate) unless: Unless,
    pub(crate) to: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenRoute {
    pub(crate) receiver: Option<String>,
    #[serde(default)]
    pub(crate) matchers: Vec<MatcherList>,
    #[serde(default)]
    pub(crate) r#continue: bool,
    pub(crate) group_by: Option<Vec<String>>,
    pub(crate) group_wait: Option<HumanDuration>,
    pub(crate) group_interval: Option<HumanDuration>,
    pub(crate) repeat_interval: Option<Positive>,
    #[serde(default)]
    pub(crate) mute_time_intervals: Vec<IgnoredAny>,
    #[serde(default)]
    pub(crate) active_time_intervals: Vec<IgnoredAny>,
    #[serde(default)]
    pub(crate) routes: Vec<WrittenRoute>,
}
