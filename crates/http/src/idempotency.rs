//! Requests that show an `Idempotency-Key`: whoever sends one again gets the first answer again.
//!
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fanfare_core::{SourceName, stable_hash};
use fanfare_gateway::{ANSWERS_KEPT_FOR, Gateway, KeptAnswer, RequestKey};
use jiff::Timestamp;
use tracing::warn;

use crate::refusal::HttpRefusal;

/// The length of a key at most, in bytes: four times that of a UUID.
const LONGEST_KEY: usize = 255;

/// The header with the key.
const KEY: &str = "idempotency-key";

/// The header with the name of a message, which a sender of signed ones repeats when it sends one again.
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
const WEBHOOK_ID: &str = "webhook-id";

/// The header with the signature of a message.
const WEBHOOK_SIGNATURE: &str = "webhook-signature";

/// The header that tells that an answer is an earlier one.
const REPLAYED: &str = "idempotency-replayed";

/// The requests with a key that are under way. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestsUnderWay(Arc<Mutex<HashSet<RequestKey>>>);

/// A request with a key that is under way; dropped, it is no more.
#[derive(Debug)]
pub(crate) struct KeyedRequest {
    under_way: RequestsUnderWay,
    key: RequestKey,
    body: String,
}

impl RequestsUnderWay {
    /// The request that shows a key; `None` if it shows none.
    ///
    /// # Errors
    ///
    /// If the key is none, or a request with the same is under way.
    pub(crate) fn begin(
        &self,
        request: &HttpRequest,
        source: &SourceName,
        body: &[u8],
    ) -> Result<Option<KeyedRequest>, HttpRefusal> {
        let Some(shown) = shown_key(request.headers())? else { return Ok(None) };
        let key = RequestKey { source: source.clone(), key: stable_hash(&[&shown]) };
        if !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone()) {
            let message =
                "a request with the same `Idempotency-Key` is under way: send this again in a moment";
            return Err(HttpRefusal::new(StatusCode::CONFLICT, "idempotency_key_in_use", message));
        }
        Ok(Some(KeyedRequest {
            under_way: self.clone(),
            key,
            body: content_hash(request.query_string(), body),
        }))
    }
}

impl KeyedRequest {
    /// The first answer to this request, if it was sent before.
    ///
    /// # Errors
    ///
    /// If another body was sent with the same key.
    pub(crate) async fn first_answer(
        &self,
        gateway: &Gateway,
        now: Timestamp,
    ) -> Result<Option<HttpResponse>, HttpRefusal> {
        let since = now.saturating_sub(ANSWERS_KEPT_FOR).unwrap_or(Timestamp::MIN);
        let Some(KeptAnswer { body, answer }) = gateway.store().answer_to(self.key.clone(), since).await?
        else {
            return Ok(None);
        };
        if body != self.body {
            let message = "another body was sent with the same `Idempotency-Key`: each request needs its own";
            return Err(HttpRefusal::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                message,
            ));
        }
        let json = HttpResponse::Accepted()
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header((REPLAYED, "true"))
            .body(answer);
        Ok(Some(json))
    }

    /// Keeps the first answer. If that cannot be, the request is answered all the same: what it asked for is done.
    pub(crate) async fn keep(self, gateway: &Gateway, answer: String, now: Timestamp) {
        let kept = KeptAnswer { body: self.body.clone(), answer };
        if let Err(err) = gateway.store().keep_answer(self.key.clone(), kept, now).await {
            warn!(source.name = %self.key.source, error = %err, "An answer cannot be kept: who sends the request again is taken for new");
        }
    }
}

impl Drop for KeyedRequest {
    fn drop(&mut self) {
        self.under_way.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// The hash of what a request asks for: a body, which may be no text, and what the address says behind the `?`, which
/// may name its alarm. Without that, it is the hash of the body alone.
fn content_hash(query: &str, body: &[u8]) -> String {
    let binary;
    let body = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(_) => {
            binary = STANDARD.encode(body);
            &binary
        }
    };
    let parts = [body, query];
    stable_hash(if query.is_empty() { &parts[..1] } else { &parts })
}

/// The key that a request shows. The name of a message counts only beside its signature: other senders may call
/// something else so, and what they tell must not be taken for told.
fn shown_key(headers: &HeaderMap) -> Result<Option<String>, HttpRefusal> {
    let message = || headers.get(WEBHOOK_ID).filter(|_| headers.contains_key(WEBHOOK_SIGNATURE));
    let Some(shown) = headers.get(KEY).or_else(message) else { return Ok(None) };
    let shown = shown.to_str().map(str::trim).unwrap_or_default();
    if shown.is_empty() || shown.len() > LONGEST_KEY {
        let message = format!("`Idempotency-Key` is no key: expected 1 to {LONGEST_KEY} visible characters");
        return Err(HttpRefusal::bad_request(message));
    }
    Ok(Some(shown.to_owned()))
}

#[cfg(test)]
mod tests;
