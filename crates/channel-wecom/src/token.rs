use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fanfare_core::{Secret, SendError};
use fanfare_http_channel::{Client, nothing_was_sent};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::hints::WeComHints;
use crate::wire::TokenReply;

/// The path from which a token is fetched:
/// <https://developer.work.weixin.qq.com/document/path/91039>
const PATH: &str = "/cgi-bin/gettoken";

/// The time before its end at which a token is replaced: it might not survive the way to
/// WeCom. Our choice. Of a short-lived token it is a quarter of its life at most, or the
/// token would never be used twice.
const MARGIN: Duration = Duration::from_secs(120);

/// The pause after a refused secret. Our choice: WeCom bans an address for an hour that asks
/// "again and again" with a wrong secret (note on 45009), and publishes no number.
const HOLD_AFTER_REFUSAL: SignedDuration = SignedDuration::from_secs(60);

/// The access token of one app, fetched when needed, by one caller at a time.
pub(crate) struct Tokens {
    client: Client,
    corp_id: String,
    secret: Secret,
    hints: &'static WeComHints,
    /// The fetches so far. A caller that waited for another's fetch sees the number change.
    fetches: AtomicU64,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    token: Option<Token>,
    failure: Option<TokenFailure>,
}

/// An access token, kept until there is a newer one.
struct Token {
    text: String,
    /// From then on a newer one is wanted.
    fresh_until: Timestamp,
    ends: Timestamp,
}

/// The error of the last fetch, which brought no token.
struct TokenFailure {
    error: SendError,
    hold_until: Timestamp,
}

impl Tokens {
    pub(crate) fn new(client: Client, corp_id: String, secret: Secret, hints: &'static WeComHints) -> Self {
        Self { client, corp_id, secret, hints, fetches: AtomicU64::new(0), known: Mutex::default() }
    }

    /// A token that should still be good at `now`.
    pub(crate) async fn current(&self, now: Timestamp) -> Result<String, SendError> {
        self.other_than(None, now).await
    }

    /// A token instead of one that was refused.
    pub(crate) async fn instead_of(&self, refused: &str, now: Timestamp) -> Result<String, SendError> {
        self.other_than(Some(refused), now).await
    }

    /// While one caller fetches, the others wait for the lock and share what came
    /// of it, good or bad. A caller that goes away meanwhile changes nothing.
    async fn other_than(&self, refused: Option<&str>, now: Timestamp) -> Result<String, SendError> {
        let fetches_before = self.fetches.load(Ordering::Acquire);
        let mut known = self.known.lock().await;

        let just_fetched = fetches_before != self.fetches.load(Ordering::Acquire);
        let usable = |known: &Known| {
            let token = known
                .token
                .as_ref()
                .filter(|it| now < it.ends && (just_fetched || refused != Some(&it.text)));
            token.map(|it| (it.text.clone(), it.fresh_until))
        };
        if let Some((token, fresh_until)) = usable(&known)
            && now < fresh_until
        {
            return Ok(token);
        }
        let told = known.failure.as_ref().filter(|it| just_fetched || now < it.hold_until);
        let error = match told {
            Some(failure) => failure.error.clone(),
            None => match self.fetch(now).await {
                Ok(token) => {
                    let text = token.text.clone();
                    *known = Known { token: Some(token), failure: None };
                    return Ok(text);
                }
                Err(failure) => known.failure.insert(failure).error.clone(),
            },
        };
        // Near its end the old token is still better than none.
        usable(&known).map(|(token, _)| token).ok_or(error)
    }

    async fn fetch(&self, now: Timestamp) -> Result<Token, TokenFailure> {
        let query = [("corpid", self.corp_id.as_str()), ("corpsecret", self.secret.expose())];
        let reply: Result<TokenReply, SendError> =
            async { TokenReply::from_answer(&self.client.get(PATH, &query, now).await?) }.await;
        self.fetches.fetch_add(1, Ordering::AcqRel);
        match reply.and_then(|reply| reply.token(self.hints)).map_err(nothing_was_sent) {
            Ok((text, lasts)) => Ok(Token {
                text,
                fresh_until: later(now, lasts - MARGIN.min(lasts / 4)),
                ends: later(now, lasts),
            }),
            Err(error) => Err(TokenFailure { hold_until: hold_until(&error, now), error }),
        }
    }
}

/// The end of the time in which nobody should ask again. After an error that may pass it
/// is over at once: the gateway keeps the pace.
fn hold_until(error: &SendError, now: Timestamp) -> Timestamp {
    match error {
        SendError::Misconfigured { .. } => now + HOLD_AFTER_REFUSAL,
        SendError::Throttled { retry_after, .. }
        | SendError::Blocked { retry_after, .. }
        | SendError::Quota { retry_after, .. } => later(now, *retry_after),
        SendError::Transient { .. }
        | SendError::Local { .. }
        | SendError::Unsendable { .. }
        | SendError::Unanswered { .. } => now,
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| now.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
