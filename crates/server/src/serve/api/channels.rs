//! How the channels are, and a test through one of them.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::{AlertId, ChannelName, DeliveryId};
use fanfare_gateway::{AttemptRow, ChannelView, Gateway, StoreError, TestError};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::{body, not_found, unreadable};
use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;

/// How much longer than one attempt may take somebody waits for the outcome of a test.
const SOME_SECONDS: Duration = Duration::from_secs(5);

/// How often the outcome is looked up meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// `GET /api/v1/channels`: how each one is.
pub(super) async fn list(request: HttpRequest, doors: web::Data<Doors>) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let channels = doors.gateway.channels().await.map_err(unreadable)?;
    Ok(HttpResponse::Ok().json(Channels { channels }))
}

#[derive(Serialize)]
struct Channels {
    channels: Vec<ChannelView>,
}

/// `GET /api/v1/channels/{name}`: how one is.
pub(super) async fn show(
    request: HttpRequest,
    name: web::Path<String>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    Ok(HttpResponse::Ok().json(channel(&doors.gateway, &name).await?))
}

async fn channel(gateway: &Gateway, name: &str) -> Result<ChannelView, Refusal> {
    let channels = gateway.channels().await.map_err(unreadable)?;
    channels.into_iter().find(|it| it.name.as_str() == name).ok_or_else(|| unknown_channel(name))
}

fn unknown_channel(name: &str) -> Refusal {
    not_found("unknown_channel", format!("there is no channel `{name}` under `channels` in the config"))
}

/// `POST /api/v1/channels/{name}/test`, `{"by": NAME}`: sends a marked test through
/// the real channel and waits for its provider's answer. 202 if it is still to come.
pub(super) async fn test(
    request: HttpRequest,
    name: web::Path<String>,
    body: web::Bytes,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    let TestOrder { by } = body::read(&body)?;
    let by = body::by(by.as_deref())?;
    let view = channel(&doors.gateway, &name).await?;
    let accepted = doors.gateway.test_channel(&view.name, &by).await.map_err(refusal)?;
    let delivery = accepted.owed.iter().flat_map(|it| &it.deliveries).next();
    let delivery = delivery.ok_or_else(|| Refusal::unavailable("the test called for no delivery"))?;
    let test = Test { channel: view.name, alert_id: accepted.id, delivery_id: delivery.id };
    let patience = view.timeout.0 + SOME_SECONDS;
    match first_attempt(&doors.gateway, delivery.id, patience).await.map_err(unreadable)? {
        Some(attempt) => Ok(HttpResponse::Ok().json(Tested::of(test, attempt))),
        None => Ok(HttpResponse::Accepted().json(Tested::waiting(test))),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TestOrder {
    by: Option<String>,
}

/// A test that is under way.
#[derive(Serialize)]
struct Test {
    channel: ChannelName,
    alert_id: AlertId,
    delivery_id: DeliveryId,
}

/// What came of a test.
#[derive(Serialize)]
struct Tested {
    #[serde(flatten)]
    test: Test,
    /// That of the attempt, or `waiting`.
    outcome: String,
    /// The provider's.
    words: Option<String>,
    latency_ms: Option<i128>,
}

impl Tested {
    fn of(test: Test, attempt: AttemptRow) -> Self {
        let AttemptRow { ordinal: _, started_at, ended_at, outcome, words } = attempt;
        let latency = ended_at.duration_since(started_at);
        Self { test, outcome, words: Some(words), latency_ms: Some(latency.as_millis()) }
    }

    fn waiting(test: Test) -> Self {
        Self { test, outcome: "waiting".to_owned(), words: None, latency_ms: None }
    }
}

fn refusal(err: TestError) -> Refusal {
    match err {
        TestError::UnknownChannel(name) => unknown_channel(name.as_str()),
        TestError::NotKept(err) => Refusal::unavailable(err.to_string()),
    }
}

/// `None` if it has not ended within `patience`: the channel is busy, or must be silent.
async fn first_attempt(
    gateway: &Gateway,
    delivery: DeliveryId,
    patience: Duration,
) -> Result<Option<AttemptRow>, StoreError> {
    let started = Instant::now();
    loop {
        let attempts = gateway.store().attempts(delivery).await?;
        if let Some(first) = attempts.into_iter().next() {
            return Ok(Some(first));
        }
        if started.elapsed() >= patience {
            return Ok(None);
        }
        sleep(LOOK_EVERY).await;
    }
}
