//! `/ingest`: alerts come in.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{IngestResult, IngestStatus};
use fanfare_gateway::NotStored;
use fanfare_sources::{BodyFault, Hints, Unreadable};
use tracing::debug;

use crate::convert::accepted_alert;
use crate::refusal::HttpRefusal;
use crate::request::{BodyLimit, UnreadBody, query};
use crate::state::AppState;

/// The advice to whoever sends too long a body.
const SEND_LESS: &str = "send fewer alerts at once, or leave out what is not about the alert";

/// `POST /ingest/{source}`: answers 202 once everything the body calls for is on the disk.
pub(crate) async fn ingest(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let endpoint = state.source(request.match_info().get("source").unwrap_or_default())?;
    let admitted = endpoint.access.admit((&request).into())?;
    must_be_json(&request)?;
    let hints: Hints = query(&request, &admitted)?;
    state.gateway.check_room().map_err(not_stored)?;
    let limit = BodyLimit { bytes: endpoint.max_body, advice: SEND_LESS };
    let body = body.read(&admitted, limit).await?;
    let now = state.clock.now();
    let reading = endpoint.format.read(&body, &hints, &endpoint.settings, now).map_err(refuse)?;
    for nothing in &reading.nothing_to_do {
        debug!(source.name = %endpoint.settings.name, path = nothing.path, reason = nothing.reason, "Nothing to do");
    }
    let accepted = if reading.alerts.is_empty() {
        Vec::new()
    } else {
        state.gateway.accept(reading.alerts, now).await.map_err(not_stored)?
    };
    Ok(HttpResponse::Accepted().json(IngestResult {
        status: IngestStatus::Accepted,
        alerts: accepted.iter().filter_map(|it| it.alerts.first()).map(accepted_alert).collect(),
        nothing_to_do: reading.nothing_to_do.iter().map(|it| it.reason.to_owned()).collect(),
    }))
}

fn not_stored(err: NotStored) -> HttpRefusal {
    HttpRefusal::unavailable(err.to_string())
}

/// Refuses a body with another type than JSON; one without a stated type is read as JSON.
fn must_be_json(request: &HttpRequest) -> Result<(), HttpRefusal> {
    let stated =
        request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let essence = stated.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence.is_empty() || essence.ends_with("/json") || essence.ends_with("+json") {
        return Ok(());
    }
    Err(HttpRefusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "send the header `Content-Type: application/json`",
    ))
}

fn refuse(unreadable: Unreadable) -> HttpRefusal {
    let Unreadable { fault, path, message } = unreadable;
    let status = match fault {
        BodyFault::Malformed => StatusCode::BAD_REQUEST,
        BodyFault::NotAnAlert => StatusCode::UNPROCESSABLE_ENTITY,
    };
    HttpRefusal::new(status, fault.word(), message).at(path)
}
