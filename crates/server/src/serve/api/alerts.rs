//! The alerts that were accepted.

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::{
    Alert, AlertId, ContractStatus, DeliveryTally, Fingerprint, NotificationId, ReceiverName,
};
use fanfare_gateway::{AlertFilter, AlertRow, NotificationRow};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{bounded, unreadable};
use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;

/// `GET /api/v1/alerts?fingerprint=&before=&limit=`: newest first.
pub(super) async fn list(
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
    Ok(HttpResponse::Ok().json(Alerts { alerts: alerts.into_iter().map(Shown::of).collect() }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)] // a mistyped filter must not show everything
pub(super) struct AlertsQuery {
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
    deliveries: DeliveryTally,
    contract: ContractStatus,
}

impl Shown {
    fn of(row: AlertRow) -> Self {
        let AlertRow { id, received_at, incident, mut alert, held, notifications } = row;
        alert.labels = alert.all_labels();
        let notifications = notifications.into_iter().map(Promise::of).collect();
        Self { id, received_at, incident, alert, held, notifications }
    }
}

impl Promise {
    fn of(row: NotificationRow) -> Self {
        let NotificationRow { id, receiver, why, tally, fulfilment } = row;
        Self { id, receiver, why, deliveries: tally, contract: fulfilment }
    }
}
