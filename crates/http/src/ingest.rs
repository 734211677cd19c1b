//! `/ingest`: alerts come in.

mod content;

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{HeardHeartbeat, IngestPreview, IngestQuery, IngestResult, IngestStatus};
use fanfare_core::{HeartbeatKey, HeartbeatName, Policy, SourceName, plan};
use fanfare_gateway::{Gateway, NotStored};
use fanfare_inlet::{RateExceeded, ReadingRules};
use fanfare_sources::{BodyFault, Hints, NothingToDo, ReadAlert, Reading, Unreadable};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

pub use self::content::PostedContent;
use self::content::{Compression, ContentType};
use crate::convert::{accepted_alert, alert_reading, heard_heartbeat, previewed_alert, refused_entry};
use crate::refusal::HttpRefusal;
use crate::request::{BodyLimit, UnreadBody, query};
use crate::state::{AppState, SourceEndpoint};

/// The advice to whoever sends too long a body.
const SEND_LESS: &str = "send fewer alerts at once, or leave out what is not about the alert";

impl SourceEndpoint {
    /// The rules by which its bodies are read.
    fn reading_rules(&self) -> ReadingRules<'_> {
        ReadingRules {
            format: &self.format,
            unreadable: self.unreadable,
            source: &self.settings,
            heartbeats: &self.heartbeats,
        }
    }

    /// The length of a body at most.
    pub(crate) fn body_limit(&self) -> BodyLimit {
        BodyLimit { bytes: self.max_body, advice: SEND_LESS }
    }
}

/// `POST /ingest/{source}`: answers 202 once everything the body calls for is on the disk.
pub(crate) async fn ingest(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let endpoint = state.source(request.match_info().get("source").unwrap_or_default())?;
    let token = request.match_info().get("token").map(|it| percent_decode_str(it).decode_utf8_lossy());
    let admission = endpoint.admit((&request).into(), token.as_deref())?;
    state.gateway.check_room().map_err(not_stored)?;
    let now = state.clock.now();
    let (body, admitted) =
        body.read_verified(admission, (&request).into(), endpoint.body_limit(), now).await?;
    let hints: Hints = query(&request, &admitted)?;
    let wishes: IngestQuery = query(&request, &admitted)?;
    let name = &endpoint.settings.name;
    let is_dry = is_dry_run(&wishes)?;
    let keyed = if is_dry { None } else { state.keyed_requests.begin(&request, name, &body)? };
    let passed = state.gateway.link_time();
    if let Some(keyed) = &keyed
        && let Some(first) = keyed.first_answer(&state.gateway, passed).await?
    {
        return Ok(first);
    }
    let reading = read(&state, &endpoint, request.headers(), body, &hints, now).await?;
    if is_dry {
        return Ok(HttpResponse::Ok().json(preview(&state.gateway.policy(), &reading, now)));
    }
    check_rate(&state, &endpoint, &reading).await?;
    let result = accept(&state.gateway, name, reading, now).await.map_err(not_stored)?;
    if let Some(keyed) = keyed {
        // Numbers, texts and times only: serialization cannot fail.
        let json = serde_json::to_string(&result).unwrap_or_default();
        keyed.keep(&state.gateway, json, passed).await;
    }
    Ok(HttpResponse::Accepted().json(result))
}

/// Refuses a body by which the source would post more alerts than its rate allows. Repeats of alarms that are open do
/// not count: of them nothing is stored but that they came.
pub(crate) async fn check_rate(
    state: &AppState,
    endpoint: &SourceEndpoint,
    reading: &Reading,
) -> Result<(), HttpRefusal> {
    let Some(rate) = &endpoint.rate else { return Ok(()) };
    let alerts: Vec<_> = reading.alerts.iter().map(|it| &it.alert).collect();
    rate.check(alerts.len() - state.gateway.repeats(&alerts).await?).map_err(too_many)
}

fn too_many(exceeded: RateExceeded) -> HttpRefusal {
    match exceeded {
        RateExceeded::For(wait) => {
            let message = "the source posts more alerts than its `rate_limit` allows: send this again later";
            HttpRefusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_alerts", message).retry_after(wait)
        }
        RateExceeded::AtOnce(alerts) => {
            let message =
                format!("the source's `rate_limit` allows {alerts} alerts at once: send fewer together");
            HttpRefusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_many_alerts", message)
        }
    }
}

/// Tells whether nothing is to be stored.
pub(crate) fn is_dry_run(IngestQuery { dry_run }: &IngestQuery) -> Result<bool, HttpRefusal> {
    match dry_run.as_deref() {
        None | Some("0" | "false") => Ok(false),
        Some("" | "1" | "true") => Ok(true),
        Some(_) => Err(HttpRefusal::bad_request("`dry_run` is neither 0 nor 1")),
    }
}

/// Reads a body that a sender of `endpoint` has posted, as its headers say.
pub(crate) async fn read(
    state: &AppState,
    endpoint: &SourceEndpoint,
    headers: &HeaderMap,
    body: Bytes,
    hints: &Hints,
    now: Timestamp,
) -> Result<Reading, HttpRefusal> {
    let compression = Compression::from_headers(headers)?;
    let body = expanded(body, compression, endpoint.body_limit()).await?;
    let body = ContentType::from_headers(headers).decode(body, headers, endpoint.format.body_type());
    state.bodies.read(&body, endpoint.reading_rules(), hints, now).map_err(refuse)
}

/// Accepts the alerts of a body, and tells what was read and what becomes of it.
pub(crate) async fn accept(
    gateway: &Gateway,
    source: &SourceName,
    reading: Reading,
    now: Timestamp,
) -> Result<IngestResult, NotStored> {
    let heartbeats = hear(gateway, source, &reading.heartbeats).await;
    let meanings: Vec<_> = reading.alerts.iter().map(alert_reading).collect();
    let alerts: Vec<_> = reading.alerts.into_iter().map(|it| it.alert).collect();
    let accepted = if alerts.is_empty() { Vec::new() } else { gateway.accept(alerts, now).await? };
    let stored = accepted.iter().filter_map(|it| it.alerts.first());
    Ok(IngestResult {
        status: IngestStatus::Accepted,
        alerts: stored.zip(meanings).map(|(stored, meaning)| accepted_alert(stored, meaning)).collect(),
        heartbeats,
        nothing_to_do: reasons(&reading.nothing_to_do),
        refused: reading.refused.iter().map(refused_entry).collect(),
    })
}

/// Notes the heartbeats of a body.
async fn hear(gateway: &Gateway, source: &SourceName, names: &[HeartbeatName]) -> Vec<HeardHeartbeat> {
    let key = |name: &HeartbeatName| HeartbeatKey { source: source.clone(), name: Some(name.clone()) };
    let outcomes = gateway.hear_all(names.iter().map(key).collect()).await;
    names.iter().zip(outcomes).map(|(name, outcome)| heard_heartbeat(name, outcome)).collect()
}

/// The answer to a source that only asks what would become of its body.
fn preview(policy: &Policy, reading: &Reading, now: Timestamp) -> IngestPreview {
    let preview = |read: &ReadAlert| {
        previewed_alert(&read.alert, &plan(policy, &read.alert, None, now), alert_reading(read))
    };
    IngestPreview {
        status: IngestStatus::DryRun,
        alerts: reading.alerts.iter().map(preview).collect(),
        heartbeats: reading.heartbeats.iter().map(ToString::to_string).collect(),
        nothing_to_do: reasons(&reading.nothing_to_do),
        refused: reading.refused.iter().map(refused_entry).collect(),
    }
}

fn reasons(nothing_to_do: &[NothingToDo]) -> Vec<String> {
    nothing_to_do.iter().map(|it| it.reason.to_owned()).collect()
}

/// The body without its compression.
async fn expanded(body: Bytes, compression: Compression, limit: BodyLimit) -> Result<Bytes, HttpRefusal> {
    if !compression.applies_to(&body) {
        return Ok(body);
    }
    let expanded = web::block(move || compression.expand(&body, limit)).await;
    expanded.map_err(|_stopping| HttpRefusal::unavailable("the gateway is about to stop: send this again"))?
}

/// The refusal of alerts that could not be stored.
pub(crate) fn not_stored(err: NotStored) -> HttpRefusal {
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
