//! A listening socket and the connections that came through it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// The wait when the system has no connection to give, e.g. for want of
/// file descriptors.
const AFTER_A_FAILURE: Duration = Duration::from_millis(10);

/// Connections that may wait to be taken, as many as [`TcpListener::bind`] allows.
const BACKLOG: u32 = 1024;

/// A listening socket that may have to refuse connections.
pub(crate) struct RefusingListener<F> {
    pub(crate) listener: TcpListener,
    /// The sign that `refuses` may have changed its answer.
    pub(crate) switched: watch::Receiver<()>,
    /// True if connections are to be refused now.
    pub(crate) refuses: F,
}

impl<F: Fn() -> bool> RefusingListener<F> {
    /// Serves until the future is dropped, and cuts every connection then.
    pub(crate) async fn serve<C>(mut self, connection: impl Fn(TcpStream, SocketAddr) -> C)
    where
        C: Future<Output = ()> + Send + 'static,
    {
        let Ok(address) = self.listener.local_addr() else { return };
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            if (self.refuses)() {
                connections.abort_all();
                self = self.refuse(address).await;
            }
            tokio::select! {
                _ = self.switched.changed() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok(_) if (self.refuses)() => {}
                    // Without this, answers wait for the client's delayed acknowledgements.
                    Ok((stream, peer)) if stream.set_nodelay(true).is_ok() => {
                        connections.spawn(connection(stream, peer));
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

fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections that were cut just now still hold the port. On Windows the
    // same option would let others take it.
    socket.set_reuseaddr(cfg!(not(windows)))?;
    socket.bind(address)?;
    Ok(socket)
}
