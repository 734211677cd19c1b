//! Stuck connections, each opened again when it was closed.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::stuck::{DRIP, StuckSort};
use crate::load::PostTarget;

/// The time after which a connection that was closed is opened again.
const COMES_BACK_AFTER: Duration = Duration::from_secs(5);

/// The bytes that a client takes before it reads any, about: less than a page of metrics.
const TAKES_UNREAD: u32 = 4096;

/// Stuck connections. Dropping it closes them.
#[derive(Debug)]
pub(super) struct Crowd {
    closed: Arc<AtomicUsize>,
    _clients: JoinSet<()>,
}

impl Crowd {
    /// Connects `connections` clients of one sort to the address of `target`, with its token where they show one.
    pub(super) fn gather(sort: StuckSort, target: &PostTarget, connections: usize) -> Self {
        let closed = Arc::new(AtomicUsize::new(0));
        let mut clients = JoinSet::new();
        for _ in 0..connections {
            let (closed, target) = (Arc::clone(&closed), target.clone());
            clients.spawn(async move {
                loop {
                    // However it ends, it has ended.
                    drop(stick(sort, &target).await);
                    closed.fetch_add(1, Ordering::Relaxed);
                    sleep(COMES_BACK_AFTER).await;
                }
            });
        }
        Self { closed, _clients: clients }
    }

    /// Closes every connection, and returns how many times the gateway had closed one.
    pub(super) fn leave(self) -> usize {
        self.closed.load(Ordering::Relaxed)
    }
}

/// Keeps a connection open for as long as the other side does.
async fn stick(sort: StuckSort, target: &PostTarget) -> io::Result<()> {
    let address = target.address;
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_recv_buffer_size(TAKES_UNREAD)?;
    let mut stream = socket.connect(address).await?;
    stream.write_all(sort.opening(target.token.as_deref()).as_bytes()).await?;
    let mut answer = [0; 1024];
    loop {
        if sort.reads() {
            // No answer in time is what is to be expected.
            if let Ok(read) = timeout(DRIP, stream.read(&mut answer)).await
                && read? == 0
            {
                return Ok(());
            }
        } else {
            sleep(DRIP).await;
            // An error tells that the other side has closed it.
            stream.write_all(b" ").await?;
        }
        stream.write_all(sort.drip().as_bytes()).await?;
    }
}
