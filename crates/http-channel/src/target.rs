//! The machines that a request may go to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The machines that a client may send to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Targets {
    /// Any machine, also one of a private network.
    #[default]
    Any,
    /// Machines with a public address alone: an address that others may set leads to
    /// no machine behind the firewall.
    Public,
}

/// The error of a name or an address that leads to a private network.
#[derive(Debug, thiserror::Error)]
#[error("`{host}` is an address of a private network, and those are not allowed")]
pub(crate) struct PrivateTarget {
    host: String,
}

impl Targets {
    /// Checks an address that names its machine by number; names are checked when they are resolved.
    pub(crate) fn check(self, url: &Url) -> Result<(), PrivateTarget> {
        let address = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        match self {
            Self::Public if is_private(address) => Err(PrivateTarget { host: address.to_string() }),
            Self::Public | Self::Any => Ok(()),
        }
    }
}

/// A resolver that finds only public addresses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicResolver;

impl PublicResolver {
    pub(crate) fn shared() -> Arc<Self> {
        Arc::new(Self)
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public = only_public(name.as_str(), found)?;
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// The public ones of the addresses found for `host`: a connection goes to one of these alone,
/// so a name that leads elsewhere at every look-up gains nothing.
fn only_public(
    host: &str,
    found: impl Iterator<Item = SocketAddr>,
) -> Result<Vec<SocketAddr>, PrivateTarget> {
    let (private, public): (Vec<_>, Vec<_>) = found.partition(|it| is_private(it.ip()));
    if public.is_empty() && !private.is_empty() {
        return Err(PrivateTarget { host: host.to_owned() });
    }
    Ok(public)
}

/// True if packets to `address` stay in a private network, on this machine, or reach nobody.
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>,
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped().or_else(|| translated(address)) {
            Some(inner) => is_private_v4(inner),
            None => is_private_v6(address),
        },
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second); // RFC 6598, carriers' NAT
    let is_benchmark = first == 198 && matches!(second, 18 | 19); // RFC 2544
    let is_protocols = (first, second, third) == (192, 0, 0); // RFC 6890
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || is_shared
        || is_benchmark
        || is_protocols
        || first == 0
        || first >= 224 // multicast, reserved, broadcast
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, fourth, ..] = address.segments();
    let is_documentation = (first, second) == (0x2001, 0x0db8) || (first == 0x3fff && second < 0x1000);
    let is_protocols = first == 0x2001 && second < 0x0200; // Teredo, ORCHID and others, RFC 2928
    let is_site_local = first & 0xffc0 == 0xfec0; // deprecated, RFC 3879
    let is_discard = (first, second, third, fourth) == (0x0100, 0, 0, 0); // RFC 6666
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || is_documentation
        || is_protocols
        || is_site_local
        || is_discard
}

/// The IPv4 address inside one of NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056) or the
/// deprecated IPv4-compatible form (RFC 4291), but for `::` and `::1`.
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let from = |at: usize| Ipv4Addr::new(octets[at], octets[at + 1], octets[at + 2], octets[at + 3]);
    match address.segments() {
        [0x0064, 0xff9b, 0, 0, 0, 0, _, _] | [0x0064, 0xff9b, 1, ..] => Some(from(12)),
        [0, 0, 0, 0, 0, 0, high, low] if (high, low) > (0, 1) => Some(from(12)),
        [0x2002, ..] => Some(from(2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
