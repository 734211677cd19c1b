//! The origins of web pages.

use actix_web::http::header::{self, HeaderMap, HeaderValue};

use super::page::RequestSender;

/// The header in which browsers say how the page that sends a request is related to us.
const FETCH_SITE: &str = "sec-fetch-site";

/// The origins of web pages that are known here, each as a browser writes it, e.g. `https://console.example.com`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebOrigins {
    /// The origins of pages that may send requests as programs do.
    pub listed: Vec<String>,
    /// The origin under which people open our own pages, if it is known: that of `server.external_url`.
    pub own: Option<String>,
}

impl WebOrigins {
    /// The sender of a request with these header fields.
    pub(crate) fn sender(&self, headers: &HeaderMap) -> RequestSender {
        let mut origins = headers.get_all(header::ORIGIN).peekable();
        if origins.peek().is_some() {
            return if origins.all(|it| self.lists(it)) {
                RequestSender::ListedPage
            } else {
                RequestSender::OtherPage
            };
        }
        if sites(headers).all(|site| site == "none") {
            RequestSender::Program
        } else {
            RequestSender::OtherPage
        }
    }

    /// True if one of our own pages, or a program, may have sent a post with these header fields to the address of
    /// that page.
    ///
    /// Our pages want no referrer, so that a browser writes `Origin: null`, as it also does for a page that is
    /// locked in a frame; a browser that reaches us over plain HTTP tells no more. Such a page needs the link.
    pub(crate) fn may_be_own_page(&self, headers: &HeaderMap) -> bool {
        if headers.contains_key(FETCH_SITE) {
            return sites(headers).all(|site| site == "same-origin" || site == "none");
        }
        headers.get_all(header::ORIGIN).all(|origin| origin == "null" || self.is_own(origin, headers))
    }

    /// The value of `Access-Control-Allow-Origin` for a request with these header fields, if its sender is a listed page.
    pub(crate) fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        (self.sender(headers) == RequestSender::ListedPage).then(|| origin.clone())
    }

    /// True if some page may be told other things than the rest.
    pub(crate) fn lists_any(&self) -> bool {
        !self.listed.is_empty()
    }

    fn lists(&self, origin: &HeaderValue) -> bool {
        self.listed.iter().any(|it| origin == it.as_str())
    }

    fn is_own(&self, origin: &HeaderValue, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
        let of_host = |origin: &str, host: &str| {
            let name = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            name.is_some_and(|name| name.eq_ignore_ascii_case(host))
        };
        self.own.as_deref().is_some_and(|own| origin == own)
            || origin.to_str().is_ok_and(|origin| host.is_some_and(|host| of_host(origin, host)))
    }
}

fn sites(headers: &HeaderMap) -> impl Iterator<Item = &HeaderValue> {
    headers.get_all(FETCH_SITE)
}

#[cfg(test)]
mod tests;
