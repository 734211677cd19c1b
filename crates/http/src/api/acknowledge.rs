//! The acknowledgement of an alert's incident.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{AcknowledgeRequest, AcknowledgeResult, AcknowledgeStatus};
use fanfare_core::{Acknowledgement, AlertId, Obstacle};

use super::body;
use crate::refusal::HttpRefusal;
use crate::request::{UnreadBody, path_parameter};
use crate::state::AppState;

/// `POST /api/v1/alerts/{id}/acknowledge`, `{"by": NAME}`: the escalation and the
/// repeats of its incident stop, and the receivers that were told hear the name.
pub(super) async fn acknowledge(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let alert = AlertId(path_parameter(&request, &admitted, "id")?);
    let AcknowledgeRequest { by } = body::read(body, &admitted).await?;
    let by = body::person(Some(&by))?;
    let notification = state.gateway.store().newest_of_incident(alert).await?;
    let notification = notification.ok_or_else(|| nobody_told(alert))?;
    let acknowledgement = Acknowledgement { by, at: state.clock.now() };
    let stored = state.gateway.acknowledge(notification, acknowledgement.clone()).await;
    match stored.map_err(|err| HttpRefusal::unavailable(err.to_string()))? {
        Ok(()) => Ok(result(AcknowledgeStatus::Acknowledged, acknowledgement)),
        Err(Obstacle::Already(first)) => Ok(result(AcknowledgeStatus::AlreadyAcknowledged, first)),
        Err(Obstacle::Over) => Err(over(alert)),
        Err(Obstacle::Unknown) => Err(nobody_told(alert)),
    }
}

fn result(status: AcknowledgeStatus, acknowledgement: Acknowledgement) -> HttpResponse {
    let Acknowledgement { by, at } = acknowledgement;
    HttpResponse::Ok().json(AcknowledgeResult { status, by, at })
}

fn over(alert: AlertId) -> HttpRefusal {
    let message = format!("alert {alert} is over: there is nothing to take care of any more");
    HttpRefusal::new(StatusCode::CONFLICT, "over", message)
}

fn nobody_told(alert: AlertId) -> HttpRefusal {
    let message =
        format!("there is no alert {alert}, or nobody was told of it: there is nothing to acknowledge");
    HttpRefusal::not_found("unknown_alert", message)
}
