//! The server that takes the mail, and the way to it.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use fanfare_core::{Account, BuildError, Egress, SendError};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::connect::{connect, host_and_port};
use crate::login::SmtpLogin;
use crate::proxy::ConnectProxy;
use crate::reply::{SmtpFailure, SmtpReply, SmtpStage};
use crate::session::SmtpSession;
use crate::tls::{EncryptedStream, TlsClient};
use crate::{SmtpConfig, TlsConfig};

/// The server that takes the mail, and the way to it.
pub(crate) struct SmtpServer {
    host: String,
    port: u16,
    security: ConnectionSecurity,
    login: Option<SmtpLogin>,
    proxy: Option<ConnectProxy>,
    hello: ClientId,
}

/// The encryption of connections, with its client.
enum ConnectionSecurity {
    Implicit(TlsClient),
    StartTls(TlsClient),
    None,
}

/// The longest wait for a connection. Slow answers are a mail server's right, but
/// one that cannot be reached must not keep the next channel in turn waiting.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// More than any server's answer to `EHLO` needs.
const LONGEST_ANSWER: u64 = 16 * 1024;

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
        let proxy = proxy.as_deref().map(ConnectProxy::parse).transpose()?;
        Ok(Self { host, port, security, login, proxy, hello: client_id(hello)? })
    }

    /// The account that falls silent when the server says so: this login, towards these
    /// recipients. A list whose only address is gone is mended by a person, and
    /// must not silence the other channels of the same login meanwhile.
    pub(crate) fn account(&self, to: &[String]) -> Account {
        let username = self.login.as_ref().map(SmtpLogin::username).unwrap_or_default();
        let credentials: Vec<&str> =
            [self.host.as_str(), username].into_iter().chain(to.iter().map(String::as_str)).collect();
        Account::new("email", &credentials)
    }

    /// The way by which the server is reached.
    pub(crate) fn egress(&self) -> Egress {
        let proxy = self.proxy.as_ref().map(ConnectProxy::address);
        Egress::new(&host_and_port(&self.host, self.port), proxy.as_deref())
    }

    /// A new connection, encrypted, greeted and logged in.
    pub(crate) async fn open(&self, deadline: Instant) -> Result<SmtpSession, SendError> {
        let connected = deadline.min(Instant::now() + LONGEST_CONNECT);
        let tcp = match &self.proxy {
            None => connect(&self.host, self.port, connected).await?,
            Some(proxy) => {
                within(connected, "`smtp.proxy`", proxy.connect(&self.host, self.port, connected)).await?
            }
        };
        let stream = within(deadline, "TLS", self.encrypt(tcp)).await?;
        let greeted = AsyncSmtpConnection::connect_with_transport(stream, &self.hello);
        let greeted = async { greeted.await.map_err(|err| SmtpFailure::from(err).at(SmtpStage::Greeting)) };
        let mut connection = within(deadline, "greeting", greeted).await?;
        if let Some(login) = &self.login {
            within(deadline, "AUTH", login.log_in(&mut connection)).await?;
        }
        Ok(SmtpSession::new(connection))
    }

    async fn encrypt(&self, tcp: TcpStream) -> Result<Box<dyn AsyncTokioStream>, SendError> {
        Ok(match &self.security {
            ConnectionSecurity::None => Box::new(tcp),
            ConnectionSecurity::Implicit(tls) => {
                Box::new(EncryptedStream::before_greeting(tls.handshake(tcp).await?))
            }
            ConnectionSecurity::StartTls(tls) => {
                let tcp = start_tls(tcp, &self.hello).await?;
                Box::new(EncryptedStream::after_greeting(tls.handshake(tcp).await?))
            }
        })
    }
}

/// The clear part of a conversation that goes on encrypted (RFC 3207).
///
/// Not lettre's: it would take whatever someone in between had put after the
/// answer to `STARTTLS` for the first answers of the encrypted server.
async fn start_tls(tcp: TcpStream, hello: &ClientId) -> Result<TcpStream, SendError> {
    let mut stream = BufReader::new(tcp);
    read_answer(&mut stream).await.map_err(|failure| failure.at(SmtpStage::Greeting))?;
    let offer = command(&mut stream, &format!("EHLO {hello}\r\n"))
        .await
        .map_err(|failure| failure.at(SmtpStage::Greeting))?;
    if !offer.message().any(|line| line.trim().eq_ignore_ascii_case("STARTTLS")) {
        let reason = "the server does not offer STARTTLS, and mail is not sent without; check `smtp.port`, or should `smtp.tls` be implicit?";
        return Err(SendError::Misconfigured { reason: reason.to_owned() });
    }
    command(&mut stream, "STARTTLS\r\n").await.map_err(|failure| failure.at(SmtpStage::StartTls))?;
    if !stream.buffer().is_empty() {
        let reason = "STARTTLS: something was put into the connection before it was encrypted";
        return Err(SendError::Misconfigured { reason: reason.to_owned() });
    }
    Ok(stream.into_inner())
}

async fn command(stream: &mut BufReader<TcpStream>, command: &str) -> Result<Response, SmtpFailure> {
    let lost = |err: std::io::Error| SmtpFailure::Lost(err.to_string());
    stream.get_mut().write_all(command.as_bytes()).await.map_err(lost)?;
    read_answer(stream).await
}

/// An answer of one or more lines; `250-` has more to come.
async fn read_answer(stream: &mut BufReader<TcpStream>) -> Result<Response, SmtpFailure> {
    let mut answer = String::new();
    let mut bounded = stream.take(LONGEST_ANSWER);
    loop {
        let start = answer.len();
        let read = bounded.read_line(&mut answer).await.map_err(|err| SmtpFailure::Lost(err.to_string()))?;
        if read == 0 {
            return Err(SmtpFailure::Lost("the server hung up".to_owned()));
        }
        if answer.as_bytes().get(start + 3) != Some(&b'-') {
            break;
        }
    }
    let response: Response =
        answer.parse().map_err(|_| SmtpFailure::Lost("the answer is not SMTP".to_owned()))?;
    if response.is_positive() {
        Ok(response)
    } else {
        let words = response.message().collect::<Vec<_>>().join(" ");
        Err(SmtpFailure::Refused(SmtpReply::new(response.code().into(), &words)))
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

/// By default this machine's name, if it has one that can be said.
fn client_id(hello: Option<String>) -> Result<ClientId, BuildError> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    let address = |name: &str| match name.parse().ok()? {
        IpAddr::V4(address) => Some(ClientId::Ipv4(address)),
        IpAddr::V6(address) => Some(ClientId::Ipv6(address)),
    };
    match (hello, ClientId::default()) {
        (Some(name), _) if address(&name).is_some() => Ok(address(&name).unwrap_or_default()),
        (Some(name), _) if is_name(&name) => Ok(ClientId::Domain(name)),
        (Some(_), _) => Err(BuildError::new("smtp.hello", "must be a host name or an IP address")),
        (None, ClientId::Domain(name)) if !is_name(&name) => {
            Ok(ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST))
        }
        (None, default) => Ok(default),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
