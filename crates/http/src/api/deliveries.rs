//! The list of deliveries, and the attempts of one.

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{DeliveryQuery, DeliveryStage};
use fanfare_core::{AlertId, DeliveryId};
use fanfare_gateway::DeliveryFilter;

use super::limit::bounded;
use crate::convert;
use crate::refusal::HttpRefusal;
use crate::request::{path_parameter, query};
use crate::state::AppState;

/// `GET /api/v1/deliveries?channel=&state=&alert=&before=&limit=`: the newest first.
pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let DeliveryQuery { channel, state: stage, alert, before, limit } = query(&request, &admitted)?;
    let stage = stage.as_deref().map(delivery_stage).transpose()?;
    let filter = DeliveryFilter {
        channel: channel.as_deref().map(Into::into),
        state: stage.map(|it| it.to_string()),
        alert: alert.map(AlertId),
        before,
        limit: bounded(limit),
    };
    let deliveries = state.gateway.store().deliveries(filter).await?;
    Ok(HttpResponse::Ok().json(convert::deliveries(deliveries, state.gateway.clock_leads())))
}

fn delivery_stage(text: &str) -> Result<DeliveryStage, HttpRefusal> {
    text.parse().map_err(|_| {
        let message = format!("`{text}` is not a state: expected pending, delivered, dead or discarded");
        HttpRefusal::bad_request(message).at("state".to_owned())
    })
}

/// `GET /api/v1/deliveries/{id}`: one of them, with its attempts.
pub(super) async fn show(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let id = DeliveryId(path_parameter(&request, &admitted, "id")?);
    let store = state.gateway.store();
    let found = store.delivery(id).await?.ok_or_else(|| unknown_delivery(id))?;
    let attempts = store.attempts(id).await?;
    Ok(HttpResponse::Ok().json(convert::delivery_details(found, attempts, state.gateway.clock_leads())?))
}

fn unknown_delivery(id: DeliveryId) -> HttpRefusal {
    let message = format!(
        "there is no delivery {id}: there never was one, or it is older than `retention` in the config allows"
    );
    HttpRefusal::not_found("unknown_delivery", message)
}

/// `GET /api/v1/deliveries/{id}/attempts`: each with the provider's answer, the oldest first.
pub(super) async fn attempts(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let delivery = DeliveryId(path_parameter(&request, &admitted, "id")?);
    let attempts = state.gateway.store().attempts(delivery).await?;
    Ok(HttpResponse::Ok().json(convert::attempts(attempts)))
}
