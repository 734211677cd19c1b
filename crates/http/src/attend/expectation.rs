//! Clients that wait to be told that the body of their request is wanted (`Expect: 100-continue`).
//!
//! <https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1>

use std::sync::Arc;

use actix_http::{Request, Response};
use actix_web::body::BoxBody;
use actix_web::{ResponseError as _, web};

use super::cors;
use crate::access::Caller;
use crate::connections::OpenConnection;
use crate::refusal::HttpRefusal;
use crate::state::AppState;
use crate::traffic::{Door, RefusedRequest, Standing};

/// Invites the client to send the body of `request`, or refuses the request as its handler would: a stranger is not
/// asked for what nobody will read.
///
/// # Errors
///
/// With the answer to whoever may not send it.
pub(crate) async fn invite(
    state: web::Data<AppState>,
    request: Request,
) -> Result<Request, Response<BoxBody>> {
    let connection = request.conn_data::<Arc<OpenConnection>>().map(Arc::clone);
    if let Some(connection) = &connection {
        connection.take_turn().await.map_err(|ends| answer(&ends.into()))?;
    }
    let door = Door::from_path(request.path());
    let Err(refusal) = check_caller(&state, door, (&request).into()) else { return Ok(request) };
    if let Some(connection) = &connection {
        connection.begin_request(request.head().headers());
    }
    let (status, standing) = (refusal.status(), Standing::from(connection.as_deref()));
    let source = source(request.path()).filter(|name| door == Door::Ingest && state.source(name).is_ok());
    let (client, reason) = (request.peer_addr(), &refusal.to_string());
    state.traffic.refused(RefusedRequest { door, status, client, source, reason, standing });
    if let Some(connection) = &connection {
        connection.begin_answer();
    }
    Err(answer(&refusal))
}

/// Refuses a caller that the handler behind `door` would not let in. The others are for the handler to judge, which
/// sees the whole request.
fn check_caller(state: &AppState, door: Door, caller: Caller<'_>) -> Result<(), HttpRefusal> {
    cors::check_sender(&state.origins(), door, caller.head)?;
    match door {
        Door::Ingest => {
            let mut parts = caller.head.uri.path().split('/').skip(2);
            let (name, in_path) = (parts.next().unwrap_or_default(), parts.next());
            if !caller.head.uri.path().contains('%') {
                // what the router has yet to decode
                state.source(name)?.admit(caller, in_path)?;
            }
        }
        Door::Heartbeat => {
            let mut parts = caller.head.uri.path().split('/').skip(2);
            let (name, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
            if !caller.head.uri.path().contains('%') {
                state.source(name)?.admit(caller, third.and(second))?;
            }
        }
        Door::Api | Door::Reload | Door::Sandbox => {
            state.admit(caller)?;
        }
        Door::Metrics => {
            state.admit_to_metrics(caller)?;
        }
        Door::Robot | Door::Ack | Door::Probes | Door::None => {}
    }
    Ok(())
}

/// The name of the source in a path to the door of alerts.
fn source(path: &str) -> Option<&str> {
    path.split('/').nth(2)
}

fn answer(refusal: &HttpRefusal) -> Response<BoxBody> {
    refusal.error_response().into()
}
