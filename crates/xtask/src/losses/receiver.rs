//! A receiver of webhooks whose answers are scripted.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::alert::{Serial, serials};

/// An answer other than "taken".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReceiverAnswer {
    /// An answer with this HTTP status.
    Status(u16),
    /// HTTP 200 with a body that says that the message was not taken.
    ErrorCode,
    /// No answer at all.
    Never,
}

/// A receiver on a loopback port of its own, which outlives the gateways that post to it.
#[derive(Debug)]
pub(super) struct ScriptedReceiver {
    /// The address on which it listens.
    pub(super) address: SocketAddr,
    script: Arc<Mutex<ReceiverScript>>,
    _endpoint: JoinSet<()>,
}

#[derive(Debug, Default)]
struct ReceiverScript {
    next: VecDeque<ReceiverAnswer>,
    always: Option<ReceiverAnswer>,
    /// The alerts of each message that was taken.
    taken: Vec<Vec<Serial>>,
    /// Requests so far, however they were answered.
    requests: usize,
}

impl ScriptedReceiver {
    pub(super) async fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no loopback port for a receiver")?;
        let (address, script) = (listener.local_addr()?, Arc::default());
        let mut endpoint = JoinSet::new();
        endpoint.spawn(accept(listener, Arc::clone(&script)));
        Ok(Self { address, script, _endpoint: endpoint })
    }

    /// Answers the next request so, and later ones as usual.
    pub(super) fn once(&self, answer: ReceiverAnswer) {
        self.state().next.push_back(answer);
    }

    /// Answers every request so from now on; `None`: takes what comes.
    pub(super) fn always(&self, answer: Option<ReceiverAnswer>) {
        self.state().always = answer;
    }

    /// The number of messages taken about each of the first `alerts` alerts.
    pub(super) fn messages(&self, alerts: u32) -> Vec<usize> {
        let state = self.state();
        let about = |serial| state.taken.iter().filter(|it| it.contains(&serial)).count();
        (0..alerts).map(|number| about(Serial(number))).collect()
    }

    /// Requests so far, however they were answered.
    pub(super) fn requests(&self) -> usize {
        self.state().requests
    }

    fn state(&self) -> MutexGuard<'_, ReceiverScript> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, script: Arc<Mutex<ReceiverScript>>) {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(converse(stream, Arc::clone(&script)));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, script: Arc<Mutex<ReceiverScript>>) {
    let service = service_fn(|request| answer(request, &script));
    // The other side hung up, as it may.
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}

async fn answer(
    request: Request<Incoming>,
    script: &Mutex<ReceiverScript>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let Ok(body) = request.into_body().collect().await else {
        return Ok(response(StatusCode::BAD_REQUEST, "{}"));
    };
    let refusal = {
        let mut state = script.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests += 1;
        let refusal = state.next.pop_front().or(state.always);
        if refusal.is_none() {
            let mut told: Vec<Serial> = serials(&body.to_bytes()).collect();
            told.sort_unstable();
            told.dedup();
            state.taken.push(told);
        }
        refusal
    };
    Ok(match refusal {
        None => response(StatusCode::OK, r#"{"errcode":0,"errmsg":"ok"}"#),
        Some(ReceiverAnswer::ErrorCode) => response(StatusCode::OK, r#"{"errcode":-1,"errmsg":"busy"}"#),
        Some(ReceiverAnswer::Status(code)) => {
            response(StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), "{}")
        }
        Some(ReceiverAnswer::Never) => pending().await,
    })
}

fn response(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}
