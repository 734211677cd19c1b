//! Somebody takes care of an alert.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::{Acknowledgement, AlertId};
use fanfare_gateway::Acknowledged;
use serde::{Deserialize, Serialize};

use super::{body, not_found, unreadable};
use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;

/// `POST /api/v1/alerts/{id}/acknowledge`, `{"by": NAME}`: the ladder and the
/// repeats of its incident stop, and those who were told hear who takes care.
pub(super) async fn acknowledge(
    request: HttpRequest,
    alert: web::Path<i64>,
    body: web::Bytes,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let Order { by } = body::read(&body)?;
    let by = body::by(Some(&by))?;
    let alert = AlertId(*alert);
    let notification = doors.gateway.store().newest_of_incident(alert).await.map_err(unreadable)?;
    let notification = notification.ok_or_else(|| nobody_told(alert))?;
    let acknowledgement = Acknowledgement { by, at: doors.clock.now() };
    let kept = doors.gateway.acknowledge(notification, acknowledgement.clone()).await;
    match kept.map_err(|err| Refusal::unavailable(err.to_string()))? {
        Acknowledged::Now(_) => Ok(done("acknowledged", &acknowledgement)),
        Acknowledged::Already(first) => Ok(done("already_acknowledged", &first)),
        Acknowledged::Over => Err(over(alert)),
        Acknowledged::Unknown => Err(nobody_told(alert)),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    by: String,
}

#[derive(Serialize)]
struct Done<'a> {
    status: &'a str,
    #[serde(flatten)]
    acknowledgement: &'a Acknowledgement,
}

fn done(status: &str, acknowledgement: &Acknowledgement) -> HttpResponse {
    HttpResponse::Ok().json(Done { status, acknowledgement })
}

fn over(alert: AlertId) -> Refusal {
    let message = format!("alert {alert} is over: there is nothing to take care of any more");
    Refusal::new(StatusCode::CONFLICT, "over", message)
}

fn nobody_told(alert: AlertId) -> Refusal {
    let message =
        format!("there is no alert {alert}, or nobody was told of it: there is nothing to acknowledge");
    not_found("unknown_alert", message)
}
