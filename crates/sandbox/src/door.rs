//! A listening socket and the connections that came through it.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How long to wait when the system has no connection to give, e.g. for want of
/// file descriptors.
const AFTER_A_FAILURE: Duration = Duration::from_millis(10);

/// Serves until it is dropped, and cuts every connection then.
pub(crate) async fn serve<C>(door: TcpListener, connection: impl Fn(TcpStream, SocketAddr) -> C)
where
    C: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match door.accept().await {
            // Without this, answers wait for the client's delayed acknowledgements.
            Ok((stream, peer)) if stream.set_nodelay(true).is_ok() => {
                connections.spawn(connection(stream, peer));
            }
            Ok(_) => {} // The client has hung up already.
            Err(_) => sleep(AFTER_A_FAILURE).await,
        }
    }
}
