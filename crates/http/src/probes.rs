//! Probes and metrics, for orchestrators and Prometheus.

mod metrics_format;

use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use self::metrics_format::{MetricsFormat, in_prometheus_text};
use crate::refusal::HttpRefusal;
use crate::state::AppState;

/// `/-/healthy`: the process answers.
pub(crate) async fn healthy() -> HttpResponse {
    text(HttpResponse::Ok(), "OK")
}

/// `/-/ready`: alerts are accepted, or the reason why not.
pub(crate) async fn ready(state: web::Data<AppState>) -> HttpResponse {
    if !state.is_accepting() {
        return text(HttpResponse::ServiceUnavailable(), "stopping");
    }
    match state.gateway.store().condition().fault {
        None => text(HttpResponse::Ok(), "OK"),
        Some(fault) => text(HttpResponse::ServiceUnavailable(), format!("the store cannot be used: {fault}")),
    }
}

/// An answer whose type is stated: actix states none, and a browser would guess.
fn text(mut answer: HttpResponseBuilder, words: impl Into<String>) -> HttpResponse {
    answer.content_type(ContentType::plaintext()).body(words.into())
}

/// `/metrics`: all metrics of the process, in the format that the request asks for.
pub(crate) async fn metrics(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    state.admit_to_metrics(&request)?;
    let text = state.metrics.text().map_err(|err| HttpRefusal::unavailable(err.to_string()))?;
    let format = MetricsFormat::accepted_by(request.headers());
    let mut answer = HttpResponse::Ok();
    // A cache on the way keeps the two apart.
    answer.content_type(format.media_type()).insert_header((header::VARY, "Accept"));
    Ok(match format {
        MetricsFormat::OpenMetrics => answer.body(text),
        MetricsFormat::Prometheus => answer.body(in_prometheus_text(&String::from_utf8_lossy(&text))),
    })
}
