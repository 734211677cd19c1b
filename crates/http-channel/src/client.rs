use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{BuildError, Egress, ProxyLogin, Secret, SendError};
use fanfare_tls::{client_config, config_without_trust, is_answer_of_tls};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Proxy, Url};
use serde::Serialize;
use tokio::time::Instant;
use url::Position;

use crate::failure::send_error;
use crate::provider_clock::ProviderClock;
use crate::target::PublicResolver;
use crate::{Answer, Request, Targets};

/// The way to a provider. Every HTTP channel repeats these settings among its own.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// `http(s)://host[:port]` in place of the provider's; the path stays the provider's.
    pub endpoint: Option<String>,
    /// An `http`, `https` or `socks5` proxy. The proxies of the environment are not used.
    pub proxy: Option<String>,
    /// The login that the proxy asks for.
    pub proxy_login: Option<ProxyLogin>,
    /// Certificates, as PEM, to trust beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// The time that one attempt may take.
    pub timeout: Duration,
    /// The machines that it may send to.
    pub targets: Targets,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            endpoint: None,
            proxy: None,
            proxy_login: None,
            ca_file: None,
            timeout: Duration::from_secs(10),
            targets: Targets::Any,
        }
    }
}

/// The longest wait for a connection, and it is never more than half the
/// attempt: a connection that was never made must be known as such before the
/// attempt is ended from outside and counts as unanswered.
const LONGEST_CONNECT: Duration = Duration::from_secs(5);

/// Shorter than the idle time of common servers (Apache httpd 5 s, nginx 75 s): a
/// POST on a connection that the server is just closing goes unanswered.
const IDLE_CONNECTION: Duration = Duration::from_secs(4);

/// The schemes `reqwest` knows as a proxy; with `h` the proxy resolves names.
const PROXY_SCHEMES: [&str; 4] = ["http", "https", "socks5", "socks5h"];

/// A client that posts JSON to one provider.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    egress: Egress,
    patience: Duration,
    clock: Arc<ProviderClock>,
    secrets: Vec<Secret>,
}

impl Client {
    /// A client for the `provider`, e.g. `https://oapi.dingtalk.com`.
    ///
    /// # Errors
    ///
    /// With the setting that cannot be: `endpoint`, `proxy` or `ca_file`.
    pub fn new(provider: &str, settings: HttpSettings) -> Result<Self, BuildError> {
        let HttpSettings { endpoint, proxy, proxy_login, ca_file, timeout, targets } = settings;
        let base = base_url(endpoint.as_deref().unwrap_or(provider))?;
        targets.check(&base).map_err(|err| BuildError::new("endpoint", err.to_string()))?;
        let proxy = proxy.as_deref().map(proxy_url).transpose()?;
        let egress = Egress::new(place(&base), proxy.as_ref().map(place));
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("fanfare/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .tcp_nodelay(true)
            .pool_idle_timeout(IDLE_CONNECTION)
            .connect_timeout(LONGEST_CONNECT.min(timeout / 2))
            .timeout(timeout);
        let needs_tls = base.scheme() == "https" || proxy.as_ref().is_some_and(|it| it.scheme() == "https");
        http = http.tls_backend_preconfigured(if needs_tls || ca_file.is_some() {
            client_config(ca_file.as_deref()).map_err(|err| BuildError::new("ca_file", err.to_string()))?
        } else {
            // The system's certificates are not read, nor missed where there are none.
            config_without_trust().map_err(|err| BuildError::new("endpoint", err.to_string()))?
        });
        // Behind a proxy it is the proxy that finds the machine.
        if targets == Targets::Public && proxy.is_none() {
            http = http.dns_resolver(PublicResolver::shared());
        }
        match (proxy, proxy_login) {
            (Some(url), login) => http = http.proxy(proxy_with_login(url, login)?),
            (None, Some(_)) => return Err(BuildError::new("proxy_login", "needs a `proxy`")),
            (None, None) => {}
        }
        let http = http.build().map_err(|err| BuildError::new("ca_file", crate::failure::chain(&err)))?;
        Ok(Self { http, base, egress, patience: timeout, clock: Arc::default(), secrets: Vec::new() })
    }

    /// The same with these secrets blanked in every answer and error, whichever request they belong to: a provider
    /// may repeat what it knows of an account.
    #[must_use]
    pub fn with_secrets<'a>(mut self, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        self.secrets.extend(secrets.into_iter().cloned());
        self
    }

    /// Sends `request` once and waits for the answer.
    ///
    /// # Errors
    ///
    /// If there is no answer. The meaning of an answer is read from [`Answer`].
    pub async fn send(&self, request: Request, now: Timestamp) -> Result<Answer, SendError> {
        self.answer_to(request, self.patience, now).await
    }

    /// Posts `body` as JSON to `path` at the provider and waits for the answer.
    ///
    /// Whatever stands in `query` counts as secret and is blanked in the answer.
    ///
    /// # Errors
    ///
    /// If there is no answer. The meaning of an answer is read from [`Answer`].
    pub async fn post_json(
        &self,
        path: &str,
        query: &[(&str, &str)],
        body: &(impl Serialize + Sync),
        now: Timestamp,
    ) -> Result<Answer, SendError> {
        self.send(Request::post(path).with_query(query).with_json(body)?, now).await
    }

    /// Gets what a post needs first, e.g. an access token, in half the time of an attempt.
    ///
    /// # Errors
    ///
    /// If there is no answer; never [`SendError::Unanswered`], since no message was sent.
    pub async fn get(&self, path: &str, query: &[(&str, &str)], now: Timestamp) -> Result<Answer, SendError> {
        let request = Request::get(path).with_query(query);
        self.answer_to(request, self.patience / 2, now).await.map_err(nothing_was_sent)
    }

    /// The way by which it reaches its provider.
    #[must_use]
    pub fn egress(&self) -> Egress {
        self.egress.clone()
    }

    /// By how much the provider's clock is ahead of ours, by the `Date` of its last
    /// answer; `None` if none has told within a day, zero if no difference can be told.
    ///
    /// A proxy or a captive portal may have told it. A date before 2020 and one ten
    /// years from now are not believed (unless our own clock shows a time before
    /// 2020); beyond that, do nothing with it that a later answer could not mend.
    #[must_use]
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        self.clock.ahead()
    }

    async fn answer_to(
        &self,
        request: Request,
        patience: Duration,
        now: Timestamp,
    ) -> Result<Answer, SendError> {
        let url = request.url(&self.base);
        let mut secrets = request.secrets(&url);
        secrets.extend(self.secrets.iter().map(|it| it.expose().to_owned()));
        let Request { method, headers, body, .. } = request;
        let asked = Instant::now();
        let sent = self.http.request(method, url).headers(headers).timeout(patience).body(body).send().await;
        let response = match sent.map_err(|err| send_error(err, &secrets)) {
            Ok(response) => response,
            Err(SendError::Unanswered { reason }) => {
                let left = (patience / 2).saturating_sub(asked.elapsed());
                return Err(match self.waits_for_tls(left).await {
                    TlsProbe::Answered => {
                        SendError::Misconfigured { reason: format!("{reason}; {USE_HTTPS}") }
                    }
                    TlsProbe::Unanswered => SendError::Unanswered { reason },
                });
            }
            Err(err) => return Err(err),
        };
        self.clock.learn(response.headers(), now, asked.elapsed());
        Answer::read(response, secrets, now).await
    }

    /// Asks a server that has hung up on a request in clear text whether it waits for TLS, for
    /// at most so long: one that does has understood no request.
    async fn waits_for_tls(&self, at_most: Duration) -> TlsProbe {
        let mut secure = self.base.clone();
        let port = self.base.port_or_known_default();
        let is_set = secure.set_scheme("https").and_then(|()| secure.set_port(port)).is_ok();
        if self.base.scheme() != "http" || !is_set || at_most.is_zero() {
            return TlsProbe::Unanswered;
        }
        match self.http.head(secure).timeout(at_most).send().await {
            Ok(_) => TlsProbe::Answered,
            Err(err) if is_answer_of_tls(&err) => TlsProbe::Answered,
            Err(_) => TlsProbe::Unanswered,
        }
    }
}

/// The answer to the question whether a server waits for TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TlsProbe {
    /// The server has answered in TLS.
    Answered,
    /// The server has not answered in TLS, or was not asked.
    Unanswered,
}

const USE_HTTPS: &str =
    "the server waits for TLS there and has no message: the address must begin with https://";

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// An answer to a [`Client::get`] that is lost or cannot be read leaves no doubt:
/// no message was sent.
#[must_use]
pub fn nothing_was_sent(err: SendError) -> SendError {
    match err {
        SendError::Unanswered { reason } => SendError::Transient { reason },
        SendError::Transient { .. }
        | SendError::Local { .. }
        | SendError::Throttled { .. }
        | SendError::Blocked { .. }
        | SendError::Quota { .. }
        | SendError::Unsendable { .. }
        | SendError::Misconfigured { .. } => err,
    }
}

fn base_url(text: &str) -> Result<Url, BuildError> {
    let expected = "expected http://HOST[:PORT] or https://HOST[:PORT]; the path stays the provider's";
    let url = Url::parse(text).map_err(|err| BuildError::new("endpoint", format!("{err}; {expected}")))?;
    if !matches!(url.scheme(), "http" | "https")
        || url.path() != "/"
        || url.query().is_some()
        || has_login(&url)
    {
        return Err(BuildError::new("endpoint", expected));
    }
    Ok(url)
}

/// Scheme, host and port.
fn place(url: &Url) -> &str {
    &url[..Position::BeforePath]
}

fn proxy_url(text: &str) -> Result<Url, BuildError> {
    let expected =
        "expected e.g. http://HOST:PORT or socks5://HOST:PORT; user and password stand in `proxy_login`";
    let url = Url::parse(text).map_err(|err| BuildError::new("proxy", format!("{err}; {expected}")))?;
    if !PROXY_SCHEMES.contains(&url.scheme()) || url.host_str().is_none_or(str::is_empty) || has_login(&url) {
        return Err(BuildError::new("proxy", expected));
    }
    Ok(url)
}

/// A proxy that is told the login, if there is one. The library takes it from the address,
/// percent-encoded, and shows that to nobody.
fn proxy_with_login(mut url: Url, login: Option<ProxyLogin>) -> Result<Proxy, BuildError> {
    if let Some(ProxyLogin { username, password }) = login {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        url.set_username(&encoded(&username))
            .and_then(|()| url.set_password(Some(&encoded(password.expose()))))
            .map_err(|()| BuildError::new("proxy_login", "cannot be told to this proxy"))?;
    }
    Proxy::all(url).map_err(|err| BuildError::new("proxy", err.without_url().to_string()))
}

/// Secrets stand in the config as `{env: …}` or `{file: …}`, not inside addresses.
fn has_login(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests;
