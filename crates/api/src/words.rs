//! The words of the API: states, outcomes and reasons, as enums.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::word::{UnknownWord, parse_word, write_word};

/// The severity of an alert.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertSeverity {
    /// A remark without urgency.
    Low,
    /// A condition to look at in time.
    Mid,
    /// A serious condition.
    High,
    /// A condition that cannot wait.
    Urgent,
}

/// The state that an alert reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// The condition holds.
    Firing,
    /// The condition has ended.
    Resolved,
}

/// The type of an alert: a lasting state or a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertType {
    /// A state that fires and resolves.
    Alarm,
    /// A message, told once and never an incident.
    Notice,
}

/// The progress of a contract with a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContractProgress {
    /// The contract may still be kept.
    Open,
    /// Enough channels confirmed in time.
    Kept,
    /// Too few channels confirmed in time; some may still confirm.
    Broken,
    /// Too few channels confirmed, and no channel is left to try.
    Abandoned,
    /// Enough channels confirmed, after the time of the contract.
    Late,
}

/// The stage of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStage {
    /// The delivery is owed.
    Pending,
    /// The provider confirmed the delivery.
    Delivered,
    /// The delivery was given up and waits for a person.
    Dead,
    /// The delivery was given up and a person has handled it.
    Discarded,
}

/// The outcome of one attempt to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AttemptVerdict {
    /// The provider took the message.
    Delivered,
    /// The provider took the message, and refused some recipients for good.
    Partial,
    /// A failure that may pass.
    Transient,
    /// A fault of this machine: nothing left it.
    Local,
    /// The provider asked for fewer messages.
    Throttled,
    /// The provider blocks the address the gateway sends from.
    Blocked,
    /// The provider's quota for the period is used up.
    Quota,
    /// The provider refused the content.
    Unsendable,
    /// The provider refused the account or its settings.
    Misconfigured,
    /// The request left and no answer came.
    Unanswered,
}

/// The condition that makes a rung of an escalation needless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EscalationCondition {
    /// Enough channels have confirmed.
    Delivered,
    /// The incident was acknowledged, or has ended.
    Acknowledged,
    /// The incident has ended.
    Resolved,
}

/// The reason that the next channel of a receiver is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnReason {
    /// An attempt on the channel before it failed.
    Troubled,
    /// The channel before it cannot send for now.
    Blocked,
    /// The channel before it has not confirmed in good time.
    Late,
    /// The delivery on the channel before it was given up.
    Dead,
}

/// The reason that a rung of an escalation is climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RungReason {
    /// The time of the rung has come.
    Due,
    /// The time of the contract is over.
    Overdue,
    /// Too few channels are left that could confirm.
    Hopeless,
}

/// The order in which a receiver's channels are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendOrder {
    /// All channels at the same time.
    #[default]
    Together,
    /// The next channel when the one before fails or is late.
    InTurn,
}

/// The condition of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChannelCondition {
    /// The channel works, as far as is known.
    Working,
    /// No message has ever gone out on it: whether it works, nobody knows.
    #[serde(rename = "never_proven")]
    NeverProven,
    /// No message goes out, and an alert about this was raised.
    Broken,
}

/// The condition of a heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HeartbeatCondition {
    /// A heartbeat that has not been heard since the start of the gateway, and is not late yet.
    Awaited,
    /// A heartbeat that was heard in time.
    Heard,
    /// A heartbeat that should have been heard again: an alert about this was raised.
    Missing,
    /// A heartbeat whose source cannot be heard, because its broker cannot be reached.
    Away,
}

/// The part of a quota that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaUse {
    /// Less than half is used.
    Plenty,
    /// Half is used.
    Half,
    /// Most of the quota is used.
    Short,
    /// Nearly all of the quota is used.
    NearlyGone,
}

/// The way in which a person handled an abandoned contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LetterHandling {
    /// The deliveries were tried again.
    Retried,
    /// The deliveries were discarded.
    Discarded,
}

/// The outcome of a body for its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IngestStatus {
    /// All alerts of the body are on disk, with everything they call for.
    Accepted,
    /// Nothing was stored, as the source asked.
    DryRun,
}

/// The answer to a reload: it was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReloadStatus {
    /// The config is in force as it was read.
    Reloaded,
}

/// The outcome of a channel's test so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestVerdict {
    /// No attempt has ended: the channel is busy, or must be silent. The test is withdrawn.
    Waiting,
    /// The outcome of the first attempt.
    #[serde(untagged)]
    Attempted(AttemptVerdict),
}

/// The reason that a receiver is notified.
///
/// Written e.g. `started` or `worsened from high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum NotificationReason {
    /// The alert began to fire.
    Started,
    /// The alert is worse than when the receiver was last told.
    WorsenedFrom(AlertSeverity),
    /// The alert still fires, and the repeat interval has passed.
    StillFiring,
    /// The incident was acknowledged.
    Acknowledged,
    /// The alert has ended.
    Resolved,
    /// The alert is a message to pass on.
    Notice,
}

/// The reason that a receiver is not notified.
///
/// Written as a sentence, which the store keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum SuppressionReason {
    /// The receiver knows, and the repeat interval has not passed.
    Unchanged,
    /// The receiver knows, and somebody takes care of it.
    Acknowledged,
    /// The alert ended, and nobody was told that it began.
    NeverTold,
    /// The alert ended, and it cannot be told which of these open alarms it ends: their numbers.
    SeveralOpen(String),
    /// The receiver that was told is no longer in the config.
    ReceiverGone,
    /// A sentence of an earlier version.
    Other(String),
}

impl SuppressionReason {
    /// Every reason that this version gives, but for those with numbers.
    pub const ALL: [Self; 4] = [Self::Unchanged, Self::Acknowledged, Self::NeverTold, Self::ReceiverGone];
}

impl fmt::Display for SuppressionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SeveralOpen(alarms) => return write!(f, "{}{alarms}{}", SEVERAL_OPEN.0, SEVERAL_OPEN.1),
            Self::Unchanged => "already told, and the repeat interval has not passed",
            Self::Acknowledged => "already told, and somebody takes care of it",
            Self::NeverTold => "a resolution of something nobody was told of",
            Self::ReceiverGone => "the receiver that was told is no longer configured",
            Self::Other(sentence) => sentence,
        })
    }
}

impl From<String> for SuppressionReason {
    fn from(sentence: String) -> Self {
        let alarms = sentence.strip_prefix(SEVERAL_OPEN.0).and_then(|rest| rest.strip_suffix(SEVERAL_OPEN.1));
        if let Some(alarms) = alarms {
            return Self::SeveralOpen(alarms.to_owned());
        }
        let known = Self::ALL.into_iter().find(|it| it.to_string() == sentence);
        known.unwrap_or(Self::Other(sentence))
    }
}

impl From<SuppressionReason> for String {
    fn from(reason: SuppressionReason) -> Self {
        reason.to_string()
    }
}

/// The sentence of [`SuppressionReason::SeveralOpen`], before and behind the numbers.
const SEVERAL_OPEN: (&str, &str) = ("several open alarms may be meant (", "): name the one that ends");

/// The beginning of the word of [`NotificationReason::WorsenedFrom`].
const WORSENED_FROM: &str = "worsened from ";

impl fmt::Display for NotificationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started => f.write_str("started"),
            Self::WorsenedFrom(severity) => write!(f, "{WORSENED_FROM}{severity}"),
            Self::StillFiring => f.write_str("still firing"),
            Self::Acknowledged => f.write_str("acknowledged"),
            Self::Resolved => f.write_str("resolved"),
            Self::Notice => f.write_str("notice"),
        }
    }
}

impl FromStr for NotificationReason {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "started" => Ok(Self::Started),
            "still firing" => Ok(Self::StillFiring),
            "acknowledged" => Ok(Self::Acknowledged),
            "resolved" => Ok(Self::Resolved),
            "notice" => Ok(Self::Notice),
            other => match other.strip_prefix(WORSENED_FROM) {
                Some(severity) => parse_word(severity).map(Self::WorsenedFrom),
                None => Err(UnknownWord::new(format!("`{other}` is not a reason to notify"))),
            },
        }
    }
}

impl NotificationReason {
    /// Every reason, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Started,
        Self::WorsenedFrom(AlertSeverity::Low),
        Self::WorsenedFrom(AlertSeverity::Mid),
        Self::WorsenedFrom(AlertSeverity::High),
        Self::WorsenedFrom(AlertSeverity::Urgent),
        Self::StillFiring,
        Self::Acknowledged,
        Self::Resolved,
        Self::Notice,
    ];
}

impl PartialSchema for NotificationReason {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The reason that a receiver is notified."))
            .enum_values(Some(Self::ALL.map(String::from)))
            .into()
    }
}

impl ToSchema for NotificationReason {}

impl PartialSchema for TestVerdict {
    fn schema() -> RefOr<Schema> {
        let waiting = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("No attempt has ended yet: the channel is busy, or must be silent."))
            .enum_values(Some([Self::Waiting.to_string()]));
        OneOfBuilder::new()
            .description(Some("The outcome of a channel's test so far."))
            .item(waiting)
            .item(Ref::from_schema_name(AttemptVerdict::name()))
            .into()
    }
}

impl ToSchema for TestVerdict {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((AttemptVerdict::name().into_owned(), AttemptVerdict::schema()));
    }
}

impl From<NotificationReason> for String {
    fn from(reason: NotificationReason) -> Self {
        reason.to_string()
    }
}

impl TryFrom<String> for NotificationReason {
    type Error = UnknownWord;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for AlertSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_word(self, f)
    }
}

impl fmt::Display for AlertState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_word(self, f)
    }
}

impl fmt::Display for ContractProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_word(self, f)
    }
}

impl fmt::Display for DeliveryStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_word(self, f)
    }
}

impl fmt::Display for AttemptVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_word(self, f)
    }
}

impl fmt::Display for EscalationCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_word(self, f)
    }
}

impl fmt::Display for ChannelCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_word(self, f)
    }
}

impl fmt::Display for HeartbeatCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_word(self, f)
    }
}

impl fmt::Display for TestVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_word(self, f)
    }
}

impl ContractProgress {
    /// Every state, in the order of a contract's life.
    pub const ALL: [Self; 5] = [Self::Open, Self::Kept, Self::Broken, Self::Abandoned, Self::Late];

    /// The word in JSON and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::Abandoned => "abandoned",
            Self::Late => "late",
        }
    }
}

impl AlertState {
    /// The word in JSON and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

impl DeliveryStage {
    /// Every stage, in the order of their names in the documentation.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Dead, Self::Discarded];

    /// The word in JSON and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
        }
    }
}

impl FromStr for DeliveryStage {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_word(text)
    }
}

#[cfg(test)]
mod tests;
