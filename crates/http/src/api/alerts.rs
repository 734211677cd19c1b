//! The list of alerts.

use std::fmt;
use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{AlertQuery, AlertState, ContractProgress, UnknownWord, parse_word};
use fanfare_core::{AlertId, Fingerprint, Matcher, Severity};
use fanfare_gateway::{AlertFilter, AlertSearch};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::limit::bounded;
use crate::convert::{alert_page, contract_status, listed_alerts, status_of};
use crate::refusal::HttpRefusal;
use crate::request::query;
use crate::state::AppState;

/// `GET /api/v1/alerts?fingerprint=&status=&severity=&source=&receiver=&contract=&since=&matchers=&before=&limit=`: the
/// newest first. A search looks at a thousand alerts at most for one answer, which says where it goes on.
pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    let admitted = state.admit(&request)?;
    let query: AlertQuery = query(&request, &admitted)?;
    let store = state.gateway.store();
    if is_search(&query) {
        let page = store.search_alerts(search(query)?).await?;
        return Ok(HttpResponse::Ok().json(alert_page(page)));
    }
    let fingerprint = parsed::<Fingerprint>("fingerprint", query.fingerprint)?;
    let filter = AlertFilter { before: query.before.map(AlertId), fingerprint, limit: bounded(query.limit) };
    Ok(HttpResponse::Ok().json(listed_alerts(store.alerts(filter).await?)))
}

/// Tells whether the alerts are chosen by more than the fingerprint.
fn is_search(query: &AlertQuery) -> bool {
    let AlertQuery { fingerprint: _, status, severity, source, receiver, contract, since, matchers, .. } =
        query;
    [status, severity, source, receiver, contract, since, matchers].into_iter().any(Option::is_some)
}

fn search(query: AlertQuery) -> Result<AlertSearch, HttpRefusal> {
    let AlertQuery {
        fingerprint,
        status,
        severity,
        source,
        receiver,
        contract,
        since,
        matchers,
        before,
        limit,
    } = query;
    let state = parsed::<WordOf<AlertState>>("status", status)?;
    let contract = parsed::<WordOf<ContractProgress>>("contract", contract)?;
    let matchers = matchers.as_deref().map(Matcher::parse_all).transpose();
    Ok(AlertSearch {
        before: before.map(AlertId),
        since: parsed::<Timestamp>("since", since)?,
        fingerprint: parsed::<Fingerprint>("fingerprint", fingerprint)?,
        status: state.map(|WordOf(it)| status_of(it)),
        severity: parsed::<Severity>("severity", severity)?,
        source: source.as_deref().map(Into::into),
        receiver: receiver.as_deref().map(Into::into),
        contract: contract.map(|WordOf(it)| contract_status(it)),
        matchers: matchers.map_err(|err| refusal("matchers", &err))?.unwrap_or_default(),
        limit: bounded(limit),
    })
}

/// A word of the API.
struct WordOf<T>(T);

impl<T: DeserializeOwned> FromStr for WordOf<T> {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        parse_word(text).map(Self)
    }
}

/// The value of a parameter, or the refusal that names it.
fn parsed<T: FromStr<Err: fmt::Display>>(name: &str, text: Option<String>) -> Result<Option<T>, HttpRefusal> {
    text.map(|it| it.parse()).transpose().map_err(|err| refusal(name, &err))
}

fn refusal(name: &str, err: &impl fmt::Display) -> HttpRefusal {
    HttpRefusal::bad_request(err.to_string()).at(name.to_owned())
}
