//! Dead letters: deliveries that were given up and wait for a person.

mod selection;

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{DeadLetterDetails, DeadLetterList, DeadLetterQuery, DiscardResult, RetryResult};
use fanfare_gateway::DeadLetterId;

use self::selection::{Selection, filter, read_id};
use super::body;
use super::limit::bounded;
use crate::convert;
use crate::refusal::HttpRefusal;
use crate::request::{UnreadBody, path_parameter, query};
use crate::state::AppState;

/// `GET /api/v1/dead-letters?channel=&receiver=&since=&until=&before=&limit=`:
/// those of the newest notification first. A list for a receiver looks at a thousand dead letters at most for one
/// answer, which says where it goes on.
pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let DeadLetterQuery { channel, receiver, since, until, before, limit } = query(&request, &admitted)?;
    let before = before.map(|it| read_id(&it)).transpose().map_err(|err| err.at("before".to_owned()))?;
    let filter = filter(channel, receiver, since, until);
    let page = state.gateway.store().dead_letters(filter, before, bounded(limit)).await?;
    let dead_letters = page.letters.into_iter().map(convert::dead_letter).collect();
    let next_before = page.next_after.map(|it| it.to_string());
    Ok(HttpResponse::Ok().json(DeadLetterList { dead_letters, next_before }))
}

/// `GET /api/v1/dead-letters/{id}`: one, with every attempt that was made.
pub(super) async fn show(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let id: String = path_parameter(&request, &admitted, "id")?;
    let id = read_id(&id)?;
    let store = state.gateway.store();
    let dead_letter = store.dead_letter(id).await?.ok_or_else(|| unknown(id))?;
    let attempts = match id {
        DeadLetterId::Delivery(delivery) => store.attempts(delivery).await?,
        DeadLetterId::Notification(_) => Vec::new(),
    };
    let attempts = convert::attempts(attempts).attempts;
    Ok(HttpResponse::Ok()
        .json(DeadLetterDetails { dead_letter: convert::dead_letter(dead_letter), attempts }))
}

fn unknown(id: DeadLetterId) -> HttpRefusal {
    let message = format!(
        "there is no dead letter {id}: it was dealt with, or there never was one; `fanfare dead-letters list` shows those \
         there are"
    );
    HttpRefusal::not_found("unknown_dead_letter", message)
}

/// `POST /api/v1/dead-letters/retry`, `{"ids": […]}` or `{"channel", "receiver",
/// "since", "until"}`: they are tried again at once.
pub(super) async fn retry(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let Selection { letters, by, reason } = Selection::read(body, &admitted).await?;
    if reason.is_some() {
        return Err(HttpRefusal::bad_request("only a discard has a reason").at("reason".to_owned()));
    }
    let retried = state.gateway.retry_dead_letters(letters, &by).await?;
    Ok(HttpResponse::Ok().json(RetryResult { retried: count(retried) }))
}

/// `POST /api/v1/dead-letters/discard`, the same with a `reason`: they are owed no more.
pub(super) async fn discard(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let Selection { letters, by, reason } = Selection::read(body, &admitted).await?;
    let reason = body::reason(reason.as_deref())?;
    let discarded = state.gateway.discard_dead_letters(letters, &by, &reason).await?;
    Ok(HttpResponse::Ok().json(DiscardResult { discarded: count(discarded) }))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
