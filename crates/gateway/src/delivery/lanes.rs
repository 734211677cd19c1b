//! All lanes, and their changes at a reload.

use std::collections::BTreeMap;
use std::sync::Arc;

use fanfare_core::{AckKey, ChannelName, Clock, Policy, PolicyId, RetryPolicy};
use fanfare_store::{ChannelState, Store, StoreError};
use jiff::civil::Date;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::info;

use crate::channel::{AccountRegistry, ChannelSetup, ChannelStatus, Drill, StoredAccounts};
use crate::delivery::ack_links::AckLinks;
use crate::delivery::context::{ChannelSender, LaneContext};
use crate::delivery::lane::Lane;
use crate::dispatch::{Dispatch, LaneSender, Reconfiguration};
use crate::jitter::Jitter;
use crate::metrics::Metrics;
use crate::policy::PolicyInForce;
use crate::settings::GatewaySettings;
use crate::task::report_panic;
use crate::time::MonotonicClock;

/// The services that all lanes use.
#[derive(Debug)]
pub(crate) struct SharedServices {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) monotonic: MonotonicClock,
    pub(crate) jitter: Arc<dyn Jitter>,
    pub(crate) metrics: Metrics,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) stop: CancellationToken,
    pub(crate) ack_key: AckKey,
}

/// The lanes, one for each channel.
#[derive(Debug)]
pub(crate) struct Lanes {
    services: SharedServices,
    registry: AccountRegistry,
    handles: BTreeMap<ChannelName, LaneHandle>,
    meta: BTreeMap<ChannelName, ChannelMeta>,
    /// The lanes of channels that are no longer in the config, until those are back: each
    /// token is cancelled when the attempts that the lane had under way have ended.
    leaving: BTreeMap<ChannelName, CancellationToken>,
    tasks: JoinSet<()>,
}

/// A running lane.
#[derive(Debug)]
struct LaneHandle {
    key: LaneSettingsKey,
    sender: watch::Sender<Arc<ChannelSender>>,
    status: Arc<ChannelStatus>,
    stop: CancellationToken,
    ended: CancellationToken,
}

/// The settings a lane was started with: an equal key means that nothing has changed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LaneSettingsKey {
    version: String,
    retry: RetryPolicy,
    external_url: Option<String>,
}

/// The part of a channel's settings that its lane does not use.
#[derive(Debug, Clone)]
pub(crate) struct ChannelMeta {
    pub(crate) kind: &'static str,
    pub(crate) rotated_at: Option<Date>,
    pub(crate) drill: Option<Drill>,
}

/// A channel of the config, with its state.
#[derive(Debug, Clone)]
pub(crate) struct ChannelHandle {
    pub(crate) sender: Arc<ChannelSender>,
    pub(crate) status: Arc<ChannelStatus>,
    pub(crate) meta: ChannelMeta,
}

/// The settings that all lanes share, and the stored state of accounts and channels.
#[derive(Debug)]
struct SharedLaneSettings {
    retry: RetryPolicy,
    links: Option<AckLinks>,
    accounts: StoredAccounts,
    channels: Vec<ChannelState>,
}

impl Lanes {
    pub(crate) fn new(services: SharedServices) -> Self {
        Self {
            services,
            registry: AccountRegistry::default(),
            handles: BTreeMap::new(),
            meta: BTreeMap::new(),
            leaving: BTreeMap::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Puts `settings` in force.
    ///
    /// The steps that can fail come first: if one does, nothing has changed.
    pub(crate) async fn apply_settings(
        &mut self,
        settings: GatewaySettings,
        accounts: StoredAccounts,
    ) -> Result<(), StoreError> {
        let GatewaySettings { policy, channels, retry, retention: _, external_url, heartbeats: _ } = settings;
        let SharedServices { store, monotonic, ack_key, .. } = &self.services;
        let policy_id = store.enter_policy(as_json(&policy), monotonic.moment().certain).await?;
        let links = external_url.map(|external_url| AckLinks { external_url, key: ack_key.clone() });
        let shared = SharedLaneSettings { retry, links, accounts, channels: store.channel_states().await? };
        let meta = channels.iter().map(|it| (it.name.clone(), ChannelMeta::from_setup(it))).collect();
        let (known, new): (Vec<_>, Vec<_>) =
            channels.into_iter().partition(|it| self.handles.contains_key(&it.name));
        let is_gone = |name: &&ChannelName| known.iter().all(|it| it.name != **name);
        let gone: Vec<ChannelName> = self.handles.keys().filter(is_gone).cloned().collect();

        let (mut handles, mut senders) = (BTreeMap::new(), Vec::new());
        for channel in new {
            let name = channel.name.clone();
            self.wait_for_predecessor(&name).await;
            let (handle, sender) = self.start_lane(channel, &shared);
            handles.insert(name.clone(), handle);
            senders.push((name, sender));
        }
        let stay = self.handles.iter().filter(|(name, _)| !gone.contains(name));
        let policy = self.policy_in_force(policy_id, policy, stay.chain(&handles));
        self.reconfigure(Reconfiguration { gone: gone.clone(), senders, policy }).await?;

        self.handles.append(&mut handles);
        self.meta = meta;
        gone.into_iter().for_each(|name| self.stop_lane(name));
        known.into_iter().for_each(|channel| self.update_lane(channel, &shared));
        Ok(())
    }

    /// Waits for the attempts of a channel's earlier lane: one that was under way when
    /// the channel left the config must not be made a second time when it is back.
    async fn wait_for_predecessor(&mut self, name: &ChannelName) {
        if let Some(ended) = self.leaving.get(name) {
            ended.cancelled().await;
            self.leaving.remove(name);
        }
    }

    /// Puts the new lanes and the policy in force at the place in the stream of commits at which
    /// the pending deliveries of the new lanes were read: none is missed or handed over twice.
    async fn reconfigure(&self, change: Reconfiguration) -> Result<(), StoreError> {
        let new = change.senders.iter().map(|(name, _)| name.clone()).collect();
        let in_force = self.services.dispatch.plan(change);
        if let Err(err) = self.services.store.hand_over(new).await {
            self.services.dispatch.cancel_plan();
            return Err(err);
        }
        // A gateway that stops acts on no further commit: the change is never put in force.
        match self.services.stop.run_until_cancelled(in_force).await {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => Err(StoreError::Closed),
        }
    }

    /// Stops the lane of a channel that is gone; its pending deliveries stay on the disk.
    fn stop_lane(&mut self, name: ChannelName) {
        if let Some(handle) = self.handles.remove(&name) {
            info!(channel.name = %name, "The channel is no longer in the config");
            handle.stop.cancel();
            self.leaving.insert(name, handle.ended);
        }
    }

    /// Gives a running lane its new settings, if they have changed.
    fn update_lane(&mut self, channel: ChannelSetup, shared: &SharedLaneSettings) {
        let (name, key) = (channel.name.clone(), shared.key(&channel));
        let Some(handle) = self.handles.get_mut(&name).filter(|it| it.key != key) else { return };
        let sender = shared.sender(channel, &mut self.registry);
        if handle.key.version != key.version {
            handle.status.reset(Arc::clone(&sender.account), &key.version);
            info!(channel.name = %name, "The channel has new settings");
        }
        handle.key = key;
        handle.sender.send_replace(sender);
    }

    /// Starts a lane, and returns the sending end of its queue.
    fn start_lane(&mut self, channel: ChannelSetup, shared: &SharedLaneSettings) -> (LaneHandle, LaneSender) {
        let SharedServices { store, clock, monotonic, jitter, metrics, dispatch, stop, ack_key: _ } =
            &self.services;
        let (metrics, key) = (metrics.for_channel(&channel.name), shared.key(&channel));
        let task = format!("lane of {}", channel.name);
        let sender = shared.sender(channel, &mut self.registry);
        let known = shared.channels.iter().find(|it| it.name == sender.channel.name);
        let status = Arc::new(ChannelStatus::new(Arc::clone(&sender.account), &key.version, known));
        let (stop, ended) = (stop.child_token(), CancellationToken::new());
        let context = LaneContext {
            store: store.clone(),
            clock: Arc::clone(clock),
            monotonic: monotonic.clone(),
            jitter: Arc::clone(jitter),
            metrics,
            status: Arc::clone(&status),
            dispatch: Arc::clone(dispatch),
            stop: stop.clone(),
            recordings: TaskTracker::new(),
        };
        let (sender, sender_updates) = watch::channel(sender);
        let (lane, queue) = Lane::new(context, sender_updates);
        let end_guard = ended.clone().drop_guard();
        self.tasks.spawn(async move {
            let _end_guard = end_guard;
            report_panic(&task, lane.run()).await;
        });
        (LaneHandle { key, sender, status, stop, ended }, queue)
    }

    fn policy_in_force<'a>(
        &self,
        id: PolicyId,
        policy: Policy,
        handles: impl Iterator<Item = (&'a ChannelName, &'a LaneHandle)>,
    ) -> Arc<PolicyInForce> {
        let channels = handles.map(|(name, handle)| (name.clone(), Arc::clone(&handle.status)));
        Arc::new(PolicyInForce { id: Some(id), policy: Arc::new(policy), channels: channels.collect() })
    }

    /// Every channel of the config, sorted by name.
    pub(crate) fn channels(&self) -> Vec<ChannelHandle> {
        let channel = |(name, handle): (&ChannelName, &LaneHandle)| {
            let sender = Arc::clone(&handle.sender.borrow());
            let meta =
                self.meta.get(name).cloned().unwrap_or_else(|| ChannelMeta::from_setup(&sender.channel));
            ChannelHandle { sender, status: Arc::clone(&handle.status), meta }
        };
        self.handles.iter().map(channel).collect()
    }

    /// Takes the tasks of all lanes out, so that the caller can wait for their end.
    pub(crate) fn take_all(&mut self) -> JoinSet<()> {
        std::mem::take(&mut self.tasks)
    }
}

impl ChannelMeta {
    fn from_setup(channel: &ChannelSetup) -> Self {
        let ChannelSetup { kind, rotated_at, drill, .. } = channel;
        Self { kind, rotated_at: *rotated_at, drill: drill.clone() }
    }
}

impl ChannelHandle {
    pub(crate) fn name(&self) -> &ChannelName {
        &self.sender.channel.name
    }
}

impl SharedLaneSettings {
    fn key(&self, channel: &ChannelSetup) -> LaneSettingsKey {
        LaneSettingsKey {
            version: channel.version.clone(),
            retry: self.retry,
            external_url: self.links.as_ref().map(|it| it.external_url.clone()),
        }
    }

    fn sender(&self, channel: ChannelSetup, registry: &mut AccountRegistry) -> Arc<ChannelSender> {
        let account = Arc::new(registry.account(&channel.limits, &self.accounts));
        Arc::new(ChannelSender { channel, account, retry: self.retry, links: self.links.clone() })
    }
}

/// The policy as the ledger keeps it, with which later explanations are made.
fn as_json(policy: &Policy) -> String {
    // Names, numbers and texts only: serialization cannot fail.
    serde_json::to_string(policy).unwrap_or_default()
}
