//! The name under which a request addresses the gateway.

use std::net::IpAddr;

use actix_http::RequestHead;
use actix_web::http::header;
use actix_web::http::uri::Authority;

/// True if the request with this head names this machine by a name that always means this machine.
///
/// A page can have its own name point to 127.0.0.1 once it is loaded (DNS rebinding), and its requests
/// then come from this machine, to this machine. The browser still says under which name it asked.
/// A target in absolute form counts beside the header, whichever of them a proxy would have believed.
pub(super) fn is_loopback(head: &RequestHead) -> bool {
    let of_target = head.uri.authority().map(Authority::as_str);
    let mut of_header = head.headers().get_all(header::HOST).peekable();
    of_header.peek().is_some()
        && of_header.all(|it| it.to_str().is_ok_and(is_loopback_host))
        && of_target.is_none_or(is_loopback_host)
}

/// True if `host`, with or without a port, is `localhost` or a loopback address as browsers write it. Nothing is
/// resolved: `127.0.0.1.nip.io` and a name in somebody's DNS are names like any others.
fn is_loopback_host(host: &str) -> bool {
    let (name, port) = match host.split_once(']') {
        Some((address, port)) => (address.strip_prefix('['), port),
        None => {
            let (name, port) = host.split_at(host.find(':').unwrap_or(host.len()));
            (Some(name), port)
        }
    };
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|it| it.parse::<u16>().is_ok());
    let is_loopback_address =
        |name: &str| name.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    let is_localhost = |name: &str| name.strip_suffix('.').unwrap_or(name).eq_ignore_ascii_case("localhost");
    is_port && name.is_some_and(|name| is_localhost(name) || is_loopback_address(name))
}

#[cfg(test)]
mod tests;
