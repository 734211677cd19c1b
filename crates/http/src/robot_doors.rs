//! Doors for scripts that believe to post to a chat robot: only the host of their address is changed.
//!
//! The token or key in the address names the source, and the answers are those of the provider, refusals
//! too: the scripts know no others.

mod dingtalk;
mod wecom;
mod answer;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::RobotReply;
use fanfare_sources::Hints;
use jiff::Timestamp;

use self::answer::{AdmittedSource, RobotAnswer};
use self::dingtalk::DingTalkParameters;
use self::wecom::WeComParameters;
use crate::access::RobotRefusal;
use crate::ingest;
use crate::refusal::HttpRefusal;
use crate::request::{UnreadBody, query};
use crate::state::AppState;

/// `POST /robot/send`: answers as DingTalk does once everything the body calls for is on the disk.
pub(crate) async fn dingtalk(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> HttpResponse {
    let parameters = DingTalkParameters::from_query(request.query_string());
    let admitted = parameters.admit(&state, state.clock.now()).map_err(dingtalk::refused);
    let answer = match admitted {
        Ok(admitted) => {
            take(&request, body, &state, admitted).await.map_err(|refusal| dingtalk::failed(&refusal))
        }
        Err(refused) => Err((StatusCode::OK, refused)),
    };
    respond(answer)
}

/// `POST /cgi-bin/webhook/send`: answers as WeCom does once everything the body calls for is on the disk.
pub(crate) async fn wecom(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> HttpResponse {
    let parameters = WeComParameters::from_query(request.query_string());
    let answer = match parameters.admit(&state) {
        Ok(admitted) => {
            take(&request, body, &state, admitted).await.map_err(|refusal| wecom::failed(&refusal))
        }
        Err(RobotRefusal::Unknown | RobotRefusal::BadSignature | RobotRefusal::BadTimestamp) => {
            Err((StatusCode::OK, wecom::unknown_key()))
        }
    };
    respond(answer)
}

/// Takes a body as `/ingest` would.
async fn take(
    request: &HttpRequest,
    body: UnreadBody,
    state: &AppState,
    (endpoint, admitted): AdmittedSource,
) -> Result<(), HttpRefusal> {
    endpoint.check_address(request.into())?;
    state.gateway.check_room().map_err(ingest::not_stored)?;
    let body: Bytes = body.read(&admitted, endpoint.body_limit()).await?;
    let now: Timestamp = state.clock.now();
    let hints = Hints::default(); // the parameters are the provider's, but for one
    let is_dry_run = ingest::is_dry_run(&query(request, &admitted)?)?;
    let reading = ingest::read(state, &endpoint, request.headers(), body, &hints, now).await?;
    if !is_dry_run {
        ingest::check_rate(state, &endpoint, &reading).await?;
        ingest::accept(&state.gateway, &endpoint.settings.name, reading, now)
            .await
            .map_err(ingest::not_stored)?;
    }
    Ok(())
}

fn respond(answer: Result<(), (StatusCode, RobotAnswer)>) -> HttpResponse {
    let (status, RobotAnswer { errcode, errmsg }) = match answer {
        Ok(()) => (StatusCode::OK, RobotAnswer::new(0, "ok")),
        Err(refused) => refused,
    };
    HttpResponse::build(status).json(RobotReply { errcode, errmsg })
}

#[cfg(test)]
mod tests;
