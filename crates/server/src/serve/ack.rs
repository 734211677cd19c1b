//! The link in a message: GET shows the alert, only POST acknowledges it.
//!
//! Whoever has the link can acknowledge; nothing else is asked of them. So no log
//! line here holds the path.

mod language;
mod page;
mod name;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::{Acknowledgement, BadAckToken, ChannelName, Locale, Notification, NotificationId};
use fanfare_gateway::{Acknowledged, StoreError};
use fanfare_words::Renderer;
use tracing::{error, info};

use self::name::{NAMELESS, name_in};
pub(crate) use self::page::NAME_LIMIT;
use self::page::{HEADERS, Page, Signature};
use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;

/// Bytes of a form at most. Our one field takes 64 characters, percent-encoded 12 bytes each.
const FORM_LIMIT: usize = 4 * 1024;

/// The doors, to be added to an actix app.
pub(crate) fn routes(app: &mut web::ServiceConfig) {
    const LINK: &str = "/ack/{token:.*}";
    app.route(LINK, web::get().to(show))
        .route(LINK, web::head().to(show))
        .route(LINK, web::post().to(accept));
}

/// `GET /ack/{token}`: the alert and a button. Whatever opens links for their
/// readers, mail scanners and chat previews, acknowledges nothing by that.
async fn show(request: HttpRequest, doors: web::Data<Doors>) -> HttpResponse {
    let style = style(&request, &doors);
    let page = match notification_in(&request, &doors) {
        Ok(id) => question(id, &doors, &style).await.unwrap_or_else(|err| unavailable(&err)),
        Err(page) => page,
    };
    answer(&page, &style)
}

/// `POST /ack/{token}`: acknowledges, once.
async fn accept(
    request: HttpRequest,
    body: web::Payload,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    let style = style(&request, &doors);
    let page = match notification_in(&request, &doors) {
        Ok(id) => acknowledge(id, name_in(&read_form(body).await?), &doors).await,
        Err(page) => page,
    };
    Ok(answer(&page, &style))
}

/// What the link is for, or the page that says why it opens nothing.
fn notification_in(request: &HttpRequest, doors: &Doors) -> Result<NotificationId, Page> {
    let text = request.match_info().get("token").unwrap_or_default();
    match doors.gateway.ack_key().read(text, doors.clock.now()) {
        Ok(token) => Ok(token.notification),
        Err(BadAckToken::Expired) => Err(Page::Expired),
        Err(BadAckToken::Unreadable | BadAckToken::Forged) => Err(Page::Invalid),
    }
}

async fn question(id: NotificationId, doors: &Doors, style: &Locale) -> Result<Page, StoreError> {
    let store = doors.gateway.store();
    match store.acknowledgement(id).await? {
        None | Some(Acknowledged::Now(_)) => {}
        Some(Acknowledged::Already(acknowledgement)) => return Ok(Page::Already(signature(acknowledgement))),
        Some(Acknowledged::Over) => return Ok(Page::Over),
        Some(Acknowledged::Unknown) => return Ok(Page::Expired),
    }
    let Some(notification) = store.notification(id).await? else { return Ok(Page::Expired) };
    let told = told(&notification, doors).await?;
    Ok(Page::Ask { message: Renderer::new(style.clone()).notification(&notification), told })
}

/// The channels whose providers have taken it. By its story, which is found at once
/// among millions: who has a link can open it as often as he likes.
async fn told(notification: &Notification, doors: &Doors) -> Result<Vec<ChannelName>, StoreError> {
    let story = doors.gateway.store().story(notification.alert_id).await?;
    let of_it = story.into_iter().flat_map(|it| it.notifications).filter(|it| it.id == notification.id);
    let deliveries = of_it.flat_map(|it| it.deliveries).filter(|it| it.state == "delivered");
    let mut channels: Vec<ChannelName> = deliveries.map(|it| it.channel).collect();
    channels.sort();
    channels.dedup();
    Ok(channels)
}

async fn acknowledge(id: NotificationId, by: Option<String>, doors: &Doors) -> Page {
    let by = by.unwrap_or_else(|| NAMELESS.to_owned());
    let acknowledgement = Acknowledgement { by, at: doors.clock.now() };
    match doors.gateway.acknowledge(id, acknowledgement.clone()).await {
        Ok(Acknowledged::Now(_)) => {
            info!(notification.id = %id, "Acknowledged by its link");
            Page::Done(signature(acknowledgement))
        }
        Ok(Acknowledged::Already(first)) => Page::Already(signature(first)),
        Ok(Acknowledged::Over) => Page::Over,
        // We signed the link, so there was one: what is settled is not kept for ever.
        Ok(Acknowledged::Unknown) => Page::Expired,
        Err(err) => unavailable(&err),
    }
}

fn signature(acknowledgement: Acknowledgement) -> Signature {
    let Acknowledgement { by, at } = acknowledgement;
    Signature { by: (by != NAMELESS).then_some(by), at }
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

/// The config's style in the language that the reader's browser asks for.
fn style(request: &HttpRequest, doors: &Doors) -> Locale {
    let configured = doors.style.get();
    let accept = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    Locale {
        language: language::preferred(accept.unwrap_or_default(), configured.language),
        timezone: configured.timezone.clone(),
    }
}

fn answer(page: &Page, style: &Locale) -> HttpResponse {
    let mut answer = HttpResponse::build(page.status());
    for field in HEADERS {
        answer.insert_header(field);
    }
    answer.body(page.html(style))
}
