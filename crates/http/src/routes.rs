//! The routes of the server, and the handler behind each.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use crate::refusal::HttpRefusal;
use crate::{ack, api, heartbeats, ingest, probes, reload, robot_doors, sandbox};

/// Adds every route to an actix app.
pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.route("/ingest/{source}", web::post().to(ingest::ingest))
        .route("/ingest/{source}/{token}", web::post().to(ingest::ingest))
        .configure(heartbeat_routes)
        .route("/robot/send", web::post().to(robot_doors::dingtalk))
        .route("/cgi-bin/webhook/send", web::post().to(robot_doors::wecom))
        // Prometheus adds this to the `path_prefix` of an Alertmanager, which may so be a source.
        .route("/ingest/{source}/api/v2/alerts", web::post().to(ingest::ingest))
        .route("/ingest/{source}/{token}/api/v2/alerts", web::post().to(ingest::ingest))
        .route("/-/healthy", web::get().to(probes::healthy))
        .route("/-/healthy", web::head().to(probes::healthy))
        .route("/-/ready", web::get().to(probes::ready))
        .route("/-/ready", web::head().to(probes::ready))
        .route("/-/reload", web::post().to(reload::reload))
        .route("/metrics", web::get().to(probes::metrics))
        .route("/sandbox/{tail:.*}", web::to(sandbox::control))
        .configure(api::routes)
        .configure(ack::routes)
        .default_service(web::to(unknown_path));
}

/// The doors for heartbeats, also for senders that can only fetch an address.
fn heartbeat_routes(app: &mut web::ServiceConfig) {
    app.route("/heartbeat/{source}/{name}", web::get().to(heartbeats::heartbeat))
        .route("/heartbeat/{source}/{name}", web::head().to(heartbeats::heartbeat))
        .route("/heartbeat/{source}/{name}", web::post().to(heartbeats::heartbeat))
        .route("/heartbeat/{source}/{token}/{name}", web::get().to(heartbeats::heartbeat))
        .route("/heartbeat/{source}/{token}/{name}", web::head().to(heartbeats::heartbeat))
        .route("/heartbeat/{source}/{token}/{name}", web::post().to(heartbeats::heartbeat));
}

async fn unknown_path() -> Result<HttpResponse, HttpRefusal> {
    Err(HttpRefusal::new(
        StatusCode::NOT_FOUND,
        "no_such_door",
        "alerts go to POST /ingest/SOURCE, heartbeats to /heartbeat/SOURCE/NAME; questions to GET /api/v1/alerts and /api/v1/deliveries; also /-/ready and /metrics",
    ))
}
