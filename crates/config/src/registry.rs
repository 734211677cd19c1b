//! The kinds of channels: what `kind:` may say, and how each is built.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    BuildError, Channel, Context, Limits, Notifier, SandboxAccount, SandboxDoors, SettingWarning,
};
use fanfare_sandbox::{HasFake, Provider};
use fanfare_settings::{ReadContext, Section, SettingPath};
use serde::de::DeserializeOwned;

/// Kinds of channels, by the word that `kind:` says.
#[derive(Debug, Default)]
pub struct ChannelRegistry {
    kinds: BTreeMap<&'static str, ChannelKind>,
}

/// One kind of channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChannelKind {
    pub(crate) name: &'static str,
    /// The time one attempt may take unless the config says otherwise.
    pub(crate) timeout: Duration,
    pub(crate) prepare: Prepare,
    /// The fake of its provider.
    fake: fn() -> Box<dyn Provider>,
}

/// Reads and builds one kind of channel.
type Prepare =
    fn(&mut ChannelSettings<'_>, Context, Option<&SandboxDoors>) -> Option<Result<BuiltChannel, BuildError>>;

/// A channel, ready to send.
#[derive(Debug)]
pub(crate) struct BuiltChannel {
    pub(crate) notifier: Arc<dyn Notifier>,
    /// The limits that the provider sets, also where a fake plays it.
    pub(crate) limits: Limits,
    /// The account that the sandbox must know; `None` outside the sandbox.
    pub(crate) account: Option<SandboxAccount>,
}

/// The settings of one channel that are its kind's own.
#[derive(Debug)]
pub struct ChannelSettings<'a> {
    pub(crate) section: Section,
    pub(crate) context: &'a ReadContext<'a>,
}

impl ChannelSettings<'_> {
    /// The settings as their kind's own type; `None` if they are not sound.
    fn read<C: DeserializeOwned>(&mut self) -> Option<C> {
        let config = self.section.read(self.context)?;
        self.section.is_sound().then_some(config)
    }
}

impl ChannelRegistry {
    /// The registry with one more kind.
    ///
    /// # Panics
    ///
    /// If two kinds share a name, which is a bug in the caller.
    #[must_use]
    pub fn with<C: Channel + HasFake>(mut self) -> Self {
        let kind = ChannelKind { name: C::KIND, timeout: C::TIMEOUT, prepare: prepare::<C>, fake: C::fake };
        let previous = self.kinds.insert(C::KIND, kind);
        assert!(previous.is_none(), "two channel kinds are called `{}`", C::KIND);
        self
    }

    /// The words that `kind:` may say, sorted.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.keys().copied()
    }

    /// The fakes of all providers, with no accounts, in the order of their kinds.
    #[must_use]
    pub fn fakes(&self) -> Vec<Box<dyn Provider>> {
        self.kinds.values().map(|kind| (kind.fake)()).collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<ChannelKind> {
        self.kinds.get(name).copied()
    }
}

/// The channel that the settings describe, in the sandbox if there is one.
/// `None` if the settings are not sound: their problems are in their section.
fn prepare<C: Channel>(
    settings: &mut ChannelSettings<'_>,
    context: Context,
    sandbox: Option<&SandboxDoors>,
) -> Option<Result<BuiltChannel, BuildError>> {
    let config: C::Config = settings.read()?;
    for SettingWarning { field, message } in C::warnings(&config) {
        settings.section.warning(&SettingPath::default().dotted(&field), message);
    }
    Some(build::<C>(config, context, sandbox))
}

/// The channel, in the sandbox if there is one.
fn build<C: Channel>(
    config: C::Config,
    context: Context,
    sandbox: Option<&SandboxDoors>,
) -> Result<BuiltChannel, BuildError> {
    let Some(doors) = sandbox else {
        let channel = C::build(config, context)?;
        return Ok(BuiltChannel { limits: channel.limits(), notifier: Arc::new(channel), account: None });
    };
    // The settings that the sandbox leaves unread must be sound too, and the account with which
    // limits are shared is that of the provider: channels on one fake may have several.
    let limits = C::build(config.clone(), context.clone())?.limits();
    let (config, account) = C::into_sandbox(config, doors);
    let notifier = Arc::new(C::build(config, context)?);
    Ok(BuiltChannel { notifier, limits, account: Some(account) })
}
