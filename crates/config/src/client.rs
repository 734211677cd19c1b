//! The address and tokens with which a command reaches a running gateway.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use fanfare_core::{Locale, Secret};
use fanfare_settings::{Problems, Secrets, Section, SettingPath};
use serde::Deserialize;

use crate::document;
use crate::keyword_or_map::{AuthYaml, SourceAuthYaml};
use crate::scalars::{Listen, StorePath};
use crate::server::LISTEN;
use crate::source_auth::placed;
use crate::yaml::{MessagesYaml, ServerYaml, SourceYaml, locale};

/// The way to reach a running gateway.
#[derive(Debug, Clone)]
pub struct GatewayAddress {
    /// The base address, e.g. `http://127.0.0.1:8780`.
    pub url: String,
    /// The file of the certificate that the gateway shows; `None`: it speaks no TLS.
    pub cert_file: Option<PathBuf>,
    /// The token of the API.
    pub api_token: Option<Secret>,
    /// The tokens of the sources, by name.
    pub source_tokens: BTreeMap<String, Secret>,
    /// The language and time zone of its messages, and so of commands about them.
    pub locale: Locale,
    /// The file of the store.
    pub store_path: PathBuf,
}

/// The parts of a config that say how a gateway is reached; the others may be
/// unsound, and secrets that are only set where the gateway runs may be missing.
#[derive(Debug, Deserialize)]
struct ClientYaml {
    store: Option<StorePath>,
    #[serde(default)]
    server: ServerYaml,
    #[serde(default)]
    sources: Vec<SourceYaml>,
    #[serde(default)]
    messages: MessagesYaml,
}

/// The way to reach the gateway that runs with the config at `file`.
///
/// # Errors
///
/// If the file cannot be read, or is not YAML.
pub fn gateway_address(file: &Path, secrets: &dyn Secrets) -> Result<GatewayAddress, Problems> {
    let text = document::read(file)?;
    let root = document::parse(&text, file, &mut Vec::new())?;
    let context = document::context(&text, &root, file, secrets);
    let mut section = Section::new(root);
    let yaml = section.read::<ClientYaml>(&context);
    Ok(yaml.map_or_else(|| address(LISTEN, None), |yaml| yaml.address(&section)))
}

impl ClientYaml {
    fn address(self, section: &Section) -> GatewayAddress {
        let Self { store, server, sources, messages } = self;
        let token = |token: Secret, bearer: SettingPath| is_known(&bearer, section).then_some(token);
        let tokens = sources.into_iter().enumerate().filter_map(|(index, source)| {
            let path = SettingPath::new("sources").index(index).key("auth");
            let Some(SourceAuthYaml::AnyOf(credentials)) = &source.auth else { return None };
            let mut bearers =
                placed(credentials, &path).filter_map(|(path, it)| Some((path, it.bearer.clone()?)));
            let known = bearers.find_map(|(path, bearer)| token(bearer, path.key("bearer")))?;
            Some((source.name, known))
        });
        let api_token = match server.auth {
            Some(AuthYaml::Bearer(bearer)) => {
                token(bearer, SettingPath::new("server").key("auth").key("bearer"))
            }
            Some(AuthYaml::None) | None => None,
        };
        GatewayAddress {
            source_tokens: tokens.collect(),
            api_token,
            locale: locale(Some(&messages)),
            store_path: store.unwrap_or_default().0,
            ..address(
                server.listen.map_or(LISTEN, |Listen(listen)| listen),
                server.tls.map(|it| it.cert_file),
            )
        }
    }
}

fn is_known(bearer: &SettingPath, section: &Section) -> bool {
    !["env", "file"].iter().any(|place| section.is_reported(&bearer.key(place)))
}

/// A gateway that listens on every address of its machine is reached on loopback.
fn address(listen: SocketAddr, cert_file: Option<PathBuf>) -> GatewayAddress {
    let ip = match listen.ip().to_canonical() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    let scheme = if cert_file.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}", SocketAddr::new(ip, listen.port()));
    GatewayAddress {
        url,
        cert_file,
        api_token: None,
        source_tokens: BTreeMap::new(),
        locale: Locale::default(),
        store_path: StorePath::default().0,
    }
}
