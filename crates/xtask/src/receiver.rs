//! A provider's webhook door that takes everything.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::{Tally, serials};

#[cfg(test)]
mod tests;

/// How a fake provider behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Answers at once that it took the message.
    Answers,
    /// The same, but only after this long, as a provider far away does.
    AnswersAfter(Duration),
    /// Takes the message and never says so.
    NeverAnswers,
}

/// A fake provider on a loopback port of its own. Dropping it closes the door.
#[derive(Debug)]
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it has been told.
    pub tally: Arc<Tally>,
    _door: JoinSet<()>,
}

/// DingTalk's and WeCom's word for "taken"; Alertmanager reads only the status.
const TAKEN: &[u8] = br#"{"errcode":0,"errmsg":"ok"}"#;

impl Receiver {
    /// Opens the door.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn open(manner: Manner, tally: Arc<Tally>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no loopback port for a receiver")?;
        let address = listener.local_addr()?;
        let mut door = JoinSet::new();
        door.spawn(accept(listener, manner, Arc::clone(&tally)));
        Ok(Self { address, tally, _door: door })
    }
}

async fn accept(listener: TcpListener, manner: Manner, tally: Arc<Tally>) {
    let mut connections = JoinSet::new();
    loop {
        // A failed accept is out of file descriptors: the ones in use will be free again.
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(converse(stream, manner, Arc::clone(&tally)));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, manner: Manner, tally: Arc<Tally>) {
    let service = service_fn(|request| answer(request, manner, &tally));
    // An answer must not wait for the acknowledgement of the one before it.
    if stream.set_nodelay(true).is_ok() {
        // The other side hung up, as it may: it was killed, or is done.
        drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
    }
}

async fn answer(
    request: Request<Incoming>,
    manner: Manner,
    tally: &Tally,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if let Ok(body) = request.into_body().collect().await {
        record(&body.to_bytes(), tally, Instant::now());
    }
    match manner {
        Manner::Answers => {}
        Manner::AnswersAfter(delay) => sleep(delay).await,
        Manner::NeverAnswers => pending().await,
    }
    let mut response = Response::new(Full::from(Bytes::from_static(TAKEN)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// A message names an alert several times, in title and text; that is one telling.
fn record(message: &[u8], tally: &Tally, now: Instant) {
    let mut named: Vec<_> = serials(message).collect();
    named.sort_unstable();
    named.dedup();
    for serial in named {
        tally.record(serial, now);
    }
}
