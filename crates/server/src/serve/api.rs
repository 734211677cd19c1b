//! What people and programs ask a running gateway, and have it do.

mod alerts;
mod explain;
mod acknowledge;
mod deliveries;
mod dead_letters;
mod channels;
mod audit;
mod body;

use actix_web::http::StatusCode;
use actix_web::web;
use fanfare_gateway::StoreError;

use crate::serve::answer::Refusal;

/// How many rows a list has if nobody says.
const DEFAULT_LIMIT: u32 = 100;
/// How many it has at most.
const MAX_LIMIT: u32 = 1_000;

/// Adds the doors of the API to an actix app.
pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.route("/api/v1/alerts", web::get().to(alerts::list))
        .route("/api/v1/alerts/{id}/explain", web::get().to(explain::explain))
        .route("/api/v1/alerts/{id}/acknowledge", web::post().to(acknowledge::acknowledge))
        .route("/api/v1/deliveries", web::get().to(deliveries::list))
        .route("/api/v1/deliveries/{id}/attempts", web::get().to(deliveries::attempts))
        .route("/api/v1/dead-letters", web::get().to(dead_letters::list))
        .route("/api/v1/dead-letters/retry", web::post().to(dead_letters::retry))
        .route("/api/v1/dead-letters/discard", web::post().to(dead_letters::discard))
        .route("/api/v1/dead-letters/{id}", web::get().to(dead_letters::show))
        .route("/api/v1/channels", web::get().to(channels::list))
        .route("/api/v1/channels/{name}", web::get().to(channels::show))
        .route("/api/v1/channels/{name}/test", web::post().to(channels::test))
        .route("/api/v1/audit", web::get().to(audit::audit));
}

fn bounded(limit: Option<u32>) -> u32 {
    limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}

fn unreadable(err: StoreError) -> Refusal {
    Refusal::unavailable(err.to_string())
}

fn not_found(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, code, message)
}
