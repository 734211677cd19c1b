//! The heartbeats of senders.

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{
    ForgetHeartbeatRequest, ForgetHeartbeatResult, HeartbeatList, HeartbeatQuery, HeartbeatReport,
};
use fanfare_core::{HeartbeatKey, InvalidHeartbeatName};

use super::body;
use crate::convert::heartbeat_report;
use crate::refusal::HttpRefusal;
use crate::request::{UnreadBody, query};
use crate::state::AppState;

/// `GET /api/v1/heartbeats`: those that are expected, by source and name.
pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let HeartbeatQuery { source, status } = query(&request, &admitted)?;
    let is_asked = |it: &HeartbeatReport| {
        source.as_ref().is_none_or(|source| *source == it.source)
            && status.is_none_or(|status| status == it.status)
    };
    let heartbeats = state.gateway.heartbeats().into_iter().map(heartbeat_report).filter(is_asked).collect();
    Ok(HttpResponse::Ok().json(HeartbeatList { heartbeats }))
}

/// `POST /api/v1/heartbeats/forget`, `{"heartbeat": "SOURCE/NAME"}`: it is not expected until it is heard again.
pub(super) async fn forget(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let ForgetHeartbeatRequest { heartbeat: forgotten } = body::read(body, &admitted).await?;
    let heartbeat: HeartbeatKey = forgotten.parse().map_err(|err: InvalidHeartbeatName| {
        HttpRefusal::bad_request(format!("{err}: expected SOURCE/NAME")).at("heartbeat".to_owned())
    })?;
    if state.gateway.forget_heartbeat(heartbeat).await? {
        Ok(HttpResponse::Ok().json(ForgetHeartbeatResult { forgotten }))
    } else {
        let message = "no pattern has learned such a heartbeat; one that the config names is expected as long as it \
                       stands there";
        Err(HttpRefusal::not_found("unknown_heartbeat", message.to_owned()))
    }
}
