//! The one place that knows every channel by name.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{BuildError, Channel, Context, Notifier, SandboxAccount, SandboxDoors};

use crate::config::ChannelSettings;

/// Every kind of channel this build can send to.
#[must_use]
pub fn registry() -> Registry {
    Registry::default()
        .with::<channel_dingtalk::DingTalk>()
        .with::<channel_email::Email>()
        .with::<channel_wecom::WeCom>()
}

/// Settings that may be left out, though it is not wise: kind, setting, and why.
pub(crate) const UNWISE_WITHOUT: [(&str, &str, &str); 1] =
    [("dingtalk", "secret", "without 加签 whoever learns the access token can write to the group")];

/// Kinds of channels, by what `kind:` says.
#[derive(Debug, Default)]
pub struct Registry {
    kinds: BTreeMap<&'static str, Kind>,
}

/// One kind of channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// How long one attempt may take unless the config says otherwise.
    pub(crate) timeout: Duration,
    pub(crate) prepare: Prepare,
}

/// Reads and builds one kind of channel.
type Prepare =
    fn(&mut ChannelSettings<'_>, Context, Option<&SandboxDoors>) -> Option<Result<Built, BuildError>>;

/// A channel, ready to send.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) notifier: Arc<dyn Notifier>,
    /// What the sandbox must know of it; `None` outside the sandbox.
    pub(crate) account: Option<SandboxAccount>,
}

impl Registry {
    /// Adds a kind.
    ///
    /// # Panics
    ///
    /// If two kinds share a name, which is a bug in the caller.
    #[must_use]
    pub fn with<C: Channel>(mut self) -> Self {
        let kind = Kind { name: C::KIND, timeout: C::TIMEOUT, prepare: prepare::<C> };
        let previous = self.kinds.insert(C::KIND, kind);
        assert!(previous.is_none(), "two channel kinds are called `{}`", C::KIND);
        self
    }

    /// What `kind:` may say, sorted.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.keys().copied()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Kind> {
        self.kinds.get(name).copied()
    }
}

/// Reads the settings as this kind's own, points them at the sandbox if there is
/// one, and builds the channel. `None` if the settings are not sound, which they
/// then say themselves.
fn prepare<C: Channel>(
    settings: &mut ChannelSettings<'_>,
    context: Context,
    sandbox: Option<&SandboxDoors>,
) -> Option<Result<Built, BuildError>> {
    let config: C::Config = settings.read()?;
    let (config, account) = match sandbox {
        Some(doors) => {
            let (config, account) = C::into_sandbox(config, doors);
            (config, Some(account))
        }
        None => (config, None),
    };
    Some(C::build(config, context).map(|channel| Built { notifier: Arc::new(channel), account }))
}
