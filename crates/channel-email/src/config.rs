//! The settings as written.

use std::path::PathBuf;

use fanfare_core::{ProxyLogin, Secret};
use serde::Deserialize;

/// ```yaml
/// kind: email
/// smtp: { host: smtp.example.com, port: 465, tls: implicit, username: alerts@example.com, password: { env: SMTP_PASSWORD } }
/// from: "Fanfare <alerts@example.com>"
/// to: [oncall@example.com, "The boss <boss@example.com>"]
/// reply_to: helpdesk@example.com                       # optional
/// hide_recipients: true                                # optional; see `EmailConfig::hide_recipients`
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailConfig {
    /// The server that takes the mail.
    pub smtp: SmtpConfig,
    /// The sender. Most providers want the address to be the login's own.
    pub from: String,
    /// The recipients: one mail for all, each accepted or refused for itself.
    pub to: Vec<String>,
    /// The address for answers, if not `from`.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// True if recipients do not see each other.
    ///
    /// They do by default: people who are on call together may know it, and one who must
    /// not be seen belongs in a channel of his own. Hidden, the mail is addressed
    /// to its sender, and the recipients stand nowhere in it.
    #[serde(default)]
    pub hide_recipients: bool,
}

/// The server that takes the mail, and the way to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// The server's name or address; with TLS its certificate must be for it.
    pub host: String,
    /// The server's port. By default the usual one for `tls`: 465, 587 or 25.
    #[serde(default)]
    pub port: Option<u16>,
    /// The encryption of the connection. By default the usual one for `port`:
    /// implicit on 465, STARTTLS on every other.
    #[serde(default)]
    pub tls: Option<TlsConfig>,
    /// The login. With `password`, or not at all.
    #[serde(default)]
    pub username: Option<String>,
    /// The login's password; QQ, 163 and WeCom mail want an authorisation code instead.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The mechanism of the login. By default PLAIN where offered, else LOGIN, else CRAM-MD5.
    #[serde(default)]
    pub auth: AuthConfig,
    /// True if the login may be sent unencrypted over a network.
    #[serde(default)]
    pub allow_clear_auth: bool,
    /// Certificates to trust besides the system's, as PEM.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// A proxy: an HTTP one that allows `CONNECT` to the server, as `http://host:port`, or
    /// `socks5://host:port`; with `socks5h` it resolves the server's name.
    #[serde(default)]
    pub proxy: Option<String>,
    /// The login that the proxy asks for.
    #[serde(default)]
    pub proxy_login: Option<ProxyLogin>,
    /// The name to greet the server with; by default this machine's.
    #[serde(default)]
    pub hello: Option<String>,
}

/// The encryption of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsConfig {
    /// Encrypted from the first byte.
    Implicit,
    /// Encrypted from the `STARTTLS` command on. Where the server does not offer it
    /// nothing is sent: it is never downgraded.
    StartTls,
    /// A connection in clear text, for a relay on the same machine or network.
    None,
}

/// The mechanism by which a login is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthConfig {
    /// PLAIN where offered, else LOGIN, else CRAM-MD5.
    #[default]
    Auto,
    /// `AUTH PLAIN`, RFC 4616.
    Plain,
    /// `AUTH LOGIN`, all that some servers have.
    Login,
    /// `AUTH CRAM-MD5`, RFC 2195: the password does not cross the network.
    #[serde(rename = "cram-md5")]
    CramMd5,
}

impl SmtpConfig {
    /// The encryption of the connection, by the settings or by default.
    pub(crate) fn tls(&self) -> TlsConfig {
        match (self.tls, self.port) {
            (Some(tls), _) => tls,
            (None, None | Some(SUBMISSIONS)) => TlsConfig::Implicit,
            (None, Some(_)) => TlsConfig::StartTls,
        }
    }

    /// The port, said or not.
    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls() {
            TlsConfig::Implicit => SUBMISSIONS,
            TlsConfig::StartTls => SUBMISSION,
            TlsConfig::None => SMTP,
        })
    }
}

/// RFC 8314 §3.3.
const SUBMISSIONS: u16 = 465;
/// RFC 6409 §3.1.
const SUBMISSION: u16 = 587;
/// RFC 5321 §2.3.5.
const SMTP: u16 = 25;

#[cfg(test)]
mod tests;
