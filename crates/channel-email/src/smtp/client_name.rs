//! The name with which a client introduces itself.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use fanfare_core::BuildError;

/// The name with which a client introduces itself: a host name, or an address in brackets (RFC 5321 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientName(String); // Invariant: no white space, no control character.

impl ClientName {
    /// The name of these settings; by default this machine's, if it has one that can be said.
    pub(crate) fn from_settings(hello: Option<String>) -> Result<Self, BuildError> {
        let Some(name) = hello else { return Ok(Self::own()) };
        match name.parse() {
            Ok(address) => Ok(Self::from_address(address)),
            Err(_) if is_name(&name) => Ok(Self(name)),
            Err(_) => Err(BuildError::new("smtp.hello", "must be a host name or an IP address")),
        }
    }

    fn own() -> Self {
        let uname = rustix::system::uname();
        match uname.nodename().to_str() {
            Ok(name) if is_name(name) => Self(name.to_owned()),
            Ok(_) | Err(_) => Self::from_address(Ipv4Addr::LOCALHOST.into()),
        }
    }

    fn from_address(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self(format!("[{address}]")),
            IpAddr::V6(address) => Self(format!("[IPv6:{address}]")),
        }
    }
}

impl fmt::Display for ClientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests;
