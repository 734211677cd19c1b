use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fanfare_core::{Account, BuildError, ProxyLogin, SandboxAccount, SandboxDoors, Secret, SettingWarning};
use fanfare_http_channel::{HeaderMap, HeaderName, HeaderValue, Method, Url};
use serde::Deserialize;

use crate::sign::SigningKey;

/// A webhook's settings.
///
/// ```yaml
/// kind: webhook
/// url: { env: WEBHOOK_URL }               # all of it, a secret: addresses of webhooks often open the door
/// method: POST                            # POST (default), PUT or PATCH
/// headers: { X-Site: harbour }            # further headers, for everybody to see
/// secret_headers: { Authorization: { env: WEBHOOK_AUTHORIZATION } }   # further headers that are secret
/// signing_keys: [{ env: WEBHOOK_KEY }]    # Standard Webhooks, `whsec_…`; two while one is being replaced
/// allow_private: false                    # true: the address may be one of a private network
/// proxy: http://proxy.example.com:3128
/// proxy_login: { username: fanfare, password: { env: PROXY_PASSWORD } }
/// ca_file: /etc/ssl/private-ca.pem
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// The address, with its path and query.
    pub url: Secret,
    /// The method of the request.
    #[serde(default)]
    pub method: WebhookMethod,
    /// Further headers whose values are no secrets.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Further headers whose values are secrets.
    #[serde(default)]
    pub secret_headers: BTreeMap<String, Secret>,
    /// The keys that sign each message, at most two.
    #[serde(default)]
    pub signing_keys: Vec<Secret>,
    /// True if the address may be one of a private network.
    #[serde(default)]
    pub allow_private: bool,
    /// An `http`, `https` or `socks5` proxy.
    #[serde(default)]
    pub proxy: Option<String>,
    /// The login that the proxy asks for.
    #[serde(default)]
    pub proxy_login: Option<ProxyLogin>,
    /// Certificates to trust beside those of the system.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// The method of a webhook's request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum WebhookMethod {
    /// The method `POST`.
    #[default]
    Post,
    /// The method `PUT`.
    Put,
    /// The method `PATCH`.
    Patch,
}

impl WebhookMethod {
    pub(crate) fn method(self) -> Method {
        match self {
            Self::Post => Method::POST,
            Self::Put => Method::PUT,
            Self::Patch => Method::PATCH,
        }
    }
}

/// The most keys at a time: the new one, and the one that it replaces.
const MOST_KEYS: usize = 2;

/// Headers that the channel writes itself.
const OWN_HEADERS: [&str; 12] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

impl WebhookConfig {
    /// The settings of an unsigned webhook at `url`, everything else by default.
    #[must_use]
    pub fn new(url: Secret) -> Self {
        Self {
            url,
            method: WebhookMethod::default(),
            headers: BTreeMap::new(),
            secret_headers: BTreeMap::new(),
            signing_keys: Vec::new(),
            allow_private: false,
            proxy: None,
            proxy_login: None,
            ca_file: None,
        }
    }

    /// The address; an error does not quote it.
    pub(crate) fn address(&self) -> Result<Url, BuildError> {
        let expected = "expected an address like https://example.com/hooks/alerts, without user and password";
        if self.url.is_stand_in() {
            return stand_in_address(&self.url);
        }
        let url = Url::parse(self.url.expose().trim())
            .map_err(|err| BuildError::new("url", format!("is no address ({err}): {expected}")))?;
        let has_login = !url.username().is_empty() || url.password().is_some();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || has_login {
            return Err(BuildError::new("url", expected));
        }
        Ok(url)
    }

    /// The further headers of each request.
    pub(crate) fn header_map(&self) -> Result<HeaderMap, BuildError> {
        let plain = self.headers.iter().map(|(name, value)| ("headers", name, value.as_str()));
        let secret = self.secret_headers.iter().map(|(name, value)| ("secret_headers", name, value.expose()));
        let mut headers = HeaderMap::new();
        for (map, name, value) in plain.chain(secret) {
            let field = format!("{map}.{name}");
            let name = header_name(&field, name)?;
            if headers.contains_key(&name) {
                return Err(BuildError::new(&field, "stands in the headers already"));
            }
            let value = HeaderValue::from_str(value.trim()).map_err(|_| {
                BuildError::new(&field, "has a value that no header can carry: expected ASCII on one line")
            })?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    /// The keys that sign, the first of which is the newest.
    pub(crate) fn keys(&self) -> Result<Vec<SigningKey>, BuildError> {
        if self.signing_keys.len() > MOST_KEYS {
            return Err(BuildError::new(
                "signing_keys",
                "has more than two keys: the new one, and the one that it replaces",
            ));
        }
        let key = |(at, secret): (usize, &Secret)| {
            SigningKey::parse(&usable_key(secret)).ok_or_else(|| {
                BuildError::new(
                    format!("signing_keys[{at}]"),
                    "is no key of Standard Webhooks: expected `whsec_` and 24 to 64 bytes in base64",
                )
            })
        };
        self.signing_keys.iter().enumerate().map(key).collect()
    }

    /// Settings that may be left out, though that is not wise, and what that means.
    pub(crate) fn warnings(&self) -> Vec<SettingWarning> {
        let unsigned = (self.signing_keys.is_empty() && self.secret_headers.is_empty()).then(|| SettingWarning {
            field: String::new(),
            message: "no `signing_keys` and no `secret_headers`: whoever learns the address can post to it as if \
                      it were this gateway"
                .to_owned(),
        });
        unsigned.into_iter().collect()
    }

    /// The same settings for a sandbox.
    pub(crate) fn into_sandbox(mut self, doors: &SandboxDoors) -> (Self, SandboxAccount) {
        let token = sandbox_token(&self.url);
        self.url = Secret::new(&format!("{}/webhook/{token}", doors.http));
        self.signing_keys = self.signing_keys.iter().map(usable_key).collect();
        self.allow_private = true;
        self.proxy = None;
        self.proxy_login = None;
        self.ca_file = None;

        let mut settings = vec![("token", token), ("method", self.method.method().to_string())];
        settings.extend(self.signing_keys.iter().map(|key| ("signing_key", key.expose().to_owned())));
        (self, SandboxAccount { kind: "webhook", settings })
    }
}

/// The token of an address in the sandbox: the same for the same address.
fn sandbox_token(url: &Secret) -> String {
    let account = Account::new("webhook", &[url.expose()]);
    account.as_str().trim_start_matches("webhook:").to_owned()
}

/// The address in the place of a missing one, on a host that nobody can have (RFC 2606 §2).
fn stand_in_address(url: &Secret) -> Result<Url, BuildError> {
    let address = format!("https://{}.invalid", url.expose());
    Url::parse(&address).map_err(|err| BuildError::new("url", err.to_string()))
}

/// The key itself, or one made of it if it stands for a missing one.
fn usable_key(key: &Secret) -> Secret {
    if !key.is_stand_in() {
        return key.clone();
    }
    let bytes = format!("{:-<24.64}", key.expose());
    Secret::new(&format!("whsec_{}", BASE64_STANDARD.encode(bytes)))
}

fn header_name(field: &str, name: &str) -> Result<HeaderName, BuildError> {
    let parsed = HeaderName::from_bytes(name.trim().as_bytes())
        .map_err(|_| BuildError::new(field, "is no name of a header: expected letters, digits and `-`"))?;
    if OWN_HEADERS.contains(&parsed.as_str()) {
        return Err(BuildError::new(field, "is written by the channel itself"));
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests;
