//! An HTTP connection: requests in, responses out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{DATE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::time::timeout;

use super::body::{AnswerBody, CutConnection, whole};
use super::respond::respond;
use crate::exchange::{ProviderAnswer, ProviderRequest};
use crate::host::FakeHost;
use crate::listener::ConnectionTurn;
use crate::tls::DuplexStream;

/// The largest body a client may send, in bytes: a file of 20 MB and what is around it.
const BODY_BYTES: usize = 21 * 1024 * 1024;

/// The time in which the head of a request must have come, also of the next one on a connection that is kept.
const HEAD_WITHIN: Duration = Duration::from_secs(60);

/// The time in which the body of a request must have come.
const BODY_WITHIN: Duration = Duration::from_secs(60);

/// Serves one connection until either side ends it, or the client is late.
pub(super) async fn serve_connection(
    stream: impl DuplexStream + 'static,
    peer: SocketAddr,
    turn: ConnectionTurn,
    sandbox: Arc<FakeHost>,
) {
    let service = service_fn(move |request| {
        let (sandbox, turn) = (Arc::clone(&sandbox), turn.clone());
        async move { exchange(&sandbox, peer, &turn, request).await }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    // The sandbox's clock is not the system's.
    server.auto_date_header(false);
    // An error here is a client that hung up, or a connection cut by a fault.
    server.serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
}

async fn exchange(
    sandbox: &FakeHost,
    peer: SocketAddr,
    turn: &ConnectionTurn,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, CutConnection> {
    let read = timeout(BODY_WITHIN, read(peer, request)).await.map_err(|_late| CutConnection)?;
    let Some(mut request) = read else {
        let answer = ProviderAnswer::html(413, "<html><body>413</body></html>");
        return Ok(dated(whole(&answer), sandbox.state.now()));
    };
    turn.pass_to_fake();
    let response = respond(sandbox, &mut request).await;
    turn.pass_to_client();
    let response = response?;
    Ok(dated(response, request.provider_time(sandbox.state.now())))
}

/// The response with the time at which it left.
fn dated(mut response: Response<AnswerBody>, now: Timestamp) -> Response<AnswerBody> {
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok();
    if let Some(date) = date.and_then(|date| HeaderValue::try_from(date).ok()) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

async fn read(peer: SocketAddr, request: Request<Incoming>) -> Option<ProviderRequest> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, BODY_BYTES).collect().await.ok()?.to_bytes();
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    Some(ProviderRequest::new(head.method, path, query, head.headers, peer.ip(), body))
}
