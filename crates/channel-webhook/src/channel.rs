use std::num::NonZeroUsize;

use async_trait::async_trait;
use fanfare_chat::{ClockRemedy, SigningClock, SigningTime};
use fanfare_core::{
    Account, Attempt, BuildError, Channel, Context, Digest, Limits, Notification, Notifier, Receipt,
    SandboxAccount, SandboxDoors, SendError, SettingWarning,
};
use fanfare_http_channel::{
    Answer, Client, HeaderMap, HeaderName, HeaderValue, HttpSettings, Method, Request, Targets, Url,
};
use fanfare_words::Renderer;
use jiff::SignedDuration;

use crate::WebhookConfig;
use crate::body::{BodyWriter, WebhookBody};
use crate::sign::{SigningKey, signatures};
use crate::wire;

/// The attempts under way at once. Ours: enough to hide a slow answer.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// The headers of Standard Webhooks.
const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// A webhook, ready to send.
pub struct Webhook {
    client: Client,
    account: Account,
    address: Url,
    method: Method,
    headers: HeaderMap,
    keys: Vec<SigningKey>,
    writer: BodyWriter,
    clock: SigningClock,
}

#[async_trait]
impl Notifier for Webhook {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.post(&self.writer.notification(notification, attempt), attempt).await
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.post(&self.writer.digest(digest, attempt.form, &attempt.key), attempt).await
    }

    fn capacity(&self, digest: &Digest) -> usize {
        self.writer.capacity(digest)
    }

    fn limits(&self) -> Limits {
        Limits {
            account: self.account.clone(),
            egress: self.client.egress(),
            budgets: Vec::new(),
            quota: None,
            concurrency: CONCURRENCY,
        }
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.client.clock_offset()
    }
}

impl Webhook {
    async fn post(&self, body: &WebhookBody<'_>, attempt: &Attempt) -> Result<Receipt, SendError> {
        let request = Request::to_address(self.method.clone(), &self.address).with_json(body)?;
        let time = self.clock.time(attempt.at, self.client.clock_offset());
        let own_headers = self.own_headers(&request, attempt, time);
        let request = request.with_headers(self.headers.clone()).with_headers(own_headers);

        let answer = self.client.send(request, attempt.at).await?;
        let outcome = wire::outcome(&answer);
        if self.keys.is_empty() {
            return outcome;
        }
        let outcome = outcome.map_err(|err| self.after_refusal(err, &answer, time));
        time.noted_in(outcome, &self.writer.renderer)
    }

    /// The id, and with keys the time and the signatures.
    fn own_headers(&self, request: &Request, attempt: &Attempt, time: SigningTime) -> HeaderMap {
        let (id, timestamp) = (attempt.key.as_str(), time.at.as_second().to_string());
        let signed = (!self.keys.is_empty()).then(|| {
            let signature = signatures(&self.keys, id, &timestamp, request.body());
            [(TIMESTAMP, timestamp), (SIGNATURE, signature)]
        });
        let all = [(ID, id.to_owned())].into_iter().chain(signed.into_iter().flatten());
        all.filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?))).collect()
    }

    /// `err`, or that another time may help: a receiver takes a signature of within minutes.
    fn after_refusal(&self, err: SendError, answer: &Answer, time: SigningTime) -> SendError {
        if !matches!(answer.status(), 400 | 401 | 403) {
            return err;
        }
        match (self.clock.refuse(time, self.client.clock_offset()), err) {
            (
                ClockRemedy::AnotherTime,
                SendError::Misconfigured { reason } | SendError::Unsendable { reason },
            ) => SendError::Transient { reason },
            (ClockRemedy::AnotherTime | ClockRemedy::SetClock, err) => err,
        }
    }
}

impl Channel for Webhook {
    const KIND: &'static str = "webhook";

    type Config = WebhookConfig;

    fn warnings(config: &WebhookConfig) -> Vec<SettingWarning> {
        config.warnings()
    }

    fn build(config: WebhookConfig, context: Context) -> Result<Self, BuildError> {
        let (address, headers, keys) = (config.address()?, config.header_map()?, config.keys()?);
        let WebhookConfig { method, allow_private, proxy, proxy_login, ca_file, signing_keys, .. } = config;
        let Context { name, locale, timeout } = context;
        let targets = if allow_private { Targets::Any } else { Targets::Public };
        let settings = HttpSettings { endpoint: None, proxy, proxy_login, ca_file, timeout, targets };
        let client = Client::new(&address.origin().ascii_serialization(), settings)
            .map_err(in_words_of_settings)?
            .with_secrets(&signing_keys);
        Ok(Self {
            client,
            account: Account::new(Self::KIND, &[address.as_str()]),
            address,
            method: method.method(),
            headers,
            keys,
            writer: BodyWriter { channel: name, renderer: Renderer::new(locale) },
            clock: SigningClock::default(),
        })
    }

    fn into_sandbox(config: WebhookConfig, doors: &SandboxDoors) -> (WebhookConfig, SandboxAccount) {
        config.into_sandbox(doors)
    }
}

/// The client's problem with an `endpoint`, which is here the `url`.
fn in_words_of_settings(err: BuildError) -> BuildError {
    if err.field != "endpoint" {
        return err;
    }
    let message = format!("{}: set `allow_private: true` if it is meant", err.message);
    BuildError::new("url", message)
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("client", &self.client).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
