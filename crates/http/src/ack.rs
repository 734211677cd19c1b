//! The link in a message: GET shows the alert, only POST acknowledges it.
//!
//! The link alone is enough to acknowledge, so no log line here holds the path.

mod page;
mod name;
mod name_field;
mod language;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{DeliveryStage, parse_word};
use fanfare_core::{
    AckToken, Acknowledgement, BadAckToken, ChannelName, Locale, Notification, NotificationId, Obstacle,
};
use fanfare_gateway::StoreError;
use fanfare_words::{AckPageWords, Renderer};
use tracing::error;

use self::name::name_in;
pub(crate) use self::name_field::NAME_LIMIT;
use self::page::{AckPage, AckedBy, HEADERS, NoticeAlerts};
use crate::access::Admitted;
use crate::refusal::HttpRefusal;
use crate::request::{BodyLimit, UnreadBody};
use crate::state::AppState;

/// The length of a form at most. Its one field takes 64 characters, percent-encoded 12 bytes each.
const FORM_LIMIT: BodyLimit = BodyLimit { bytes: 4 * 1024, advice: "the form holds a name, or nothing" };

/// `GET /ack/{token}`: the alert and a button. Mail scanners and chat previews, which
/// open links for their readers, acknowledge nothing by that.
pub(crate) async fn show(request: HttpRequest, state: web::Data<AppState>) -> HttpResponse {
    let locale = locale(&request, &state);
    let page = match link_of(&request, &state) {
        Ok(link) => {
            question(link.notification, &state, &locale).await.unwrap_or_else(|err| unavailable(&err))
        }
        Err(page) => page,
    };
    answer(&page, &locale)
}

/// `POST /ack/{token}`: acknowledges, once.
pub(crate) async fn accept(
    request: HttpRequest,
    body: UnreadBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let locale = locale(&request, &state);
    let page = match link_of(&request, &state) {
        Ok(link) => {
            let form = body.read(&Admitted::with_link(&link), FORM_LIMIT).await?;
            acknowledge(link.notification, name_in(&form), &state).await
        }
        Err(page) => page,
    };
    Ok(answer(&page, &locale))
}

/// The content of the link, or the page that says why there is none.
fn link_of(request: &HttpRequest, state: &AppState) -> Result<AckToken, AckPage> {
    let text = request.match_info().get("token").unwrap_or_default();
    match state.gateway.ack_key().read(text, state.gateway.link_time()) {
        Ok(link) => Ok(link),
        Err(BadAckToken::Expired) => Err(AckPage::Expired),
        Err(BadAckToken::Unreadable | BadAckToken::Forged) => Err(AckPage::Invalid),
    }
}

async fn question(id: NotificationId, state: &AppState, locale: &Locale) -> Result<AckPage, StoreError> {
    let store = state.gateway.store();
    match state.gateway.obstacle(id).await? {
        None => {}
        Some(Obstacle::Already(acknowledgement)) => return Ok(AckPage::Already(acked_by(acknowledgement))),
        Some(Obstacle::Over) => return Ok(AckPage::Over),
        Some(Obstacle::Unknown) => return Ok(AckPage::Expired),
    }
    let Some(notification) = store.notification(id).await? else { return Ok(AckPage::Expired) };
    let told = told(&notification, state).await?;
    let renderer = Renderer::new(locale.clone());
    let about = alerts_of_notice(id, state, &renderer).await?;
    Ok(AckPage::Ask { message: Box::new(renderer.notification(&notification)), told, about })
}

/// The most alerts that a page names.
const NAMED: usize = 20;

/// The alerts that are acknowledged with a notification; none, unless it tells a notice.
async fn alerts_of_notice(
    id: NotificationId,
    state: &AppState,
    renderer: &Renderer,
) -> Result<NoticeAlerts, StoreError> {
    let mut ids = state.gateway.acknowledged_with(id).await?;
    let number = ids.len();
    ids.truncate(NAMED);
    let read = state.gateway.store().notifications(ids).await?;
    let named = read.into_iter().filter_map(Result::ok).flatten();
    Ok(NoticeAlerts { titles: named.map(|it| renderer.notification(&it).title).collect(), number })
}

/// The channels whose providers have taken the notification. They are read from the history
/// of its alert, which is found at once among millions: a link can be opened without limit.
async fn told(notification: &Notification, state: &AppState) -> Result<Vec<ChannelName>, StoreError> {
    let history = state.gateway.store().history(notification.alert_id).await?;
    let of_it = history.into_iter().flat_map(|it| it.notifications).filter(|it| it.id == notification.id);
    let deliveries =
        of_it.flat_map(|it| it.deliveries).filter(|it| parse_word(&it.state) == Ok(DeliveryStage::Delivered));
    let mut channels: Vec<ChannelName> = deliveries.map(|it| it.channel).collect();
    channels.sort();
    channels.dedup();
    Ok(channels)
}

async fn acknowledge(id: NotificationId, by: Option<String>, state: &AppState) -> AckPage {
    let language = state.locale().language;
    let by = by.unwrap_or_else(|| AckPageWords::in_language(language).link_holder.to_owned());
    let acknowledgement = Acknowledgement { by, at: state.clock.now() };
    match state.gateway.acknowledge(id, acknowledgement.clone()).await {
        Ok(Ok(())) => AckPage::Done(acked_by(acknowledgement)),
        Ok(Err(Obstacle::Already(first))) => AckPage::Already(acked_by(first)),
        Ok(Err(Obstacle::Over)) => AckPage::Over,
        // We signed the link, so there was one: what is settled is not kept for ever.
        Ok(Err(Obstacle::Unknown)) => AckPage::Expired,
        Err(err) => unavailable(&err),
    }
}

fn acked_by(acknowledgement: Acknowledgement) -> AckedBy {
    let Acknowledgement { by, at } = acknowledgement;
    AckedBy { by: (!AckPageWords::is_link_holder(&by)).then_some(by), at }
}

fn unavailable(err: &dyn std::error::Error) -> AckPage {
    error!(error = %err, "An acknowledgement link cannot be served");
    AckPage::Unavailable
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

fn answer(page: &AckPage, locale: &Locale) -> HttpResponse {
    let mut answer = HttpResponse::build(page.status());
    for field in HEADERS {
        answer.insert_header(field);
    }
    answer.body(page.html(locale))
}
