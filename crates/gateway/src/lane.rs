//! One channel's lane: which delivery is attempted when.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Backlog, Clock, Line, Notification, RetryPolicy, Waiting};
use fanfare_store::{Delivery, Store};
use jiff::Timestamp;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

use crate::account::{SharedAccount, Standing, Turn};
use crate::attempt::{self, Fate};
use crate::chance::Chance;
use crate::gateway::ChannelSetup;
use crate::metrics::ChannelMetrics;
use crate::steady::{SteadyTime, after, between};

/// With more waiting than this, their texts are left in the store and read when
/// their turn comes: an outage of days must not fill the memory. A text has some
/// 2 KB and is shared by all lanes, so this is about 10 MB; a read costs about as
/// much as the attempt itself.
const TEXTS_IN_MEMORY: usize = 5_000;

/// A delivery for a lane.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) delivery: Delivery,
    /// What is told; `None` if it must be read from the store.
    pub(crate) notification: Option<Arc<Notification>>,
}

/// A delivery that a lane sees to its end.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) delivery: Delivery,
    /// What is told; `None` if it must be read from the store.
    pub(crate) notification: Option<Arc<Notification>>,
    /// Since when, in steady time.
    pub(crate) since: Timestamp,
}

impl Job {
    /// What is still owed to some of its recipients waits for them by itself.
    fn line(&self) -> Line {
        match &self.delivery.only {
            None => Line::About(self.delivery.fingerprint),
            Some(_) => Line::Alone(self.delivery.id),
        }
    }
}

/// What a lane and its attempts need.
#[derive(Debug)]
pub(crate) struct LaneSetup {
    pub(crate) channel: ChannelSetup,
    pub(crate) account: Arc<SharedAccount>,
    pub(crate) store: Store,
    pub(crate) retry: RetryPolicy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) steady: SteadyTime,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) metrics: ChannelMetrics,
    pub(crate) stop: CancellationToken,
}

/// One channel's lane.
#[derive(Debug)]
pub(crate) struct Lane {
    setup: Arc<LaneSetup>,
    arrivals: UnboundedReceiver<Vec<Arrival>>,
    backlog: Backlog<Job>,
    attempts: JoinSet<Fate>,
    under_way: HashMap<Id, Job>,
}

/// Why no further attempt is started for now.
enum Pause {
    /// Nothing waits, or as many attempts as allowed are under way.
    UntilSomethingHappens,
    /// Something may be started after so long.
    For(Duration),
}

impl Lane {
    /// The lane, and where its deliveries are handed in.
    pub(crate) fn new(setup: LaneSetup) -> (Self, UnboundedSender<Vec<Arrival>>) {
        let (sender, arrivals) = mpsc::unbounded_channel();
        let lane = Self {
            setup: Arc::new(setup),
            arrivals,
            backlog: Backlog::default(),
            attempts: JoinSet::new(),
            under_way: HashMap::new(),
        };
        (lane, sender)
    }

    /// Runs until the gateway stops, and then until the attempts under way have ended.
    pub(crate) async fn run(mut self) {
        let setup = Arc::clone(&self.setup);
        let mut ends = setup.account.ends();
        while !setup.stop.is_cancelled() {
            let pause = self.start_attempts();
            self.setup
                .metrics
                .pending
                .set(i64::try_from(self.backlog.len() + self.under_way.len()).unwrap_or(i64::MAX));
            tokio::select! {
                () = setup.stop.cancelled() => {}
                jobs = self.arrivals.recv() => match jobs {
                    Some(arrived) => self.take_in(arrived),
                    None => break,
                },
                Some(ended) = self.attempts.join_next_with_id() => self.ended(ended),
                _ = ends.changed() => {}
                () = rest(pause) => {}
            }
        }
        debug!(channel.name = %self.setup.channel.name, attempts = self.under_way.len(), "Letting attempts end");
        while self.attempts.join_next().await.is_some() {}
    }

    fn take_in(&mut self, arrived: Vec<Arrival>) {
        arrived.into_iter().for_each(|it| self.push(it));
        while let Ok(arrived) = self.arrivals.try_recv() {
            arrived.into_iter().for_each(|it| self.push(it));
        }
    }

    fn push(&mut self, Arrival { delivery, notification }: Arrival) {
        let notification = notification.filter(|_| self.backlog.len() < TEXTS_IN_MEMORY);
        let waiting = self.waiting(Job { delivery, notification, since: self.setup.steady.now() });
        self.backlog.push(waiting);
    }

    /// Starts as many attempts as may be made now.
    fn start_attempts(&mut self) -> Pause {
        let concurrency = self.setup.channel.limits.concurrency.get();
        let now = self.setup.steady.now();
        while self.under_way.len() < concurrency {
            let Some(next) = self.backlog.take(now) else {
                let next_at = self.backlog.next_at();
                return next_at.map_or(Pause::UntilSomethingHappens, |at| Pause::For(between(now, at)));
            };
            match self.setup.account.start(now) {
                Turn::Now => {
                    let job = next.item;
                    let task = self.attempts.spawn(attempt::run(Arc::clone(&self.setup), job.clone()));
                    self.under_way.insert(task.id(), job);
                }
                Turn::At(at) => {
                    self.backlog.put_back(next);
                    return Pause::For(between(now, at));
                }
                Turn::WhenOneEnds => {
                    self.backlog.put_back(next);
                    return Pause::UntilSomethingHappens;
                }
            }
        }
        Pause::UntilSomethingHappens
    }

    fn ended(&mut self, ended: Result<(Id, Fate), JoinError>) {
        match ended {
            Ok((id, fate)) => {
                if let Some(job) = self.under_way.remove(&id) {
                    self.go_on(job, fate);
                }
            }
            Err(err) => self.broke_down(&err),
        }
    }

    fn go_on(&mut self, job: Job, fate: Fate) {
        match fate {
            Fate::Settled => self.backlog.settled(job.line()),
            Fate::Again(delivery) => {
                let left = job.line();
                let notification = job.notification.filter(|_| self.backlog.len() < TEXTS_IN_MEMORY);
                let waiting = self.waiting(Job { delivery, notification, since: job.since });
                if waiting.line != left {
                    self.backlog.settled(left);
                }
                self.backlog.put_back(waiting);
            }
        }
    }

    /// A panic costs that attempt and nothing else. One in a channel's own code
    /// does not get here: it is an answer like any other.
    fn broke_down(&mut self, err: &JoinError) {
        error!(channel.name = %self.setup.channel.name, error = %err, "An attempt broke down; this is a bug");
        self.setup.account.end(self.setup.steady.now(), Standing::Unclear);
        if let Some(mut job) = self.under_way.remove(&err.id()) {
            job.delivery.next_at = after(self.setup.clock.now(), self.setup.retry.max_delay);
            let waiting = self.waiting(job);
            self.backlog.put_back(waiting);
        }
    }

    /// No pause is longer than the retry policy's longest, or the clock was set back since it was fixed.
    fn waiting(&self, job: Job) -> Waiting<Job> {
        let LaneSetup { clock, steady, retry, .. } = self.setup.as_ref();
        let Delivery { id, severity, next_at, .. } = job.delivery;
        let pause = between(clock.now(), next_at).min(retry.longest_pause());
        Waiting { id, line: job.line(), severity, next_at: after(steady.now(), pause), item: job }
    }
}

/// Waits until `pause` may be over.
async fn rest(pause: Pause) {
    match pause {
        Pause::UntilSomethingHappens => std::future::pending().await,
        Pause::For(wait) => tokio::time::sleep(wait).await,
    }
}
