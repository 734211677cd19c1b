//! Talks to a running gateway.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use fanfare_core::{Locale, Secret};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use url::Url;

use crate::cli::GatewayArgs;
use fanfare_config::{GatewayAddress, ProcessSecrets, gateway_address};

/// How long a command waits for the gateway's answer.
const PATIENCE: Duration = Duration::from_secs(30);

const NOT_AN_ADDRESS: &str = "--url is not the address of a server: expected e.g. http://127.0.0.1:8780";

/// A running gateway.
#[derive(Debug)]
pub(crate) struct Gateway {
    url: Url,
    token: Option<Secret>,
    http: reqwest::Client,
    patience: Duration,
    /// How what it tells is shown: as its messages are, if the config is at hand.
    pub(crate) style: Locale,
}

const NO_TOKEN: &str = "; no token was sent: set the environment variable that the config names, to what the gateway \
                        has, or name another with --token-env or --token-file";

/// What the gateway answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Whether it did it.
    pub(crate) status: StatusCode,
    /// What it says.
    pub(crate) json: Value,
}

/// Which of the tokens in the config opens the door.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Door<'a> {
    /// The API's.
    Api,
    /// That of the source with this name.
    Source(&'a str),
}

impl Gateway {
    /// The gateway that `args` name, and where they say nothing, the config at `file`.
    pub(crate) fn find(file: &Path, args: &GatewayArgs, door: Door<'_>) -> anyhow::Result<Self> {
        let GatewayArgs { url, token_env, token_file } = args;
        let given = given_token(token_env.as_deref(), token_file.as_deref())?;
        let (url, configured) = match (url, gateway_address(file, &ProcessSecrets)) {
            (Some(url), configured) => (url.clone(), configured.ok()),
            (None, Ok(configured)) => (configured.url.clone(), Some(configured)),
            (None, Err(err)) => {
                return Err(err).context("no --url was given, and the config does not tell it");
            }
        };
        let url: Url = url.parse().context(NOT_AN_ADDRESS)?;
        let style = configured.as_ref().map(|it| it.locale.clone()).unwrap_or_default();
        let token = given.or_else(|| configured.and_then(|it| token_of(it, door)));
        Ok(Self { url, token, http: http()?, patience: PATIENCE, style })
    }

    /// The same for a question whose answer may take so long.
    pub(crate) fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The JSON that the gateway answers to a GET.
    pub(crate) fn get(&self, path: &[&str], query: &[(&str, String)]) -> anyhow::Result<Value> {
        let mut url = self.at(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.ask(self.request(Method::GET, url))?.json_if_done()
    }

    /// The JSON that the gateway answers to a POST of `body`.
    pub(crate) fn post(&self, path: &[&str], body: Vec<u8>) -> anyhow::Result<Value> {
        self.try_post(path, body)?.json_if_done()
    }

    /// What the gateway answers to a POST of `body`, a refusal too.
    pub(crate) fn try_post(&self, path: &[&str], body: Vec<u8>) -> anyhow::Result<Answer> {
        let request = self.request(Method::POST, self.at(path)?);
        self.ask(request.header("Content-Type", "application/json").body(body))
    }

    fn at(&self, path: &[&str]) -> anyhow::Result<Url> {
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
    fn ask(&self, request: RequestBuilder) -> anyhow::Result<Answer> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let response = request.send().await.map_err(|err| self.unreachable(err))?;
            let status = response.status();
            let text = response.text().await.map_err(|err| self.unreachable(err))?;
            let json = serde_json::from_str(&text).unwrap_or(Value::Null);
            if status == StatusCode::UNAUTHORIZED && self.token.is_none() {
                bail!("the gateway answers {status}{}{NO_TOKEN}", words(&json));
            }
            Ok(Answer { status, json })
        })
    }

    fn unreachable(&self, err: reqwest::Error) -> anyhow::Error {
        // Scheme, host and port: whatever else stands in the address may be a secret.
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

impl Answer {
    /// What it says if it did it; a refusal is an error in the gateway's own words.
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

fn token_of(address: GatewayAddress, door: Door<'_>) -> Option<Secret> {
    let GatewayAddress { url: _, api_token, mut source_tokens, locale: _ } = address;
    match door {
        Door::Api => api_token,
        Door::Source(name) => source_tokens.remove(name),
    }
}

fn given_token(variable: Option<&str>, file: Option<&Path>) -> anyhow::Result<Option<Secret>> {
    let text = match (variable, file) {
        (Some(name), _) => std::env::var(name).with_context(|| format!("--token-env {name}"))?,
        (None, Some(file)) => {
            std::fs::read_to_string(file).with_context(|| format!("--token-file {}", file.display()))?
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(Secret::new(&text)))
}

pub(crate) fn http() -> anyhow::Result<reqwest::Client> {
    // Fails only if it was done before, and then it is the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    let builder = reqwest::Client::builder()
        .timeout(PATIENCE)
        // A token is for the gateway alone, not for whom `http_proxy` names.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("fanfare/", env!("CARGO_PKG_VERSION")));
    Ok(builder.build()?)
}

/// The gateway's words in `{"error":{"code","message","path"}}`.
fn words(answer: &Value) -> String {
    let text = |name: &str| answer["error"][name].as_str();
    let path = text("path").map(|path| format!("{path}: ")).unwrap_or_default();
    text("message").map(|message| format!(": {path}{message}")).unwrap_or_default()
}
