//! What was given up, and what a person does about it.

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_gateway::{
    AttemptRow, DeadLetter, DeadLetterFilter, DeadLetterId, DeadLetters, InvalidDeadLetterId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{body, bounded, not_found, unreadable};
use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;

/// `GET /api/v1/dead-letters?channel=&receiver=&since=&until=&before=&limit=`:
/// those of the newest notification first.
pub(super) async fn list(
    request: HttpRequest,
    query: web::Query<ListQuery>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let ListQuery { channel, receiver, since, until, before, limit } = query.into_inner();
    let before = before.map(|it| read_id(&it)).transpose().map_err(|err| err.at("before".to_owned()))?;
    let filter = filter(channel, receiver, since, until);
    let found = doors.gateway.store().dead_letters(filter, before, bounded(limit)).await;
    Ok(HttpResponse::Ok().json(Letters { dead_letters: found.map_err(unreadable)? }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)] // a mistyped filter must not show everything
pub(super) struct ListQuery {
    channel: Option<String>,
    receiver: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    before: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize)]
struct Letters {
    dead_letters: Vec<DeadLetter>,
}

/// `GET /api/v1/dead-letters/{id}`: one, with every attempt that was made.
pub(super) async fn show(
    request: HttpRequest,
    id: web::Path<String>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let id = read_id(&id)?;
    let store = doors.gateway.store();
    let dead_letter = store.dead_letter(id).await.map_err(unreadable)?.ok_or_else(|| gone(id))?;
    let attempts = match id {
        DeadLetterId::Delivery(delivery) => store.attempts(delivery).await.map_err(unreadable)?,
        DeadLetterId::Notification(_) => Vec::new(),
    };
    Ok(HttpResponse::Ok().json(Letter { dead_letter, attempts }))
}

#[derive(Serialize)]
struct Letter {
    dead_letter: DeadLetter,
    attempts: Vec<AttemptRow>,
}

fn gone(id: DeadLetterId) -> Refusal {
    let message = format!("there is no dead letter {id}: it was dealt with, or there never was one");
    not_found("unknown_dead_letter", message)
}

/// `POST /api/v1/dead-letters/retry`, `{"ids": […]}` or `{"channel", "receiver",
/// "since", "until"}`: they are tried again at once.
pub(super) async fn retry(
    request: HttpRequest,
    body: web::Bytes,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let Order { which, by, reason } = Order::read(&body)?;
    if reason.is_some() {
        return Err(Refusal::bad_request("only a discard has a reason").at("reason".to_owned()));
    }
    let retried = doors.gateway.retry_dead_letters(which, &by).await.map_err(unreadable)?;
    Ok(HttpResponse::Ok().json(Retried { retried }))
}

#[derive(Serialize)]
struct Retried {
    retried: usize,
}

/// `POST /api/v1/dead-letters/discard`, the same with a `reason`: they wait for
/// nobody any more.
pub(super) async fn discard(
    request: HttpRequest,
    body: web::Bytes,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let Order { which, by, reason } = Order::read(&body)?;
    let reason = body::reason(reason.as_deref())?;
    let discarded = doors.gateway.discard_dead_letters(which, &by, &reason).await.map_err(unreadable)?;
    Ok(HttpResponse::Ok().json(Discarded { discarded }))
}

#[derive(Serialize)]
struct Discarded {
    discarded: usize,
}

/// What is to be done about which dead letters.
#[derive(Debug)]
struct Order {
    which: DeadLetters,
    by: String,
    reason: Option<String>,
}

/// An order as it is sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)] // a mistyped filter must not touch everything
struct WrittenOrder {
    ids: Option<Vec<String>>,
    channel: Option<String>,
    receiver: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    by: Option<String>,
    reason: Option<String>,
}

impl Order {
    fn read(body: &web::Bytes) -> Result<Self, Refusal> {
        let WrittenOrder { ids, channel, receiver, since, until, by, reason } = body::read(body)?;
        let filter = filter(channel, receiver, since, until);
        let which = match (ids, filter == DeadLetterFilter::default()) {
            (Some(ids), true) => DeadLetters::These(read_ids(&ids)?),
            (None, false) => DeadLetters::All(filter),
            (Some(_), false) | (None, true) => return Err(unclear()),
        };
        Ok(Self { which, by: body::by(by.as_deref())?, reason })
    }
}

/// An order that names nothing would be one about everything.
fn unclear() -> Refusal {
    Refusal::bad_request(
        "say which dead letters: either `ids`, or some of `channel`, `receiver`, `since` and `until`",
    )
}

fn filter(
    channel: Option<String>,
    receiver: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> DeadLetterFilter {
    DeadLetterFilter {
        channel: channel.as_deref().map(Into::into),
        receiver: receiver.as_deref().map(Into::into),
        since,
        until,
    }
}

fn read_ids(ids: &[String]) -> Result<Vec<DeadLetterId>, Refusal> {
    (0..)
        .zip(ids)
        .map(|(index, id): (usize, _)| read_id(id).map_err(|err| err.at(format!("ids[{index}]"))))
        .collect()
}

fn read_id(id: &str) -> Result<DeadLetterId, Refusal> {
    id.parse().map_err(|err: InvalidDeadLetterId| Refusal::bad_request(err.to_string()))
}
