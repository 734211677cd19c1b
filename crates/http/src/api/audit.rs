//! The audit of the ledger.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::convert::audit_report;
use crate::refusal::HttpRefusal;
use crate::state::AppState;

/// `GET /api/v1/audit`: the counts of the ledger, and the rows of it that do not add up.
pub(super) async fn audit(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    state.admit(&request)?;
    Ok(HttpResponse::Ok().json(audit_report(state.gateway.audit().await?)))
}
