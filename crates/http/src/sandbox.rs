//! The sandbox's pages.

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::refusal::HttpRefusal;
use crate::request::{BodyLimit, UnreadBody};
use crate::state::AppState;

/// The length of a list of faults at most.
const LIMIT: BodyLimit = BodyLimit { bytes: 256 * 1024, advice: "switch fewer faults on at once" };

/// `/sandbox/…`: the messages that people would have seen, and faults to switch on.
pub(crate) async fn control(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let Some(sandbox) = &state.sandbox else {
        return Err(HttpRefusal::not_found(
            "no_sandbox",
            "this gateway sends to the real providers; `fanfare serve --sandbox` has these doors",
        ));
    };
    let body = body.read(&admitted, LIMIT).await?;
    let answer = sandbox.control(request.method().as_str(), request.path(), &body);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(HttpResponse::build(status).content_type(ContentType::json()).body(answer.json))
}
