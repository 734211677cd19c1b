//! A proxy on the way to the server.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fanfare_core::{BuildError, ProxyLogin, SendError, cut_to_bytes, one_line};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::Instant;
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{IntoTargetAddr, TargetAddr};
use url::{Host, Url};

use crate::network::connect::{connect, host_and_port};

/// A proxy on the way to the server.
#[derive(Debug)]
pub(crate) struct MailProxy {
    protocol: ProxyProtocol,
    host: String,
    port: u16,
    login: Option<ProxyLogin>,
}

/// The protocol of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProxyProtocol {
    /// HTTP's `CONNECT` (RFC 9110 §9.3.6).
    Http,
    /// SOCKS 5 (RFC 1928), told the server's address.
    Socks5,
    /// SOCKS 5, told the server's name.
    Socks5WithName,
}

impl ProxyProtocol {
    fn scheme(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Socks5 => "socks5",
            Self::Socks5WithName => "socks5h",
        }
    }

    fn usual_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Socks5 | Self::Socks5WithName => 1080,
        }
    }
}

/// More than any proxy's answer to `CONNECT` needs.
const LONGEST_ANSWER: usize = 8 * 1024;

impl MailProxy {
    /// The proxy of these settings; `None` where they have none.
    pub(crate) fn from_settings(
        proxy: Option<&str>,
        login: Option<ProxyLogin>,
    ) -> Result<Option<Self>, BuildError> {
        match (proxy, login) {
            (Some(text), login) => Self::parse(text, login).map(Some),
            (None, Some(_)) => Err(BuildError::new("smtp.proxy_login", "needs a `proxy`")),
            (None, None) => Ok(None),
        }
    }

    fn parse(text: &str, login: Option<ProxyLogin>) -> Result<Self, BuildError> {
        let problem = |message: &str| BuildError::new("smtp.proxy", message);
        // The address is not quoted: it may hold a password.
        let unfit =
            "must be an HTTP proxy that allows `CONNECT`, as `http://host:port`, or `socks5://host:port`";
        let url = Url::parse(text).map_err(|_| problem(unfit))?;
        let protocols = [ProxyProtocol::Http, ProxyProtocol::Socks5, ProxyProtocol::Socks5WithName];
        let protocol = protocols.into_iter().find(|it| it.scheme() == url.scheme());
        let protocol = protocol.ok_or_else(|| problem(unfit))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(problem("must not hold a login, which stands in `proxy_login`"));
        }
        let host = match url.host() {
            Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(Host::Domain(_)) | None => return Err(problem("must name a host, as `http://host:port`")),
        };
        Ok(Self { protocol, host, port: url.port().unwrap_or(protocol.usual_port()), login })
    }

    /// The proxy's address: `http://host:port`.
    pub(crate) fn address(&self) -> String {
        format!("{}://{}", self.protocol.scheme(), host_and_port(&self.host, self.port))
    }

    /// A connection to `host` through the proxy.
    pub(crate) async fn connect(
        &self,
        host: &str,
        port: u16,
        deadline: Instant,
    ) -> Result<TcpStream, SendError> {
        let stream = connect(&self.host, self.port, deadline).await?;
        match self.protocol {
            ProxyProtocol::Http => self.tunnel(stream, &host_and_port(host, port)).await,
            ProxyProtocol::Socks5WithName => self.socks5(stream, (host, port)).await,
            ProxyProtocol::Socks5 => {
                let unknown = |why: String| SendError::Transient {
                    reason: format!("cannot find {}: {why}", host_and_port(host, port)),
                };
                let mut found = lookup_host((host, port)).await.map_err(|err| unknown(err.to_string()))?;
                let address = found.next().ok_or_else(|| unknown("the name has no address".to_owned()))?;
                self.socks5(stream, address).await
            }
        }
    }

    async fn tunnel(&self, mut stream: TcpStream, place: &str) -> Result<TcpStream, SendError> {
        let login = match &self.login {
            None => String::new(),
            Some(ProxyLogin { username, password }) => {
                let login = BASE64_STANDARD.encode(format!("{username}:{}", password.expose()));
                format!("Proxy-Authorization: Basic {login}\r\n")
            }
        };
        let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{login}\r\n");
        let broken = |err: std::io::Error| SendError::Transient { reason: format!("`smtp.proxy`: {err}") };
        stream.write_all(request.as_bytes()).await.map_err(broken)?;
        let answer = read_head(&mut stream).await.map_err(broken)?;
        check_answer(&answer).map(|()| stream)
    }

    async fn socks5<'a>(
        &self,
        stream: TcpStream,
        target: impl IntoTargetAddr<'a>,
    ) -> Result<TcpStream, SendError> {
        let target: TargetAddr<'_> = target.into_target_addr().map_err(|err| socks5_error(&err))?;
        let connected = match &self.login {
            None => Socks5Stream::connect_with_socket(stream, target).await,
            Some(ProxyLogin { username, password }) => {
                let password = password.expose();
                Socks5Stream::connect_with_password_and_socket(stream, target, username, password).await
            }
        };
        connected.map(Socks5Stream::into_inner).map_err(|err| socks5_error(&err))
    }
}

/// The answer up to its empty line, byte by byte: what follows is the server's.
async fn read_head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST_ANSWER {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The refusal in the proxy's answer to `CONNECT`, if it is one.
fn check_answer(answer: &str) -> Result<(), SendError> {
    let first = answer.lines().next().unwrap_or_default();
    let status = first.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
    let words = cut_to_bytes(&one_line(first), 200, "…");
    match status {
        Some(200..300) => Ok(()),
        Some(407) => Err(SendError::Misconfigured {
            reason: format!("`smtp.proxy` wants a login, or another one: check `smtp.proxy_login`: {words}"),
        }),
        Some(400..500) => {
            Err(SendError::Misconfigured { reason: format!("`smtp.proxy` refuses CONNECT: {words}") })
        }
        Some(_) | None => {
            Err(SendError::Transient { reason: format!("`smtp.proxy` cannot connect: {words}") })
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library's enum grows, and what is new may pass")]
fn socks5_error(err: &tokio_socks::Error) -> SendError {
    use tokio_socks::Error;
    match err {
        Error::PasswordAuthFailure(_)
        | Error::AuthorizationRequired
        | Error::NoAcceptableAuthMethods
        | Error::UnknownAuthMethod
        | Error::InvalidAuthValues(_) => SendError::Misconfigured {
            reason: format!("`smtp.proxy` wants a login, or another one: check `smtp.proxy_login`: {err}"),
        },
        Error::ConnectionNotAllowedByRuleset
        | Error::CommandNotSupported
        | Error::AddressTypeNotSupported
        | Error::InvalidResponseVersion => {
            SendError::Misconfigured { reason: format!("`smtp.proxy` refuses to connect: {err}") }
        }
        _ => SendError::Transient { reason: format!("`smtp.proxy` cannot connect: {err}") },
    }
}

#[cfg(test)]
mod tests;
