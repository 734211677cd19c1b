//! Dispatch: the lanes' queues, the queue of the escalation timers, and the policy in force.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use fanfare_core::{ChannelName, Committed, Delivery, DeliveryId, Notification, Recheck};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, oneshot};
use tracing::{info, warn};

use crate::policy::PolicyInForce;

/// An event for the escalation timers.
#[derive(Debug)]
pub(crate) enum EscalationEvent {
    /// A notification must be checked at another time, or no more.
    Reschedule(Recheck),
    /// A channel can send nothing for a while: receivers that wait for it must be notified on another.
    ChannelBlocked(ChannelName),
    /// The machine was suspended: more time has passed than the timers have slept.
    TimePassed,
}

/// The sending end of a lane's queue.
pub(crate) type LaneSender = UnboundedSender<LaneMessage>;

/// A message to a lane.
#[derive(Debug)]
pub(crate) enum LaneMessage {
    /// New deliveries to enqueue.
    Deliveries(Vec<IncomingDelivery>),
    /// A person wants these deliveries to be tried without further delay, if they wait here.
    RetryNow(Arc<BTreeSet<DeliveryId>>),
    /// Deliveries that are settled: they wait for nothing any more, if they wait here.
    Withdraw(Arc<BTreeSet<DeliveryId>>),
    /// The machine was suspended: more time has passed than the lane has slept.
    TimePassed,
}

/// A delivery for a lane.
#[derive(Debug)]
pub(crate) struct IncomingDelivery {
    pub(crate) delivery: Delivery,
    /// The notification to send; `None` if it must be read from the store.
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
    pub(crate) policy: Arc<PolicyInForce>,
}

/// The lanes' queues, the queue of the escalation timers, and the policy in force.
#[derive(Debug)]
pub(crate) struct Dispatch {
    lanes: RwLock<BTreeMap<ChannelName, LaneSender>>,
    policy: RwLock<Arc<PolicyInForce>>,
    escalation: UnboundedSender<EscalationEvent>,
    /// Wakes those who tell of contracts that were abandoned.
    abandoned: Notify,
    /// Reconfigurations that take effect at their place in the stream of commits.
    planned: Mutex<VecDeque<(Reconfiguration, oneshot::Sender<()>)>>,
}

impl Dispatch {
    pub(crate) fn new(policy: Arc<PolicyInForce>, escalation: UnboundedSender<EscalationEvent>) -> Self {
        Self {
            lanes: RwLock::default(),
            policy: RwLock::new(policy),
            escalation,
            abandoned: Notify::new(),
            planned: Mutex::default(),
        }
    }

    /// Returns once a contract was abandoned, also if that was before the call.
    pub(crate) async fn contract_abandoned(&self) {
        self.abandoned.notified().await;
    }

    /// The policy in force.
    pub(crate) fn policy(&self) -> Arc<PolicyInForce> {
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Plans a reconfiguration for the moment at which the pending deliveries of its new lanes
    /// come in the stream of commits; the receiver resolves when it is in force.
    pub(crate) fn plan(&self, reconfiguration: Reconfiguration) -> oneshot::Receiver<()> {
        let (done, in_force) = oneshot::channel();
        self.planned().push_back((reconfiguration, done));
        in_force
    }

    /// Takes back the reconfiguration that was planned last, because the store cannot be used.
    pub(crate) fn cancel_plan(&self) {
        self.planned().pop_back();
    }

    /// Puts the planned reconfiguration in force, and hands `pending`, the deliveries of new lanes, to them.
    pub(crate) fn reconfigure(&self, pending: Vec<Delivery>) {
        let Some((Reconfiguration { gone, senders, policy }, done)) = self.planned().pop_front() else {
            return;
        };
        let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        lanes.retain(|channel, _| !gone.contains(channel));
        lanes.extend(senders);
        drop(lanes);
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
        if !pending.is_empty() {
            info!(deliveries = pending.len(), "Resuming pending deliveries");
        }
        self.enqueue(pending.into_iter().map(|delivery| IncomingDelivery { delivery, notification: None }));
        // Receivers that wait for a channel that is gone must be notified on another.
        gone.into_iter().for_each(|channel| self.notify_escalation(EscalationEvent::ChannelBlocked(channel)));
        done.send(()).unwrap_or_default(); // a caller that no longer waits needs no answer
    }

    /// Hands the deliveries of one call to the lanes, and its times to the escalation timers.
    ///
    /// Deliveries that were committed together are handed over together, so that an idle lane
    /// begins with the most severe of them and not with the first.
    pub(crate) fn dispatch(&self, committed: &[Arc<Committed>]) {
        let all = committed.iter().flat_map(|one| one.deliveries.iter().map(|it| incoming(it, one)));
        // Deliveries of earlier notifications go before those of new ones.
        let (new, earlier): (Vec<_>, Vec<_>) = all.partition(|it| it.notification.is_some());
        self.enqueue(earlier.into_iter().chain(new));
        let rechecks = committed.iter().flat_map(|it| &it.rechecks);
        rechecks.for_each(|it| self.notify_escalation(EscalationEvent::Reschedule(*it)));
        if committed.iter().any(|it| it.has_abandoned) {
            self.abandoned.notify_one();
        }
        let to_retry: BTreeSet<_> = committed.iter().flat_map(|it| it.retry_now.iter().copied()).collect();
        if !to_retry.is_empty() {
            self.tell_lanes(LaneMessage::RetryNow, to_retry);
        }
        let withdrawn: BTreeSet<_> = committed.iter().flat_map(|it| it.withdrawn.iter().copied()).collect();
        if !withdrawn.is_empty() {
            self.tell_lanes(LaneMessage::Withdraw, withdrawn);
        }
    }

    /// Hands an event to the escalation timers.
    pub(crate) fn notify_escalation(&self, event: EscalationEvent) {
        // The receiver is gone only when the gateway stops; the times are on the disk for the next start.
        drop(self.escalation.send(event));
    }

    /// Has all lanes and the escalation timers look at the time again: they have slept for less than has passed.
    pub(crate) fn time_has_passed(&self) {
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        // A lane that is ending sleeps no more.
        lanes.values().for_each(|lane| drop(lane.send(LaneMessage::TimePassed)));
        self.notify_escalation(EscalationEvent::TimePassed);
    }

    /// Tells all lanes of these deliveries, on whichever of them they wait.
    fn tell_lanes(
        &self,
        message: impl Fn(Arc<BTreeSet<DeliveryId>>) -> LaneMessage,
        ids: BTreeSet<DeliveryId>,
    ) {
        let ids = Arc::new(ids);
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        lanes.values().for_each(|lane| drop(lane.send(message(Arc::clone(&ids)))));
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
                    warn!(channel.name = %channel, deliveries = deliveries.len(), "Deliveries wait for a channel that is not in the config");
                }
            }
        }
    }

    fn planned(&self) -> MutexGuard<'_, VecDeque<(Reconfiguration, oneshot::Sender<()>)>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn incoming(delivery: &Delivery, committed: &Committed) -> IncomingDelivery {
    let notification = committed.notification(delivery.notification).map(Arc::clone);
    IncomingDelivery { delivery: delivery.clone(), notification }
}
