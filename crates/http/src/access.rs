//! Access: the requests that are let in.

mod token;

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use fanfare_core::Secret;

pub use self::token::TokenDigest;
use crate::refusal::HttpRefusal;

/// The requests that are let in.
#[derive(Debug, Clone)]
pub enum Access {
    /// Requests with this bearer token.
    Bearer(TokenDigest),
    /// All requests, from anywhere.
    Anyone,
    /// Requests of programs on the gateway's own machine.
    ThisMachine,
}

impl Access {
    /// The access of those who have `token`.
    #[must_use]
    pub fn bearer(token: &Secret) -> Self {
        Self::Bearer(TokenDigest::new(token.expose()))
    }

    /// Lets `request` in, or refuses it.
    pub(crate) fn admit(&self, request: &HttpRequest) -> Result<(), HttpRefusal> {
        match self {
            Self::Anyone => Ok(()),
            Self::ThisMachine if is_from_this_machine(request) => Ok(()),
            Self::ThisMachine => Err(HttpRefusal::forbidden(
                "only programs on the gateway's own machine may ask this: set `server.auth.bearer` in the config to open it to others with a token",
            )),
            Self::Bearer(expected) => {
                let Some(token) = bearer_token(request) else {
                    return Err(HttpRefusal::unauthorized("send the header `Authorization: Bearer TOKEN`"));
                };
                if bool::from(expected.matches(token)) {
                    Ok(())
                } else {
                    Err(HttpRefusal::unauthorized("this token does not open this door"))
                }
            }
        }
    }

    /// Lets `request` in to the API, or refuses it.
    pub(crate) fn admit_to_api(&self, request: &HttpRequest) -> Result<(), HttpRefusal> {
        match self {
            // A browser on this machine does what any page tells it, and is let in for where it is.
            Self::ThisMachine if is_of_a_web_page(request) => Err(HttpRefusal::forbidden(
                "web pages may not ask this: set `server.auth.bearer` in the config to open it to others with a token",
            )),
            Self::ThisMachine | Self::Anyone | Self::Bearer(_) => self.admit(request),
        }
    }
}

/// The headers that proxies add. One that adds none cannot be told from a program
/// here, which is why the config says to set `server.auth` behind it.
const PROXY_HEADERS: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

fn is_from_this_machine(request: &HttpRequest) -> bool {
    let is_loopback = |ip: IpAddr| ip.to_canonical().is_loopback();
    let is_proxied = PROXY_HEADERS.iter().any(|name| request.headers().contains_key(*name));
    request.peer_addr().is_some_and(|peer| is_loopback(peer.ip())) && !is_proxied
}

/// The requests of pages in a browser, not of a program, or of a person with the address
/// bar. Browsers say so, and no page can make them leave it out:
/// <https://fetch.spec.whatwg.org/#origin-header>, <https://www.w3.org/TR/fetch-metadata/>
fn is_of_a_web_page(request: &HttpRequest) -> bool {
    let by_itself = |site: &HeaderValue| site == "none";
    let headers = request.headers();
    headers.contains_key(header::ORIGIN) || headers.get("sec-fetch-site").is_some_and(|site| !by_itself(site))
}

fn bearer_token(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
