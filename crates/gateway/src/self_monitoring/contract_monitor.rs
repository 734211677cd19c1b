//! Contract monitor: the task that tells of abandoned contracts, in one notice for each receiver and cause.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    Clock, Committed, ContractNotice, IncomingAlert, NoticeChange, NoticeKey, Notification, RaiseReason,
    RaisedNotice, Verdict, gather_notices, notice_changes, notice_end_receivers, notice_receivers,
};
use fanfare_store::StoreError;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::intake::{Intake, NotStored};
use crate::self_alert::{CONTRACT_BROKEN, SELF_SOURCE, notice_alert, notice_end, raised_notice};
use crate::time::between;

/// The time in which what is abandoned together comes into one message. Ours: a burst of alerts is over by then, and
/// it is a small part of any contract's time.
const GATHER_TIME: Duration = Duration::from_secs(2);

/// The interval of checks while nothing is abandoned: a notice is over when its alerts are.
const CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// The most contracts that notices tell of: those of the newest alerts.
const CONTRACTS: u32 = 1_000;

/// The most alerts that a notice names. The others are counted.
const NAMED: usize = 10;

/// The task that tells of abandoned contracts.
///
/// It goes by what the store has: a contract that is abandoned right before a kill is told of after the next start.
#[derive(Debug)]
pub(crate) struct ContractMonitor {
    pub(crate) intake: Arc<Intake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stop: CancellationToken,
}

type RaisedNotices = BTreeMap<NoticeKey, RaisedNotice>;

impl ContractMonitor {
    /// Runs until the gateway stops.
    pub(crate) async fn run(self) {
        let stop = self.stop.clone();
        stop.run_until_cancelled(self.monitor()).await;
    }

    async fn monitor(&self) {
        let mut raised = None;
        loop {
            if let Err(err) = self.check(&mut raised).await {
                warn!(error = %err, "Abandoned contracts cannot be told of; trying again");
            }
            let pause = next_check(raised.as_ref(), self.intake.monotonic.now());
            tokio::select! {
                biased;
                () = self.intake.dispatch.contract_abandoned() => tokio::time::sleep(GATHER_TIME).await,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Raises, repeats and resolves notices. `raised` is `None` until those of an earlier life were read.
    async fn check(&self, raised: &mut Option<RaisedNotices>) -> Result<(), NotStored> {
        let now = self.intake.monotonic.now();
        let raised = match raised {
            Some(raised) => raised,
            None => {
                let firing = self.intake.store.firing_of(SELF_SOURCE).await?;
                raised.insert(firing.iter().filter_map(|it| raised_notice(it, now)).collect())
            }
        };
        let notices =
            gather_notices(&self.intake.store.abandoned_contracts(SELF_SOURCE, None, CONTRACTS).await?);
        for change in notice_changes(raised, &notices, now) {
            match change {
                NoticeChange::Resolve(key) => self.resolve(&key, raised).await?,
                NoticeChange::Raise { notice, because } => self.raise(notice, because, raised).await?,
            }
        }
        Ok(())
    }

    async fn raise(
        &self,
        notice: &ContractNotice,
        because: RaiseReason,
        raised: &mut RaisedNotices,
    ) -> Result<(), NotStored> {
        let policy = self.intake.dispatch.policy();
        let newest = self.newest(notice).await?;
        let alert = notice_alert(notice, newest, self.clock.now());
        let channels: Vec<_> = policy.channels.keys().cloned().collect();
        let receivers = notice_receivers(&policy.policy, &alert, notice, because, &channels);
        if receivers.is_empty() {
            return Ok(()); // each channel has confirmed all of it
        }
        let incoming = IncomingAlert::to_receivers(alert, receivers.clone());
        let committed = self.intake.accept_incoming(incoming, &policy).await?;
        let now = self.intake.monotonic.now();
        let told = || RaisedNotice::told(notice, &receivers, now);
        let record = match raised.get(&notice.key) {
            Some(before) if !committed.as_deref().is_some_and(tells_anybody) => {
                before.held(notice, &receivers, now)
            }
            Some(_) | None => {
                let NoticeKey { receiver, cause } = &notice.key;
                let (alerts, severity) = (notice.notifications.len(), notice.severity);
                info!(alertname = CONTRACT_BROKEN, subject = %receiver, cause, alerts, %severity, "Self-alert raised");
                told()
            }
        };
        raised.insert(notice.key.clone(), record);
        Ok(())
    }

    async fn resolve(&self, key: &NoticeKey, raised: &mut RaisedNotices) -> Result<(), NotStored> {
        let Some(record) = raised.get(key) else { return Ok(()) };
        let policy = self.intake.dispatch.policy();
        let end = notice_end(key, record.severity, self.clock.now());
        let incoming = IncomingAlert::to_receivers(end, notice_end_receivers(&policy.policy));
        self.intake.accept_incoming(incoming, &policy).await?;
        raised.remove(key);
        info!(alertname = CONTRACT_BROKEN, subject = %key.receiver, cause = key.cause, "Self-alert resolved");
        Ok(())
    }

    /// The newest notifications of `notice` that can be read.
    async fn newest(&self, notice: &ContractNotice) -> Result<Vec<Notification>, StoreError> {
        let ids = notice.notifications.iter().take(NAMED).copied().collect();
        let read = self.intake.store.notifications(ids).await?;
        Ok(read.into_iter().filter_map(Result::ok).flatten().collect())
    }
}

/// The time until the next check, while nothing more is abandoned.
fn next_check(raised: Option<&RaisedNotices>, now: Timestamp) -> Duration {
    let times = raised.into_iter().flatten().flat_map(|(_, it)| [it.grows_at, it.repeats_at]);
    let pauses = times.filter(|at| *at > now).map(|at| between(now, at));
    pauses.chain([CHECK_INTERVAL]).min().unwrap_or(CHECK_INTERVAL)
}

fn tells_anybody(committed: &Committed) -> bool {
    let decisions = committed.alerts.iter().flat_map(|it| &it.decisions);
    decisions.into_iter().any(|it| match it.verdict {
        Verdict::Notify { .. } => true,
        Verdict::Suppress(_) => false,
    })
}
