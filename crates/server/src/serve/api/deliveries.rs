//! What is owed, was delivered and was given up, and every attempt at it.

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::{AlertId, DeliveryId};
use fanfare_gateway::{AttemptRow, DeliveryFilter, DeliveryRow};
use serde::{Deserialize, Serialize};

use super::{bounded, unreadable};
use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;

/// `GET /api/v1/deliveries?channel=&state=&alert=&before=&limit=`: newest first.
pub(super) async fn list(
    request: HttpRequest,
    query: web::Query<DeliveriesQuery>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let DeliveriesQuery { channel, state, alert, before, limit } = query.into_inner();
    if let Some(state) =
        state.as_deref().filter(|it| !matches!(*it, "pending" | "delivered" | "dead" | "discarded"))
    {
        let message = format!("`{state}` is not a state: expected pending, delivered, dead or discarded");
        return Err(Refusal::bad_request(message).at("state".to_owned()));
    }
    let filter = DeliveryFilter {
        channel: channel.as_deref().map(Into::into),
        state,
        alert: alert.map(AlertId),
        before,
        limit: bounded(limit),
    };
    let deliveries = doors.gateway.store().deliveries(filter).await.map_err(unreadable)?;
    Ok(HttpResponse::Ok().json(Deliveries { deliveries }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)] // a mistyped filter must not show everything
pub(super) struct DeliveriesQuery {
    channel: Option<String>,
    state: Option<String>,
    alert: Option<i64>,
    before: Option<i64>,
    limit: Option<u32>,
}

#[derive(Serialize)]
struct Deliveries {
    deliveries: Vec<DeliveryRow>,
}

/// `GET /api/v1/deliveries/{id}/attempts`: each try with the provider's answer, oldest first.
pub(super) async fn attempts(
    request: HttpRequest,
    delivery: web::Path<i64>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let attempts = doors.gateway.store().attempts(DeliveryId(*delivery)).await.map_err(unreadable)?;
    Ok(HttpResponse::Ok().json(Attempts { attempts }))
}

#[derive(Serialize)]
struct Attempts {
    attempts: Vec<AttemptRow>,
}
