//! Posts alerts over kept-alive connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

#[cfg(test)]
mod tests;

/// The address to which alerts are posted.
#[derive(Debug, Clone)]
pub struct PostTarget {
    /// The address of the gateway.
    pub address: SocketAddr,
    /// The path and query.
    pub path: String,
    /// The bearer token, where the gateway wants one.
    pub token: Option<String>,
}

/// One kept-alive connection.
#[derive(Debug)]
pub(crate) struct LoadClient {
    connection: SendRequest<Full<Bytes>>,
    endpoint: PostTarget,
    // Ends with the client.
    _driver: JoinSet<()>,
}

/// The answer to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpAnswer {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// The whole body.
    pub(crate) body: Bytes,
}

impl LoadClient {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When nobody listens.
    pub(crate) async fn connect(endpoint: &PostTarget) -> Result<Self> {
        let stream = TcpStream::connect(endpoint.address)
            .await
            .with_context(|| format!("cannot connect to {}", endpoint.address))?;
        stream.set_nodelay(true)?;
        let (connection, driver) = handshake(TokioIo::new(stream)).await?;
        let mut running = JoinSet::new();
        running.spawn(async {
            // What goes wrong on the connection also fails the request under way, which reports it.
            drop(driver.await);
        });
        Ok(Self { connection, endpoint: endpoint.clone(), _driver: running })
    }

    /// Posts one body and reads the whole answer.
    ///
    /// # Errors
    ///
    /// When the connection breaks before the answer is complete.
    pub(crate) async fn post(&mut self, body: Bytes) -> Result<HttpAnswer> {
        self.request(Method::POST, body).await
    }

    /// Asks for the endpoint's path.
    ///
    /// # Errors
    ///
    /// When the connection breaks before the answer is complete.
    pub(crate) async fn get(&mut self) -> Result<HttpAnswer> {
        self.request(Method::GET, Bytes::new()).await
    }

    async fn request(&mut self, method: Method, body: Bytes) -> Result<HttpAnswer> {
        let PostTarget { address, path, token } = &self.endpoint;
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, address.to_string())
            .header(CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Full::from(body))?;
        self.connection.ready().await?;
        let response = self.connection.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        Ok(HttpAnswer { status, body })
    }
}

/// The times of a load: of each body, and of the last answer.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    /// Time of the first request.
    pub(crate) started: Instant,
    /// Time at which the last answer was read.
    pub(crate) ended: Instant,
    /// Times at which the bodies were due, in the order of the bodies.
    pub(crate) sent: Vec<Instant>,
}

impl Posted {
    /// The time from the first request to the last answer.
    #[must_use]
    pub(crate) fn took(&self) -> Duration {
        self.ended - self.started
    }
}

/// Posts every body, each connection as fast as it is answered.
///
/// # Errors
///
/// When any request is answered by anything but 2xx: a measurement of refusals
/// would measure nothing.
pub(crate) async fn at_full_speed(
    endpoint: &PostTarget,
    bodies: Vec<Bytes>,
    connections: usize,
) -> Result<Posted> {
    post_all(endpoint, bodies, connections, Pace::FullSpeed).await
}

/// Posts every body at its moment, `per_second` of them evenly.
///
/// # Errors
///
/// As [`at_full_speed`].
pub(crate) async fn at_a_pace(
    endpoint: &PostTarget,
    bodies: Vec<Bytes>,
    connections: usize,
    per_second: u32,
) -> Result<Posted> {
    let gap = Duration::from_secs(1) / per_second.max(1);
    post_all(endpoint, bodies, connections, Pace::Every(gap)).await
}

#[derive(Debug, Clone, Copy)]
enum Pace {
    FullSpeed,
    Every(Duration),
}

async fn post_all(
    endpoint: &PostTarget,
    bodies: Vec<Bytes>,
    connections: usize,
    pace: Pace,
) -> Result<Posted> {
    let mut clients = Vec::with_capacity(connections);
    for _ in 0..connections.clamp(1, bodies.len().max(1)) {
        clients.push(LoadClient::connect(endpoint).await?);
    }
    let work = Arc::new(Work { bodies, next: AtomicUsize::new(0), pace, started: Instant::now() });
    let mut posting: JoinSet<Result<Vec<(usize, Instant)>>> =
        clients.into_iter().map(|client| Arc::clone(&work).post_through(client)).collect();

    let mut sent = vec![work.started; work.bodies.len()];
    while let Some(done) = posting.join_next().await {
        for (index, at) in done.context("a connection's task died")?? {
            if let Some(slot) = sent.get_mut(index) {
                *slot = at;
            }
        }
    }
    Ok(Posted { started: work.started, ended: Instant::now(), sent })
}

/// The bodies that the connections of one load share.
#[derive(Debug)]
struct Work {
    bodies: Vec<Bytes>,
    next: AtomicUsize,
    pace: Pace,
    started: Instant,
}

impl Work {
    /// Takes the next body, and posts it, until there is none.
    async fn post_through(self: Arc<Self>, mut client: LoadClient) -> Result<Vec<(usize, Instant)>> {
        let mut sent = Vec::new();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(body) = self.bodies.get(index) else {
                return Ok(sent);
            };
            sent.push((index, self.moment_of(index).await));
            let answer = client.post(body.clone()).await?;
            if !answer.status.is_success() {
                bail!("{} was answered {}: {}", client.endpoint.path, answer.status, excerpt(&answer.body));
            }
        }
    }

    /// Waits for the moment of a body and says when it was.
    ///
    /// A body whose moment has passed, because every connection was waiting for
    /// an answer, counts from that moment: the wait is the gateway's doing. One
    /// whose timer fired late counts from then: that is ours.
    async fn moment_of(&self, index: usize) -> Instant {
        let now = Instant::now();
        match self.pace {
            Pace::FullSpeed => now,
            Pace::Every(gap) => {
                let due = self.started + gap * u32::try_from(index).unwrap_or(u32::MAX);
                if due <= now {
                    return due;
                }
                sleep_until(due).await;
                Instant::now()
            }
        }
    }
}

/// The first 300 characters of an answer.
fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(300).collect()
}
