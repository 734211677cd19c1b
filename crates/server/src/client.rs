//! The client of a running gateway.

mod args;

use std::env::VarError;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use fanfare_api::{Endpoint, ErrorResponse};
use fanfare_config::{GatewayAddress, ProcessSecrets, gateway_address};
use fanfare_core::Secret;
use fanfare_tls::client_config_for_listener;
use jiff::tz::TimeZone;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Serialize;
use serde_json::Value;
use url::Url;

pub(crate) use self::args::{AskArgs, GatewayArgs};

/// The time that a command waits for the gateway's answer.
const PATIENCE: Duration = Duration::from_secs(30);

const NOT_AN_ADDRESS: &str = "--url is not the address of a server: expected e.g. http://127.0.0.1:8780";

/// The client of a running gateway.
#[derive(Debug)]
pub(crate) struct GatewayClient {
    url: Url,
    token: Option<Secret>,
    http: reqwest::Client,
    patience: Duration,
    /// The time zone of what is printed: that of the config, if it is at hand, or else UTC.
    pub(crate) timezone: TimeZone,
}

const NO_TOKEN: &str = "; no token was sent: set the environment variable that the config names, to what the gateway \
                        has, or name another with --token-env or --token-file";

/// An answer of the gateway.
#[derive(Debug)]
pub(crate) struct GatewayAnswer {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// The JSON body; null if it was none.
    pub(crate) json: Value,
}

/// The token of the config that a request needs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TokenKind<'a> {
    /// The token of the API.
    Api,
    /// The token of the source with this name.
    Source(&'a str),
}

impl GatewayClient {
    /// A client of the gateway that `args` name or, where they name none, the config at `file`.
    pub(crate) fn find(file: &Path, args: &GatewayArgs, token: TokenKind<'_>) -> anyhow::Result<Self> {
        let GatewayArgs { url, token_env, token_file } = args;
        let given = given_token(token_env.as_deref(), token_file.as_deref())?;
        let (url, cert_file, configured) = match (url, gateway_address(file, &ProcessSecrets)) {
            (Some(url), configured) => {
                let configured = configured.ok();
                let is_here =
                    |it: &Url| it.host_str().is_some_and(|host| host == "127.0.0.1" || host == "[::1]");
                let cert_file = configured.as_ref().and_then(|it| it.cert_file.clone());
                (url.clone(), cert_file.filter(|_| url.parse().is_ok_and(|it| is_here(&it))), configured)
            }
            (None, Ok(configured)) => {
                (configured.url.clone(), configured.cert_file.clone(), Some(configured))
            }
            (None, Err(err)) => {
                return Err(err).context("no --url was given, and the config does not tell it");
            }
        };
        let url: Url = url.parse().context(NOT_AN_ADDRESS)?;
        let timezone = configured.as_ref().map_or(TimeZone::UTC, |it| it.locale.timezone.clone());
        let token = given.or_else(|| configured.and_then(|it| token_of(it, token)));
        Ok(Self { url, token, http: http_client(cert_file.as_deref())?, patience: PATIENCE, timezone })
    }

    /// The client for a request whose answer may take `patience`.
    pub(crate) fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The answer of `endpoint`, with `parameter` in the place of the one in its path, as JSON.
    pub(crate) fn get(
        &self,
        endpoint: Endpoint,
        parameter: &str,
        query: &[(&str, String)],
    ) -> anyhow::Result<Value> {
        let mut url = self.at(endpoint.segments(parameter))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.ask(self.request(Method::GET, url))?.json_if_done()
    }

    /// The answer of `endpoint` to `request`, as JSON.
    pub(crate) fn post(
        &self,
        endpoint: Endpoint,
        parameter: &str,
        request: &impl Serialize,
    ) -> anyhow::Result<Value> {
        let url = self.at(endpoint.segments(parameter))?;
        self.send(url, serde_json::to_vec(request)?)?.json_if_done()
    }

    /// The answer to a POST of `body` to a path outside the API, or the refusal.
    pub(crate) fn post_to_path(&self, path: &[&str], body: Vec<u8>) -> anyhow::Result<GatewayAnswer> {
        self.send(self.at(path)?, body)
    }

    /// The same with a query.
    pub(crate) fn post_with_query(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        body: Vec<u8>,
    ) -> anyhow::Result<GatewayAnswer> {
        let mut url = self.at(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(url, body)
    }

    fn send(&self, url: Url, body: Vec<u8>) -> anyhow::Result<GatewayAnswer> {
        let request = self.request(Method::POST, url);
        self.ask(request.header("Content-Type", "application/json").body(body))
    }

    fn at<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> anyhow::Result<Url> {
        let mut url = self.url.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => segments.pop_if_empty().extend(path),
            Err(()) => bail!(NOT_AN_ADDRESS),
        };
        Ok(url)
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request =
            self.http.request(method, url).timeout(self.patience).header("Accept", "application/json");
        match &self.token {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        }
    }

    /// Sends the request and reads the answer.
    fn ask(&self, request: RequestBuilder) -> anyhow::Result<GatewayAnswer> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let response = request.send().await.map_err(|err| self.unreachable(err))?;
            let status = response.status();
            let text = response.text().await.map_err(|err| self.unreachable(err))?;
            let json = serde_json::from_str(&text).unwrap_or(Value::Null);
            if status == StatusCode::UNAUTHORIZED && self.token.is_none() {
                bail!("the gateway answers {status}{}{NO_TOKEN}", words(&json));
            }
            Ok(GatewayAnswer { status, json })
        })
    }

    fn unreachable(&self, err: reqwest::Error) -> anyhow::Error {
        // Scheme, host and port: anything else stands in the address may be a secret.
        let address = self.url.origin().ascii_serialization();
        let err = err.without_url();
        let mut causes = err.to_string();
        let mut source = err.source();
        while let Some(cause) = source {
            causes.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        anyhow::anyhow!(
            "the gateway cannot be reached at {address}: {causes}; does `fanfare serve` run there? --url names another \
             address"
        )
    }
}

impl GatewayAnswer {
    /// The JSON of a success; a refusal is an error in the gateway's own words.
    pub(crate) fn json_if_done(self) -> anyhow::Result<Value> {
        let Self { status, json } = self;
        match (status.is_success(), json) {
            (true, Value::Null) => {
                bail!("the answer is not JSON: is this the address of a Fanfare gateway?")
            }
            (true, json) => Ok(json),
            (false, json) => bail!("the gateway answers {status}{}", words(&json)),
        }
    }
}

fn token_of(address: GatewayAddress, kind: TokenKind<'_>) -> Option<Secret> {
    let GatewayAddress { url: _, cert_file: _, api_token, mut source_tokens, locale: _, store_path: _ } =
        address;
    match kind {
        TokenKind::Api => api_token,
        TokenKind::Source(name) => source_tokens.remove(name),
    }
}

fn given_token(variable: Option<&str>, file: Option<&Path>) -> anyhow::Result<Option<Secret>> {
    let text = match (variable, file) {
        (Some(name), _) => std::env::var(name).map_err(|err| unusable_variable(name, &err))?,
        (None, Some(file)) => {
            std::fs::read_to_string(file).with_context(|| format!("--token-file {}", file.display()))?
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(Secret::new(&text)))
}

/// The error of reading the token in the variable `name`: that of the library quotes what is not in UTF-8.
fn unusable_variable(name: &str, err: &VarError) -> anyhow::Error {
    let fault = match err {
        VarError::NotPresent => "the environment variable is not set",
        VarError::NotUnicode(_) => "the environment variable is set to something that is not in UTF-8",
    };
    anyhow::anyhow!("--token-env {name}: {fault}")
}

/// A client for requests to a gateway: over no proxy, following no redirect.
pub(crate) fn http_client(cert_file: Option<&Path>) -> anyhow::Result<reqwest::Client> {
    // Fails only if it was done before, and then it is the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    let builder = reqwest::Client::builder()
        .timeout(PATIENCE)
        // A token is for the gateway alone, not for whom `http_proxy` names.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("fanfare/", env!("CARGO_PKG_VERSION")));
    // The gateway of the config at hand, on this machine, is known by its certificate, whatever name that is for.
    let builder = match cert_file {
        Some(file) => builder.tls_backend_preconfigured(client_config_for_listener(file)?),
        None => builder,
    };
    Ok(builder.build()?)
}

/// The gateway's words in an [`ErrorResponse`], for the end of a sentence.
fn words(answer: &Value) -> String {
    let Ok(ErrorResponse { error }) = serde_json::from_value(answer.clone()) else { return String::new() };
    let path = error.path.map(|path| format!("{path}: ")).unwrap_or_default();
    format!(": {path}{}", error.message)
}
