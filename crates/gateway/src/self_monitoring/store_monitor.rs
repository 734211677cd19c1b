//! Store monitor: the task that tells of a store that keeps no alerts.

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Clock, Kind, Labels, Severity, Status};
use fanfare_store::{Store, StoreCondition, StoreFault};
use fanfare_words::{RaisedCondition, ResolvedCondition, SelfAlertFacts, StoreProblem};
use tokio::sync::Mutex;
use tokio::sync::watch::Receiver;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::announcement::Announcement;
use crate::delivery::Lanes;
use crate::dispatch::Dispatch;
use crate::metrics::Metrics;
use crate::self_alert::SelfAlert;
use crate::time::MonotonicClock;

/// The time for which a disk must not be writable before anybody is told: one that is full for a moment is no news.
const PASSING: Duration = Duration::from_secs(1);

/// The task that tells of a store that keeps no alerts, and of its recovery.
#[derive(Debug)]
pub(crate) struct StoreMonitor {
    pub(crate) store: Store,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) lanes: Arc<Mutex<Lanes>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) monotonic: MonotonicClock,
    pub(crate) metrics: Metrics,
    pub(crate) stop: CancellationToken,
}

impl StoreMonitor {
    /// Runs until the gateway stops.
    pub(crate) async fn run(self) {
        let stop = self.stop.clone();
        // Whatever is under way then has no more to tell.
        stop.run_until_cancelled(self.watch(self.store.watch_condition())).await;
    }

    async fn watch(&self, mut condition: Receiver<StoreCondition>) {
        let (mut counted, mut raised) = (0, None);
        loop {
            let now = condition.borrow_and_update().clone();
            self.metrics.show_store(&now, now.faults - counted);
            if now.faults > counted && !self.is_passing(&now, &mut condition).await {
                let fault = now.last_fault.as_ref().map(problem);
                if let Some(problem) = fault.filter(|it| raised.as_ref() != Some(it)) {
                    self.announce(Status::Firing, &problem).await;
                    raised = Some(problem);
                }
            }
            counted = now.faults;
            if condition.borrow().fault.is_none()
                && let Some(problem) = raised.take()
            {
                self.announce(Status::Resolved, &problem).await;
            }
            // Waiting for the fault to pass has seen what came meanwhile, and shown it to nobody.
            let is_current = *condition.borrow() == now;
            if is_current && condition.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits for a moment whether a disk that cannot be written can be again; true if it can.
    async fn is_passing(&self, now: &StoreCondition, condition: &mut Receiver<StoreCondition>) -> bool {
        match now.last_fault {
            Some(
                StoreFault::DiskFull
                | StoreFault::ReadOnly
                | StoreFault::Io(_)
                | StoreFault::Slow
                | StoreFault::Locked,
            ) => {
                let is_over = condition.wait_for(|it| it.fault.is_none());
                tokio::time::timeout(PASSING, is_over).await.is_ok()
            }
            // Somebody has laid hands on the files: that is news, also if all is well again.
            Some(
                StoreFault::Missing(_)
                | StoreFault::Replaced(_)
                | StoreFault::Truncated(_)
                | StoreFault::Overwritten(_),
            )
            | None => false,
        }
    }

    async fn announce(&self, status: Status, problem: &StoreProblem) {
        let facts = match status {
            Status::Firing => SelfAlertFacts::Raised(RaisedCondition::StoreUnusable(problem.clone())),
            Status::Resolved => SelfAlertFacts::Resolved(ResolvedCondition::Store(problem.clone())),
        };
        if status == Status::Firing {
            error!(alertname = NAME, "Self-alert raised, past the store");
        }
        let (name, subject, severity) = (NAME, "store", Severity::Urgent);
        let alert = SelfAlert {
            name,
            subject,
            cause: None,
            kind: Kind::Notice,
            status,
            severity,
            labels: Labels::default(),
            facts,
        };
        let alert = alert.alert(self.clock.now());
        let channels = self.lanes.lock().await.channels();
        let announcement =
            Announcement::new(alert, self.store.instance(), Arc::clone(&self.clock), self.monotonic.clone());
        announcement.send(&self.dispatch.policy(), channels).await;
    }
}

/// The `alertname` of the self-alert.
const NAME: &str = "StoreUnusable";

fn problem(fault: &StoreFault) -> StoreProblem {
    match fault {
        StoreFault::DiskFull => StoreProblem::DiskFull,
        StoreFault::ReadOnly => StoreProblem::ReadOnly,
        StoreFault::Io(words) => StoreProblem::Io(words.clone()),
        StoreFault::Slow => StoreProblem::Slow,
        StoreFault::Locked => StoreProblem::Locked,
        StoreFault::Missing(_) => StoreProblem::Missing,
        StoreFault::Replaced(_) => StoreProblem::Replaced,
        StoreFault::Truncated(_) => StoreProblem::Truncated,
        StoreFault::Overwritten(_) => StoreProblem::Overwritten,
    }
}
