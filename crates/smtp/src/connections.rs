//! The open connections: so many at most, and at the bound one gives way to the next.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// The table of open connections.
#[derive(Debug)]
pub(crate) struct MailConnections {
    bound: usize,
    stop: CancellationToken,
    open: Mutex<OpenConnections>,
}

#[derive(Debug, Default)]
struct OpenConnections {
    /// By the number of each, which tells the order in which they came.
    all: BTreeMap<u64, Arc<ConnectionState>>,
    next: u64,
}

/// A connection as the table sees it.
#[derive(Debug)]
struct ConnectionState {
    peer: IpAddr,
    end: CancellationToken,
    /// The sender has shown a right login.
    is_trusted: AtomicBool,
    /// A mail of it is being stored.
    is_storing: AtomicBool,
}

/// The place of one connection in the table; dropped, it is free.
#[derive(Debug)]
pub(crate) struct ConnectionPlace {
    table: Arc<MailConnections>,
    number: u64,
    state: Arc<ConnectionState>,
}

/// The lack of a place: all others are storing mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoPlace;

impl MailConnections {
    /// An empty table that keeps to `bound` connections and ends all of them at `stop`.
    pub(crate) fn new(bound: usize, stop: CancellationToken) -> Self {
        Self { bound, stop, open: Mutex::default() }
    }

    /// The number of open connections.
    pub(crate) fn len(&self) -> usize {
        self.open().all.len()
    }

    /// Takes in a connection from `peer`. At the bound another one ends for it: of those without a login, and of
    /// the peer that has most, the oldest. So whoever opens many gives way to the others.
    pub(crate) fn open_for(self: &Arc<Self>, peer: IpAddr) -> Result<ConnectionPlace, NoPlace> {
        let mut open = self.open();
        let live = open.all.values().filter(|it| !it.end.is_cancelled()).count();
        if live >= self.bound {
            open.longest().ok_or(NoPlace)?.end.cancel();
        }
        let state = Arc::new(ConnectionState {
            peer,
            end: self.stop.child_token(),
            is_trusted: AtomicBool::new(false),
            is_storing: AtomicBool::new(false),
        });
        let number = open.next;
        open.next += 1;
        open.all.insert(number, Arc::clone(&state));
        drop(open);
        Ok(ConnectionPlace { table: Arc::clone(self), number, state })
    }

    fn open(&self) -> MutexGuard<'_, OpenConnections> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenConnections {
    fn longest(&self) -> Option<&ConnectionState> {
        let may_end = |it: &ConnectionState| !it.end.is_cancelled() && !it.is_storing.load(Ordering::Relaxed);
        let of_peer = |peer: IpAddr| self.all.values().filter(|it| it.peer == peer).count();
        let waiting = self.all.iter().filter(|(_, it)| may_end(it));
        let rank = |it: &ConnectionState| (it.is_trusted.load(Ordering::Relaxed), Reverse(of_peer(it.peer)));
        waiting.min_by_key(|(number, it)| (rank(it), **number)).map(|(_, it)| &**it)
    }
}

impl ConnectionPlace {
    /// Notes that the sender has shown a right login.
    pub(crate) fn trust(&self) {
        self.state.is_trusted.store(true, Ordering::Relaxed);
    }

    /// Notes that a mail is being stored, until the answer is dropped.
    pub(crate) fn storing(&self) -> StoringMail<'_> {
        self.state.is_storing.store(true, Ordering::Relaxed);
        StoringMail(&self.state)
    }

    /// Waits until the connection is to end, for another one or because the gateway stops.
    pub(crate) async fn ended(&self) {
        self.state.end.cancelled().await;
    }

    /// Tells whether the gateway stops.
    pub(crate) fn is_stopping(&self) -> bool {
        self.table.stop.is_cancelled()
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        self.table.open().all.remove(&self.number);
    }
}

/// A mail that is being stored: its connection ends for no other.
#[derive(Debug)]
pub(crate) struct StoringMail<'a>(&'a ConnectionState);

impl Drop for StoringMail<'_> {
    fn drop(&mut self) {
        self.0.is_storing.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
