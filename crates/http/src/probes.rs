//! Probes and metrics, for orchestrators and Prometheus.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::refusal::HttpRefusal;
use crate::state::AppState;

/// `/-/healthy`: the process answers.
pub(crate) async fn healthy() -> HttpResponse {
    HttpResponse::Ok().body("OK")
}

/// `/-/ready`: alerts are accepted, or the reason why not.
pub(crate) async fn ready(state: web::Data<AppState>) -> HttpResponse {
    if !state.is_accepting() {
        return HttpResponse::ServiceUnavailable().body("stopping");
    }
    match state.gateway.store().condition().fault {
        None => HttpResponse::Ok().body("OK"),
        Some(fault) => HttpResponse::ServiceUnavailable().body(format!("the store cannot be used: {fault}")),
    }
}

/// The media type of OpenMetrics' text form: <https://prometheus.io/docs/specs/om/open_metrics_spec/>
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `/metrics`: all metrics of the process.
pub(crate) async fn metrics(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    state.admit_to_metrics(&request)?;
    let text = state.metrics.text().map_err(|err| HttpRefusal::unavailable(err.to_string()))?;
    Ok(HttpResponse::Ok().content_type(OPEN_METRICS).body(text))
}
