//! A receiver of webhooks whose answers are scripted, and of mails.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Error, Result};
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
use crate::mail_sink::{MailSinkBehaviour, converse};
use crate::system::AlertTargets;

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

/// The door of a receiver at which messages are handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReceiverDoor {
    /// Webhooks, answered as the script says.
    Webhook,
    /// Mails to two mailboxes, one of which is refused.
    Mail,
}

/// A receiver on loopback ports of its own, which outlives the gateways that post to it.
#[derive(Debug)]
pub(super) struct ScriptedReceiver {
    webhooks: SocketAddr,
    mails: SocketAddr,
    script: Arc<Mutex<ReceiverScript>>,
    _endpoints: JoinSet<()>,
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
        let (mut endpoints, script) = (JoinSet::new(), Arc::default());
        let mut listen = async |door| {
            let listener =
                TcpListener::bind("127.0.0.1:0").await.context("no loopback port for a receiver")?;
            let address = listener.local_addr()?;
            endpoints.spawn(accept(listener, door, Arc::clone(&script)));
            Ok::<_, Error>(address)
        };
        let webhooks = listen(ReceiverDoor::Webhook).await?;
        let mails = listen(ReceiverDoor::Mail).await?;
        Ok(Self { webhooks, mails, script, _endpoints: endpoints })
    }

    /// The targets behind `door`.
    pub(super) fn targets(&self, door: ReceiverDoor) -> AlertTargets {
        match door {
            ReceiverDoor::Webhook => AlertTargets::Webhooks(vec![self.webhooks]),
            ReceiverDoor::Mail => AlertTargets::Mailboxes(self.mails),
        }
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

async fn accept(listener: TcpListener, door: ReceiverDoor, script: Arc<Mutex<ReceiverScript>>) {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            match door {
                ReceiverDoor::Webhook => connections.spawn(take_webhooks(stream, Arc::clone(&script))),
                ReceiverDoor::Mail => connections.spawn(take_mails(stream, Arc::clone(&script))),
            };
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Takes mails, each of which is about the first alert: they are not read.
async fn take_mails(stream: TcpStream, script: Arc<Mutex<ReceiverScript>>) {
    let take = || {
        let mut state = script.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests += 1;
        state.taken.push(vec![Serial(0)]);
    };
    // The other side hung up, as it may.
    drop(converse(stream, MailSinkBehaviour::RefusesOne, take).await);
}

async fn take_webhooks(stream: TcpStream, script: Arc<Mutex<ReceiverScript>>) {
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
