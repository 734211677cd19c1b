//! Who may come in.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header;
use fanfare_core::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::serve::answer::Refusal;

/// Who may use a door.
#[derive(Debug, Clone)]
pub(crate) enum Access {
    /// Whoever brings this token.
    Bearer(TokenDigest),
    /// Anybody.
    Anyone,
    /// Only programs on this machine.
    ThisMachine,
}

/// A token's digest: what is compared has always the same length, and the token
/// itself need not be kept.
#[derive(Clone)]
pub(crate) struct TokenDigest([u8; 32]);

impl std::fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenDigest(..)")
    }
}

impl TokenDigest {
    fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    fn is_of(&self, token: &str) -> subtle::Choice {
        self.0.ct_eq(&Self::of(token).0)
    }
}

impl Access {
    /// The bearer of `token`.
    pub(crate) fn bearer(token: &Secret) -> Self {
        Self::Bearer(TokenDigest::of(token.expose()))
    }

    /// Lets `request` in, or says why not.
    pub(crate) fn admit(&self, request: &HttpRequest) -> Result<(), Refusal> {
        match self {
            Self::Anyone => Ok(()),
            Self::ThisMachine if is_from_this_machine(request) => Ok(()),
            Self::ThisMachine => Err(Refusal::forbidden(
                "only programs on the gateway's own machine may ask this: set `server.auth.bearer` in the config to open it to others with a token",
            )),
            Self::Bearer(expected) => {
                let Some(token) = bearer_token(request) else {
                    return Err(Refusal::unauthorized("send the header `Authorization: Bearer TOKEN`"));
                };
                if bool::from(expected.is_of(token)) {
                    Ok(())
                } else {
                    Err(Refusal::unauthorized("this token does not open this door"))
                }
            }
        }
    }
}

/// What proxies add to what they pass on. One that adds nothing cannot be told
/// from a program here, which is why the config says to set `server.auth` behind it.
const PASSED_ON: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

fn is_from_this_machine(request: &HttpRequest) -> bool {
    let is_loopback = |ip: IpAddr| ip.to_canonical().is_loopback();
    let is_passed_on = PASSED_ON.iter().any(|name| request.headers().contains_key(*name));
    request.peer_addr().is_some_and(|peer| is_loopback(peer.ip())) && !is_passed_on
}

fn bearer_token(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
