//! Requests of web pages: which are let through, and what the browser is told.
//!
//! <https://fetch.spec.whatwg.org/#http-cors-protocol>

use actix_http::RequestHead;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

use crate::access::{RequestSender, WebOrigins};
use crate::refusal::HttpRefusal;
use crate::traffic::Door;

/// The methods and header fields that listed pages may use: those that some door knows.
const METHODS: &str = "GET, HEAD, POST, PUT, DELETE";
const HEADERS: &str = "authorization, content-type";

/// The time for which a browser may keep an answer to its question, in seconds.
const MAX_AGE: &str = "600";

/// The question of a browser whether a page of the internet may reach into a private network, and its answer.
/// <https://wicg.github.io/private-network-access/>
const ASKS_PRIVATE: &str = "access-control-request-private-network";
const ALLOWS_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Refuses a request by which a web page that the config does not list would change something.
///
/// A browser sends such requests from the machine and the network that it is in, with whatever trust those have,
/// and only keeps the answer from the page.
pub(super) fn check_sender(origins: &WebOrigins, door: Door, head: &RequestHead) -> Result<(), HttpRefusal> {
    // A heartbeat is one whatever the method.
    let only_asks = door != Door::Heartbeat && [Method::GET, Method::HEAD].contains(&head.method);
    let is_of_our_page = || door == Door::Ack && origins.may_be_own_page(head.headers());
    match origins.sender(head.headers()) {
        RequestSender::Program | RequestSender::ListedPage => Ok(()),
        RequestSender::OtherPage if only_asks || is_of_our_page() => Ok(()),
        RequestSender::OtherPage => Err(HttpRefusal::new(
            StatusCode::FORBIDDEN,
            "forbidden_origin",
            "web pages may not post here: list the page's origin under `server.cors_origins` in the config",
        )),
    }
}

/// The page that an answer is shared with.
#[derive(Debug)]
pub(super) struct SharedWith {
    origin: Option<HeaderValue>,
    /// True if others may be answered otherwise, which caches must know.
    varies: bool,
}

impl SharedWith {
    /// The page that the answer to `request` is shared with. The pages behind links are shared with nobody.
    pub(super) fn new(origins: &WebOrigins, door: Door, request: &HttpRequest) -> Self {
        if door == Door::Ack {
            return Self { origin: None, varies: false };
        }
        Self { origin: origins.allowed(request.headers()), varies: origins.lists_any() }
    }

    /// The answer to a browser that asks whether a listed page may send a request.
    pub(super) fn preflight(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let asks = request.headers();
        let is_question =
            *request.method() == Method::OPTIONS && asks.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if !is_question || self.origin.is_none() {
            return None;
        }
        let mut answer = HttpResponse::NoContent();
        answer
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, MAX_AGE));
        if asks.contains_key(ASKS_PRIVATE) {
            answer.insert_header((ALLOWS_PRIVATE, "true"));
        }
        let mut answer = answer.finish();
        self.mark(answer.headers_mut());
        Some(answer)
    }

    /// Tells the browser whether the page may read the answer.
    pub(super) fn mark(&self, headers: &mut HeaderMap) {
        if let Some(origin) = &self.origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
        if self.varies {
            headers.append(header::VARY, HeaderValue::from_static("origin"));
        }
    }
}
