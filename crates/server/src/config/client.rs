//! What a command needs to know of a running gateway.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path as FilePath;

use fanfare_core::{Locale, Secret};
use serde::Deserialize;

use super::choices::WrittenAuth;
use super::de::Reading;
use super::load::{LISTEN, inline_secrets, read, style};
use super::place::Path;
use super::problem::Problems;
use super::secrets::Secrets;
use super::section::Section;
use super::values::Listen;
use super::written::{WrittenMessages, WrittenServer, WrittenSource};
use super::yaml;

/// How to reach a running gateway.
#[derive(Debug, Clone)]
pub struct GatewayAddress {
    /// Its base address, e.g. `http://127.0.0.1:8780`.
    pub url: String,
    /// The token of its API.
    pub api_token: Option<Secret>,
    /// The tokens of its sources, by name.
    pub source_tokens: BTreeMap<String, Secret>,
    /// How its messages read, and so what a command says of them.
    pub style: Locale,
}

/// The parts of a config that say how a gateway is reached; the others may be
/// unsound, and secrets that are only set where the gateway runs may be missing.
#[derive(Debug, Deserialize)]
struct Doors {
    #[serde(default)]
    server: WrittenServer,
    #[serde(default)]
    sources: Vec<WrittenSource>,
    #[serde(default)]
    messages: WrittenMessages,
}

/// How to reach the gateway that runs with the config at `file`.
///
/// # Errors
///
/// If the file cannot be read, or is not YAML.
pub fn gateway_address(file: &FilePath, secrets: &dyn Secrets) -> Result<GatewayAddress, Problems> {
    let text = read(file)?;
    let root = yaml::parse(&text, &mut Vec::new()).map_err(|problem| Problems::new(file, vec![problem]))?;
    let reading = Reading {
        source: &text,
        secrets,
        folder: file.parent().unwrap_or_else(|| FilePath::new("")),
        inline: inline_secrets(&root),
    };
    let mut section = Section::whole(root);
    let doors = section.read::<Doors>(&reading);
    Ok(doors.map_or_else(|| address(LISTEN), |doors| doors.address(&section)))
}

impl Doors {
    fn address(self, section: &Section) -> GatewayAddress {
        let Self { server, sources, messages } = self;
        let token = |auth: Option<WrittenAuth>, path: Path| match auth {
            Some(WrittenAuth::Bearer(token)) if is_known(&path, section) => Some(token),
            Some(WrittenAuth::Bearer(_) | WrittenAuth::None) | None => None,
        };
        let tokens = sources.into_iter().enumerate().filter_map(|(index, source)| {
            let path = Path::of("sources").index(index).key("auth");
            Some((source.name, token(Some(source.auth), path)?))
        });
        GatewayAddress {
            source_tokens: tokens.collect(),
            api_token: token(server.auth, Path::of("server").key("auth")),
            style: style(Some(&messages)),
            ..address(server.listen.map_or(LISTEN, |Listen(listen)| listen))
        }
    }
}

fn is_known(auth: &Path, section: &Section) -> bool {
    let bearer = auth.key("bearer");
    !["env", "file"].iter().any(|place| section.is_reported(&bearer.key(place)))
}

/// A gateway that listens on every address of its machine is reached on loopback.
fn address(listen: SocketAddr) -> GatewayAddress {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    let url = format!("http://{}", SocketAddr::new(ip, listen.port()));
    GatewayAddress { url, api_token: None, source_tokens: BTreeMap::new(), style: Locale::default() }
}
