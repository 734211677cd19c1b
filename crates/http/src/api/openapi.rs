//! The OpenAPI document.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use fanfare_api::OPENAPI_JSON;

/// `GET /api/v1/openapi.json`: the document, for anybody. It holds nothing of this gateway.
pub(super) async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(OPENAPI_JSON)
}
