//! Dispatch: committed changes are handed to the lanes and to the escalation timers.

mod policy_decider;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use fanfare_core::{ChannelName, DeliveryId, Notification};
use fanfare_store::{Accepted, Consequences, Delivery, Owed, Watch};
use tokio::sync::mpsc::UnboundedSender;
use tracing::{info, warn};

pub(crate) use self::policy_decider::PolicyDecider;
use crate::metrics::Metrics;

/// An event for the escalation timers.
#[derive(Debug)]
pub(crate) enum EscalationEvent {
    /// A notification must be checked at another time, or no more.
    Reschedule(Watch),
    /// A channel can send nothing for a while: receivers that wait for it must be told on another.
    ChannelBlocked(ChannelName),
}

/// The sending end of a lane's queue.
pub(crate) type LaneSender = UnboundedSender<LaneMessage>;

/// A message to a lane.
#[derive(Debug)]
pub(crate) enum LaneMessage {
    /// New deliveries.
    Deliveries(Vec<IncomingDelivery>),
    /// A person wants these deliveries to be tried without further delay, if they wait here.
    RetryNow(Arc<BTreeSet<DeliveryId>>),
}

/// A delivery for a lane.
#[derive(Debug)]
pub(crate) struct IncomingDelivery {
    pub(crate) delivery: Delivery,
    /// The notification to tell; `None` if it must be read from the store.
    pub(crate) notification: Option<Arc<Notification>>,
}

/// The changes that come with a new config.
#[derive(Debug)]
pub(crate) struct Reconfiguration {
    /// The channels that are no longer in the config.
    pub(crate) gone: Vec<ChannelName>,
    /// The lanes that are new.
    pub(crate) senders: Vec<(ChannelName, LaneSender)>,
    /// The policy from then on.
    pub(crate) decider: Arc<PolicyDecider>,
}

/// The lanes' queues, the queue of the escalation timers, and the policy in force.
///
/// Deliveries that were committed together are handed over together, so that an
/// idle lane begins with the most severe of them and not with the first.
#[derive(Debug)]
pub(crate) struct Dispatch {
    lanes: RwLock<BTreeMap<ChannelName, LaneSender>>,
    decider: RwLock<Arc<PolicyDecider>>,
    escalation: UnboundedSender<EscalationEvent>,
    metrics: Metrics,
}

impl Dispatch {
    pub(crate) fn new(
        decider: Arc<PolicyDecider>,
        escalation: UnboundedSender<EscalationEvent>,
        metrics: Metrics,
    ) -> Self {
        Self { lanes: RwLock::default(), decider: RwLock::new(decider), escalation, metrics }
    }

    /// Puts a new config in force, and hands `left`, the pending deliveries of new lanes, to them.
    pub(crate) fn reconfigure(
        &self,
        Reconfiguration { gone, senders, decider }: Reconfiguration,
        left: Vec<Delivery>,
    ) {
        let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        lanes.retain(|channel, _| !gone.contains(channel));
        lanes.extend(senders);
        drop(lanes);
        *self.decider.write().unwrap_or_else(PoisonError::into_inner) = decider;
        self.dispatch_pending(left);
        // Receivers that wait for a channel that is gone must be told on another.
        gone.into_iter().for_each(|channel| self.notify_escalation(EscalationEvent::ChannelBlocked(channel)));
    }

    /// The policy in force.
    pub(crate) fn decider(&self) -> Arc<PolicyDecider> {
        Arc::clone(&self.decider.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Acts on the accepted alerts of one request.
    pub(crate) fn act_on_accepted(&self, accepted: &[Accepted]) {
        // Consequences for earlier notifications come first: those are told before the new ones.
        accepted.iter().for_each(|it| self.act_on(&it.consequences));
        self.dispatch_owed(accepted.iter().flat_map(|it| &it.owed));
    }

    /// Hands new deliveries to the lanes, with their notifications.
    pub(crate) fn dispatch_owed<'a>(&self, owed: impl Iterator<Item = &'a Owed>) {
        self.enqueue(owed.flat_map(|Owed { notification, deliveries }| {
            self.metrics.count_escalations(deliveries);
            deliveries.iter().map(|it| incoming(it, Some(notification)))
        }));
    }

    /// Acts on the consequences of a change.
    pub(crate) fn act_on(&self, consequences: &Consequences) {
        let Consequences { deliveries, watch, about_ourselves } = consequences;
        if !deliveries.is_empty() {
            self.metrics.count_escalations(deliveries);
            self.enqueue(deliveries.iter().map(|it| incoming(it, None)));
        }
        watch.iter().for_each(|it| self.notify_escalation(EscalationEvent::Reschedule(*it)));
        if !about_ourselves.is_empty() {
            self.act_on_accepted(about_ourselves);
        }
    }

    /// Has these deliveries tried without further delay, on whichever lane they wait.
    pub(crate) fn retry_now(&self, ids: impl IntoIterator<Item = DeliveryId>) {
        let ids = Arc::new(ids.into_iter().collect::<BTreeSet<_>>());
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        lanes.values().for_each(|lane| drop(lane.send(LaneMessage::RetryNow(Arc::clone(&ids)))));
    }

    fn dispatch_pending(&self, pending: Vec<Delivery>) {
        if !pending.is_empty() {
            info!(deliveries = pending.len(), "Going on with deliveries that were left");
        }
        self.enqueue(pending.into_iter().map(|delivery| IncomingDelivery { delivery, notification: None }));
    }

    /// Hands an event to the escalation timers.
    pub(crate) fn notify_escalation(&self, event: EscalationEvent) {
        // The receiver is gone only when the gateway stops; the times are on the disk for the next start.
        drop(self.escalation.send(event));
    }

    fn enqueue(&self, deliveries: impl Iterator<Item = IncomingDelivery>) {
        let mut by_channel: BTreeMap<ChannelName, Vec<IncomingDelivery>> = BTreeMap::new();
        for incoming in deliveries {
            by_channel.entry(incoming.delivery.channel.clone()).or_default().push(incoming);
        }
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        for (channel, deliveries) in by_channel {
            match lanes.get(&channel) {
                // A lane that is ending takes nothing in; the deliveries are on the disk for the next.
                Some(lane) => drop(lane.send(LaneMessage::Deliveries(deliveries))),
                None => {
                    warn!(channel.name = %channel, deliveries = deliveries.len(), "Deliveries wait for a channel that is not in the config; they go when it is back");
                }
            }
        }
    }
}

fn incoming(delivery: &Delivery, notification: Option<&Arc<Notification>>) -> IncomingDelivery {
    IncomingDelivery { delivery: delivery.clone(), notification: notification.map(Arc::clone) }
}
