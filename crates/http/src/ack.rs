//! The link in a message: GET shows the alert, only POST acknowledges it.
//!
//! The link alone is enough to acknowledge, so no log line here holds the path.

mod language;
mod page;
mod name;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::{
    Acknowledgement, BadAckToken, ChannelName, Locale, Notification, NotificationId, Obstacle,
};
use fanfare_gateway::StoreError;
use fanfare_words::Renderer;
use tracing::{error, info};

use self::name::{NAMELESS, name_in};
pub(crate) use self::page::NAME_LIMIT;
use self::page::{AckedBy, HEADERS, Page};
use crate::refusal::Refusal;
use crate::state::AppState;

/// The size of a form at most, in bytes. Its one field takes 64 characters, percent-encoded 12 bytes each.
const FORM_LIMIT: usize = 4 * 1024;

/// Adds the link's routes to an actix app.
pub(crate) fn routes(app: &mut web::ServiceConfig) {
    const LINK: &str = "/ack/{token:.*}";
    app.route(LINK, web::get().to(show))
        .route(LINK, web::head().to(show))
        .route(LINK, web::post().to(accept));
}

/// `GET /ack/{token}`: the alert and a button. Mail scanners and chat previews, which
/// open links for their readers, acknowledge nothing by that.
async fn show(request: HttpRequest, state: web::Data<AppState>) -> HttpResponse {
    let locale = locale(&request, &state);
    let page = match notification_in(&request, &state) {
        Ok(id) => question(id, &state, &locale).await.unwrap_or_else(|err| unavailable(&err)),
        Err(page) => page,
    };
    answer(&page, &locale)
}

/// `POST /ack/{token}`: acknowledges, once.
async fn accept(
    request: HttpRequest,
    body: web::Payload,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Refusal> {
    let locale = locale(&request, &state);
    let page = match notification_in(&request, &state) {
        Ok(id) => acknowledge(id, name_in(&read_form(body).await?), &state).await,
        Err(page) => page,
    };
    Ok(answer(&page, &locale))
}

/// The notification of the link, or the page that says why there is none.
fn notification_in(request: &HttpRequest, state: &AppState) -> Result<NotificationId, Page> {
    let text = request.match_info().get("token").unwrap_or_default();
    match state.gateway.ack_key().read(text, state.clock.now()) {
        Ok(token) => Ok(token.notification),
        Err(BadAckToken::Expired) => Err(Page::Expired),
        Err(BadAckToken::Unreadable | BadAckToken::Forged) => Err(Page::Invalid),
    }
}

async fn question(id: NotificationId, state: &AppState, locale: &Locale) -> Result<Page, StoreError> {
    let store = state.gateway.store();
    match state.gateway.obstacle(id).await? {
        None => {}
        Some(Obstacle::Already(acknowledgement)) => return Ok(Page::Already(acked_by(acknowledgement))),
        Some(Obstacle::Over) => return Ok(Page::Over),
        Some(Obstacle::Unknown) => return Ok(Page::Expired),
    }
    let Some(notification) = store.notification(id).await? else { return Ok(Page::Expired) };
    let told = told(&notification, state).await?;
    Ok(Page::Ask { message: Renderer::new(locale.clone()).notification(&notification), told })
}

/// The channels whose providers have taken the notification. They are read from the history
/// of its alert, which is found at once among millions: a link can be opened without limit.
async fn told(notification: &Notification, state: &AppState) -> Result<Vec<ChannelName>, StoreError> {
    let history = state.gateway.store().story(notification.alert_id).await?;
    let of_it = history.into_iter().flat_map(|it| it.notifications).filter(|it| it.id == notification.id);
    let deliveries = of_it.flat_map(|it| it.deliveries).filter(|it| it.state == "delivered");
    let mut channels: Vec<ChannelName> = deliveries.map(|it| it.channel).collect();
    channels.sort();
    channels.dedup();
    Ok(channels)
}

async fn acknowledge(id: NotificationId, by: Option<String>, state: &AppState) -> Page {
    let by = by.unwrap_or_else(|| NAMELESS.to_owned());
    let acknowledgement = Acknowledgement { by, at: state.clock.now() };
    match state.gateway.acknowledge(id, acknowledgement.clone()).await {
        Ok(Ok(())) => {
            info!(notification.id = %id, "Acknowledged by its link");
            Page::Done(acked_by(acknowledgement))
        }
        Ok(Err(Obstacle::Already(first))) => Page::Already(acked_by(first)),
        Ok(Err(Obstacle::Over)) => Page::Over,
        // We signed the link, so there was one: what is settled is not kept for ever.
        Ok(Err(Obstacle::Unknown)) => Page::Expired,
        Err(err) => unavailable(&err),
    }
}

fn acked_by(acknowledgement: Acknowledgement) -> AckedBy {
    let Acknowledgement { by, at } = acknowledgement;
    AckedBy { by: (by != NAMELESS).then_some(by), at }
}

fn unavailable(err: &dyn std::error::Error) -> Page {
    error!(error = %err, "An acknowledgement link cannot be served");
    Page::Unavailable
}

async fn read_form(body: web::Payload) -> Result<web::Bytes, Refusal> {
    match body.to_bytes_limited(FORM_LIMIT).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Refusal::bad_request("the form did not arrive in full")),
        Err(_) => Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("the form is larger than {FORM_LIMIT} bytes: it holds a name, or nothing"),
        )),
    }
}

/// The config's locale in the language that the reader's browser asks for.
fn locale(request: &HttpRequest, state: &AppState) -> Locale {
    let configured = state.locale();
    let accept = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    Locale {
        language: language::preferred(accept.unwrap_or_default(), configured.language),
        timezone: configured.timezone.clone(),
    }
}

fn answer(page: &Page, locale: &Locale) -> HttpResponse {
    let mut answer = HttpResponse::build(page.status());
    for field in HEADERS {
        answer.insert_header(field);
    }
    answer.body(page.html(locale))
}
