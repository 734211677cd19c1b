//! `/heartbeat`: senders show that they are alive.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::HeartbeatResult;
use fanfare_core::{BeatOutcome, HeartbeatBoard, HeartbeatKey, HeartbeatName, InvalidHeartbeatName};
use percent_encoding::percent_decode_str;

use crate::refusal::HttpRefusal;
use crate::request::UnreadBody;
use crate::state::AppState;

/// `GET`, `HEAD` or `POST /heartbeat/{source}/{name}`: the sender is alive. What a body says does not matter.
pub(crate) async fn heartbeat(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let part =
        |name: &str| request.match_info().get(name).map(|it| percent_decode_str(it).decode_utf8_lossy());
    let endpoint = state.source(request.match_info().get("source").unwrap_or_default())?;
    let admission = endpoint.admit((&request).into(), part("token").as_deref())?;
    let limit = endpoint.body_limit();
    body.read_verified(admission, (&request).into(), limit, state.clock.now()).await?;
    let name: HeartbeatName = part("name")
        .unwrap_or_default()
        .parse()
        .map_err(|err: InvalidHeartbeatName| HttpRefusal::bad_request(err.to_string()))?;
    let key = HeartbeatKey { source: endpoint.settings.name.clone(), name: Some(name) };
    match state.gateway.hear(key.clone()).await {
        BeatOutcome::Heard(expected_until) | BeatOutcome::Learned(expected_until) => {
            Ok(HttpResponse::Ok().json(HeartbeatResult { heartbeat: key.to_string(), expected_until }))
        }
        BeatOutcome::NotExpected => {
            let message = "the source expects no heartbeat of this name: add it under `heartbeats` of the source in \
                           the config, or a pattern that it fits";
            Err(HttpRefusal::not_found("unknown_heartbeat", message.to_owned()))
        }
        BeatOutcome::TooMany => {
            let message = format!(
                "{} heartbeats are expected already, {} of them from this source, and no more are learned",
                HeartbeatBoard::MOST,
                HeartbeatBoard::ASSURED
            );
            Err(HttpRefusal::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_heartbeats", message))
        }
    }
}
