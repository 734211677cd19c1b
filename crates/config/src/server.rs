//! The HTTP server's settings.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use fanfare_settings::{Section, SettingPath};
use fanfare_tls::{ListenerFiles, ListenerTls, TrustError};
use url::{Host, Url};

use crate::config::{Auth, ServerConfig};
use crate::keyword_or_map::AuthYaml;
use crate::scalars::{HttpUrl, Listen, PageOrigin};
use crate::smtp;
use crate::yaml::{ListenerTlsYaml, ServerYaml};

/// The address to listen on unless the config says otherwise.
pub(crate) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8780);

/// The server that `yaml` states. Mistakes are noted.
pub(crate) fn check(yaml: &ServerYaml, section: &mut Section) -> ServerConfig {
    let ServerYaml { listen, external_url, auth, cors_origins, tls, smtp, reload_on_change } = yaml;
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
    if let Some(HttpUrl(url)) = external_url {
        check_proxied(url, auth.as_ref(), listen, &path.key("external_url"), section);
    }
    ServerConfig {
        listen: listen.0,
        external_url: external_url.as_ref().map(|HttpUrl(url)| url.clone()),
        auth: auth.clone().map_or(Auth::Open, Auth::from),
        cors_origins: cors_origins.iter().map(|PageOrigin(origin)| origin.clone()).collect(),
        tls: tls.as_ref().and_then(|it| listener_tls(it, &path.key("tls"), section)),
        smtp: smtp.as_ref().map(smtp::listener),
        reload_on_change: *reload_on_change,
    }
}

/// TLS with the files that `yaml` names; `None` if one cannot be used, which is noted.
fn listener_tls(yaml: &ListenerTlsYaml, path: &SettingPath, section: &mut Section) -> Option<ListenerTls> {
    let files = listener_files(yaml);
    let err = match ListenerTls::read(&files) {
        Ok(tls) => return Some(tls),
        Err(err) => err,
    };
    let of_clients = |file: &Path| files.client_ca_file.as_deref() == Some(file);
    let setting = match &err {
        TrustError::Unreadable { path: file, .. } | TrustError::Empty { path: file } if of_clients(file) => {
            "client_ca_file"
        }
        TrustError::NoKey { .. } | TrustError::WrongKey { .. } => "key_file",
        TrustError::Unreadable { .. }
        | TrustError::Empty { .. }
        | TrustError::NothingTrusted { .. }
        | TrustError::Library(_) => "cert_file",
    };
    section.error(&path.key(setting), err.to_string());
    None
}

/// The files that `yaml` names.
pub(crate) fn listener_files(yaml: &ListenerTlsYaml) -> ListenerFiles {
    let ListenerTlsYaml { cert_file, key_file, client_ca_file } = yaml;
    ListenerFiles {
        cert_file: cert_file.clone(),
        key_file: key_file.clone(),
        client_ca_file: client_ca_file.clone(),
    }
}

/// Warns of an API that trusts this machine while a proxy on it lets others in.
fn check_proxied(
    url: &Url,
    auth: Option<&AuthYaml>,
    listen: Listen,
    path: &SettingPath,
    section: &mut Section,
) {
    let is_here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => true,
    };
    let is_open = match auth {
        None | Some(AuthYaml::None) => true,
        Some(AuthYaml::Bearer(_)) => false,
    };
    if listen.0.ip().to_canonical().is_loopback() && is_open && !is_here {
        section.warning(
            path,
            "whatever hands requests from there to this machine makes everybody look like a program on it, and so \
             everybody may use the API: set `server.auth`",
        );
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
