//! The list of alerts.

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::AlertQuery;
use fanfare_core::{AlertId, Fingerprint};
use fanfare_gateway::AlertFilter;

use super::limit::bounded;
use crate::convert::listed_alerts;
use crate::refusal::HttpRefusal;
use crate::request::query;
use crate::state::AppState;

/// `GET /api/v1/alerts?fingerprint=&before=&limit=`: the newest first.
pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let AlertQuery { fingerprint, before, limit } = query(&request, &admitted)?;
    let fingerprint = fingerprint
        .map(|it| it.parse::<Fingerprint>())
        .transpose()
        .map_err(|err| HttpRefusal::bad_request(err.to_string()).at("fingerprint".to_owned()))?;
    let filter = AlertFilter { before: before.map(AlertId), fingerprint, limit: bounded(limit) };
    let alerts = state.gateway.store().alerts(filter).await?;
    Ok(HttpResponse::Ok().json(listed_alerts(alerts)?))
}
