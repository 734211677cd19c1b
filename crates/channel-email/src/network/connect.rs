//! TCP connections to a server.

use std::io;

use fanfare_core::{SendError, is_local_fault, is_local_look_up_fault};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

/// Connects to `host`, trying each of its addresses for an equal share of the
/// time left: on a site whose IPv6 leads nowhere the first one never answers.
pub(crate) async fn connect(host: &str, port: u16, deadline: Instant) -> Result<TcpStream, SendError> {
    let place = host_and_port(host, port);
    let reason = |what: &str, err: &dyn ToString| format!("cannot {what} {place}: {}", err.to_string());
    let found = match timeout_at(deadline, lookup_host((host, port))).await {
        Ok(Ok(found)) => found,
        Ok(Err(err)) if is_local_look_up_fault(&err.to_string()) => {
            return Err(SendError::Local { reason: reason("find", &err) });
        }
        Ok(Err(err)) => return Err(SendError::Transient { reason: reason("find", &err) }),
        Err(_) => {
            let reason = reason("find", &"no answer from the name server in time");
            return Err(SendError::Local { reason });
        }
    };
    let mut addresses = found.collect::<Vec<_>>().into_iter();
    let mut last = io::Error::other("the name has no address");
    while let Some(address) = addresses.next() {
        let left = u32::try_from(addresses.len()).unwrap_or(u32::MAX).saturating_add(1);
        let share = Instant::now() + deadline.saturating_duration_since(Instant::now()) / left;
        match timeout_at(share, TcpStream::connect(address)).await {
            // Each command waits for the answer to the one before: with Nagle's algorithm for a delayed ACK, too.
            Ok(Ok(stream)) => {
                let set = stream.set_nodelay(true).map(|()| stream);
                return set.map_err(|err| SendError::Transient { reason: reason("reach", &err) });
            }
            Ok(Err(err)) if is_local_fault(&err) => {
                return Err(SendError::Local { reason: reason("reach", &err) });
            }
            Ok(Err(err)) => last = err,
            Err(_) => last = io::Error::other("no answer in time"),
        }
    }
    Err(SendError::Transient { reason: reason("reach", &last) })
}

/// `host:port`, an IPv6 address in brackets.
pub(crate) fn host_and_port(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests;
