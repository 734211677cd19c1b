//! Starting, taking alerts in, stopping.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fanfare_core::{
    AckKey, Acknowledgement, Alert, ChannelName, Clock, Limits, NotificationId, Notifier, Policy, RetryPolicy,
};
use fanfare_store::{Accepted, Acknowledged, Store, StoreError};
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::accounting;
use crate::accounts::Accounts;
use crate::chance::Jitter;
use crate::decider::PolicyDecider;
use crate::dispatch::{Dispatch, News};
use crate::drill::Drill;
use crate::fleet::{Fleet, Tools};
use crate::follow_up::FollowUp;
use crate::hearing::{Hearing, WatchedSource};
use crate::housekeeping::{self, Keeping};
use crate::intake::{Intake, NotKept};
use crate::metrics::Metrics;
use crate::steady::SteadyTime;
use crate::watch::{Watchman, note_proven};

/// What a gateway is made of.
#[derive(Debug)]
pub struct GatewaySetup {
    /// Where everything is remembered.
    pub store: Store,
    /// What it does, until it is told otherwise.
    pub orders: GatewaySettings,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The spread of retries.
    pub chance: Arc<dyn Jitter>,
    /// What is counted.
    pub metrics: Metrics,
    /// Random bytes: with them links are signed, if the store has no key yet.
    pub fresh_key: [u8; 32],
    /// Where the store is kept: its disk must not fill up.
    pub store_path: PathBuf,
}

/// What a gateway does: all that a new config can change while it runs.
#[derive(Debug)]
pub struct GatewaySettings {
    /// Who must know what.
    pub policy: Policy,
    /// The channels receivers name.
    pub channels: Vec<ChannelSetup>,
    /// How patiently a delivery is tried again.
    pub retry: RetryPolicy,
    /// How long what is over is remembered.
    pub retention: Duration,
    /// How people reach this gateway, e.g. `https://alerts.example.com`: for the links in messages.
    pub external_url: Option<String>,
    /// The sources that are heard from regularly.
    pub sources: Vec<WatchedSource>,
}

impl GatewaySettings {
    fn longest_budget(&self) -> Duration {
        let budgets = self.channels.iter().flat_map(|it| &it.limits.budgets);
        budgets.map(|it| it.per).max().unwrap_or_default()
    }

    fn keeping(&self) -> Keeping {
        Keeping { alerts: self.retention, sends: self.longest_budget(), patience: self.retry.give_up_after }
    }
}

/// One channel and how it is used.
#[derive(Debug, Clone)]
pub struct ChannelSetup {
    /// Its name in the config.
    pub name: ChannelName,
    /// Its kind, e.g. `dingtalk`.
    pub kind: &'static str,
    /// A digest of all its settings, secrets too: one that is the same needs no change.
    pub version: String,
    /// What speaks to the provider.
    pub notifier: Arc<dyn Notifier>,
    /// How fast it may send.
    pub limits: Limits,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// When its credentials were last changed, if that is known.
    pub rotated_at: Option<Date>,
    /// When it is tried though there is nothing to tell.
    pub drill: Option<Drill>,
}

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) fleet: Arc<tokio::sync::Mutex<Fleet>>,
    keeping: Arc<Mutex<Keeping>>,
    ack_key: AckKey,
    stop: CancellationToken,
    tasks: Mutex<JoinSet<()>>,
}

impl Gateway {
    /// Starts the lanes, with what an earlier run left owed. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn start(setup: GatewaySetup) -> Result<Self, StoreError> {
        let GatewaySetup { store, orders, clock, chance, metrics, fresh_key, store_path } = setup;
        let stop = CancellationToken::new();
        let steady = SteadyTime::starting_at(clock.now());
        let (follow_up, news) = mpsc::unbounded_channel();
        let first = PolicyDecider::without_channels(orders.policy.clone(), steady);
        let dispatch = Arc::new(Dispatch::new(Arc::new(first), follow_up, metrics.clone()));
        let hearing = Hearing::default();
        hearing.expect(orders.sources.clone(), steady.now());
        let ack_key = AckKey::new(&store.ack_key(fresh_key).await?);
        let keeping = Arc::new(Mutex::new(orders.keeping()));
        let mut fleet = Fleet::new(Tools {
            store: store.clone(),
            clock: Arc::clone(&clock),
            steady,
            chance,
            metrics: metrics.clone(),
            dispatch: Arc::clone(&dispatch),
            stop: stop.clone(),
            ack_key: ack_key.clone(),
        });
        // Before anything happens to them: what is told of them later counts more.
        for watch in store.watched().await? {
            dispatch.tell_follow_up(News::Watch(watch));
        }
        let accounts =
            Accounts::remembered(&store, orders.longest_budget(), clock.now(), steady.now()).await?;
        fleet.apply_settings(orders, accounts).await?;
        let intake = Arc::new(Intake {
            store: store.clone(),
            dispatch: Arc::clone(&dispatch),
            hearing,
            metrics,
            steady,
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(FollowUp::new(Arc::clone(&intake), Arc::clone(&clock), news, stop.clone()).run());
        tasks.spawn(accounting::run(store.clone(), intake.metrics.clone(), stop.clone()));
        tasks.spawn(housekeeping::run(
            store.clone(),
            Arc::clone(&clock),
            Arc::clone(&keeping),
            Arc::clone(&dispatch),
            stop.clone(),
        ));
        let fleet = Arc::new(tokio::sync::Mutex::new(fleet));
        let watchman = Watchman {
            intake: Arc::clone(&intake),
            fleet: Arc::clone(&fleet),
            clock: Arc::clone(&clock),
            store_path,
            stop: stop.clone(),
        };
        tasks.spawn(watchman.run());
        Ok(Self { store, clock, dispatch, intake, fleet, keeping, ack_key, stop, tasks: Mutex::new(tasks) })
    }

    /// Does from now on what `orders` say. What is owed stays owed, on the terms on
    /// which it was promised; a channel whose settings are the same notices nothing.
    ///
    /// Whether or not the caller waits for it, it comes to its end. A channel that
    /// is back after it had left waits for what its lane had under way then.
    ///
    /// # Errors
    ///
    /// If the store cannot be read; then everything is as it was.
    pub async fn apply_settings(&self, orders: GatewaySettings) -> Result<(), StoreError> {
        let (fleet, keeping) = (Arc::clone(&self.fleet), Arc::clone(&self.keeping));
        let (store, clock) = (self.store.clone(), Arc::clone(&self.clock));
        let intake = Arc::clone(&self.intake);
        let taking = async move {
            let mut fleet = fleet.lock().await;
            let now = intake.steady.now();
            let accounts = Accounts::remembered(&store, orders.longest_budget(), clock.now(), now).await?;
            let (new, sources) = (orders.keeping(), orders.sources.clone());
            fleet.apply_settings(orders, accounts).await?;
            *keeping.lock().unwrap_or_else(PoisonError::into_inner) = new;
            intake.hearing.expect(sources, intake.steady.now());
            Ok(())
        };
        tokio::spawn(taking).await.map_err(|_| StoreError::Panicked)?
    }

    /// Takes alerts in: answers once they and all they call for are on the disk.
    ///
    /// May be dropped at any await point: what was written is then sent all the same.
    ///
    /// # Errors
    ///
    /// If they cannot be kept; then nothing of them is.
    pub async fn accept(&self, alerts: Vec<Alert>, now: Timestamp) -> Result<Vec<Accepted>, NotKept> {
        self.intake.accept(alerts, now).await
    }

    /// Notes that somebody takes care of what a notification told: its ladder ends,
    /// and those who were told hear so.
    ///
    /// # Errors
    ///
    /// If it cannot be kept; then nothing of it is.
    pub async fn acknowledge(
        &self,
        id: NotificationId,
        acknowledgement: Acknowledgement,
    ) -> Result<Acknowledged, NotKept> {
        let dispatch = Arc::clone(&self.dispatch);
        let act = move |(acknowledged, consequences): &(Acknowledged, _)| {
            dispatch.act_on(consequences);
            match acknowledged {
                Acknowledged::Now(owed) => dispatch.hand_out_owed(owed.iter()),
                Acknowledged::Already(_) | Acknowledged::Over | Acknowledged::Unknown => {}
            }
        };
        Ok(self.store.acknowledge(id, acknowledgement, self.dispatch.decider(), act).await?)
    }

    /// Who must know what.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.dispatch.decider().policy)
    }

    /// Signs the links with which people acknowledge, and reads them.
    #[must_use]
    pub fn ack_key(&self) -> &AckKey {
        &self.ack_key
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
        let all_ended = async {
            let mut lanes = self.fleet.lock().await.disband();
            while tasks.join_next().await.is_some() {}
            while lanes.join_next().await.is_some() {}
        };
        if tokio::time::timeout(grace, all_ended).await.is_err() {
            warn!(
                grace.seconds = grace.as_secs(),
                "Attempts were still under way at the end of the grace period; they are made again at the next start"
            );
        }
        // A reload that waits for a lane may still hold the fleet; then this is learned anew.
        let roster = self.fleet.try_lock().map(|fleet| fleet.roster()).unwrap_or_default();
        if let Err(err) = note_proven(&self.intake, &roster).await {
            warn!(error = %err, "The store does not know when channels were last proven");
        }
        if let Err(err) = self.store.tidy().await {
            warn!(error = %err, "The store could not be tidied up; nothing is lost by that");
        }
    }
}

#[cfg(test)]
mod tests;
