//! The writing thread: jobs that wait at the same time share a commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::error;

use crate::StoreError;
use crate::engine::commit_observer::CommitObserver;
use crate::engine::condition::ConditionSender;
use crate::engine::database::Database;
use crate::engine::pace::{GLANCE, WriterPace};
use crate::fault::StoreFault;

/// The most jobs that share a commit. Beyond some hundreds the fsync's share
/// of each is already small, and the first would wait for the last.
const JOBS_PER_COMMIT: usize = 512;

/// The jobs in a commit from which on the next commit waits for more of them.
const BUSY: usize = 8;

/// The time it waits: about one fsync of a good disk. A caller that writes seldom never waits.
const LINGER: Duration = Duration::from_micros(300);

/// The time between two looks at the files of the store. A file that is deleted is missed within two seconds.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// The way to hand jobs to those who write. Clones share it.
#[derive(Debug, Clone)]
pub(super) enum Writer {
    /// A thread of its own; the caller's thread goes on with other tasks meanwhile.
    Thread(WriterThread),
    /// The caller's thread, which does nothing else meanwhile: tokio's paused time stands still, and a test
    /// runs in the same order each time.
    Caller(Arc<Mutex<WriterState>>),
}

/// The writing thread, for those who wait for it.
#[derive(Debug, Clone)]
pub(super) struct WriterThread {
    orders: Sender<Order>,
    pace: WriterPace,
    condition: ConditionSender,
}

/// The state of those who write.
#[derive(Debug)]
pub(super) struct WriterState {
    database: Database,
    /// The time of the next look at the files.
    look_at: Instant,
}

/// The place at which a job must be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// On the disk, at the path of the store, or not at all: somebody else will rely on it.
    OnDisk,
    /// On the disk if it can be written, or else in memory: what is owed must go out all the same.
    AsPossible,
}

/// An order to those who write.
pub(super) enum Order {
    Write(Box<dyn Job>),
    /// Brings the write-ahead log into the file.
    Checkpoint(oneshot::Sender<Result<(), StoreError>>),
}

/// The end of a job.
pub(super) enum JobEnd {
    /// Written where it must be.
    Written,
    /// Written, but not on the disk where it will be looked for; it must be there by the job's durability.
    WrittenElsewhere(StoreFault),
    /// Nothing written, for this reason.
    Failed(StoreError),
}

/// A unit of work that is written whole or not at all.
pub(super) trait Job: Send {
    /// The place in which it must be written.
    fn durability(&self) -> Durability;

    /// True once its caller was told that it is refused.
    fn is_withdrawn(&self) -> bool;

    /// Runs inside a transaction; a second time if a neighbour spoiled the first.
    fn run(&mut self, db: &Connection) -> Result<(), StoreError>;

    /// Takes the end, once it has come.
    fn done(self: Box<Self>, end: JobEnd);
}

impl Writer {
    /// Starts the thread. It ends when the last `Writer` is dropped and every
    /// job handed over before is done; only then does it let go of the database.
    pub(super) fn start(database: Database) -> std::io::Result<Self> {
        let (orders, received) = mpsc::channel();
        let (pace, condition) = (database.pace(), database.condition());
        let work = move || carry_out_all(WriterState::new(database), &received);
        thread::Builder::new().name("store-writer".to_owned()).spawn(work)?;
        Ok(Self::Thread(WriterThread { orders, pace, condition }))
    }

    /// A writer without a thread: each caller carries out its own job. The database is let go of with the last
    /// `Writer`.
    pub(super) fn on_callers_thread(database: Database) -> Self {
        Self::Caller(Arc::new(Mutex::new(WriterState::new(database))))
    }

    /// Runs `work` in a transaction and answers once it is where `durability` says.
    ///
    /// `then` sees the result after the commit and before the caller does, and
    /// also if the caller no longer waits: what must follow a commit goes there.
    ///
    /// What must be on the disk is refused at once while the disk does not answer in time. A caller who is refused in
    /// the middle of the commit may have been written all the same.
    pub(super) async fn write<T, W, C>(
        &self,
        durability: Durability,
        work: W,
        then: C,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        C: FnOnce(&T) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let withdrawn = Arc::new(AtomicBool::new(false));
        let job = WriteJob { durability, work, then, result: None, reply, withdrawn: Arc::clone(&withdrawn) };
        self.order(Order::Write(Box::new(job))).await?;
        let (Self::Thread(thread), Durability::OnDisk) = (self, durability) else {
            return self.wait_for(answer).await;
        };
        tokio::select! {
            biased;
            answer = self.wait_for(answer) => answer,
            fault = thread.condition.delay() => {
                withdrawn.store(true, Ordering::Relaxed);
                Err(StoreError::Refused(fault))
            }
        }
    }

    /// Brings the write-ahead log into the file, behind all that was handed over before.
    pub(super) async fn checkpoint(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.order(Order::Checkpoint(reply)).await?;
        self.wait_for(answer).await
    }

    async fn wait_for<T>(&self, answer: oneshot::Receiver<Result<T, StoreError>>) -> Result<T, StoreError> {
        match self {
            Self::Thread(thread) => thread.wait_for(answer).await,
            Self::Caller(_) => answer.await.map_err(|_| StoreError::Closed)?,
        }
    }

    /// Hands an order over; on the caller's thread it is carried out then.
    async fn order(&self, order: Order) -> Result<(), StoreError> {
        match self {
            Self::Thread(thread) => thread.orders.send(order).map_err(|_| StoreError::Closed),
            Self::Caller(state) => {
                carry_out_here(state, order);
                tokio::task::yield_now().await;
                Ok(())
            }
        }
    }
}

fn carry_out_here(state: &Mutex<WriterState>, order: Order) {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    carry_out(&mut state.database, order, std::iter::empty());
    state.look_if_due();
}

impl WriterState {
    fn new(database: Database) -> Self {
        Self { database, look_at: Instant::now() + LOOK_INTERVAL }
    }

    fn look_if_due(&mut self) {
        if self.look_at <= Instant::now() {
            self.database.look();
            self.look_at = Instant::now() + LOOK_INTERVAL;
        }
    }
}

impl WriterThread {
    /// Waits for an answer, and looks meanwhile how long the thread has been at its work.
    async fn wait_for<T>(&self, answer: oneshot::Receiver<Result<T, StoreError>>) -> Result<T, StoreError> {
        let mut answer = pin!(answer);
        loop {
            match tokio::time::timeout(GLANCE, &mut answer).await {
                Ok(answer) => return answer.map_err(|_| StoreError::Closed)?,
                Err(_elapsed) => self.pace.check(&self.condition),
            }
        }
    }
}

struct WriteJob<T, W, C> {
    durability: Durability,
    work: W,
    then: C,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    withdrawn: Arc<AtomicBool>,
}

impl<T, W, C> Job for WriteJob<T, W, C>
where
    T: Send,
    W: FnMut(&Connection) -> Result<T, StoreError> + Send,
    C: FnOnce(&T) + Send,
{
    fn durability(&self) -> Durability {
        self.durability
    }

    fn is_withdrawn(&self) -> bool {
        self.withdrawn.load(Ordering::Relaxed)
    }

    fn run(&mut self, db: &Connection) -> Result<(), StoreError> {
        self.result = None;
        // A panic here must cost this job only, and not the thread that writes for all.
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(db))).map_err(|_| StoreError::Panicked)?;
        self.result = Some(result?);
        Ok(())
    }

    fn done(self: Box<Self>, end: JobEnd) {
        let Self { durability: _, work: _, then, result, reply, withdrawn: _ } = *self;
        let (written, refused) = match end {
            JobEnd::Written => (result.ok_or(StoreError::Closed), None),
            // It is acted on, as it will be if the file is put back in its place; but nobody may rely on that.
            JobEnd::WrittenElsewhere(fault) => (result.ok_or(StoreError::Closed), Some(fault)),
            JobEnd::Failed(err) => (Err(err), None),
        };
        if let Ok(result) = &written
            && catch_unwind(AssertUnwindSafe(|| then(result))).is_err()
        {
            error!("What follows a commit panicked; this is a bug");
        }
        let answer = match refused {
            None => written,
            Some(fault) => Err(StoreError::Refused(fault)),
        };
        // Whoever asked may have gone away meanwhile; it is written all the same.
        drop(reply.send(answer));
    }
}

/// Carries out orders until nobody can give any more.
fn carry_out_all(mut state: WriterState, orders: &Receiver<Order>) {
    let mut shared_last = 0;
    loop {
        match orders.recv_timeout(state.look_at.saturating_duration_since(Instant::now())) {
            Ok(first) => {
                if shared_last >= BUSY {
                    thread::sleep(LINGER);
                }
                shared_last = carry_out(&mut state.database, first, orders.try_iter());
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        state.look_if_due();
    }
}

/// Carries out `first` and the orders behind it, and returns the number of jobs that shared a commit.
fn carry_out(database: &mut Database, first: Order, behind: impl Iterator<Item = Order>) -> usize {
    let (mut batch, mut checkpoints) = (Vec::<Box<dyn Job>>::new(), Vec::new());
    for order in std::iter::once(first).chain(behind).take(JOBS_PER_COMMIT) {
        match order {
            Order::Write(job) if job.is_withdrawn() => {}
            Order::Write(job) => batch.push(job),
            Order::Checkpoint(reply) => checkpoints.push(reply),
        }
    }
    let (shared, pace) = (batch.len(), database.pace());
    pace.begin();
    database.before_commit();
    if batch.iter().any(|job| must_be_on_disk(job.as_ref())) {
        database.recover_if_due();
    }
    write_batch(database, batch);
    if shared < BUSY {
        database.empty_log_early();
    }
    for reply in checkpoints {
        drop(reply.send(database.checkpoint().map_err(StoreError::from)));
    }
    pace.end();
    shared
}

/// Commits `batch` and tells each job how it ended. If that fails each half is
/// tried by itself, and so on, until what is wrong with one job is told to that
/// one only; its neighbours share a few commits instead of having one each.
fn write_batch(database: &mut Database, batch: Vec<Box<dyn Job>>) {
    let mut batch = refuse_what_must_be_kept(batch, database.fault());
    if batch.is_empty() {
        return;
    }
    let committed = commit(database.connection(), &mut batch, database.observer());
    database.after_commit();
    match committed {
        Ok(()) => tell_written(batch, database.fault()),
        Err(err) => match database.fault_of(&err) {
            Some(fault) => write_otherwise(database, batch, err, &fault),
            None => write_halves(database, batch, err),
        },
    }
}

/// Refuses those jobs of `batch` that must be on the disk, if there is a `fault`, and returns the others.
fn refuse_what_must_be_kept(batch: Vec<Box<dyn Job>>, fault: Option<StoreFault>) -> Vec<Box<dyn Job>> {
    let Some(fault) = fault else { return batch };
    let (refused, others): (Vec<_>, Vec<_>) =
        batch.into_iter().partition(|job| must_be_on_disk(job.as_ref()));
    refused.into_iter().for_each(|job| job.done(JobEnd::Failed(StoreError::Refused(fault.clone()))));
    others
}

/// Tells the jobs of `batch` that they are written; on the disk, unless there is a `fault` that is more than a delay.
fn tell_written(batch: Vec<Box<dyn Job>>, fault: Option<StoreFault>) {
    let fault = fault.filter(|it| !it.is_delay());
    for job in batch {
        let end = match (&fault, job.durability()) {
            (Some(fault), Durability::OnDisk) => JobEnd::WrittenElsewhere(fault.clone()),
            (Some(_) | None, Durability::AsPossible) | (None, Durability::OnDisk) => JobEnd::Written,
        };
        job.done(end);
    }
}

/// Goes on with `batch` after the disk could not be written: what must be on it is refused, and the rest is
/// written in another way.
fn write_otherwise(
    database: &mut Database,
    mut batch: Vec<Box<dyn Job>>,
    err: StoreError,
    fault: &StoreFault,
) {
    database.fail(fault);
    if fault.is_delay() {
        // A way around it would be another store; whoever must write comes again.
        return batch
            .into_iter()
            .for_each(|job| job.done(JobEnd::Failed(StoreError::Refused(fault.clone()))));
    }
    let must_be_on_disk = batch.iter().any(|job| must_be_on_disk(job.as_ref()));
    match batch.pop() {
        // Its own error says more than that it is refused.
        Some(job) if must_be_on_disk && batch.is_empty() => job.done(JobEnd::Failed(err)),
        Some(job) => {
            batch.push(job);
            if must_be_on_disk || database.make_do() {
                write_batch(database, batch);
            } else {
                write_halves(database, batch, err);
            }
        }
        None => {}
    }
}

fn must_be_on_disk(job: &dyn Job) -> bool {
    job.durability() == Durability::OnDisk
}

fn write_halves(database: &mut Database, mut batch: Vec<Box<dyn Job>>, err: StoreError) {
    if batch.len() > 1 {
        let second_half = batch.split_off(batch.len() / 2);
        write_batch(database, batch);
        write_batch(database, second_half);
    } else if let Some(job) = batch.pop() {
        job.done(JobEnd::Failed(err));
    }
}

fn commit(db: &Connection, jobs: &mut [Box<dyn Job>], observer: &CommitObserver) -> Result<(), StoreError> {
    let transaction = db.unchecked_transaction()?;
    for job in jobs {
        job.run(&transaction)?;
    }
    let began = Instant::now();
    transaction.commit()?;
    observer.observe(began.elapsed());
    Ok(())
}

#[cfg(test)]
mod tests;
