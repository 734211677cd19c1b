//! The explanation of one alert.

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::AlertId;

use crate::explain;
use crate::refusal::HttpRefusal;
use crate::request::path_parameter;
use crate::state::AppState;

/// `GET /api/v1/alerts/{id}/explain`: its routing, the receivers that were told or not and
/// the reasons, and each step on the way.
pub(super) async fn explain(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let alert = path_parameter(&request, &admitted, "id")?;
    let history = state.gateway.store().history(AlertId(alert)).await?;
    let history = history.ok_or_else(|| unknown_alert(alert))?;
    // The whole policy is read and its patterns are compiled, which would keep requests waiting.
    let outlook = state.gateway.delivery_outlook().await;
    let explanation = web::block(move || explain::explain(history, &outlook)).await;
    let explanation = explanation.map_err(|err| HttpRefusal::unavailable(err.to_string()))?;
    Ok(HttpResponse::Ok().json(explanation?))
}

fn unknown_alert(id: i64) -> HttpRefusal {
    let message = format!(
        "there is no alert {id}: it was never accepted here, or it is older than `retention` in the config allows"
    );
    HttpRefusal::not_found("unknown_alert", message)
}
