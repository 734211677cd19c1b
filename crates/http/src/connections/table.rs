//! The table of open connections.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::held::HeldBytes;
use super::open_connection::OpenConnection;
use crate::traffic::{Closure, Traffic};

/// The table of open connections.
#[derive(Debug)]
pub(crate) struct ConnectionTable {
    bound: usize,
    epoch: Instant,
    held: Arc<HeldBytes>,
    traffic: Arc<Traffic>,
    connections: Mutex<NumberedConnections>,
}

/// Connections by their number, which tells the order in which they came.
#[derive(Debug, Default)]
struct NumberedConnections {
    all: BTreeMap<u64, Arc<OpenConnection>>,
    /// The number of those that are not ending.
    live: usize,
    next: u64,
}

impl ConnectionTable {
    /// An empty table that keeps to `bound` connections.
    pub(crate) fn new(bound: usize, traffic: Arc<Traffic>) -> Self {
        Self { bound, epoch: Instant::now(), held: Arc::default(), traffic, connections: Mutex::default() }
    }

    /// Takes in a connection that was accepted. At the bound another one ends for it.
    pub(super) fn open(&self, client: Option<SocketAddr>) -> (u64, Arc<OpenConnection>) {
        let connection = Arc::new(OpenConnection::new(client, self.epoch, Arc::clone(&self.held)));
        let mut connections = self.connections();
        let number = connections.next;
        connections.next += 1;
        let displaced = (connections.live >= self.bound).then(|| connections.longest_waiting());
        connections.all.insert(number, Arc::clone(&connection));
        connections.live += 1;
        match displaced {
            None => {}
            Some(Some(longest)) => self.end(longest, Closure::Displaced, &mut connections),
            Some(None) => self.end(number, Closure::NoRoom, &mut connections),
        }
        self.traffic.show_connections(connections.all.len());
        drop(connections);
        (number, connection)
    }

    /// Ends a connection for this reason.
    pub(super) fn close(&self, number: u64, closure: Closure) {
        self.end(number, closure, &mut self.connections());
    }

    /// Forgets a connection that has ended.
    pub(super) fn remove(&self, number: u64) {
        let mut connections = self.connections();
        if let Some(connection) = connections.all.remove(&number)
            && !connection.is_ending()
        {
            connections.live -= 1;
        }
        self.traffic.show_connections(connections.all.len());
    }

    /// Ends every connection whose client is late.
    pub(crate) fn end_late(&self) {
        let now = self.epoch.elapsed();
        let mut connections = self.connections();
        let late: Vec<_> =
            connections.live().filter_map(|(number, it)| Some((number, lateness(it, now)?))).collect();
        for (number, closure) in late {
            self.end(number, closure, &mut connections);
        }
    }

    /// Ends every connection on which no request is under way.
    pub(crate) fn end_idle(&self) {
        let mut connections = self.connections();
        let is_idle = |it: &OpenConnection| it.phase().0.is_between_requests();
        let idle: Vec<_> = connections.live().filter(|it| is_idle(it.1)).map(|it| it.0).collect();
        for number in idle {
            self.end(number, Closure::Stopping, &mut connections);
        }
    }

    /// A head that no handler ever saw was answered with `status`.
    pub(super) fn refused_head(&self, status: u16, connection: &OpenConnection) {
        self.traffic.refused_head(status, connection.client);
    }

    fn end(&self, number: u64, closure: Closure, connections: &mut NumberedConnections) {
        let Some(connection) = connections.all.get(&number) else { return };
        if !connection.is_ending() {
            connection.end();
            self.traffic.closed(closure, connection.client);
            connections.live -= 1;
        }
    }

    fn connections(&self) -> MutexGuard<'_, NumberedConnections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NumberedConnections {
    fn live(&self) -> impl Iterator<Item = (u64, &OpenConnection)> {
        self.all.iter().map(|(number, it)| (*number, &**it)).filter(|it| !it.1.is_ending())
    }

    /// The connection whose client has kept us waiting longest. Of those who have shown no token, if there is one,
    /// it is the one that came first: what anybody may ask for in between, to seem busy, counts for nothing.
    fn longest_waiting(&self) -> Option<u64> {
        let waiting = self.live().filter(|it| it.1.phase().0.waits_for_client());
        let rank = |it: &OpenConnection| it.is_authenticated().then(|| it.phase().1);
        waiting.min_by_key(|(number, it)| (rank(it), *number)).map(|(number, _)| number)
    }
}

/// The reason to end `connection` if its client is late at `now`.
fn lateness(connection: &OpenConnection, now: Duration) -> Option<Closure> {
    let (phase, since) = connection.phase();
    let (patience, closure) = phase.deadline()?;
    (now.saturating_sub(since) > patience).then_some(closure)
}

#[cfg(test)]
mod tests;
