//! Settings that are written as one text and mean something more.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use fanfare_core::{
    HumanDuration, InvalidHeartbeatName, InvalidMatcher, InvalidSeverity, Matcher, NamePattern, Severity,
};
use fanfare_smtp::{InvalidMailAddress, MailAddress};
use fanfare_sources::FormatKind;
use ipnet::IpNet;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::de::{Deserialize, Deserializer, Error};
use url::{Host, Url};

use fanfare_settings::unknown_name;

/// An address to listen on, e.g. `127.0.0.1:8780`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listen(pub(crate) SocketAddr);

impl Listen {
    /// True if only this machine or a private network can reach the address.
    pub(crate) fn is_private(self) -> bool {
        is_private(self.0.ip())
    }
}

/// True if `ip` is of this machine or a private network.
pub(crate) fn is_private(ip: IpAddr) -> bool {
    // `::ffff:127.0.0.1` is 127.0.0.1 to the system, in the form of the other family.
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// The address of the store: `sqlite://PATH`.
#[derive(Debug, Clone)]
pub(crate) struct StorePath(pub(crate) PathBuf);

/// A size in bytes: `64KiB`, `1MiB`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByteSize(pub(crate) usize);

/// A time zone by its IANA name.
#[derive(Debug, Clone)]
pub(crate) struct Zone(pub(crate) TimeZone);

/// A day, e.g. `2026-11-01`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day(pub(crate) Date);

/// A time of day, e.g. `09:00`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeOfDay(pub(crate) Time);

/// The address of a page, `http://…` or `https://…`.
#[derive(Debug, Clone)]
pub(crate) struct HttpUrl(pub(crate) Url);

/// The origin of web pages, as browsers write it: `https://console.example.com`.
#[derive(Debug, Clone)]
pub(crate) struct PageOrigin(pub(crate) String);

/// The address of an MQTT broker, `mqtt://HOST` or `mqtts://HOST`.
#[derive(Debug, Clone)]
pub(crate) struct BrokerUrl {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) scheme: BrokerScheme,
}

/// The encryption that the address of a broker asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BrokerScheme {
    /// No encryption at all.
    Mqtt,
    /// TLS from the first byte.
    Mqtts,
}

/// The address of a mailbox.
#[derive(Debug, Clone)]
pub(crate) struct MailboxText(pub(crate) MailAddress);

/// The format of a source, by its word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FormatText(pub(crate) FormatKind);

/// A severity, by any of its words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeverityWord(pub(crate) Severity);

/// A network, or one address of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network(pub(crate) IpNet);

/// The name of a heartbeat, or a pattern of names.
#[derive(Debug, Clone)]
pub(crate) struct NamePatternText(pub(crate) NamePattern);

/// One or more matchers, as one text.
#[derive(Debug, Clone)]
pub(crate) struct MatcherList(pub(crate) Vec<Matcher>);

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            format!("`{text}` is not an address to listen on: expected IP:PORT, e.g. 127.0.0.1:8780")
        })
    }
}

impl Default for StorePath {
    /// The file of the store unless the config says otherwise.
    fn default() -> Self {
        Self(PathBuf::from("data/fanfare.db"))
    }
}

impl FromStr for StorePath {
    type Err = String;

    // The text is not quoted: an address of a database server holds a password.
    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected sqlite://PATH, e.g. sqlite://data/fanfare.db";
        match text.split_once("://") {
            Some(("sqlite", "")) => Err(format!("the path is missing: {EXPECTED}")),
            Some(("sqlite", path)) => Ok(Self(Path::new(path).to_owned())),
            Some(("postgres" | "postgresql", _)) => {
                Err(format!("PostgreSQL is not supported yet: {EXPECTED}"))
            }
            Some(_) | None => Err(format!("not a store we know: {EXPECTED}")),
        }
    }
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let factor = match unit.trim() {
            "B" => Some(1),
            "KiB" => Some(1024),
            "MiB" => Some(1024 * 1024),
            _ => None,
        };
        let size = || number.parse::<usize>().ok()?.checked_mul(factor?).filter(|it| *it > 0).map(Self);
        size().ok_or_else(|| {
            format!("`{text}` is not a size: expected a number with a unit, e.g. 64KiB or 1MiB")
        })
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        TimeZone::get(text).map(Self).map_err(|_| {
            format!("`{text}` is not a time zone: expected an IANA name, e.g. Asia/Shanghai or UTC")
        })
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("`{text}` is not a day: expected e.g. 2026-11-01"))
    }
}

impl FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Time::strptime("%H:%M", text)
            .map(Self)
            .map_err(|_| format!("`{text}` is not a time of day: expected hours and minutes, e.g. 09:00"))
    }
}

impl FromStr for HttpUrl {
    type Err = String;

    // The text is not quoted: it may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected e.g. https://alerts.example.com";
        let url = web_url(text).ok_or_else(|| format!("not an address of a page: {EXPECTED}"))?;
        let complaint = if has_login(&url) {
            "a login in it would be shown to everybody who gets a message"
        } else if url.query().is_some() || url.fragment().is_some() {
            "links are made by adding a path to it, so nothing with `?` or `#` may follow"
        } else if has_wildcard(&url) {
            "`*` is no part of a host's name: links lead to one address"
        } else if is_unspecified(&url) {
            "that stands for every address of a machine and leads to none: write the one that people reach"
        } else {
            return Ok(Self(url));
        };
        Err(format!("{complaint}: {EXPECTED}"))
    }
}

fn web_url(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|it| matches!(it.scheme(), "http" | "https"))
}

fn has_login(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn has_wildcard(url: &Url) -> bool {
    url.host_str().is_some_and(|it| it.contains('*'))
}

fn is_unspecified(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_unspecified(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).to_canonical().is_unspecified(),
        Some(Host::Domain(_)) | None => false,
    }
}

impl FromStr for PageOrigin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str =
            "expected scheme, host and, if it is not the usual one, port, e.g. https://console.example.com";
        if text == "*" {
            return Err(format!("every page of the internet could post alerts: {EXPECTED}"));
        }
        let url = web_url(text).ok_or_else(|| format!("not the origin of web pages: {EXPECTED}"))?;
        if has_wildcard(&url) {
            return Err(format!("no browser sends an origin with `*`: list each by itself, {EXPECTED}"));
        }
        let is_origin =
            url.path() == "/" && url.query().is_none() && url.fragment().is_none() && !has_login(&url);
        if is_origin {
            Ok(Self(url.origin().ascii_serialization()))
        } else {
            Err(format!("more than the origin of web pages: {EXPECTED}"))
        }
    }
}

impl FromStr for BrokerUrl {
    type Err = String;

    // The text is not quoted: it may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS";
        let url = Url::parse(text).map_err(|_| format!("not the address of a broker: {EXPECTED}"))?;
        let (scheme, usual_port) = match url.scheme() {
            "mqtt" => (BrokerScheme::Mqtt, 1883),
            "mqtts" => (BrokerScheme::Mqtts, 8883),
            "ws" | "wss" => return Err(format!("MQTT over WebSocket is not supported: {EXPECTED}")),
            _ => return Err(format!("not the address of a broker: {EXPECTED}")),
        };
        if has_login(&url) {
            return Err(format!("a login does not belong here: write `username` and `password`, {EXPECTED}"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(format!("nothing may follow the port, topics stand under `topics`: {EXPECTED}"));
        }
        let host = match url.host() {
            Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            Some(Host::Domain(_)) | None => return Err(format!("the host is missing: {EXPECTED}")),
        };
        Ok(Self { host, port: url.port().unwrap_or(usual_port), scheme })
    }
}

impl FromStr for MailboxText {
    type Err = InvalidMailAddress;

    fn from_str(text: &str) -> Result<Self, InvalidMailAddress> {
        text.parse().map(Self)
    }
}

impl FromStr for MatcherList {
    type Err = InvalidMatcher;

    fn from_str(text: &str) -> Result<Self, InvalidMatcher> {
        Matcher::parse_all(text).map(Self)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        let message = || format!("`{text}` is not a network: expected e.g. 10.0.0.0/8 or 192.168.1.10");
        network.map(|it| Self(it.trunc())).ok_or_else(message)
    }
}

impl FromStr for NamePatternText {
    type Err = InvalidHeartbeatName;

    fn from_str(text: &str) -> Result<Self, InvalidHeartbeatName> {
        text.parse().map(Self)
    }
}

impl FromStr for FormatText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = FormatKind::all().map(FormatKind::word);
        text.parse().map(Self).map_err(|_| unknown_name("format", text, known))
    }
}

impl FromStr for SeverityWord {
    type Err = InvalidSeverity;

    fn from_str(text: &str) -> Result<Self, InvalidSeverity> {
        text.parse().map(Self)
    }
}

/// Settings that are read by their `FromStr`.
macro_rules! read_from_text {
    ($($name:ty)*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

read_from_text! { BrokerUrl Day TimeOfDay FormatText Listen StorePath ByteSize Zone HttpUrl PageOrigin MailboxText MatcherList NamePatternText Network SeverityWord }

/// A length of time that is more than nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PositiveDuration(pub(crate) Duration);

impl<'de> Deserialize<'de> for PositiveDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let HumanDuration(duration) = HumanDuration::deserialize(deserializer)?;
        if duration.is_zero() {
            return Err(D::Error::custom("must be more than nothing"));
        }
        Ok(Self(duration))
    }
}
