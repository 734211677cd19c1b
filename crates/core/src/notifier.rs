//! The contract of a channel.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
use serde::de::DeserializeOwned;

use crate::{Attempt, ChannelName, Digest, Limits, Locale, Notification, Receipt, SendError};

/// A configured channel, ready to send.
///
/// # Contract
///
/// * One call is one attempt. An implementation never retries, sleeps, spawns
///   or queues: the gateway owns time. (A fresh access token, fetched once in
///   the same call because the provider said that the old one has expired, is
///   part of the attempt.)
/// * The returned future may be dropped at any await point; the gateway does so
///   when the attempt has taken too long.
/// * `Ok` means that the provider said it took the message.
/// * No text in a [`SendError`] or [`Receipt`] contains a secret.
///
/// The `testkit` crate checks what of this can be checked.
#[async_trait]
pub trait Notifier: fmt::Debug + Send + Sync {
    /// Makes one attempt to deliver `notification`.
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError>;

    /// Makes one attempt to deliver all of `digest` in one message. The gateway
    /// asks for no more than [`Notifier::capacity`] allows.
    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError>;

    /// The number of notifications of `digest`, from the first on, that one message carries
    /// so that each of them can be read; at least 1.
    fn capacity(&self, digest: &Digest) -> usize;

    /// The limits that the provider sets. The gateway keeps to them.
    fn limits(&self) -> Limits;

    /// By how much the provider's clock is ahead of ours, if it has told lately.
    fn clock_offset(&self) -> Option<SignedDuration> {
        None
    }
}

/// A kind of channel: its name, its settings, and how to build it from them.
pub trait Channel: Notifier + Sized + 'static {
    /// The value of `kind:` in the config file.
    const KIND: &'static str;

    /// The time that one attempt may take unless the config says otherwise.
    const TIMEOUT: Duration = Duration::from_secs(10);

    /// The settings as written. Derive `Deserialize` with `deny_unknown_fields`;
    /// `kind` and what [`Context`] holds are taken out before.
    type Config: Clone + DeserializeOwned;

    /// Warnings about settings that are allowed but unwise, or that do nothing at this
    /// provider. `fanfare check` shows them; none by default.
    fn warnings(_config: &Self::Config) -> Vec<SettingWarning> {
        Vec::new()
    }

    /// Builds the channel. Does no I/O beyond reading certificate files: a
    /// gateway must start while a provider is down. A secret may be a stand-in for
    /// a missing one ([`Secret::is_stand_in`](crate::Secret::is_stand_in)), which is no mistake.
    ///
    /// # Errors
    ///
    /// With the setting that cannot be, and what would be right.
    fn build(config: Self::Config, context: Context) -> Result<Self, BuildError>;

    /// Points settings that can be built at the sandbox, and says what its fake must know to be
    /// as strict as the provider.
    fn into_sandbox(config: Self::Config, doors: &SandboxDoors) -> (Self::Config, SandboxAccount);
}

/// The settings of a channel that are the same for every kind.
#[derive(Debug, Clone)]
pub struct Context {
    /// The channel's name in the config.
    pub name: ChannelName,
    /// The language and the time zone of its messages.
    pub locale: Locale,
    /// The time that one attempt may take. The gateway ends it then; a channel may
    /// use it to give its parts less.
    pub timeout: Duration,
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct BuildError {
    /// The setting's path below the channel, e.g. `smtp.host`.
    pub field: String,
    /// The problem and the remedy. Never quotes a secret.
    pub message: String,
}

impl BuildError {
    /// The error of the setting `field`, with what would be right.
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// A warning about a setting that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingWarning {
    /// The setting's path below the channel, e.g. `smtp.host`; empty for the channel as a whole.
    pub field: String,
    /// The warning, and what would be better. Never quotes a secret.
    pub message: String,
}

/// The addresses at which the sandbox listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxDoors {
    /// The HTTP fakes, e.g. `http://127.0.0.1:8790`.
    pub http: String,
    /// The SMTP fake. It speaks without TLS and offers AUTH.
    pub smtp: SocketAddr,
}

/// An account of a fake provider: the kind and the credentials of a channel, e.g.
/// `access_token` and `secret` of a DingTalk robot.
#[derive(Clone, PartialEq, Eq)]
pub struct SandboxAccount {
    /// The channel's kind.
    pub kind: &'static str,
    /// The settings by name. Secrets: not for any eye.
    pub settings: Vec<(&'static str, String)>,
}

impl fmt::Debug for SandboxAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxAccount").field("kind", &self.kind).finish_non_exhaustive()
    }
}
