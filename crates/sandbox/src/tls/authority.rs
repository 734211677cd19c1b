//! The sandbox's own certificate authority, and every certificate it needs.

use std::error::Error;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert, WantsServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ConfigBuilder, ServerConfig};

/// The hosts of the sandbox.
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A host that is not the sandbox.
const ANOTHER_HOST: &str = "elsewhere.test";

/// An authority of this sandbox alone, and its server's side under each of its
/// certificates. They are valid from 1975 to 4096, the library's own choice: the
/// clocks here and at the client need not agree.
pub(crate) struct CertificateAuthority {
    /// The authority's own certificate.
    pub(crate) pem: String,
    pub(super) right: Arc<ServerConfig>,
    pub(super) of_a_stranger: Arc<ServerConfig>,
    pub(super) expired: Arc<ServerConfig>,
    pub(super) of_another_host: Arc<ServerConfig>,
    pub(super) no_certificate: Arc<ServerConfig>,
}

type CertificateError = Box<dyn Error + Send + Sync>;

impl CertificateAuthority {
    pub(crate) fn new() -> Result<Self, CertificateError> {
        let provider = Arc::new(ring::default_provider());
        let (ours, strangers) = (issuer()?, issuer()?);
        let here = || CertificateParams::new(HOSTS.map(str::to_owned));
        let mut expired = here()?;
        expired.not_after = date_time_ymd(2001, 1, 1);
        let elsewhere = CertificateParams::new([ANOTHER_HOST.to_owned()])?;
        Ok(Self {
            pem: ours.pem(),
            right: server(&provider, here()?, &ours)?,
            of_a_stranger: server(&provider, here()?, &strangers)?,
            expired: server(&provider, expired, &ours)?,
            of_another_host: server(&provider, elsewhere, &ours)?,
            no_certificate: Arc::new(server_side(&provider)?.with_cert_resolver(Arc::new(NoCertificate))),
        })
    }
}

/// An authority whose name contains its key: to a client that knows an authority
/// of the same name and another key, the signature would be bad and not the
/// authority unknown.
fn issuer() -> Result<CertifiedIssuer<'static, KeyPair>, CertificateError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    let name = format!("Fanfare sandbox {}", BASE64_STANDARD.encode(params.key_identifier(&key)));
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(CertifiedIssuer::self_signed(params, key)?)
}

/// A server with a certificate like this.
fn server(
    provider: &Arc<CryptoProvider>,
    mut certificate: CertificateParams,
    issuer: &CertifiedIssuer<'_, KeyPair>,
) -> Result<Arc<ServerConfig>, CertificateError> {
    certificate.distinguished_name.push(DnType::CommonName, "Fanfare sandbox");
    certificate.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = certificate.signed_by(&key, issuer)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    Ok(Arc::new(server_side(provider)?.with_single_cert(vec![certificate.der().clone()], key)?))
}

fn server_side(
    provider: &Arc<CryptoProvider>,
) -> Result<ConfigBuilder<ServerConfig, WantsServerCert>, CertificateError> {
    let side = ServerConfig::builder_with_provider(Arc::clone(provider));
    Ok(side.with_safe_default_protocol_versions()?.with_no_client_auth())
}

/// A resolver without a certificate, which ends every handshake with an alert.
#[derive(Debug)]
struct NoCertificate;

impl ResolvesServerCert for NoCertificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        None
    }
}
