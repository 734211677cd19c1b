//! One channel's lane: which delivery is attempted when.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Backlog, Clock, Gate, MessageForm, QueueKey, RetryPolicy, Severity, Share, Waiting};
use fanfare_store::{Delivery, Gathered, Store};
use jiff::Timestamp;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

use crate::account::{AccountEffect, SharedAccount, Turn};
use crate::attempt;
use crate::chance::Jitter;
use crate::dispatch::{Dispatch, Door, Handed, News};
use crate::gateway::ChannelSetup;
use crate::links::Links;
use crate::load::{Arrival, Ended, Fate, Job, Load};
use crate::metrics::ChannelMetrics;
use crate::repeats::Repeats;
use crate::status::ChannelStatus;
use crate::steady::{SteadyTime, after, between};

/// With more waiting than this, their texts are left in the store and read when
/// their turn comes: an outage of days must not fill the memory. A text has some
/// 2 KB and is shared by all lanes, so this is about 10 MB; a read costs about as
/// much as the attempt itself.
const TEXTS_IN_MEMORY: usize = 5_000;

/// How many deliveries are offered for one digest: more than the largest message
/// there is, DingTalk's of 20,000 bytes, has lines for.
const MOST_IN_A_DIGEST: usize = 300;

/// What speaks for a channel, until its settings change.
#[derive(Debug)]
pub(crate) struct Speaker {
    pub(crate) channel: ChannelSetup,
    pub(crate) account: Arc<SharedAccount>,
    pub(crate) retry: RetryPolicy,
    pub(crate) links: Option<Links>,
}

/// What a lane and its attempts need besides.
#[derive(Debug)]
pub(crate) struct LaneSetup {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) steady: SteadyTime,
    pub(crate) chance: Arc<dyn Jitter>,
    pub(crate) metrics: ChannelMetrics,
    pub(crate) status: Arc<ChannelStatus>,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) stop: CancellationToken,
}

/// One channel's lane.
#[derive(Debug)]
pub(crate) struct Lane {
    setup: Arc<LaneSetup>,
    speaker: watch::Receiver<Arc<Speaker>>,
    door: UnboundedReceiver<Handed>,
    backlog: Backlog<Job>,
    repeats: Repeats,
    attempts: JoinSet<Vec<Ended>>,
    under_way: HashMap<Id, Load>,
    /// How many deliveries the last digest that was full held.
    full_digest: usize,
    /// Whether it has been said that nothing goes out here for now.
    said_blocked: bool,
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
    pub(crate) fn new(setup: LaneSetup, speaker: watch::Receiver<Arc<Speaker>>) -> (Self, Door) {
        let (sender, handed) = mpsc::unbounded_channel();
        let lane = Self {
            setup: Arc::new(setup),
            speaker,
            door: handed,
            backlog: Backlog::default(),
            repeats: Repeats::default(),
            attempts: JoinSet::new(),
            under_way: HashMap::new(),
            full_digest: usize::MAX,
            said_blocked: false,
        };
        (lane, sender)
    }

    /// Runs until the gateway stops, and then until the attempts under way have ended.
    pub(crate) async fn run(mut self) {
        let setup = Arc::clone(&self.setup);
        let mut ends = self.speaker.borrow().account.ends();
        while !setup.stop.is_cancelled() {
            let speaker = Arc::clone(&self.speaker.borrow());
            let pause = self.start_attempts(&speaker);
            self.say_whether_blocked(&speaker);
            self.show_pending();
            tokio::select! {
                () = setup.stop.cancelled() => {}
                handed = self.door.recv() => match handed {
                    Some(handed) => self.take_in(handed),
                    None => break,
                },
                Some(ended) = self.attempts.join_next_with_id() => self.ended(ended),
                () = ends.next() => {}
                Ok(()) = self.speaker.changed() => ends = self.speaker.borrow().account.ends(),
                () = rest(pause) => {}
            }
        }
        debug!(channel.name = %self.speaker.borrow().channel.name, attempts = self.under_way.len(), "Letting attempts end");
        while self.attempts.join_next().await.is_some() {}
    }

    fn show_pending(&self) {
        let under_way: usize = self.under_way.values().map(|load| load.jobs.len()).sum();
        let pending = self.backlog.len() + self.repeats.deliveries() + under_way;
        self.setup.metrics.pending.set(i64::try_from(pending).unwrap_or(i64::MAX));
    }

    /// Once it is clear that nothing goes out here for a while, whoever waits must be told elsewhere.
    fn say_whether_blocked(&mut self, speaker: &Speaker) {
        let blocked = self.setup.status.blocked_until(self.setup.steady.now()).is_some();
        if blocked && !self.said_blocked {
            self.setup.dispatch.tell_follow_up(News::Blocked(speaker.channel.name.clone()));
        }
        self.said_blocked = blocked;
    }

    fn take_in(&mut self, first: Handed) {
        let mut next = Some(first);
        while let Some(handed) = next {
            match handed {
                Handed::Arrived(arrived) => self.sort_in(arrived),
                Handed::Hasten(ids) => self.backlog.hasten(&ids, self.setup.steady.now()),
            }
            next = self.door.try_recv().ok();
        }
    }

    /// What went out in a digest before goes out in it again; everything else waits by itself.
    fn sort_in(&mut self, arrived: Vec<Arrival>) {
        let mut gathered: HashMap<Gathered, Vec<Job>> = HashMap::new();
        for Arrival { delivery, notification } in arrived {
            let notification = notification.filter(|_| self.backlog.len() < TEXTS_IN_MEMORY);
            let job = Job { delivery, notification, since: self.setup.steady.now() };
            let line = job.line();
            match (job.delivery.gathered, job.delivery.form) {
                (Some(digest), _) => {
                    self.backlog.go_ahead(line);
                    gathered.entry(digest).or_default().push(job);
                }
                (None, MessageForm::Plain) => {
                    self.backlog.go_ahead(line);
                    self.repeat(Load::one(job));
                }
                (None, MessageForm::Full) => {
                    let next_at = self.may_go_at(&job);
                    self.backlog.push(waiting(job, next_at));
                    self.hasten(line);
                }
            }
        }
        for (digest, jobs) in gathered {
            self.repeat(Load::of(jobs, Some(digest)));
        }
    }

    /// Starts as many attempts as may be made now.
    fn start_attempts(&mut self, speaker: &Arc<Speaker>) -> Pause {
        let concurrency = speaker.channel.limits.concurrency.get();
        let now = self.setup.steady.now();
        while self.under_way.len() < concurrency {
            let Some(severity) = self.worst_ready(now) else {
                let next_at = [self.backlog.next_at(), self.repeats.next_at()].into_iter().flatten().min();
                return next_at.map_or(Pause::UntilSomethingHappens, |at| Pause::For(between(now, at)));
            };
            match self.setup.status.circuit().may_start(now, self.under_way.len()) {
                Gate::Pass | Gate::ProbeNow => {}
                Gate::At(at) => return Pause::For(between(now, at)),
                Gate::WhenOneEnds => return Pause::UntilSomethingHappens,
            }
            let share = self.share(severity, now);
            match speaker.account.start(now, share) {
                Turn::Now { spare } => match self.next_load(severity, spare, now) {
                    Some(load) => self.start(speaker, load),
                    None => speaker.account.call_off(),
                },
                Turn::At(at) => return Pause::For(between(now, at)),
                Turn::WhenOneEnds => return Pause::UntilSomethingHappens,
            }
        }
        Pause::UntilSomethingHappens
    }

    fn worst_ready(&mut self, now: Timestamp) -> Option<Severity> {
        self.backlog.worst_ready(now).max(self.repeats.worst_ready(now))
    }

    /// Of the account's budget a part is kept for what is urgent; and a digest
    /// that is full gains nothing by waiting.
    fn share(&mut self, severity: Severity, now: Timestamp) -> Share {
        match severity {
            Severity::Urgent => Share::Urgent,
            Severity::Low | Severity::Mid | Severity::High => {
                let full = self.full_digest.min(MOST_IN_A_DIGEST);
                if self.backlog.ready_at_least(Severity::Low, now) >= full {
                    Share::OrdinaryFull
                } else {
                    Share::Ordinary
                }
            }
        }
    }

    /// What goes next: a digest that must be repeated; the worst delivery by itself,
    /// if as many may go as wait with it; or else all of them in a digest.
    fn next_load(&mut self, severity: Severity, spare: Option<usize>, now: Timestamp) -> Option<Load> {
        if self.repeats.worst_ready(now) == Some(severity) {
            return self.repeats.take(now);
        }
        let as_bad = match severity {
            Severity::Urgent => Severity::Urgent,
            Severity::Low | Severity::Mid | Severity::High => Severity::Low,
        };
        let waiting = self.backlog.ready_at_least(as_bad, now);
        if spare.is_none_or(|spare| waiting <= spare + 1) {
            return self.backlog.take(now).map(|next| Load::one(next.item));
        }
        // Some more than the last full one held: texts differ in length.
        let most = self.full_digest.saturating_add(self.full_digest / 4 + 1).min(MOST_IN_A_DIGEST);
        let jobs: Vec<Job> = self.backlog.gather(now, most).into_iter().map(|it| it.item).collect();
        (!jobs.is_empty()).then_some(Load { jobs, gathered: None })
    }

    fn start(&mut self, speaker: &Arc<Speaker>, load: Load) {
        let attempt = attempt::run(Arc::clone(&self.setup), Arc::clone(speaker), load.clone());
        let task = self.attempts.spawn(attempt);
        self.under_way.insert(task.id(), load);
    }

    fn ended(&mut self, ended: Result<(Id, Vec<Ended>), JoinError>) {
        match ended {
            Ok((id, ended)) => {
                self.under_way.remove(&id);
                self.go_on(ended);
            }
            Err(err) => self.broke_down(&err),
        }
    }

    fn go_on(&mut self, ended: Vec<Ended>) {
        self.note_size(&ended);
        let (mut again, mut apart) = (HashMap::new(), Vec::new());
        for Ended { job, fate } in ended {
            let left = job.line();
            match fate {
                Fate::Settled => self.backlog.settled(left),
                // It could go, and still can, whatever became of the wall clock meanwhile.
                Fate::LeftOut => self.backlog.put_back(waiting(job, self.setup.steady.now())),
                Fate::Apart(delivery) => apart.push(Job { delivery, ..job }),
                Fate::Again(delivery) => match delivery.gathered {
                    Some(digest) => {
                        again.entry(digest).or_insert_with(Vec::new).push(Job { delivery, ..job });
                    }
                    None => self.put_back(Job { delivery, ..job }, left),
                },
            }
        }
        for (digest, jobs) in again {
            self.repeat(Load::of(jobs, Some(digest)));
        }
        if !apart.is_empty() {
            self.split(Load::of(apart, None));
        }
    }

    /// Learns how many deliveries a digest has room for.
    fn note_size(&mut self, ended: &[Ended]) {
        let tried = ended.iter().filter(|it| !matches!(it.fate, Fate::LeftOut)).count();
        self.full_digest = if tried < ended.len() { tried } else { self.full_digest.max(tried) };
    }

    /// Lets both halves of `load` go by themselves; of one line, the second behind the first.
    fn split(&mut self, load: Load) {
        let is_one_line = load.is_one_line();
        let (first, second) = load.halves();
        self.repeat(first);
        if is_one_line {
            for job in second.jobs {
                let line = job.line();
                self.put_back(job, line);
            }
        } else {
            self.repeat(second);
        }
    }

    /// Lets `job`, which was taken out of the line `left`, wait by itself.
    fn put_back(&mut self, job: Job, left: QueueKey) {
        let notification = job.notification.clone().filter(|_| self.backlog.len() < TEXTS_IN_MEMORY);
        let job = Job { notification, ..job };
        let (line, next_at) = (job.line(), self.may_go_at(&job));
        match job.delivery.form {
            MessageForm::Full if line == left => return self.backlog.put_back(waiting(job, next_at)),
            MessageForm::Full => self.backlog.push(waiting(job, next_at)),
            MessageForm::Plain if line == left => return self.repeat(Load::one(job)),
            MessageForm::Plain => {
                self.backlog.go_ahead(line);
                self.repeat(Load::one(job));
            }
        }
        self.backlog.settled(left);
    }

    /// Lets `load` go out again as it is. What it carries counts as taken out of the backlog.
    fn repeat(&mut self, load: Load) {
        let next_at = load.jobs.iter().map(|job| self.may_go_at(job)).max();
        let lines: HashSet<QueueKey> = load.jobs.iter().map(Job::line).collect();
        self.repeats.push(load, next_at.unwrap_or(Timestamp::MIN));
        lines.into_iter().for_each(|line| self.hasten(line));
    }

    /// A worse one that has joined `line` ends the pause of what goes before it.
    fn hasten(&mut self, line: QueueKey) {
        if !self.repeats.hold(line) {
            return; // what is under way may still hear of it
        }
        if let Some((severity, at)) = self.backlog.take_pull(line) {
            self.repeats.hasten(line, severity, at);
        }
    }

    /// A panic costs that attempt and nothing else. One in a channel's own code
    /// does not get here: it is an answer like any other.
    fn broke_down(&mut self, err: &JoinError) {
        let speaker = Arc::clone(&self.speaker.borrow());
        error!(channel.name = %speaker.channel.name, error = %err, "An attempt broke down; this is a bug");
        speaker.account.end(self.setup.steady.now(), AccountEffect::Unclear);
        let Some(load) = self.under_way.remove(&err.id()) else { return };
        let next_at = after(self.setup.clock.now(), speaker.retry.max_delay);
        for mut job in load.jobs {
            job.delivery.next_at = next_at;
            let line = job.line();
            self.put_back(job, line);
        }
    }

    /// When it may go, in steady time. No pause is longer than the retry policy's
    /// longest, or the clock was set back since it was fixed.
    fn may_go_at(&self, job: &Job) -> Timestamp {
        let LaneSetup { clock, steady, .. } = self.setup.as_ref();
        let longest = match job.delivery.attempts {
            0 => attempt::STORE_PAUSE, // it was never told to wait for longer
            _ => self.speaker.borrow().retry.longest_pause(),
        };
        after(steady.now(), between(clock.now(), job.delivery.next_at).min(longest))
    }
}

/// `job` as it waits, and not before `next_at` in steady time.
fn waiting(job: Job, next_at: Timestamp) -> Waiting<Job> {
    let Delivery { id, severity, .. } = job.delivery;
    Waiting { id, line: job.line(), severity, next_at, item: job }
}

/// Waits until `pause` may be over.
async fn rest(pause: Pause) {
    match pause {
        Pause::UntilSomethingHappens => std::future::pending().await,
        Pause::For(wait) => tokio::time::sleep(wait).await,
    }
}
