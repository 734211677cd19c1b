//! The lanes, and what changes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use fanfare_core::{AckKey, ChannelName, Clock, Policy, RetryPolicy};
use fanfare_store::{ChannelState, PolicyId, Store, StoreError};
use jiff::civil::Date;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::accounts::{Accounts, InUse};
use crate::chance::Jitter;
use crate::decider::PolicyDecider;
use crate::dispatch::{ChangeOver, Dispatch, Door};
use crate::drill::Drill;
use crate::gateway::{ChannelSetup, GatewaySettings};
use crate::lane::{Lane, LaneSetup, Speaker};
use crate::links::Links;
use crate::metrics::Metrics;
use crate::status::ChannelStatus;
use crate::steady::SteadyTime;

/// What every lane needs.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) steady: SteadyTime,
    pub(crate) chance: Arc<dyn Jitter>,
    pub(crate) metrics: Metrics,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) stop: CancellationToken,
    pub(crate) ack_key: AckKey,
}

/// The lanes, one for each channel.
#[derive(Debug)]
pub(crate) struct Fleet {
    tools: Tools,
    in_use: InUse,
    berths: BTreeMap<ChannelName, Berth>,
    upkeep: BTreeMap<ChannelName, Upkeep>,
    /// The lanes of channels that have left, until they are back: each is cancelled
    /// when the attempts it had under way have ended.
    leaving: BTreeMap<ChannelName, CancellationToken>,
    lanes: JoinSet<()>,
}

/// What is known of a running lane.
#[derive(Debug)]
struct Berth {
    engagement: Engagement,
    speaker: watch::Sender<Arc<Speaker>>,
    status: Arc<ChannelStatus>,
    stop: CancellationToken,
    ended: CancellationToken,
}

/// What a speaker was made of: one made of the same would speak the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Engagement {
    version: String,
    retry: RetryPolicy,
    external_url: Option<String>,
}

/// What of a channel's settings its lane need not know.
#[derive(Debug, Clone)]
pub(crate) struct Upkeep {
    pub(crate) kind: &'static str,
    pub(crate) rotated_at: Option<Date>,
    pub(crate) drill: Option<Drill>,
}

/// A channel and how it is, for whoever looks after it.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) speaker: Arc<Speaker>,
    pub(crate) status: Arc<ChannelStatus>,
    pub(crate) upkeep: Upkeep,
}

/// How channels are used, besides their own settings.
#[derive(Debug)]
struct Manner {
    retry: RetryPolicy,
    links: Option<Links>,
    remembered: Accounts,
    known: Vec<ChannelState>,
}

impl Fleet {
    pub(crate) fn new(tools: Tools) -> Self {
        Self {
            tools,
            in_use: InUse::default(),
            berths: BTreeMap::new(),
            upkeep: BTreeMap::new(),
            leaving: BTreeMap::new(),
            lanes: JoinSet::new(),
        }
    }

    /// Does from now on what `orders` say.
    ///
    /// What can fail comes first: if it does, nothing has changed.
    pub(crate) async fn apply_settings(
        &mut self,
        orders: GatewaySettings,
        remembered: Accounts,
    ) -> Result<(), StoreError> {
        let GatewaySettings { policy, channels, retry, retention: _, external_url, sources: _ } = orders;
        let policy_id = self.tools.store.enter_policy(as_json(&policy), self.tools.clock.now()).await?;
        let links = external_url.map(|external_url| Links { external_url, key: self.tools.ack_key.clone() });
        let manner = Manner { retry, links, remembered, known: self.tools.store.channel_states().await? };
        let upkeep = channels.iter().map(|it| (it.name.clone(), Upkeep::of(it))).collect();
        let (known, new): (Vec<_>, Vec<_>) =
            channels.into_iter().partition(|it| self.berths.contains_key(&it.name));
        let is_gone = |name: &&ChannelName| known.iter().all(|it| it.name != **name);
        let gone: Vec<ChannelName> = self.berths.keys().filter(is_gone).cloned().collect();

        let (mut berths, mut doors) = (BTreeMap::new(), Vec::new());
        for channel in new {
            let name = channel.name.clone();
            self.wait_for_predecessor(&name).await;
            let (berth, door) = self.launch(channel, &manner);
            berths.insert(name.clone(), berth);
            doors.push((name, door));
        }
        let stay = self.berths.iter().filter(|(name, _)| !gone.contains(name));
        let decider = self.decider(policy_id, policy, stay.chain(&berths));
        self.change_over(ChangeOver { gone: gone.clone(), doors, decider }).await?;

        self.berths.append(&mut berths);
        self.upkeep = upkeep;
        gone.into_iter().for_each(|name| self.send_home(name));
        known.into_iter().for_each(|channel| self.instruct(channel, &manner));
        Ok(())
    }

    /// An attempt that the lane of a channel had under way when it left is not to be
    /// made a second time when the channel is back.
    async fn wait_for_predecessor(&mut self, name: &ChannelName) {
        if let Some(ended) = self.leaving.get(name) {
            ended.cancelled().await;
            self.leaving.remove(name);
        }
    }

    async fn change_over(&self, change: ChangeOver) -> Result<(), StoreError> {
        let new = change.doors.iter().map(|(name, _)| name.clone()).collect();
        let dispatch = Arc::clone(&self.tools.dispatch);
        self.tools.store.take_up(new, move |left| dispatch.change_over(change, left)).await
    }

    /// The lane of a channel that is gone stops; what it owes stays on the disk.
    fn send_home(&mut self, name: ChannelName) {
        if let Some(berth) = self.berths.remove(&name) {
            info!(channel.name = %name, "The channel has left the config");
            berth.stop.cancel();
            self.leaving.insert(name, berth.ended);
        }
    }

    /// Tells a lane what has changed for it, if anything has.
    fn instruct(&mut self, channel: ChannelSetup, manner: &Manner) {
        let (name, engagement) = (channel.name.clone(), manner.engagement(&channel));
        let Some(berth) = self.berths.get_mut(&name).filter(|it| it.engagement != engagement) else { return };
        let speaker = manner.speaker(channel, &mut self.in_use);
        if berth.engagement.version != engagement.version {
            berth.status.begin_anew(Arc::clone(&speaker.account), &engagement.version);
            info!(channel.name = %name, "The channel has new settings");
        }
        berth.engagement = engagement;
        berth.speaker.send_replace(speaker);
    }

    /// Starts a lane, and says where its deliveries are handed in.
    fn launch(&mut self, channel: ChannelSetup, manner: &Manner) -> (Berth, Door) {
        let Tools { store, clock, steady, chance, metrics, dispatch, stop, ack_key: _ } = &self.tools;
        let (metrics, engagement) = (metrics.of_channel(&channel.name), manner.engagement(&channel));
        let speaker = manner.speaker(channel, &mut self.in_use);
        let known = manner.known.iter().find(|it| it.name == speaker.channel.name);
        let status = Arc::new(ChannelStatus::new(Arc::clone(&speaker.account), &engagement.version, known));
        let (stop, ended) = (stop.child_token(), CancellationToken::new());
        let setup = LaneSetup {
            store: store.clone(),
            clock: Arc::clone(clock),
            steady: *steady,
            chance: Arc::clone(chance),
            metrics,
            status: Arc::clone(&status),
            dispatch: Arc::clone(dispatch),
            stop: stop.clone(),
        };
        let (speaker, instructions) = watch::channel(speaker);
        let (lane, door) = Lane::new(setup, instructions);
        let at_its_end = ended.clone().drop_guard();
        self.lanes.spawn(async move {
            let _at_its_end = at_its_end;
            lane.run().await;
        });
        (Berth { engagement, speaker, status, stop, ended }, door)
    }

    fn decider<'a>(
        &self,
        id: PolicyId,
        policy: Policy,
        berths: impl Iterator<Item = (&'a ChannelName, &'a Berth)>,
    ) -> Arc<PolicyDecider> {
        let channels = berths.map(|(name, berth)| (name.clone(), Arc::clone(&berth.status)));
        Arc::new(PolicyDecider {
            id: Some(id),
            policy: Arc::new(policy),
            channels: channels.collect(),
            steady: self.tools.steady,
        })
    }

    /// Every channel, sorted by name.
    pub(crate) fn roster(&self) -> Vec<Member> {
        let member = |(name, berth): (&ChannelName, &Berth)| {
            let speaker = Arc::clone(&berth.speaker.borrow());
            let upkeep = self.upkeep.get(name).cloned().unwrap_or_else(|| Upkeep::of(&speaker.channel));
            Member { speaker, status: Arc::clone(&berth.status), upkeep }
        };
        self.berths.iter().map(member).collect()
    }

    /// Gives the lanes away, to be waited for.
    pub(crate) fn disband(&mut self) -> JoinSet<()> {
        std::mem::take(&mut self.lanes)
    }
}

impl Upkeep {
    fn of(channel: &ChannelSetup) -> Self {
        let ChannelSetup { kind, rotated_at, drill, .. } = channel;
        Self { kind, rotated_at: *rotated_at, drill: drill.clone() }
    }
}

impl Member {
    pub(crate) fn name(&self) -> &ChannelName {
        &self.speaker.channel.name
    }
}

impl Manner {
    fn engagement(&self, channel: &ChannelSetup) -> Engagement {
        Engagement {
            version: channel.version.clone(),
            retry: self.retry,
            external_url: self.links.as_ref().map(|it| it.external_url.clone()),
        }
    }

    fn speaker(&self, channel: ChannelSetup, in_use: &mut InUse) -> Arc<Speaker> {
        let account = Arc::new(in_use.account(&channel.limits, &self.remembered));
        Arc::new(Speaker { channel, account, retry: self.retry, links: self.links.clone() })
    }
}

/// The policy as it is kept, to be shown to whoever asks why.
fn as_json(policy: &Policy) -> String {
    // Names, numbers and texts only: there is nothing in it that JSON cannot say.
    serde_json::to_string(policy).unwrap_or_default()
}
