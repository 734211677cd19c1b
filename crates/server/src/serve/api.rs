//! What people and programs ask a running gateway.

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::{
    Alert, AlertId, DeliveryId, Fingerprint, Fulfilment, NotificationId, Policy, ReceiverName, Tally,
};
use fanfare_gateway::{
    AlertFilter, AlertRow, AttemptRow, DeliveryFilter, DeliveryRow, NotificationRow, StoreError,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;

/// How many rows a list has if nobody says.
const DEFAULT_LIMIT: u32 = 100;
/// How many it has at most.
const MAX_LIMIT: u32 = 1_000;

/// `GET /api/v1/alerts?fingerprint=&before=&limit=`: newest first.
pub(crate) async fn alerts(
    request: HttpRequest,
    query: web::Query<AlertsQuery>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let AlertsQuery { fingerprint, before, limit } = query.into_inner();
    let fingerprint = fingerprint
        .map(|it| it.parse::<Fingerprint>())
        .transpose()
        .map_err(|err| Refusal::bad_request(err.to_string()).at("fingerprint".to_owned()))?;
    let filter = AlertFilter { before: before.map(AlertId), fingerprint, limit: bounded(limit) };
    let alerts = doors.gateway.store().alerts(filter).await.map_err(unreadable)?;
    let policy = doors.gateway.policy();
    Ok(HttpResponse::Ok()
        .json(Alerts { alerts: alerts.into_iter().map(|row| Shown::of(row, policy)).collect() }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)] // a mistyped filter must not show everything
pub(crate) struct AlertsQuery {
    fingerprint: Option<String>,
    before: Option<i64>,
    limit: Option<u32>,
}

#[derive(Serialize)]
struct Alerts {
    alerts: Vec<Shown>,
}

/// An alert, with how the contracts with its receivers stand.
#[derive(Serialize)]
struct Shown {
    id: AlertId,
    received_at: Timestamp,
    incident: AlertId,
    alert: Alert,
    held: Value,
    notifications: Vec<Promise>,
}

#[derive(Serialize)]
struct Promise {
    id: NotificationId,
    receiver: ReceiverName,
    why: String,
    deliveries: Tally,
    contract: Fulfilment,
}

impl Shown {
    fn of(row: AlertRow, policy: &Policy) -> Self {
        let AlertRow { id, received_at, incident, alert, held, notifications } = row;
        let notifications = notifications.into_iter().map(|it| Promise::of(it, policy)).collect();
        Self { id, received_at, incident, alert, held, notifications }
    }
}

impl Promise {
    fn of(row: NotificationRow, policy: &Policy) -> Self {
        let NotificationRow { id, receiver, why, tally } = row;
        // A receiver that has left the config was told under the only contract there is.
        let contract = policy.receiver(&receiver).map(|it| it.contract).unwrap_or_default();
        Self { id, receiver, why, deliveries: tally, contract: contract.fulfilment(tally) }
    }
}

/// `GET /api/v1/deliveries?channel=&state=&alert=&before=&limit=`: newest first.
pub(crate) async fn deliveries(
    request: HttpRequest,
    query: web::Query<DeliveriesQuery>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let DeliveriesQuery { channel, state, alert, before, limit } = query.into_inner();
    if let Some(state) = state.as_deref().filter(|it| !matches!(*it, "pending" | "delivered" | "dead")) {
        let message = format!("`{state}` is not a state: expected pending, delivered or dead");
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
pub(crate) struct DeliveriesQuery {
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
pub(crate) async fn attempts(
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

fn bounded(limit: Option<u32>) -> u32 {
    limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}

fn unreadable(err: StoreError) -> Refusal {
    Refusal::unavailable(err.to_string())
}
