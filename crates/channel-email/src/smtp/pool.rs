//! Connections kept between mails.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Connections kept between mails, so that an alert need not wait for TCP, TLS
/// and AUTH.
///
/// A caller that takes a connection owns it, and puts it back only when the server has ended
/// the mail: a dropped future drops its connection, never a half-used one into
/// the pool. Connections given up are closed without `QUIT`: an alert would have
/// to wait for the answer.
#[derive(Debug)]
pub(crate) struct ConnectionPool<T> {
    parked: Mutex<Vec<ParkedConnection<T>>>,
}

#[derive(Debug)]
struct ParkedConnection<T> {
    connection: T,
    since: Instant,
}

/// A connection with a bound on its mails and its age.
pub(crate) trait Reusable {
    /// True if the connection may carry another mail.
    fn may_be_reused(&self) -> bool;
}

impl<T: Reusable> ConnectionPool<T> {
    /// The most connections kept: as many as a channel uses at once.
    pub(crate) const SIZE: usize = 4;

    /// The time for which an unused connection is kept. Below the 60 s after which the more
    /// impatient firewalls forget a connection.
    pub(crate) const IDLE_FOR: Duration = Duration::from_secs(30);

    /// The connection used last. Those kept for too long are closed.
    pub(crate) fn take(&self) -> Option<T> {
        let mut parked = self.parked();
        parked.retain(|it| it.since.elapsed() < Self::IDLE_FOR);
        parked.pop().map(|it| it.connection)
    }

    /// Keeps `connection`, if it is worth keeping.
    pub(crate) fn put(&self, connection: T) {
        let mut parked = self.parked();
        if connection.may_be_reused() && parked.len() < Self::SIZE {
            parked.push(ParkedConnection { connection, since: Instant::now() });
        }
    }

    /// Closes all kept connections.
    pub(crate) fn clear(&self) {
        self.parked().clear();
    }

    fn parked(&self) -> MutexGuard<'_, Vec<ParkedConnection<T>>> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for ConnectionPool<T> {
    fn default() -> Self {
        Self { parked: Mutex::default() }
    }
}

#[cfg(test)]
mod tests;
