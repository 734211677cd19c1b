//! A listening socket and the connections that came through it.

mod turn;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;

pub(crate) use self::turn::ConnectionTurn;
use self::turn::TurnCounter;

/// The wait when the system has no connection to give, e.g. for want of
/// file descriptors.
const AFTER_A_FAILURE: Duration = Duration::from_millis(10);

/// Connections that may wait to be taken, as many as [`TcpListener::bind`] allows.
const BACKLOG: u32 = 1024;

/// Connections of one listener at a time: more than all channels of a gateway have, and few enough
/// that a gateway in the same process keeps files for its store.
const BOUND: usize = 128;

/// A listening socket that may have to refuse connections.
pub(crate) struct RefusingListener<F> {
    pub(crate) listener: TcpListener,
    /// The sign that `refuses` may have changed its answer.
    pub(crate) switched: watch::Receiver<()>,
    /// True if connections are to be refused now.
    pub(crate) refuses: F,
}

impl<F: Fn() -> bool> RefusingListener<F> {
    /// Serves until the future is dropped, and cuts every connection then. At the [bound](BOUND) the one
    /// that has waited longest for its client is cut for the new one.
    pub(crate) async fn serve<C>(mut self, connection: impl Fn(TcpStream, SocketAddr, ConnectionTurn) -> C)
    where
        C: Future<Output = ()> + Send + 'static,
    {
        let Ok(address) = self.listener.local_addr() else { return };
        let mut connections = BoundedConnections::default();
        loop {
            if (self.refuses)() {
                connections.tasks.abort_all();
                self = self.refuse(address).await;
            }
            tokio::select! {
                _ = self.switched.changed() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok(_) if (self.refuses)() => {}
                    // Without this, answers wait for the client's delayed acknowledgements.
                    Ok((stream, peer)) if stream.set_nodelay(true).is_ok() => {
                        connections.add(|turn| connection(stream, peer, turn));
                    }
                    Ok(_) => {} // The client has hung up already.
                    Err(_) => sleep(AFTER_A_FAILURE).await,
                }
            }
        }
    }

    /// Refuses connections for as long as it is to. A socket that is bound and does
    /// not listen refuses, and keeps the port for us.
    async fn refuse(self, address: SocketAddr) -> Self {
        let Self { listener, mut switched, refuses } = self;
        drop(listener);
        loop {
            let reserved = reserve(address);
            while refuses() && switched.changed().await.is_ok() {}
            match reserved.and_then(|socket| socket.listen(BACKLOG)) {
                Ok(listener) => return Self { listener, switched, refuses },
                Err(_) => sleep(AFTER_A_FAILURE).await,
            }
        }
    }
}

/// The open connections of one listener.
#[derive(Default)]
struct BoundedConnections {
    tasks: JoinSet<()>,
    open: Vec<(ConnectionTurn, AbortHandle)>,
    turns: TurnCounter,
}

impl BoundedConnections {
    /// Serves one more connection, unless all others are being answered at the bound.
    fn add<C>(&mut self, connection: impl FnOnce(ConnectionTurn) -> C)
    where
        C: Future<Output = ()> + Send + 'static,
    {
        while self.tasks.try_join_next().is_some() {}
        self.open.retain(|(_, task)| !task.is_finished());
        if self.open.len() >= BOUND {
            let waiting =
                (0..).zip(&self.open).filter_map(|(index, it)| Some((it.0.of_client_since()?, index)));
            let Some((_, longest)) = waiting.min() else { return };
            self.open.swap_remove(longest).1.abort();
        }
        let turn = ConnectionTurn::new(&self.turns);
        let task = self.tasks.spawn(connection(turn.clone()));
        self.open.push((turn, task));
    }
}

fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections that were cut just now still hold the port. On Windows the
    // same option would let others take it.
    socket.set_reuseaddr(cfg!(not(windows)))?;
    socket.bind(address)?;
    Ok(socket)
}
