//! A provider's webhook endpoint that takes everything.

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

use crate::alert::serials;
use crate::delivery_counter::DeliveryCounter;

#[cfg(test)]
mod tests;

/// The behaviour of a fake provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SinkBehaviour {
    /// Answers at once that it took the message.
    Answers,
    /// The same, but only after this long, as a provider far away does.
    AnswersAfter(Duration),
    /// Takes the message and never says so.
    NeverAnswers,
}

/// A fake provider on a loopback port of its own. Dropping it closes the endpoint.
#[derive(Debug)]
pub(crate) struct WebhookSink {
    /// The address on which it listens.
    pub(crate) address: SocketAddr,
    /// The messages that came.
    pub(crate) counter: Arc<DeliveryCounter>,
    _door: JoinSet<()>,
}

/// DingTalk's and WeCom's word for "taken"; Alertmanager reads only the status.
const TAKEN: &[u8] = br#"{"errcode":0,"errmsg":"ok"}"#;

impl WebhookSink {
    /// Opens the endpoint.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub(crate) async fn open(behaviour: SinkBehaviour, counter: Arc<DeliveryCounter>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no loopback port for a receiver")?;
        let address = listener.local_addr()?;
        let mut endpoint = JoinSet::new();
        endpoint.spawn(accept(listener, behaviour, Arc::clone(&counter)));
        Ok(Self { address, counter, _door: endpoint })
    }
}

async fn accept(listener: TcpListener, behaviour: SinkBehaviour, counter: Arc<DeliveryCounter>) {
    let mut connections = JoinSet::new();
    loop {
        // A failed accept is out of file descriptors: the ones in use will be free again.
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(converse(stream, behaviour, Arc::clone(&counter)));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, behaviour: SinkBehaviour, counter: Arc<DeliveryCounter>) {
    let service = service_fn(|request| answer(request, behaviour, &counter));
    // An answer must not wait for the acknowledgement of the one before it.
    if stream.set_nodelay(true).is_ok() {
        // The other side hung up, as it may: it was killed, or is done.
        drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
    }
}

async fn answer(
    request: Request<Incoming>,
    behaviour: SinkBehaviour,
    counter: &DeliveryCounter,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if let Ok(body) = request.into_body().collect().await {
        record(&body.to_bytes(), counter, Instant::now());
    }
    match behaviour {
        SinkBehaviour::Answers => {}
        SinkBehaviour::AnswersAfter(delay) => sleep(delay).await,
        SinkBehaviour::NeverAnswers => pending().await,
    }
    let mut response = Response::new(Full::from(Bytes::from_static(TAKEN)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// A message names an alert several times, in title and text; that is one telling.
fn record(message: &[u8], counter: &DeliveryCounter, now: Instant) {
    let mut named: Vec<_> = serials(message).collect();
    named.sort_unstable();
    named.dedup();
    for serial in named {
        counter.record(serial, now);
    }
}
