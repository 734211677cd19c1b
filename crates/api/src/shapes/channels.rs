//! Channels and tests of them.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ChannelCondition, QuotaUse, TestVerdict};

/// The channels of the config, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelList {
    /// The channels in that order.
    pub channels: Vec<ChannelReport>,
}

/// A channel and its condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelReport {
    /// The name in the config.
    pub name: String,
    /// The kind, e.g. `dingtalk`.
    pub kind: String,
    /// The time limit of one attempt, e.g. `10s`.
    pub timeout: String,
    /// The condition in one word.
    pub health: ChannelCondition,
    /// The time since which the channel is broken.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub broken_since: Option<Timestamp>,
    /// The provider's last words, while the channel is broken.
    pub reason: Option<String>,
    /// The time before which nothing is sent.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub blocked_until: Option<Timestamp>,
    /// The number of deliveries that wait or are under way.
    pub pending: u64,
    /// The time at which the oldest of these came to be.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub oldest_pending_at: Option<Timestamp>,
    /// The budget; none if the channel has no rate limit.
    pub budget: Option<ChannelBudget>,
    /// The quota; none if the channel has no daily or monthly limit.
    pub quota: Option<ChannelQuota>,
    /// The time at which the provider last took a message.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub proven_at: Option<Timestamp>,
    /// The time of the last drill.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub drilled_at: Option<Timestamp>,
    /// The last failed attempt.
    pub last_error: Option<ChannelError>,
    /// The seconds by which the provider's clock is ahead of the gateway's.
    pub clock_offset_seconds: Option<i64>,
    /// The day on which the secret was last replaced, as the config says.
    #[schema(value_type = Option<String>, format = Date)]
    pub rotated_at: Option<Date>,
}

/// The rate at which a channel may send; channels of one account share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelBudget {
    /// The number of messages in any stretch of `per`.
    pub messages: u32,
    /// The length of the stretch, e.g. `1m`.
    pub per: String,
    /// The number of urgent messages that could go now.
    pub free_now: u64,
}

/// The number of messages a channel may send in a day or a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelQuota {
    /// The pool on which the channels of one account draw.
    pub pool: String,
    /// The number of messages in the period.
    pub messages: u32,
    /// The number of messages used.
    pub used: u64,
    /// The period, e.g. `2026-03`.
    pub period: String,
    /// The part that is used.
    pub level: QuotaUse,
    /// The time at which the next period begins.
    #[schema(value_type = String, format = DateTime)]
    pub resets_at: Timestamp,
}

/// A failed attempt on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelError {
    /// The time of the failure.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The provider's words, or what went wrong.
    pub words: String,
}

/// The request to test a channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelTestRequest {
    /// The name of the person who tests; the message shows it. `api` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// The result of a channel's test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelTestResult {
    /// The name of the channel.
    pub channel: String,
    /// The number of the test's alert.
    pub alert_id: i64,
    /// The number of the test's delivery.
    pub delivery_id: i64,
    /// The outcome of the first attempt, or `waiting`.
    pub outcome: TestVerdict,
    /// The provider's words; none while waiting.
    pub words: Option<String>,
    /// The milliseconds that the attempt took; none while waiting.
    pub latency_ms: Option<i64>,
}
