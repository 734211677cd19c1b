//! The way of every request in and out, whichever handler it is for.

mod expectation;
mod cors;

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use tokio::time::timeout;

use self::cors::SharedWith;
pub(crate) use self::expectation::invite;
use crate::connections::OpenConnection;
use crate::refusal::HttpRefusal;
use crate::state::AppState;
use crate::traffic::{Door, RefusedRequest, Standing};

/// The time in which a request must have been answered, its body included.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

/// Sends a request to its handler, if its sender may send it there, and takes note of the answer.
pub(crate) async fn attend(
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let door = Door::from_path(request.path());
    let connection = request.conn_data::<Arc<OpenConnection>>().map(Arc::clone);
    if let Some(connection) = &connection {
        connection.take_turn().await.map_err(HttpRefusal::from)?;
        connection.begin_request(request.headers());
    }
    let client = request.peer_addr();
    let answer = timeout(ANSWERED_WITHIN, answer(&state, door, request, next)).await;
    let standing = Standing::from(connection.as_deref());
    let answer = match answer {
        Ok(answer) => answer.inspect(|answer| take_note(&state, door, standing, answer)),
        Err(_elapsed) => {
            let (refusal, source) = (unfinished(), None);
            let (status, reason) = (refusal.status(), &refusal.to_string());
            state.traffic.refused(RefusedRequest { door, status, client, source, reason, standing });
            Err(refusal.into())
        }
    };
    if let Some(connection) = connection {
        connection.begin_answer();
    }
    answer
}

async fn answer(
    state: &AppState,
    door: Door,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let origins = state.origins();
    if let Err(refusal) = cors::check_sender(&origins, door, request.head()) {
        return Ok(request.error_response(refusal));
    }
    let shared = SharedWith::new(&origins, door, request.request());
    if let Some(allowed) = shared.preflight(request.request()) {
        return Ok(request.into_response(allowed));
    }
    let mut answer = next.call(request).await?.map_into_boxed_body();
    shared.mark(answer.headers_mut());
    Ok(answer)
}

fn take_note(state: &AppState, door: Door, standing: Standing, answer: &ServiceResponse<BoxBody>) {
    let status = answer.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return state.traffic.answered(door, status);
    }
    let request = answer.request();
    let refusal = answer.response().error().and_then(Error::as_error::<HttpRefusal>).map(ToString::to_string);
    let usual = status.canonical_reason().unwrap_or_default();
    let source = request.match_info().get("source").filter(|name| state.source(name).is_ok());
    let (client, reason) = (request.peer_addr(), refusal.as_deref().unwrap_or(usual));
    state.traffic.refused(RefusedRequest { door, status, client, source, reason, standing });
}

fn unfinished() -> HttpRefusal {
    HttpRefusal::unavailable(format!(
        "this was not done within {} s: send it again later",
        ANSWERED_WITHIN.as_secs()
    ))
}
