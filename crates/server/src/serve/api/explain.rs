//! Everything that happened to an alert.

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::AlertId;

use super::{not_found, unreadable};
use crate::explain::Explanation;
use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;

/// `GET /api/v1/alerts/{id}/explain`: how it was routed, who was told or not and
/// why, and each step on the way.
pub(super) async fn explain(
    request: HttpRequest,
    alert: web::Path<i64>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let story = doors.gateway.store().story(AlertId(*alert)).await.map_err(unreadable)?;
    let story = story.ok_or_else(|| unknown_alert(*alert))?;
    // The whole policy is read and its patterns are compiled, which would keep requests waiting.
    let explanation = web::block(move || Explanation::from(story)).await;
    let explanation = explanation.map_err(|err| Refusal::unavailable(err.to_string()))?;
    Ok(HttpResponse::Ok().json(explanation))
}

fn unknown_alert(id: i64) -> Refusal {
    let message = format!(
        "there is no alert {id}: it was never accepted here, or it is older than `retention` in the config allows"
    );
    not_found("unknown_alert", message)
}
