//! The server that takes the mail, and the way to it.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use fanfare_core::{Account, BuildError, Egress, SendError};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::network::{MailProxy, TlsClient, connect, host_and_port};
use crate::smtp::client_name::ClientName;
use crate::smtp::connection::SmtpConnection;
use crate::smtp::introduction::{
    await_clear_greeting, await_greeting, introduce, introduce_by_helo, start_tls,
};
use crate::smtp::login::SmtpLogin;
use crate::smtp::reply::{SmtpFailure, SmtpStage};
use crate::smtp::session::SmtpSession;
use crate::{SmtpConfig, TlsConfig};

/// The server that takes the mail, and the way to it.
pub(crate) struct SmtpServer {
    host: String,
    port: u16,
    security: ConnectionSecurity,
    login: Option<SmtpLogin>,
    proxy: Option<MailProxy>,
    hello: ClientName,
}

/// The encryption of connections, with its client.
enum ConnectionSecurity {
    Implicit(TlsClient),
    StartTls(TlsClient),
    None,
}

impl ConnectionSecurity {
    /// The word for it in the config.
    fn word(&self) -> &'static str {
        match self {
            Self::Implicit(_) => "implicit",
            Self::StartTls(_) => "starttls",
            Self::None => "none",
        }
    }
}

/// The longest wait for a connection. Slow answers are a mail server's right, but
/// one that cannot be reached must not keep the next channel in turn waiting.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

impl SmtpServer {
    pub(crate) fn build(config: SmtpConfig) -> Result<Self, BuildError> {
        let (tls, port) = (config.tls(), config.port());
        let SmtpConfig {
            host,
            port: _,
            tls: _,
            username,
            password,
            auth,
            allow_clear_auth,
            ca_file,
            proxy,
            proxy_login,
            hello,
        } = config;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(BuildError::new("smtp.host", "must name the server, e.g. `smtp.example.com`"));
        }
        let login = SmtpLogin::from_settings(username, password, auth)?;
        if login.is_some() && tls == TlsConfig::None && !allow_clear_auth && !is_loopback(&host) {
            return Err(BuildError::new(
                "smtp.tls",
                "a password must not go over the network unencrypted: use `implicit` or `starttls`, or say `allow_clear_auth: true`",
            ));
        }
        let ca_file = ca_file.as_deref();
        let security = match tls {
            TlsConfig::Implicit => ConnectionSecurity::Implicit(TlsClient::build(&host, ca_file)?),
            TlsConfig::StartTls => ConnectionSecurity::StartTls(TlsClient::build(&host, ca_file)?),
            TlsConfig::None => ConnectionSecurity::None,
        };
        let proxy = MailProxy::from_settings(proxy.as_deref(), proxy_login)?;
        Ok(Self { host, port, security, login, proxy, hello: ClientName::from_settings(hello)? })
    }

    /// The account that falls silent when the server says so: this login, by this way, towards
    /// these recipients. A list whose only address is gone is mended by a person, and must not
    /// silence the other channels of the same login meanwhile; nor must a fault of TLS on one port
    /// silence a channel to another.
    pub(crate) fn account(&self, to: &[String]) -> Account {
        let username = self.login.as_ref().map(SmtpLogin::username).unwrap_or_default();
        let way = host_and_port(&self.host, self.port);
        let proxy = self.proxy.as_ref().map(MailProxy::address).unwrap_or_default();
        let way = [way.as_str(), self.security.word(), &proxy, username];
        let credentials: Vec<&str> = way.into_iter().chain(to.iter().map(String::as_str)).collect();
        Account::new("email", &credentials)
    }

    /// `words` without the secrets of the login, should the server repeat them.
    pub(crate) fn without_secrets(&self, words: String) -> String {
        match &self.login {
            Some(login) => login.without_secrets(&words),
            None => words,
        }
    }

    /// The way by which the server is reached.
    pub(crate) fn egress(&self) -> Egress {
        let proxy = self.proxy.as_ref().map(MailProxy::address);
        Egress::new(&host_and_port(&self.host, self.port), proxy.as_deref())
    }

    /// A new connection, encrypted, greeted and logged in.
    pub(crate) async fn open(&self, deadline: Instant) -> Result<SmtpSession, SendError> {
        let mut connection = self.greeted(deadline).await?;
        let extensions = match introduce(&mut connection, &self.hello, deadline).await {
            // Some firewalls and servers of old cut the line at a command that they do not know.
            Err((_, SmtpFailure::HungUp)) if self.needs_no_extensions() => {
                connection = self.greeted(deadline).await?;
                introduce_by_helo(&mut connection, &self.hello, deadline).await
            }
            introduced => introduced,
        };
        let extensions = extensions.map_err(|(stage, failure)| failure.at(stage))?;
        if let Some(login) = &self.login {
            login.log_in(&mut connection, &extensions, deadline).await?;
        }
        Ok(SmtpSession::new(connection, extensions))
    }

    /// A new connection on which the server has greeted, encrypted if it is to be.
    async fn greeted(&self, deadline: Instant) -> Result<SmtpConnection, SendError> {
        let tcp = self.connect(deadline).await?;
        let at_greeting = |failure: SmtpFailure| failure.at(SmtpStage::Greeting);
        if let ConnectionSecurity::Implicit(tls) = &self.security {
            let encrypted = within(deadline, "TLS", tls.handshake(tcp)).await?;
            let mut connection = SmtpConnection::new(Box::new(encrypted));
            await_greeting(&mut connection, deadline).await.map_err(at_greeting)?;
            return Ok(connection);
        }
        let mut connection = SmtpConnection::new(Box::new(tcp));
        await_clear_greeting(&mut connection, deadline).await.map_err(at_greeting)?;
        let ConnectionSecurity::StartTls(tls) = &self.security else { return Ok(connection) };
        let clear = start_tls(connection, &self.hello, deadline).await?;
        let encrypted = within(deadline, "TLS", tls.handshake(clear)).await?;
        Ok(SmtpConnection::new(Box::new(encrypted)))
    }

    async fn connect(&self, deadline: Instant) -> Result<TcpStream, SendError> {
        let connected = deadline.min(Instant::now() + LONGEST_CONNECT);
        match &self.proxy {
            None => connect(&self.host, self.port, connected).await,
            Some(proxy) => {
                within(connected, "`smtp.proxy`", proxy.connect(&self.host, self.port, connected)).await
            }
        }
    }

    /// True if mail can be sent to a server that knows `HELO` alone.
    fn needs_no_extensions(&self) -> bool {
        let is_encrypted_later = matches!(self.security, ConnectionSecurity::StartTls(_));
        self.login.is_none() && !is_encrypted_later
    }
}

/// The result of `step`, which `what` names in the error after `deadline`.
async fn within<T>(
    deadline: Instant,
    what: &str,
    step: impl Future<Output = Result<T, SendError>>,
) -> Result<T, SendError> {
    let late = |_| SendError::Transient { reason: format!("{what}: no answer in time") };
    timeout_at(deadline, step).await.map_err(late)?
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
