//! The channels, and a test message through one of them.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{ChannelList, ChannelTestRequest};
use fanfare_core::DeliveryId;
use fanfare_gateway::{AttemptRow, ChannelView, Gateway, StoreError, TestError};
use tokio::time::{Instant, sleep};

use super::body;
use crate::convert::{channel_report, channel_test_result, channel_test_waiting};
use crate::refusal::HttpRefusal;
use crate::request::{UnreadBody, path_parameter};
use crate::state::AppState;

/// The time that a request waits for a test's outcome beyond the timeout of one attempt.
const EXTRA_WAIT: Duration = Duration::from_secs(5);

/// The time that a request waits at most. A request that takes a minute is ended.
const LONGEST_WAIT: Duration = Duration::from_secs(50);

/// The time between two looks at the outcome meanwhile.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// `GET /api/v1/channels`: all of them, sorted by name.
pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    state.admit(&request)?;
    let views = state.gateway.channels().await?;
    let channels = views.into_iter().map(channel_report).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(ChannelList { channels }))
}

/// `GET /api/v1/channels/{name}`: one of them.
pub(super) async fn show(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let name: String = path_parameter(&request, &admitted, "name")?;
    Ok(HttpResponse::Ok().json(channel_report(channel(&state.gateway, &name).await?)?))
}

async fn channel(gateway: &Gateway, name: &str) -> Result<ChannelView, HttpRefusal> {
    let channels = gateway.channels().await?;
    channels.into_iter().find(|it| it.name.as_str() == name).ok_or_else(|| unknown_channel(name))
}

fn unknown_channel(name: &str) -> HttpRefusal {
    let message = format!("there is no channel `{name}` under `channels` in the config");
    HttpRefusal::not_found("unknown_channel", message)
}

/// `POST /api/v1/channels/{name}/test`, `{"by": NAME}`: sends a marked test through
/// the real channel and waits for its provider's answer. It is not tried again; 202 if its turn
/// did not come, and then it is withdrawn.
pub(super) async fn test(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let name: String = path_parameter(&request, &admitted, "name")?;
    let ChannelTestRequest { by } = body::read(body, &admitted).await?;
    let by = body::person(by.as_deref())?;
    let view = channel(&state.gateway, &name).await?;
    let sent = state.gateway.test_channel(&view.name, &by).await.map_err(refusal)?;
    let waiting = channel_test_waiting(view.name.to_string(), sent.alert, sent.delivery);
    let patience = LONGEST_WAIT.min(view.timeout.0 + EXTRA_WAIT);
    match first_attempt(&state.gateway, sent.delivery, patience).await? {
        Some(attempt) => Ok(HttpResponse::Ok().json(channel_test_result(waiting, attempt)?)),
        None => {
            let withdrawn = state.gateway.withdraw_test(sent).await;
            withdrawn.map_err(|err| HttpRefusal::unavailable(err.to_string()))?;
            Ok(HttpResponse::Accepted().json(waiting))
        }
    }
}

fn refusal(err: TestError) -> HttpRefusal {
    match err {
        TestError::UnknownChannel(name) => unknown_channel(name.as_str()),
        TestError::NotStored(err) => HttpRefusal::unavailable(err.to_string()),
    }
}

/// The first attempt; `None` if none has ended within `patience`: the channel is busy,
/// or must be silent.
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
        sleep(POLL_INTERVAL).await;
    }
}
