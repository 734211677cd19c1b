//! Access: the requests that are let in.

mod source_access;
mod signature;
mod admitted;
mod caller;
mod host;
mod token;
mod origins;
mod page;

use std::net::IpAddr;

use actix_http::RequestHead;
use fanfare_core::Secret;

pub(crate) use self::admitted::Admitted;
pub(crate) use self::caller::Caller;
pub use self::origins::WebOrigins;
pub(crate) use self::page::RequestSender;
pub use self::signature::SignatureKey;
pub(crate) use self::source_access::{RobotRefusal, RobotSignature, SourceAdmission};
pub use self::source_access::{SourceAccess, SourceCredential};
pub use self::token::TokenDigest;
use crate::refusal::HttpRefusal;

/// The requests that are let in to the API.
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

    /// Lets `caller` in, or refuses it.
    pub(crate) fn admit(&self, caller: Caller<'_>) -> Result<Admitted, HttpRefusal> {
        match self {
            Self::Anyone => Ok(Admitted::new()),
            Self::ThisMachine if !is_from_this_machine(caller.head) => Err(HttpRefusal::forbidden(
                "only programs on the gateway's own machine may ask this: set `server.auth.bearer` in the config to open it to others with a token",
            )),
            Self::ThisMachine if !host::is_loopback(caller.head) => Err(HttpRefusal::forbidden(
                "only requests to `localhost` or a loopback address are let in without a token, and the `Host` of this one is another name: ask http://127.0.0.1, or set `server.auth.bearer` in the config",
            )),
            Self::ThisMachine => Ok(Admitted::new()),
            Self::Bearer(expected) => {
                let Some(token) = caller.bearer_token() else {
                    return Err(HttpRefusal::unauthorized("send the header `Authorization: Bearer TOKEN`"));
                };
                if bool::from(expected.matches(token)) {
                    caller.authenticate();
                    Ok(Admitted::new())
                } else {
                    Err(HttpRefusal::unauthorized("this token does not open this door"))
                }
            }
        }
    }

    /// Lets `caller`, which is `sender`, in to the API, or refuses it.
    pub(crate) fn admit_to_api(
        &self,
        caller: Caller<'_>,
        sender: RequestSender,
    ) -> Result<Admitted, HttpRefusal> {
        match (self, sender) {
            // A browser on this machine does what any page tells it, and is let in for where it is.
            (Self::ThisMachine, RequestSender::OtherPage) => Err(HttpRefusal::forbidden(
                "web pages may not ask this: list the page's origin under `server.cors_origins` in the config, or set `server.auth.bearer` to open it to others with a token",
            )),
            (Self::ThisMachine | Self::Anyone | Self::Bearer(_), _) => self.admit(caller),
        }
    }

    /// Lets `caller`, which is `sender`, in to the metrics, or refuses it. They are for everybody who can reach
    /// the gateway unless the API asks for a token; but not for pages that a browser on this machine was lured to.
    pub(crate) fn admit_to_metrics(
        &self,
        caller: Caller<'_>,
        sender: RequestSender,
    ) -> Result<Admitted, HttpRefusal> {
        match self {
            Self::ThisMachine if !is_from_loopback(caller.head) => Ok(Admitted::new()),
            // A page that has its own name point to this machine can add the header of a proxy, too.
            Self::ThisMachine if sender != RequestSender::OtherPage && host::is_loopback(caller.head) => {
                Ok(Admitted::new())
            }
            Self::ThisMachine | Self::Anyone | Self::Bearer(_) => self.admit_to_api(caller, sender),
        }
    }
}

/// The headers that proxies add. One that adds none cannot be told from a program
/// here, which is why the config says to set `server.auth` behind it.
const PROXY_HEADERS: [&str; 11] = [
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-host",
    "x-envoy-external-address",
    "cf-connecting-ip",
    "true-client-ip",
    "fastly-client-ip",
    "tailscale-user-login",
];

/// The beginning of the names of the other headers that proxies add.
const PROXY_PREFIX: &str = "x-forwarded-";

fn is_from_this_machine(head: &RequestHead) -> bool {
    is_from_loopback(head) && !is_proxied(head)
}

fn is_from_loopback(head: &RequestHead) -> bool {
    let is_loopback = |ip: IpAddr| ip.to_canonical().is_loopback();
    head.peer_addr.is_some_and(|peer| is_loopback(peer.ip()))
}

fn is_proxied(head: &RequestHead) -> bool {
    head.headers().keys().any(|name| {
        let name = name.as_str();
        PROXY_HEADERS.contains(&name) || name.starts_with(PROXY_PREFIX)
    })
}
