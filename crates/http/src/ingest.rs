//! `/ingest`: alerts come in.

mod content;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{IngestResult, IngestStatus};
use fanfare_gateway::NotStored;
use fanfare_sources::{BodyFault, Hints, Unreadable};
use tracing::debug;

use self::content::{Compression, ContentType};
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
    let compression = Compression::from_headers(request.headers())?;
    let hints: Hints = query(&request, &admitted)?;
    state.gateway.check_room().map_err(not_stored)?;
    let limit = BodyLimit { bytes: endpoint.max_body, advice: SEND_LESS };
    let body = expanded(body.read(&admitted, limit).await?, compression, limit).await?;
    let body = ContentType::from_headers(request.headers()).decode(body);
    let now = state.clock.now();
    let reading = endpoint.format.read(&body, &hints, &endpoint.settings, now).map_err(refuse)?;
    for nothing in &reading.nothing_to_do {
        debug!(source.name = %endpoint.settings.name, path = nothing.path, reason = nothing.reason, "Nothing to do");
    }
    let alerts: Vec<_> = reading.alerts.into_iter().map(|it| it.alert).collect();
    let accepted = if alerts.is_empty() {
        Vec::new()
    } else {
        state.gateway.accept(alerts, now).await.map_err(not_stored)?
    };
    Ok(HttpResponse::Accepted().json(IngestResult {
        status: IngestStatus::Accepted,
        alerts: accepted.iter().filter_map(|it| it.alerts.first()).map(accepted_alert).collect(),
        nothing_to_do: reading.nothing_to_do.iter().map(|it| it.reason.to_owned()).collect(),
    }))
}

/// The body without its compression.
async fn expanded(body: Bytes, compression: Compression, limit: BodyLimit) -> Result<Bytes, HttpRefusal> {
    if !compression.applies_to(&body) {
        return Ok(body);
    }
    let expanded = web::block(move || compression.expand(&body, limit)).await;
    expanded.map_err(|_stopping| HttpRefusal::unavailable("the gateway is about to stop: send this again"))?
}

fn not_stored(err: NotStored) -> HttpRefusal {
    HttpRefusal::unavailable(err.to_string())
}

fn refuse(unreadable: Unreadable) -> HttpRefusal {
    let Unreadable { fault, path, message } = unreadable;
    let status = match fault {
        BodyFault::Malformed => StatusCode::BAD_REQUEST,
        BodyFault::NotAnAlert => StatusCode::UNPROCESSABLE_ENTITY,
    };
    HttpRefusal::new(status, fault.word(), message).at(path)
}
