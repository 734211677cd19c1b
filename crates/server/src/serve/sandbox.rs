//! The sandbox's doors among ours.

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;

/// `/sandbox/…`: what people would have seen, and faults to switch on.
pub(crate) async fn control(
    request: HttpRequest,
    body: web::Bytes,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let Some(sandbox) = &doors.sandbox else {
        return Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "no_sandbox",
            "this gateway sends to the real providers; `fanfare serve --sandbox` has these doors",
        ));
    };
    let answer = sandbox.control(request.method().as_str(), request.path(), &body);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(HttpResponse::build(status).content_type(ContentType::json()).body(answer.json))
}
