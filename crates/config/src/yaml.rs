//! The config as people write it. The meaning of each setting stands in
//! `config/fanfare.yaml`, which a test keeps complete.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use fanfare_core::{HumanDuration, Language, Locale, Secret, Sending, Unless};
use fanfare_sources::{Mapping, UnreadableRule};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::keyword_or_map::{AuthYaml, BudgetWindows, Limit, QuotaYaml, SourceAuthYaml, SucceedYaml};
use crate::scalars::{
    BrokerUrl, ByteSize, Day, FormatText, HttpUrl, Listen, MailboxText, MatcherList, NamePatternText,
    Network, PageOrigin, PositiveDuration, SeverityWord, StorePath, TimeOfDay, Zone,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigYaml {
    #[serde(default)]
    pub(crate) server: ServerYaml,
    pub(crate) store: Option<StorePath>,
    #[serde(default)]
    pub(crate) messages: MessagesYaml,
    pub(crate) retry: Option<RetryYaml>,
    pub(crate) retention: Option<PositiveDuration>,
    pub(crate) sources: Vec<SourceYaml>,
    #[serde(default)]
    pub(crate) pings: Vec<PingYaml>,
    /// The channels: each is read by its own kind.
    pub(crate) channels: BTreeMap<String, IgnoredAny>,
    pub(crate) receivers: Vec<ReceiverYaml>,
    pub(crate) route: RouteYaml,
    #[serde(default)]
    pub(crate) inhibit_rules: Vec<IgnoredAny>,
    #[serde(default)]
    pub(crate) time_intervals: Vec<IgnoredAny>,
    /// The rule for secrets, looked at before anything else is read.
    #[serde(rename = "allow_inline_secrets", default)]
    pub(crate) _allow_inline_secrets: bool,
}

/// TLS on the listener of the HTTP server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListenerTlsYaml {
    pub(crate) cert_file: PathBuf,
    pub(crate) key_file: PathBuf,
    pub(crate) client_ca_file: Option<PathBuf>,
}

/// The listener for mails.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmtpYaml {
    pub(crate) listen: Listen,
    #[serde(default)]
    pub(crate) auth_without_tls: bool,
    pub(crate) max_mail: Option<ByteSize>,
}

/// An address that is fetched while all is well here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PingYaml {
    pub(crate) url: Secret,
    pub(crate) every: Option<PositiveDuration>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerYaml {
    pub(crate) listen: Option<Listen>,
    pub(crate) external_url: Option<HttpUrl>,
    pub(crate) auth: Option<AuthYaml>,
    #[serde(default)]
    pub(crate) cors_origins: Vec<PageOrigin>,
    pub(crate) tls: Option<ListenerTlsYaml>,
    pub(crate) smtp: Option<SmtpYaml>,
    #[serde(default)]
    pub(crate) reload_on_change: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessagesYaml {
    pub(crate) language: Option<Language>,
    pub(crate) timezone: Option<Zone>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetryYaml {
    pub(crate) first_delay: Option<PositiveDuration>,
    pub(crate) max_delay: Option<PositiveDuration>,
    pub(crate) probe_delay: Option<PositiveDuration>,
    pub(crate) give_up_after: Option<PositiveDuration>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceYaml {
    pub(crate) name: String,
    pub(crate) format: FormatText,
    pub(crate) mapping: Option<Mapping>,
    pub(crate) unreadable: Option<UnreadableRule>,
    pub(crate) auth: Option<SourceAuthYaml>,
    pub(crate) mqtt: Option<MqttYaml>,
    pub(crate) mail: Option<MailYaml>,
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) max_body: Option<ByteSize>,
    #[serde(default)]
    pub(crate) from: Vec<Network>,
    pub(crate) rate_limit: Option<RateYaml>,
    pub(crate) expect_every: Option<PositiveDuration>,
    #[serde(default)]
    pub(crate) heartbeats: Vec<HeartbeatYaml>,
    #[serde(alias = "resolve_timeout")]
    pub(crate) resolve_after: Option<PositiveDuration>,
    pub(crate) unknown_level: Option<SeverityWord>,
    pub(crate) timezone: Option<Zone>,
    #[serde(default)]
    pub(crate) redact: bool,
}

/// The rate at which a source may post.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateYaml {
    pub(crate) alerts: NonZeroU32,
    pub(crate) per: PositiveDuration,
}

/// Heartbeats that a source is expected to send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeartbeatYaml {
    pub(crate) name: NamePatternText,
    pub(crate) every: PositiveDuration,
    pub(crate) grace: Option<PositiveDuration>,
    pub(crate) severity: Option<SeverityWord>,
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    /// Matchers of the alerts that are this heartbeat.
    pub(crate) alerts: Option<Vec<MatcherList>>,
}

/// A broker whose messages are bodies of a source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MqttYaml {
    pub(crate) broker: BrokerUrl,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) topics: Vec<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) client_certificate: Option<ClientCertificateYaml>,
    pub(crate) keep_alive: Option<PositiveDuration>,
}

/// The addresses by which mails reach a source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailYaml {
    pub(crate) to: Vec<MailboxText>,
}

/// The certificate that a broker wants to see.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientCertificateYaml {
    pub(crate) cert_file: PathBuf,
    pub(crate) key_file: PathBuf,
}

/// The settings that every channel has besides its kind's own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelYaml {
    pub(crate) kind: String,
    pub(crate) budget: Option<Limit<BudgetWindows>>,
    pub(crate) quota: Option<Limit<QuotaYaml>>,
    pub(crate) timeout: Option<PositiveDuration>,
    pub(crate) concurrency: Option<NonZeroUsize>,
    pub(crate) language: Option<Language>,
    pub(crate) timezone: Option<Zone>,
    pub(crate) rotated_at: Option<Day>,
    pub(crate) drill: Option<DrillYaml>,
    #[serde(default)]
    pub(crate) redact: bool,
}

/// The times at which a channel proves itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrillYaml {
    pub(crate) every: PositiveDuration,
    pub(crate) at: TimeOfDay,
}

impl ChannelYaml {
    /// The names of the settings above.
    pub(crate) const SETTINGS: &'static [&'static str] = &[
        "kind",
        "budget",
        "quota",
        "timeout",
        "concurrency",
        "language",
        "timezone",
        "rotated_at",
        "drill",
        "redact",
    ];
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiverYaml {
    pub(crate) name: String,
    pub(crate) channels: Vec<String>,
    #[serde(default)]
    pub(crate) send: Sending,
    #[serde(default)]
    pub(crate) contract: ContractYaml,
    #[serde(default)]
    pub(crate) escalate: Vec<RungYaml>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContractYaml {
    pub(crate) succeed: Option<SucceedYaml>,
    pub(crate) within: Option<PositiveDuration>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RungYaml {
    pub(crate) after: PositiveDuration,
    pub(crate) unless: Unless,
    pub(crate) to: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RouteYaml {
    pub(crate) receiver: Option<String>,
    #[serde(default)]
    pub(crate) matchers: Vec<MatcherList>,
    #[serde(default)]
    pub(crate) r#continue: bool,
    pub(crate) group_by: Option<Vec<String>>,
    pub(crate) group_wait: Option<HumanDuration>,
    pub(crate) group_interval: Option<HumanDuration>,
    pub(crate) repeat_interval: Option<PositiveDuration>,
    #[serde(default)]
    pub(crate) mute_time_intervals: Vec<IgnoredAny>,
    #[serde(default)]
    pub(crate) active_time_intervals: Vec<IgnoredAny>,
    #[serde(default)]
    pub(crate) routes: Vec<RouteYaml>,
}

/// The language and time zone that `yaml` states, the default where it states nothing.
pub(crate) fn locale(yaml: Option<&MessagesYaml>) -> Locale {
    let default = Locale::default();
    let Some(MessagesYaml { language, timezone }) = yaml else { return default };
    Locale {
        language: language.unwrap_or(default.language),
        timezone: timezone.as_ref().map_or(default.timezone, |Zone(zone)| zone.clone()),
    }
}
