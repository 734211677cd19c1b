//! The writing thread: jobs that wait at the same time share a commit.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::time::Instant;
use tracing::error;

use crate::StoreError;
use crate::engine::commit_observer::CommitObserver;

/// The most jobs that share a commit. Beyond some hundreds the fsync's share
/// of each is already small, and the first would wait for the last.
const JOBS_PER_COMMIT: usize = 512;

/// The jobs in a commit from which on the next commit waits for more of them.
const BUSY: usize = 8;

/// The time it waits: about one fsync of a good disk. A caller that writes seldom never waits.
const LINGER: Duration = Duration::from_micros(300);

/// The way to hand jobs to the writing thread.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    jobs: Sender<Box<dyn Job>>,
    answers: AnswerMode,
}

/// The way to wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerMode {
    /// Asynchronous: the caller's thread goes on with other tasks meanwhile.
    Asynchronous,
    /// Blocking: the caller's thread does nothing else meanwhile, so that tokio's paused time
    /// stands still and a test runs in the same order each time.
    Blocking,
}

/// A unit of work that is written whole or not at all.
trait Job: Send {
    /// Runs inside a transaction; a second time if a neighbour spoiled the first.
    fn run(&mut self, db: &Connection) -> Result<(), StoreError>;

    /// Takes the outcome: `Ok` once it is on the disk.
    fn done(self: Box<Self>, outcome: Result<(), StoreError>);
}

impl Writer {
    /// Starts the thread. It ends when the last `Writer` is dropped and every
    /// job handed over before is done; only then does it let go of `lock`.
    pub(super) fn start(db: Connection, lock: File, observer: CommitObserver) -> std::io::Result<Self> {
        let (sender, jobs) = mpsc::channel();
        let work = move || {
            write_all(&db, &jobs, &observer);
            drop(db);
            drop(lock);
        };
        thread::Builder::new().name("store-writer".to_owned()).spawn(work)?;
        Ok(Self { jobs: sender, answers: AnswerMode::Asynchronous })
    }

    /// The writer's way to wait for answers.
    pub(super) fn answers(&self) -> AnswerMode {
        self.answers
    }

    /// The same writer with blocking answers.
    pub(super) fn blocking(self) -> Self {
        Self { answers: AnswerMode::Blocking, ..self }
    }

    /// Runs `work` in a transaction and answers once it is on the disk.
    ///
    /// `then` sees the result after the commit and before the caller does, and
    /// also if the caller no longer waits: what must follow a commit goes there.
    pub(super) async fn write<T, W, C>(&self, work: W, then: C) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        C: FnOnce(&T) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = WriteJob { work, then, result: None, reply };
        self.jobs.send(Box::new(job)).map_err(|_| StoreError::Closed)?;
        match self.answers {
            AnswerMode::Asynchronous => answer.await.map_err(|_| StoreError::Closed)?,
            AnswerMode::Blocking => {
                let answer = block_on(answer)?;
                tokio::task::yield_now().await;
                answer
            }
        }
    }
}

/// Waits for an answer on the caller's thread. It asks again and again: tokio's own wait would panic on a
/// thread that drives a runtime.
fn block_on<T>(mut answer: oneshot::Receiver<T>) -> Result<T, StoreError> {
    loop {
        match answer.try_recv() {
            Ok(answer) => return Ok(answer),
            Err(TryRecvError::Empty) => thread::yield_now(),
            Err(TryRecvError::Closed) => return Err(StoreError::Closed),
        }
    }
}

struct WriteJob<T, W, C> {
    work: W,
    then: C,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W, C> Job for WriteJob<T, W, C>
where
    T: Send,
    W: FnMut(&Connection) -> Result<T, StoreError> + Send,
    C: FnOnce(&T) + Send,
{
    fn run(&mut self, db: &Connection) -> Result<(), StoreError> {
        self.result = None;
        // A panic here must cost this job only, and not the thread that writes for all.
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(db))).map_err(|_| StoreError::Panicked)?;
        self.result = Some(result?);
        Ok(())
    }

    fn done(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { work: _, then, result, reply } = *self;
        let answer = outcome.and_then(|()| result.ok_or(StoreError::Closed));
        if let Ok(result) = &answer
            && catch_unwind(AssertUnwindSafe(|| then(result))).is_err()
        {
            error!("What follows a commit panicked; this is a bug");
        }
        // Whoever asked may have gone away meanwhile; it is written all the same.
        drop(reply.send(answer));
    }
}

fn write_all(db: &Connection, jobs: &Receiver<Box<dyn Job>>, observer: &CommitObserver) {
    let mut shared_last = 0;
    while let Ok(first) = jobs.recv() {
        if shared_last >= BUSY {
            thread::sleep(LINGER);
        }
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(JOBS_PER_COMMIT - 1));
        shared_last = batch.len();
        write_batch(db, batch, observer);
    }
}

/// Commits `batch` and tells each job how it ended. If that fails each half is
/// tried by itself, and so on, until what is wrong with one job is told to that
/// one only; its neighbours share a few commits instead of having one each.
fn write_batch(db: &Connection, mut batch: Vec<Box<dyn Job>>, observer: &CommitObserver) {
    match commit(db, &mut batch, observer) {
        Ok(()) => batch.into_iter().for_each(|job| job.done(Ok(()))),
        Err(_) if batch.len() > 1 => {
            let second_half = batch.split_off(batch.len() / 2);
            write_batch(db, batch, observer);
            write_batch(db, second_half, observer);
        }
        Err(err) => {
            if let Some(job) = batch.pop() {
                job.done(Err(err));
            }
        }
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
