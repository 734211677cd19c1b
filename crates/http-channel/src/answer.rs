use std::fmt;
use std::time::Duration;

use fanfare_core::SendError;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::failure::send_error;
use crate::provider_clock::{date, http_date};
use crate::quote::{blank, quote};

/// Far more than any provider's JSON answer, and little enough to hold for every
/// attempt under way.
const LONGEST_BODY: usize = 64 * 1024;

/// The silence after a 429 that names none: the window by which the
/// chat providers count.
const DEFAULT_SILENCE: Duration = Duration::from_secs(60);

/// The shortest silence we take from a header: one that is over already asks us
/// to knock on at once, which the 429 has just refused.
const SHORTEST_SILENCE: Duration = Duration::from_secs(1);

/// The longest silence we take from a header; one odd answer must not silence a
/// channel for good.
const LONGEST_SILENCE: Duration = Duration::from_secs(3600);

/// The bytes of a strange answer that an error shows.
const QUOTED: usize = 200;

/// The words of nginx, of Go's and of Apache's servers for a request in clear text where they want TLS.
const CLEAR_TEXT_REFUSALS: [&str; 3] = [
    "The plain HTTP request was sent to HTTPS port",
    "Client sent an HTTP request to an HTTPS server",
    "speaking plain HTTP to an SSL-enabled server port",
];

/// The answer of a provider: read as it came, and blanked of secrets when it is shown.
///
/// Blanked before it is read, an answer in which a secret occurs could not be understood:
/// an access token may well hold one.
#[derive(Clone)]
pub struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: String,
    secrets: Vec<String>,
}

impl Answer {
    pub(crate) async fn read(
        mut response: Response,
        secrets: Vec<String>,
        now: Timestamp,
    ) -> Result<Self, SendError> {
        let status = response.status();
        // A date is by the clock of who names it.
        let now = date(response.headers()).unwrap_or(now);
        let retry_after = retry_after(response.headers(), now);
        let mut body = Vec::new();
        while body.len() < LONGEST_BODY {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(err) if status.is_success() => return Err(send_error(err, &secrets)),
                Err(_) => break, // The status has said enough.
            }
        }
        body.truncate(LONGEST_BODY);
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Self { status, retry_after, body, secrets })
    }

    /// The provider's reply, if the status is 2xx and the body is a `Reply`.
    ///
    /// Whether it took the message is for the channel to read from the reply.
    ///
    /// # Errors
    ///
    /// What the status means; or [`SendError::Unanswered`] for a 2xx with a body
    /// that is no `Reply`, which proves nothing either way.
    pub fn reply<Reply: DeserializeOwned>(&self) -> Result<Reply, SendError> {
        if !self.status.is_success() {
            return Err(self.refusal());
        }
        serde_json::from_str(&self.body).map_err(|_| SendError::Unanswered {
            reason: format!(
                "HTTP {} with an answer that is not the provider's JSON: {}",
                self.status,
                self.quote()
            ),
        })
    }

    /// The provider's word where it is the status: nothing more than that it is 2xx.
    ///
    /// # Errors
    ///
    /// The meaning of any other status.
    pub fn accepted(&self) -> Result<(), SendError> {
        if self.status.is_success() { Ok(()) } else { Err(self.refusal()) }
    }

    /// The status, e.g. 200.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The body as it came, up to 64 KiB of it: to be read, and not to be shown.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// A 2xx whose body is a web page, as from a captive portal or a provider's edge protection.
    #[must_use]
    pub fn is_web_page(&self) -> bool {
        self.status.is_success() && self.body.trim_start_matches('\u{feff}').trim_start().starts_with('<')
    }

    /// The beginning of the body on one line, for an error.
    #[must_use]
    pub fn quote(&self) -> String {
        let body = self.blanked(&self.body);
        if body.trim().is_empty() { "(empty)".to_owned() } else { quote(&body, QUOTED) }
    }

    /// A part of the answer as it may be shown. It is blanked before it is cut, or half a
    /// secret would stay.
    #[must_use]
    pub fn blanked(&self, part: &str) -> String {
        blank(part, &self.secrets)
    }

    /// True if a server that wants TLS was spoken to without.
    fn wants_tls(&self) -> bool {
        CLEAR_TEXT_REFUSALS.iter().any(|words| self.body.contains(words))
    }

    /// The meaning of a status other than 2xx. RFC 9110 section 15 is the source of each row.
    fn refusal(&self) -> SendError {
        let reason = format!("HTTP {}: {}", self.status, self.quote());
        match self.status.as_u16() {
            429 => SendError::Throttled { retry_after: self.retry_after.unwrap_or(DEFAULT_SILENCE), reason },
            // "how long the service is expected to be unavailable": section 10.2.3.
            503 => match self.retry_after {
                Some(retry_after) => SendError::Throttled { retry_after, reason },
                None => SendError::Transient { reason },
            },
            // A gateway on the way passed the request on and heard nothing.
            504 => SendError::Unanswered { reason },
            // Timeout, conflict, misdirected, locked, failed dependency, too early: all may pass.
            408 | 409 | 421 | 423 | 424 | 425 | 500.. => SendError::Transient { reason },
            407 => SendError::Misconfigured {
                reason: format!("{reason}; the proxy wants a login: check `proxy_login`"),
            },
            400 if self.wants_tls() => SendError::Misconfigured {
                reason: format!("{reason}; the server wants TLS: the address must begin with https://"),
            },
            // Malformed, too large, too long, wrong type, unprocessable: about this message.
            400 | 413 | 414 | 415 | 422 | 431 => SendError::Unsendable { reason },
            300..400 => SendError::Misconfigured {
                reason: format!(
                    "{reason}; redirects are not followed with a secret: check the address and `proxy`"
                ),
            },
            // Unauthorized, forbidden, not found, gone and the like: about the address, not the message.
            _ => SendError::Misconfigured { reason },
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// `Retry-After` in either of its forms: seconds or a date.
/// <https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3>
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let silence = if is_number {
        text.parse().map_or(LONGEST_SILENCE, Duration::from_secs)
    } else {
        Duration::try_from(http_date(text)?.duration_since(now)).unwrap_or_default()
    };
    Some(silence.clamp(SHORTEST_SILENCE, LONGEST_SILENCE))
}

#[cfg(test)]
mod tests;
