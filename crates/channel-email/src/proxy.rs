//! An HTTP proxy on the way to the server.

use fanfare_core::{BuildError, SendError, cut_to_bytes, one_line};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use url::{Host, Url};

use crate::connect::{connect, host_and_port};

/// An HTTP proxy on the way to the server.
#[derive(Debug)]
pub(crate) struct ConnectProxy {
    host: String,
    port: u16,
}

/// More than any proxy's answer to `CONNECT` needs.
const LONGEST_ANSWER: usize = 8 * 1024;

impl ConnectProxy {
    pub(crate) fn parse(text: &str) -> Result<Self, BuildError> {
        let problem = |message: &str| BuildError::new("smtp.proxy", message);
        // The address is not quoted: it may hold a password.
        let url = Url::parse(text).ok().filter(|url| url.scheme() == "http");
        let url =
            url.ok_or_else(|| problem("must be an HTTP proxy that allows `CONNECT`, as `http://host:port`"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(problem("must not hold a login; proxies that ask for one are not supported"));
        }
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(problem("must name a host, as `http://host:port`")),
        };
        Ok(Self { host, port: url.port_or_known_default().unwrap_or(80) })
    }

    /// The proxy's address: `http://host:port`.
    pub(crate) fn address(&self) -> String {
        format!("http://{}", host_and_port(&self.host, self.port))
    }

    /// A connection to `host` through the proxy (RFC 9110 §9.3.6).
    pub(crate) async fn connect(
        &self,
        host: &str,
        port: u16,
        deadline: Instant,
    ) -> Result<TcpStream, SendError> {
        let mut stream = connect(&self.host, self.port, deadline).await?;
        let place = host_and_port(host, port);
        let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n");
        let broken = |err: std::io::Error| SendError::Transient { reason: format!("`smtp.proxy`: {err}") };
        stream.write_all(request.as_bytes()).await.map_err(broken)?;
        let answer = read_head(&mut stream).await.map_err(broken)?;
        check_answer(&answer).map(|()| stream)
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
        Some(400..500) => {
            Err(SendError::Misconfigured { reason: format!("`smtp.proxy` refuses CONNECT: {words}") })
        }
        Some(_) | None => {
            Err(SendError::Transient { reason: format!("`smtp.proxy` cannot connect: {words}") })
        }
    }
}

#[cfg(test)]
mod tests;
