//! Starting, taking alerts in, stopping.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fanfare_core::{
    Alert, ChannelName, Clock, Incident, Limits, Notifier, Policy, RetryPolicy, Verdict, plan,
};
use fanfare_store::{Accepted, AccountHold, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::account::SharedAccount;
use crate::chance::Chance;
use crate::housekeeping;
use crate::lane::{Lane, LaneSetup};
use crate::lanes::Lanes;
use crate::metrics::{Metrics, OfReceiver, OfSource};
use crate::steady::{SteadyTime, after, between};

/// What a gateway is made of.
#[derive(Debug)]
pub struct Setup {
    /// Where everything is remembered.
    pub store: Store,
    /// Who must know what.
    pub policy: Policy,
    /// The channels receivers name.
    pub channels: Vec<ChannelSetup>,
    /// How patiently a delivery is tried again.
    pub retry: RetryPolicy,
    /// How long what is over is remembered.
    pub retention: Duration,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The spread of retries.
    pub chance: Arc<dyn Chance>,
    /// What is counted.
    pub metrics: Metrics,
}

/// One channel and how it is used.
#[derive(Debug, Clone)]
pub struct ChannelSetup {
    /// Its name in the config.
    pub name: ChannelName,
    /// What speaks to the provider.
    pub notifier: Arc<dyn Notifier>,
    /// How fast it may send.
    pub limits: Limits,
    /// How long one attempt may take.
    pub timeout: Duration,
}

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    store: Store,
    policy: Arc<Policy>,
    lanes: Arc<Lanes>,
    metrics: Metrics,
    stop: CancellationToken,
    tasks: Mutex<JoinSet<()>>,
}

/// Why alerts were not taken in. Nothing of them was kept; the source should try again.
#[derive(Debug, thiserror::Error)]
#[error("not accepted, please send again: {0}")]
pub struct NotKept(#[from] StoreError);

impl Gateway {
    /// Starts the lanes, with what an earlier run left owed. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn start(setup: Setup) -> Result<Self, StoreError> {
        let Setup { store, policy, channels, retry, retention, clock, chance, metrics } = setup;
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let now = clock.now();
        let steady = SteadyTime::starting_at(now);
        let accounts = accounts(&store, &channels, now).await?;
        let mut lanes = Lanes::default();
        for channel in &channels {
            let Some(account) = accounts.get(channel.limits.account.as_str()) else { continue };
            let (lane, door) = Lane::new(LaneSetup {
                channel: channel.clone(),
                account: Arc::clone(account),
                store: store.clone(),
                retry,
                clock: Arc::clone(&clock),
                steady,
                chance: Arc::clone(&chance),
                metrics: metrics.of_channel(&channel.name),
                stop: stop.clone(),
            });
            lanes.add(channel.name.clone(), door);
            tasks.spawn(lane.run());
        }
        lanes.hand_out_pending(store.pending().await?);
        let longest_budget = channels.iter().filter_map(|it| it.limits.budget).map(|it| it.per).max();
        tasks.spawn(housekeeping::run(
            store.clone(),
            clock,
            retention,
            longest_budget.unwrap_or_default(),
            stop.clone(),
        ));
        Ok(Self {
            store,
            policy: Arc::new(policy),
            lanes: Arc::new(lanes),
            metrics,
            stop,
            tasks: Mutex::new(tasks),
        })
    }

    /// Takes alerts in: answers once they and all they call for are on the disk.
    ///
    /// May be dropped at any await point: what was written is then sent all the same.
    ///
    /// # Errors
    ///
    /// If they cannot be kept; then nothing of them is.
    pub async fn accept(&self, alerts: Vec<Alert>, now: Timestamp) -> Result<Vec<Accepted>, NotKept> {
        let policy = Arc::clone(&self.policy);
        let decide = move |alert: &Alert, incident: Option<&Incident>| plan(&policy, alert, incident, now);
        let (lanes, metrics) = (Arc::clone(&self.lanes), self.metrics.clone());
        let hand_out = move |accepted: &Vec<Accepted>| {
            lanes.hand_out(accepted);
            accepted.iter().for_each(|one| count(&metrics, one));
        };
        let asked = u64::try_from(alerts.len()).unwrap_or(u64::MAX);
        self.store.accept(alerts, now, Arc::new(decide), hand_out).await.map_err(|err| {
            self.metrics.refused.inc_by(asked);
            NotKept(err)
        })
    }

    /// Who must know what.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What is remembered.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Stops: starts no attempt any more, lets those under way end for up to
    /// `grace`, and leaves the rest on the disk for the next start.
    pub async fn shutdown(&self, grace: Duration) {
        self.stop.cancel();
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let all_ended = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all_ended).await.is_err() {
            warn!(
                grace.seconds = grace.as_secs(),
                "Attempts were still under way at the end of the grace period; they are made again at the next start"
            );
        }
        if let Err(err) = self.store.tidy().await {
            warn!(error = %err, "The store could not be tidied up; nothing is lost by that");
        }
    }
}

/// The accounts of `channels`, with what the store remembers of them.
async fn accounts(
    store: &Store,
    channels: &[ChannelSetup],
    now: Timestamp,
) -> Result<HashMap<String, Arc<SharedAccount>>, StoreError> {
    let longest =
        channels.iter().filter_map(|it| it.limits.budget).map(|it| it.per).max().unwrap_or_default();
    let since = now.saturating_sub(SignedDuration::try_from(longest).unwrap_or(SignedDuration::MAX));
    let sends = store.sends_since(since.unwrap_or(Timestamp::MIN), now).await?;
    let holds = store.holds().await?;
    let mut accounts = HashMap::new();
    for ChannelSetup { limits: Limits { account, budget, concurrency: _ }, .. } in channels {
        // What ended later than now ended before the clock was set back, and at the latest now.
        let ended = sends.iter().filter(|(of, _)| of == account).map(|(_, ended)| now.min(*ended));
        let silent_until = holds.iter().find(|it| it.account == *account).map(|it| hold_ends(it, now));
        accounts
            .entry(account.as_str().to_owned())
            .or_insert_with(|| Arc::new(SharedAccount::new(account.clone(), *budget, ended, silent_until)));
    }
    Ok(accounts)
}

/// When `hold` ends. Where the clock was set back since, it lasts as long as it
/// was asked for, and no longer.
fn hold_ends(hold: &AccountHold, now: Timestamp) -> Timestamp {
    if hold.since <= now { hold.until } else { after(now, between(hold.since, hold.until)) }
}

fn count(metrics: &Metrics, accepted: &Accepted) {
    let source = accepted.alert.text_of("source").to_owned();
    let status = accepted.alert.status.to_string();
    metrics.alerts.get_or_create(&OfSource { source, status }).inc();
    for decision in &accepted.plan.decisions {
        match &decision.verdict {
            Verdict::Notify { .. } => {
                metrics
                    .notifications
                    .get_or_create(&OfReceiver { receiver: decision.receiver.to_string() })
                    .inc();
            }
            Verdict::Hold(_) => {
                metrics.suppressed.inc();
            }
        }
    }
}

#[cfg(test)]
mod tests;
