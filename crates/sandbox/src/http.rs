//! The HTTP fakes: told apart by path, whichever door a request comes through.

mod fault;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, DATE, HeaderValue, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use url::form_urlencoded;

use self::fault::Struck;
use crate::control;
use crate::door::Door;
use crate::exchange::{Answer, Request};
use crate::tls::{self, Stream};
use crate::world::World;

/// The largest body anyone may send: a file of 20 MB and what is around it.
const BODY_BYTES: usize = 21 * 1024 * 1024;

type Body = UnsyncBoxBody<Bytes, Cut>;

/// The connection is to be closed, without an answer or in the middle of one.
#[derive(Debug, thiserror::Error)]
#[error("cut on purpose")]
struct Cut;

/// Which fake a path belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fake {
    DingTalk,
    WeComBot,
    WeComMedia,
    WeComToken,
    WeComApp,
    Control,
    Nowhere,
}

impl Fake {
    fn at(path: &str) -> Self {
        match path {
            "/robot/send" => Self::DingTalk,
            "/cgi-bin/webhook/send" => Self::WeComBot,
            "/cgi-bin/webhook/upload_media" => Self::WeComMedia,
            "/cgi-bin/gettoken" => Self::WeComToken,
            "/cgi-bin/message/send" => Self::WeComApp,
            path if path.starts_with("/sandbox/") => Self::Control,
            _ => Self::Nowhere,
        }
    }
}

/// Whether a door is under TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    Clear,
    Tls,
}

/// Serves whoever comes through the first door until it is dropped, and every
/// connection with it. It refuses nobody: `/sandbox` lies behind it.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) {
    let switched = world.state().faults.watch();
    let door = Door { listener, switched, refuses: || false };
    door.serve(|stream, peer| connection(stream, peer, Arc::clone(&world))).await;
}

/// The same through a door that has a name, and under this name faults of its own.
pub(crate) async fn serve_at(listener: TcpListener, name: String, security: Security, world: Arc<World>) {
    let switched = world.state().faults.watch();
    let names = Arc::new([name]);
    let door = Door { listener, switched, refuses: || world.state().faults.refuse(&*names) };
    door.serve(|stream, peer| {
        let (names, world) = (Arc::clone(&names), Arc::clone(&world));
        async move {
            match security {
                Security::Clear => connection(stream, peer, world).await,
                Security::Tls => {
                    let fault = world.state().faults.strike_handshake(&*names);
                    // An error here is a client that is not content, or a fault.
                    if let Ok(stream) = tls::handshake(Box::new(stream), &world.authority, fault).await {
                        connection(stream, peer, world).await;
                    }
                }
            }
        }
    })
    .await;
}

async fn connection(stream: impl Stream + 'static, peer: SocketAddr, world: Arc<World>) {
    let service = service_fn(move |request| {
        let world = Arc::clone(&world);
        async move { respond(&world, peer, request).await }
    });
    let mut server = http1::Builder::new();
    // The sandbox's clock is not the system's.
    server.auto_date_header(false);
    // An error here is a client that hung up, or a cut of our own.
    server.serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
}

async fn respond(
    world: &World,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response<Body>, Cut> {
    let fake = Fake::at(request.uri().path());
    let Some(mut request) = read(peer, request).await else {
        return Ok(dated(response(Answer::html(413, "<html><body>413</body></html>")), world.now()));
    };
    let Struck { clock_error, fault } = fault::strike(world, fake, &request);
    request.clock_error = clock_error;
    let response = match fault {
        Some(fault) => fault::play(world, fake, &request, fault).await?,
        None => response(answer(world, fake, &request)),
    };
    Ok(dated(response, request.by_its_clock(world.now())))
}

/// The response with the time at which it left.
fn dated(mut response: Response<Body>, now: Timestamp) -> Response<Body> {
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok();
    if let Some(date) = date.and_then(|date| HeaderValue::try_from(date).ok()) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

async fn read(peer: SocketAddr, request: hyper::Request<Incoming>) -> Option<Request> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, BODY_BYTES).collect().await.ok()?.to_bytes();
    let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Some(Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: query.into_owned().collect(),
        content_type: content_type.map(str::to_owned),
        address: peer.ip(),
        clock_error: SignedDuration::ZERO,
        body,
    })
}

/// The right answer.
fn answer(world: &World, fake: Fake, request: &Request) -> Answer {
    let now = world.now();
    if fake == Fake::Control {
        let control = control::answer(world, request.method.as_str(), &request.path, &request.body);
        let (status, body) = (control.status, control.json);
        return Answer { status, content_type: "application/json".to_owned(), retry_after: None, body };
    }
    let state = &mut *world.state();
    match fake {
        Fake::DingTalk => state.dingtalk.send(request, &mut state.journal, now),
        Fake::WeComBot => state.wecom.send_by_bot(request, &mut state.journal, now),
        Fake::WeComMedia => state.wecom.upload(request, now),
        Fake::WeComToken => state.wecom.token(request, &mut state.journal, now),
        Fake::WeComApp => state.wecom.send_by_app(request, &mut state.journal, now),
        Fake::Control | Fake::Nowhere => Answer::html(404, "<html><body>404</body></html>"),
    }
}

fn response(answer: Answer) -> Response<Body> {
    let body = Full::new(Bytes::from(answer.body.clone())).map_err(|never: Infallible| match never {});
    response_with(&answer, body.boxed_unsync())
}

fn response_with(answer: &Answer, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(content_type) = HeaderValue::from_str(&answer.content_type) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    if let Some(seconds) = answer.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
