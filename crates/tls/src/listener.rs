//! TLS on a listener of our own: the certificate that it shows, and those of its clients.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme,
};
use webpki::EndEntityCert;

use crate::trust::{TrustError, builder, certificates, private_key, provider};

/// The files with which a listener speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerFiles {
    /// The file of the certificate and of those that stand between it and its authority, as PEM.
    pub cert_file: PathBuf,
    /// The file of its key, as PEM.
    pub key_file: PathBuf,
    /// The file of the authorities whose certificates clients may show; `None`: no client is asked for one.
    pub client_ca_file: Option<PathBuf>,
}

/// TLS on a listener, ready to be spoken.
#[derive(Debug, Clone)]
pub struct ListenerTls(Arc<ServerConfig>);

/// The certificate that a client has shown, and that an authority of [`ListenerFiles::client_ca_file`] vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate(CertificateDer<'static>);

/// The only version of HTTP that the listener speaks.
const HTTP_1: &[u8] = b"http/1.1";

impl ListenerTls {
    /// TLS with these files. A client that shows no certificate is let in all the same: who needs one says so itself.
    ///
    /// # Errors
    ///
    /// If a file cannot be used, or the key is another certificate's.
    pub fn read(files: &ListenerFiles) -> Result<Self, TrustError> {
        let ListenerFiles { cert_file, key_file, client_ca_file } = files;
        let (chain, key) = (certificates(cert_file)?, private_key(key_file)?);
        let library = |why: String| TrustError::Library(why);
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|err| library(err.to_string()))?;
        let config = match client_ca_file {
            None => config.with_no_client_auth(),
            Some(file) => {
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots(file)?), provider());
                let verifier = verifier.allow_unauthenticated().build();
                config.with_client_cert_verifier(verifier.map_err(|err| library(err.to_string()))?)
            }
        };
        let mut config = config.with_single_cert(chain, key).map_err(|err| TrustError::WrongKey {
            cert_file: cert_file.clone(),
            key_file: key_file.clone(),
            why: err.to_string(),
        })?;
        config.alpn_protocols = vec![HTTP_1.to_vec()];
        Ok(Self(Arc::new(config)))
    }

    /// The settings of the library.
    #[must_use]
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0)
    }
}

fn roots(file: &Path) -> Result<RootCertStore, TrustError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots
            .add(certificate)
            .map_err(|err| TrustError::Unreadable { path: file.to_owned(), why: err.to_string() })?;
    }
    Ok(roots)
}

impl ClientCertificate {
    /// The certificate that a client has shown in a handshake, the first of its chain.
    #[must_use]
    pub fn from_chain(chain: &[CertificateDer<'_>]) -> Option<Self> {
        chain.first().map(|it| Self(it.clone().into_owned()))
    }

    /// Tells whether it is for this name: a DNS name or an IP address among its alternative names.
    #[must_use]
    pub fn is_for(&self, name: &str) -> bool {
        let Ok(name) = ServerName::try_from(name) else { return false };
        EndEntityCert::try_from(&self.0).is_ok_and(|it| it.verify_is_valid_for_subject_name(&name).is_ok())
    }
}

/// The settings of a client on the same machine, which knows the listener's certificate from its file and trusts no
/// other: whatever name it is for, and whoever issued it.
///
/// # Errors
///
/// If the file cannot be used.
pub fn client_config_for_listener(cert_file: &Path) -> Result<ClientConfig, TrustError> {
    let known = certificates(cert_file)?.swap_remove(0);
    Ok(builder()?
        .dangerous() // The verifier compares the certificate itself, and checks that the server holds its key.
        .with_custom_certificate_verifier(Arc::new(KnownCertificate(known)))
        .with_no_client_auth())
}

/// The verifier of one certificate.
#[derive(Debug)]
struct KnownCertificate(CertificateDer<'static>);

impl ServerCertVerifier for KnownCertificate {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *shown == self.0 {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
