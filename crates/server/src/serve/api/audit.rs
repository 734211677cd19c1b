//! Whether everything that was accepted is accounted for.

use actix_web::{HttpRequest, HttpResponse, web};

use super::unreadable;
use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;

/// `GET /api/v1/audit`: what was accepted, what became of it, and what is missing.
pub(super) async fn audit(request: HttpRequest, doors: web::Data<Doors>) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let audit = doors.gateway.store().audit().await.map_err(unreadable)?;
    Ok(HttpResponse::Ok().json(audit))
}
