//! The door alerts come in by.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::{AlertId, Fingerprint, Status, Verdict};
use fanfare_gateway::Accepted;
use fanfare_sources::{Fault, Hints, Unreadable};
use serde::Serialize;
use tracing::{debug, warn};

use crate::serve::answer::Refusal;
use crate::serve::doors::{Doors, SourceDoor};

/// `POST /ingest/{source}`: answers 202 once everything the body calls for is on the disk.
pub(crate) async fn ingest(
    request: HttpRequest,
    source: web::Path<String>,
    hints: web::Query<Hints>,
    body: web::Payload,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    let outcome = take(&request, &source, &hints, body, &doors).await;
    if let Err(refusal) = &outcome {
        // The text is ours and quotes nothing of the body.
        warn!(source.name = source.as_str(), reason = %refusal, "Refused a request");
    }
    outcome
}

async fn take(
    request: &HttpRequest,
    source: &str,
    hints: &Hints,
    body: web::Payload,
    doors: &Doors,
) -> Result<HttpResponse, Refusal> {
    let door = doors.source(source)?;
    door.access.admit(request)?;
    must_be_json(request)?;
    let body = read_body(body, &door).await?;
    let now = doors.clock.now();
    let reading = door.format.read(&body, hints, &door.settings, now).map_err(refuse)?;
    for nothing in &reading.nothing_to_do {
        debug!(source.name = source, path = nothing.path, reason = nothing.reason, "Nothing to do");
    }
    let accepted = if reading.alerts.is_empty() {
        Vec::new()
    } else {
        doors
            .gateway
            .accept(reading.alerts, now)
            .await
            .map_err(|err| Refusal::unavailable(err.to_string()))?
    };
    Ok(HttpResponse::Accepted().json(Answer {
        status: "accepted",
        alerts: accepted.iter().map(Taken::of).collect(),
        nothing_to_do: reading.nothing_to_do.iter().map(|it| it.reason).collect(),
    }))
}

/// What a sender's log shows: who is told, or why nobody.
#[derive(Serialize)]
struct Answer<'a> {
    status: &'static str,
    alerts: Vec<Taken<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nothing_to_do: Vec<&'static str>,
}

#[derive(Serialize)]
struct Taken<'a> {
    id: AlertId,
    fingerprint: Fingerprint,
    status: Status,
    told: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    held: Vec<Held<'a>>,
}

#[derive(Serialize)]
struct Held<'a> {
    receiver: &'a str,
    reason: String,
}

impl<'a> Taken<'a> {
    fn of(accepted: &'a Accepted) -> Self {
        let mut taken = Self {
            id: accepted.id,
            fingerprint: accepted.alert.fingerprint,
            status: accepted.alert.status,
            told: Vec::new(),
            held: Vec::new(),
        };
        for decision in &accepted.plan.decisions {
            let receiver = decision.receiver.as_str();
            match &decision.verdict {
                Verdict::Notify { .. } => taken.told.push(receiver),
                Verdict::Suppress(hold) => taken.held.push(Held { receiver, reason: hold.to_string() }),
            }
        }
        taken
    }
}

/// A body without a stated type is read as JSON; one that says it is something else is not.
fn must_be_json(request: &HttpRequest) -> Result<(), Refusal> {
    let stated =
        request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let essence = stated.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence.is_empty() || essence.ends_with("/json") || essence.ends_with("+json") {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "send the header `Content-Type: application/json`",
    ))
}

async fn read_body(body: web::Payload, door: &SourceDoor) -> Result<web::Bytes, Refusal> {
    match body.to_bytes_limited(door.max_body).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Refusal::bad_request("the body did not arrive in full")),
        Err(_) => Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!(
                "the body is larger than {} bytes: send fewer alerts at once, or leave out what is not about the alert",
                door.max_body
            ),
        )),
    }
}

fn refuse(unreadable: Unreadable) -> Refusal {
    let Unreadable { fault, path, message } = unreadable;
    let status = match fault {
        Fault::Malformed => StatusCode::BAD_REQUEST,
        Fault::NotAnAlert => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Refusal::new(status, fault.word(), message).at(path)
}
