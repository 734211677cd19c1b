//! The addresses from which calls are allowed.

use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

/// A range of IPv4 addresses, e.g. `203.0.113.0/24`, or one address. The
/// providers know no IPv6 here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    network: Ipv4Addr,
    prefix: u32, // Invariant: at most 32.
}

/// A text that is not an [`AddressRange`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a range of IPv4 addresses, e.g. `203.0.113.0/24`")]
pub struct InvalidAddressRange(String);

impl FromStr for AddressRange {
    type Err = InvalidAddressRange;

    fn from_str(text: &str) -> Result<Self, InvalidAddressRange> {
        let invalid = || InvalidAddressRange(text.to_owned());
        let (network, prefix) = text.split_once('/').unwrap_or((text, "32"));
        let network = network.parse().map_err(|_| invalid())?;
        let prefix = prefix.parse().ok().filter(|&prefix| prefix <= 32).ok_or_else(invalid)?;
        Ok(Self { network, prefix })
    }
}

impl AddressRange {
    /// True if `address` lies in the range.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        let IpAddr::V4(address) = address.to_canonical() else { return false };
        let mask = u32::MAX.checked_shl(32 - self.prefix).unwrap_or(0);
        address.to_bits() & mask == self.network.to_bits() & mask
    }
}

/// True if these ranges allow a call from `address`. No ranges allow all addresses.
#[must_use]
pub fn is_allowed(ranges: &[AddressRange], address: IpAddr) -> bool {
    ranges.is_empty() || ranges.iter().any(|range| range.contains(address))
}
