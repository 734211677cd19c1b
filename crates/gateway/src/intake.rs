//! Intake of alerts, self-alerts included.

mod source_liveness;

use std::sync::Arc;

use fanfare_core::{Alert, Committed, IncomingAlert, Moment, Plan, accept, accept_planned};
use fanfare_store::{Durability, Store, StoreError, Unit, UnitOutcome};
use jiff::Timestamp;

pub(crate) use self::source_liveness::{LastSeen, SourceLiveness};
use crate::dispatch::Dispatch;
use crate::metrics::Metrics;
use crate::policy::PolicyInForce;
use crate::time::MonotonicClock;

/// The services that intake uses.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) store: Store,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) liveness: Arc<SourceLiveness>,
    pub(crate) metrics: Metrics,
    pub(crate) monotonic: MonotonicClock,
}

/// Refusal of alerts that could not be stored. None of them was kept; the source should try again.
#[derive(Debug, thiserror::Error)]
#[error("not accepted, please send again: {0}")]
pub struct NotStored(#[from] StoreError);

impl Intake {
    /// Accepts alerts by the policy in force; returns when they and all they call for are where `durability` says.
    ///
    /// One entry for each alert: the alert itself comes first in it, self-alerts follow. Alerts are routed and encoded before the transaction.
    pub(crate) async fn accept(
        &self,
        alerts: Vec<Alert>,
        now: Timestamp,
        durability: Durability,
    ) -> Result<Vec<Arc<Committed>>, NotStored> {
        let (policy, moment) = (self.dispatch.policy(), Moment { wall: now, ..self.monotonic.moment() });
        let units = alerts.into_iter().map(|alert| unit(&policy, alert, moment)).collect();
        self.transact(units, durability).await
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
        let asked = u64::try_from(units.len()).unwrap_or(u64::MAX);
        let outcomes = self.store.transact_durably(units, durability).await.map_err(|err| {
            self.metrics.refused.inc_by(asked);
            NotStored(err)
        })?;
        Ok(outcomes.into_iter().filter_map(UnitOutcome::ok).collect())
    }
}

fn unit(policy: &Arc<PolicyInForce>, alert: Alert, now: Moment) -> Unit {
    let mut incoming = IncomingAlert::new(alert, &policy.policy);
    // Texts, numbers and times only: serialization cannot fail, and the store would encode it itself.
    incoming.json = serde_json::to_string(&*incoming.alert).ok().map(Into::into);
    let policy = Arc::clone(policy);
    let keys = incoming.keys();
    Unit::new(keys, move |state| policy.decide(now, |context| accept(state, &incoming, context, now.wall)))
}
