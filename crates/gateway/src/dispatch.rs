//! Where what the store has written down is acted on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use fanfare_core::{ChannelName, DeliveryId, Notification};
use fanfare_store::{Accepted, Consequences, Delivery, Owed, Watch};
use tokio::sync::mpsc::UnboundedSender;
use tracing::{info, warn};

use crate::decider::PolicyDecider;
use crate::load::Arrival;
use crate::metrics::Metrics;

/// What the follow-up of notifications must know.
#[derive(Debug)]
pub(crate) enum News {
    /// When to look at a notification.
    Watch(Watch),
    /// This channel can send nothing for a while: who waits for it must be told elsewhere.
    Blocked(ChannelName),
}

/// Where a lane's deliveries are handed in.
pub(crate) type Door = UnboundedSender<Handed>;

/// What a lane is handed.
#[derive(Debug)]
pub(crate) enum Handed {
    /// New deliveries.
    Arrived(Vec<Arrival>),
    /// A person wants these to be tried without further delay, if they wait here.
    Hasten(Arc<BTreeSet<DeliveryId>>),
}

/// What changes when a new config takes effect.
#[derive(Debug)]
pub(crate) struct ChangeOver {
    /// The channels that have left.
    pub(crate) gone: Vec<ChannelName>,
    /// The lanes that are new.
    pub(crate) doors: Vec<(ChannelName, Door)>,
    /// Who decides from then on.
    pub(crate) decider: Arc<PolicyDecider>,
}

/// Where what the store has written down is acted on: it knows the doors of the
/// lanes, the follow-up, and who decides.
///
/// What came to be together is handed in together, so that a lane that is idle
/// begins with the worst of it and not with the first.
#[derive(Debug)]
pub(crate) struct Dispatch {
    lanes: RwLock<BTreeMap<ChannelName, Door>>,
    decider: RwLock<Arc<PolicyDecider>>,
    follow_up: UnboundedSender<News>,
    metrics: Metrics,
}

impl Dispatch {
    pub(crate) fn new(
        decider: Arc<PolicyDecider>,
        follow_up: UnboundedSender<News>,
        metrics: Metrics,
    ) -> Self {
        Self { lanes: RwLock::default(), decider: RwLock::new(decider), follow_up, metrics }
    }

    /// Lets a new config take effect, and hands out what is left owed on the lanes that are new.
    pub(crate) fn change_over(&self, ChangeOver { gone, doors, decider }: ChangeOver, left: Vec<Delivery>) {
        let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        lanes.retain(|channel, _| !gone.contains(channel));
        lanes.extend(doors);
        drop(lanes);
        *self.decider.write().unwrap_or_else(PoisonError::into_inner) = decider;
        self.hand_out_pending(left);
        // Who waits for a channel that has left must be told elsewhere.
        gone.into_iter().for_each(|channel| self.tell_follow_up(News::Blocked(channel)));
    }

    /// Who decides.
    pub(crate) fn decider(&self) -> Arc<PolicyDecider> {
        Arc::clone(&self.decider.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Acts on what one request calls for.
    pub(crate) fn act_on_accepted(&self, accepted: &[Accepted]) {
        // What follows for earlier notifications comes first: they are told before what is new.
        accepted.iter().for_each(|it| self.act_on(&it.consequences));
        self.hand_out_owed(accepted.iter().flat_map(|it| &it.owed));
    }

    /// Hands out what is owed, with what is told.
    pub(crate) fn hand_out_owed<'a>(&self, owed: impl Iterator<Item = &'a Owed>) {
        self.hand_in(owed.flat_map(|Owed { notification, deliveries }| {
            self.metrics.count_escalations(deliveries);
            deliveries.iter().map(|it| arrival(it, Some(notification)))
        }));
    }

    /// Acts on what follows from a change.
    pub(crate) fn act_on(&self, consequences: &Consequences) {
        let Consequences { deliveries, watch, about_ourselves } = consequences;
        if !deliveries.is_empty() {
            self.metrics.count_escalations(deliveries);
            self.hand_in(deliveries.iter().map(|it| arrival(it, None)));
        }
        watch.iter().for_each(|it| self.tell_follow_up(News::Watch(*it)));
        if !about_ourselves.is_empty() {
            self.act_on_accepted(about_ourselves);
        }
    }

    /// Has what waits tried without further delay, wherever it does.
    pub(crate) fn hasten(&self, ids: impl IntoIterator<Item = DeliveryId>) {
        let ids = Arc::new(ids.into_iter().collect::<BTreeSet<_>>());
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        lanes.values().for_each(|lane| drop(lane.send(Handed::Hasten(Arc::clone(&ids)))));
    }

    fn hand_out_pending(&self, pending: Vec<Delivery>) {
        if !pending.is_empty() {
            info!(deliveries = pending.len(), "Going on with deliveries that were left");
        }
        self.hand_in(pending.into_iter().map(|delivery| Arrival { delivery, notification: None }));
    }

    pub(crate) fn tell_follow_up(&self, news: News) {
        // It ends only when the gateway stops; what is watched is on the disk for the next start.
        drop(self.follow_up.send(news));
    }

    fn hand_in(&self, arrivals: impl Iterator<Item = Arrival>) {
        let mut by_channel: BTreeMap<ChannelName, Vec<Arrival>> = BTreeMap::new();
        for arrival in arrivals {
            by_channel.entry(arrival.delivery.channel.clone()).or_default().push(arrival);
        }
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        for (channel, arrivals) in by_channel {
            match lanes.get(&channel) {
                // A lane that is ending takes nothing in; the deliveries are on the disk for the next.
                Some(lane) => drop(lane.send(Handed::Arrived(arrivals))),
                None => {
                    warn!(channel.name = %channel, deliveries = arrivals.len(), "Deliveries wait for a channel that is not in the config; they go when it is back");
                }
            }
        }
    }
}

fn arrival(delivery: &Delivery, notification: Option<&Arc<Notification>>) -> Arrival {
    Arrival { delivery: delivery.clone(), notification: notification.map(Arc::clone) }
}
