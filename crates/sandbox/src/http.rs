//! The HTTP fakes: one door, told apart by path.

mod fault;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use url::form_urlencoded;

use crate::control;
use crate::door;
use crate::exchange::{Answer, Request};
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
enum Door {
    DingTalk,
    WeComBot,
    WeComMedia,
    WeComToken,
    WeComApp,
    Control,
    Nowhere,
}

impl Door {
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

/// Serves until it is dropped, and every connection with it.
pub(crate) async fn serve(door: TcpListener, world: Arc<World>) {
    door::serve(door, |stream, peer| connection(stream, peer, Arc::clone(&world))).await;
}

async fn connection(stream: TcpStream, peer: SocketAddr, world: Arc<World>) {
    let service = service_fn(move |request| {
        let world = Arc::clone(&world);
        async move { respond(&world, peer, request).await }
    });
    // An error here is a client that hung up, or a cut of our own.
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
}

async fn respond(
    world: &World,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response<Body>, Cut> {
    let door = Door::at(request.uri().path());
    let Some(request) = read(peer, request).await else {
        return Ok(response(Answer::html(413, "<html><body>413</body></html>")));
    };
    match fault::strike(world, door, &request) {
        Some(fault) => fault::play(world, door, &request, fault).await,
        None => Ok(response(answer(world, door, &request))),
    }
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
        body,
    })
}

/// The right answer.
fn answer(world: &World, door: Door, request: &Request) -> Answer {
    let now = world.now();
    if door == Door::Control {
        let control = control::answer(world, request.method.as_str(), &request.path, &request.body);
        let (status, body) = (control.status, control.json);
        return Answer { status, content_type: "application/json".to_owned(), retry_after: None, body };
    }
    let state = &mut *world.state();
    match door {
        Door::DingTalk => state.dingtalk.send(request, &mut state.journal, now),
        Door::WeComBot => state.wecom.send_by_bot(request, &mut state.journal, now),
        Door::WeComMedia => state.wecom.upload(request, now),
        Door::WeComToken => state.wecom.token(request, &mut state.journal, now),
        Door::WeComApp => state.wecom.send_by_app(request, &mut state.journal, now),
        Door::Control | Door::Nowhere => Answer::html(404, "<html><body>404</body></html>"),
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
