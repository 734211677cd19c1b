//! Intake of alerts, self-alerts included.

#[cfg(test)]
mod fixtures;
mod heartbeats;
mod expiries;
mod write_queue;

use std::sync::Arc;

use fanfare_core::{Alert, Committed, IncomingAlert, Moment, Plan, accept, accept_planned};
use fanfare_store::{Durability, Store, StoreError, Unit, UnitOutcome};
use jiff::Timestamp;

pub(crate) use self::expiries::Expiries;
pub(crate) use self::heartbeats::Heartbeats;
use self::write_queue::{QueueFull, size_of};
pub(crate) use self::write_queue::{QueuePlace, WriteQueue};
use crate::dispatch::Dispatch;
use crate::metrics::Metrics;
use crate::policy::PolicyInForce;
use crate::time::MonotonicClock;

/// The services that intake uses.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) store: Store,
    pub(crate) queue: Arc<WriteQueue>,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) heartbeats: Arc<Heartbeats>,
    pub(crate) expiries: Arc<Expiries>,
    pub(crate) metrics: Metrics,
    pub(crate) monotonic: MonotonicClock,
}

/// Refusal of alerts that could not be stored. None of them was kept; the source should try again.
#[derive(Debug, thiserror::Error)]
pub enum NotStored {
    /// Refused by the store.
    #[error("not accepted, please send again: {0}")]
    Store(#[from] StoreError),
    /// Refused before memory grows: alerts arrive faster than they can be written.
    #[error("not accepted, please send again in a second: too many alerts wait to be written")]
    TooMany,
}

impl From<QueueFull> for NotStored {
    fn from(QueueFull: QueueFull) -> Self {
        Self::TooMany
    }
}

impl Intake {
    /// Tells whether there is room for further alerts, before anything of them is read.
    pub(crate) fn check_room(&self) -> Result<(), NotStored> {
        self.queue.check().map_err(|full| self.refuse(1, full.into()))
    }

    /// Accepts alerts by the policy in force; returns when they and all they call for are where `durability` says.
    ///
    /// One entry for each alert. Alerts are routed and encoded before the transaction.
    pub(crate) async fn accept(
        &self,
        alerts: Vec<Alert>,
        now: Timestamp,
        durability: Durability,
    ) -> Result<Vec<Arc<Committed>>, NotStored> {
        let (policy, moment) = (self.dispatch.policy(), Moment { wall: now, ..self.monotonic.moment() });
        let alerts: Vec<_> = alerts.into_iter().map(|alert| incoming(&policy, alert)).collect();
        let place = match durability {
            Durability::OnDisk => Some(Arc::new(self.enter(&alerts).await?)),
            Durability::AsPossible => None, // our own alerts: few, and they must not wait
        };
        let unit = |alert| unit(&policy, alert, moment, place.clone());
        self.transact(alerts.into_iter().map(unit).collect(), durability).await
    }

    /// The place in the queue to the store, when it is the turn of so many alerts.
    async fn enter(&self, alerts: &[IncomingAlert]) -> Result<QueuePlace, NotStored> {
        let entered = self.queue.enter(size_of(alerts));
        let mut place = entered.map_err(|full| self.refuse(alerts.len(), full.into()))?;
        place.wait_for_turn(alerts.len()).await;
        Ok(place)
    }

    /// Accepts a self-alert for certain receivers, wherever it can be kept.
    pub(crate) async fn accept_incoming(
        &self,
        incoming: IncomingAlert,
        policy: &Arc<PolicyInForce>,
    ) -> Result<Option<Arc<Committed>>, NotStored> {
        let unit = unit(policy, encoded(incoming), self.monotonic.moment(), None);
        Ok(self.transact(vec![unit], Durability::AsPossible).await?.into_iter().next())
    }

    /// Accepts a notice with the decisions of `plan`.
    pub(crate) async fn accept_planned(
        &self,
        alert: Alert,
        plan: Plan,
        now: Timestamp,
    ) -> Result<Option<Arc<Committed>>, NotStored> {
        let (policy, alert) = (self.dispatch.policy(), Arc::new(alert));
        let moment = self.monotonic.moment();
        let decide = move |_: &_| {
            policy.decide(moment, |context| accept_planned(Arc::clone(&alert), plan.clone(), context, now))
        };
        Ok(self.transact(vec![Unit::new(Vec::new(), decide)], Durability::OnDisk).await?.into_iter().next())
    }

    async fn transact(
        &self,
        units: Vec<Unit>,
        durability: Durability,
    ) -> Result<Vec<Arc<Committed>>, NotStored> {
        let asked = units.len();
        let outcomes = self.store.transact_durably(units, durability).await;
        let outcomes = outcomes.map_err(|err| self.refuse(asked, err.into()))?;
        Ok(outcomes.into_iter().filter_map(UnitOutcome::ok).collect())
    }

    /// Counts refused alerts.
    fn refuse(&self, alerts: usize, reason: NotStored) -> NotStored {
        let alerts = u64::try_from(alerts).unwrap_or(u64::MAX);
        match reason {
            NotStored::Store(_) => self.metrics.refused.inc_by(alerts),
            NotStored::TooMany => self.metrics.too_many.inc_by(alerts),
        };
        reason
    }
}

/// The alert, routed by `policy` and encoded.
fn incoming(policy: &PolicyInForce, alert: Alert) -> IncomingAlert {
    encoded(IncomingAlert::new(alert, &policy.policy))
}

/// The same alert with its JSON.
fn encoded(mut incoming: IncomingAlert) -> IncomingAlert {
    // Texts, numbers and times only: serialization cannot fail, and the store would encode it itself.
    incoming.json = serde_json::to_string(&*incoming.alert).ok().map(Into::into);
    incoming
}

/// The unit that accepts an alert; it keeps its place in the queue until it is written or dropped.
fn unit(
    policy: &Arc<PolicyInForce>,
    alert: IncomingAlert,
    now: Moment,
    place: Option<Arc<QueuePlace>>,
) -> Unit {
    let (policy, keys, alert) = (Arc::clone(policy), alert.keys(), Arc::new(alert));
    let further = Arc::clone(&alert);
    let unit = Unit::new(keys, move |state| {
        let _kept = &place;
        policy.decide(now, |context| accept(state, &alert, context, now.wall))
    });
    unit.reading(move |state| further.further_keys(state))
}
