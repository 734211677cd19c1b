//! The HTTP server's settings.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use fanfare_settings::{Section, SettingPath};

use crate::config::{Auth, ServerConfig};
use crate::keyword_or_map::AuthYaml;
use crate::scalars::{HttpUrl, Listen, PageOrigin};
use crate::yaml::ServerYaml;

/// The address to listen on unless the config says otherwise.
pub(crate) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8780);

/// The server that `yaml` states. Mistakes are noted.
pub(crate) fn check(yaml: &ServerYaml, section: &mut Section) -> ServerConfig {
    let ServerYaml { listen, external_url, auth, cors_origins, reload_on_change } = yaml;
    let listen = listen.unwrap_or(Listen(LISTEN));
    let path = SettingPath::new("server");
    match auth {
        Some(auth) => check_open(auth, listen, &path.key("auth"), section),
        None if !listen.is_private() => section.error(
            &path.key("listen"),
            "others than this machine and private networks can reach this address, and there is no `server.auth`: add `auth: { bearer: { env: NAME } }`",
        ),
        None => {}
    }
    ServerConfig {
        listen: listen.0,
        external_url: external_url.as_ref().map(|HttpUrl(url)| url.clone()),
        auth: auth.clone().map_or(Auth::Open, Auth::from),
        cors_origins: cors_origins.iter().map(|PageOrigin(origin)| origin.clone()).collect(),
        reload_on_change: *reload_on_change,
    }
}

/// Notes an `auth: none` behind an address that strangers can reach.
pub(crate) fn check_open(auth: &AuthYaml, listen: Listen, path: &SettingPath, section: &mut Section) {
    match auth {
        AuthYaml::None if !listen.is_private() => section.error(
            path,
            "`none` is only accepted if `server.listen` is a loopback or private address: write `{ bearer: { env: NAME } }`",
        ),
        AuthYaml::None | AuthYaml::Bearer(_) => {}
    }
}

impl From<AuthYaml> for Auth {
    fn from(yaml: AuthYaml) -> Self {
        match yaml {
            AuthYaml::None => Self::Open,
            AuthYaml::Bearer(token) => Self::Bearer(token),
        }
    }
}
