//! The inlet SMTP: the listener, and the connections of senders.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use fanfare_core::Clock;
use fanfare_gateway::Gateway;
use fanfare_inlet::InletReader;
use fanfare_tls::ListenerTls;
use prometheus_client::registry::Registry;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::connection::{MailRules, SenderConnection, SharedInlet};
use crate::connections::MailConnections;
use crate::framing::InputBuffer;
use crate::held::HeldMails;
use crate::observer::MailObserver;
use crate::settings::{SmtpListener, SmtpSource};
use crate::taking::MailTaker;

/// The connections at most. Boxes mail one after the other; what bursts come wait in the backlog.
const MOST_CONNECTIONS: usize = 128;

/// Connections that may wait to be taken.
const BACKLOG: u32 = 512;

/// The time that mails which are being stored may take when the gateway stops.
const GRACE: Duration = Duration::from_secs(4);

/// The pause after a connection could not be taken: most often no file may be opened.
const PAUSE: Duration = Duration::from_millis(200);

/// Everything that an inlet is made of.
#[derive(Debug)]
pub struct SmtpInletSetup {
    /// The gateway that stores what comes.
    pub gateway: Arc<Gateway>,
    /// The reader of bodies, which other inlets share.
    pub bodies: Arc<InletReader>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
}

/// A listener for mails, and its connections.
#[derive(Debug)]
pub struct SmtpInlet {
    address: SocketAddr,
    shared: Arc<SharedInlet>,
    stop: CancellationToken,
    accepting: JoinHandle<()>,
    connections: TaskTracker,
}

impl SmtpInlet {
    /// Listens, and takes mails to no source yet; metrics in `registry`.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on.
    pub fn start(setup: SmtpInletSetup, listener: SmtpListener, registry: &mut Registry) -> io::Result<Self> {
        let SmtpInletSetup { gateway, bodies, clock } = setup;
        let socket = listen(listener.listen)?;
        let address = socket.local_addr()?;
        let observer = Arc::new(MailObserver::new(registry));
        let taker = MailTaker { gateway, bodies, clock, observer };
        let rules = RwLock::new(Arc::new(MailRules::default()));
        let shared = Arc::new(SharedInlet { listener, taker, held: Arc::new(HeldMails::default()), rules });
        let (stop, connections) = (CancellationToken::new(), TaskTracker::new());
        let table = Arc::new(MailConnections::new(MOST_CONNECTIONS, stop.clone()));
        let accepting =
            tokio::spawn(accept(socket, Arc::clone(&shared), table, connections.clone(), stop.clone()));
        Ok(Self { address, shared, stop, accepting, connections })
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes mails to exactly `sources` from now on, and offers `tls`.
    pub fn apply(&self, sources: Vec<SmtpSource>, tls: Option<ListenerTls>) {
        let mut rules = self.shared.rules.write().unwrap_or_else(PoisonError::into_inner);
        let table = rules.table.next(sources);
        *rules = Arc::new(MailRules { table, tls });
    }

    /// Takes no more mails, and waits for those that are being stored.
    pub async fn stop(self) {
        let Self { address: _, shared: _, stop, accepting, connections } = self;
        stop.cancel();
        connections.close();
        // The task ends by itself; how it ended changes nothing any more.
        drop(accepting.await);
        if timeout(GRACE, connections.wait()).await.is_err() {
            warn!("Senders of mails did not end in time; what was not answered they send again");
        }
    }
}

/// A socket that listens at `address`, also if connections of an earlier life still linger there.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept(
    socket: TcpListener,
    shared: Arc<SharedInlet>,
    table: Arc<MailConnections>,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            accepted = socket.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                tasks.spawn(serve(stream, peer, Arc::clone(&shared), Arc::clone(&table)));
            }
            Err(err) => {
                warn!(error = %err, "A connection of a sender of mails cannot be taken");
                sleep(PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, shared: Arc<SharedInlet>, table: Arc<MailConnections>) {
    let peer = peer.ip().to_canonical();
    let observer = Arc::clone(&shared.taker.observer);
    if let Ok(place) = table.open_for(peer) {
        observer.show_connections(table.len());
        let connection =
            SenderConnection { shared, place, peer, input: InputBuffer::default(), started: Instant::now() };
        connection.run(stream).await;
    }
    observer.show_connections(table.len());
}

#[cfg(test)]
mod tests;
