//! The certificates that a client trusts.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::{WantsClientCert, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use crate::exact_match::ServerVerifier;

/// The most bytes of a file of certificates: those of all public authorities have some 230 KB.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The reason why a client trusts nobody.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A file that cannot be read, or holds what is no certificate.
    #[error("`{}`: {why}", path.display())]
    Unreadable {
        /// The file of the setting.
        path: PathBuf,
        /// The error of the system, or of the certificate.
        why: String,
    },
    /// A file without a certificate.
    #[error("`{}` holds no certificate: expected PEM, `-----BEGIN CERTIFICATE-----`", path.display())]
    Empty {
        /// The file of the setting.
        path: PathBuf,
    },
    /// A file without a private key.
    #[error("`{}` holds no private key that can be used{why}: expected PEM, `-----BEGIN PRIVATE KEY-----`, without a password", path.display())]
    NoKey {
        /// The file of the setting.
        path: PathBuf,
        /// The error of reading it, in brackets; empty if there is none in it.
        why: String,
    },
    /// A certificate and a key that do not belong together.
    #[error("the key in `{}` is not the one of the certificate in `{}` ({why})", key_file.display(), cert_file.display())]
    WrongKey {
        /// The file of the certificate.
        cert_file: PathBuf,
        /// The file of the key.
        key_file: PathBuf,
        /// The error of the library.
        why: String,
    },
    /// A system without certificates, and no file that names any.
    #[error(
        "this system has no certificates to trust{why}: install `ca-certificates`, or name a PEM file here"
    )]
    NothingTrusted {
        /// The error of looking for them, in brackets; empty if there was none.
        why: String,
    },
    /// An error of the library, which should not happen.
    #[error("TLS cannot be set up: {0}")]
    Library(String),
}

/// The certificate by which a client proves to a server who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientIdentity {
    /// The file of the certificate and of those that stand between it and its authority, as PEM.
    pub cert_file: PathBuf,
    /// The file of its key, as PEM.
    pub key_file: PathBuf,
}

/// The settings of a client that trusts the system's authorities, those of `ca_file`, and
/// a server that shows one of the certificates of `ca_file` itself.
///
/// The last is what `openssl req -x509` makes and an appliance comes with: a certificate
/// that is its own authority, which may not stand for a server by RFC 5280. Who issued
/// it and what for is not asked then. That the server holds its key, that it is
/// for the server's name, and its dates are checked as for any other: with several
/// certificates in a file none can be shown by the server of another, and one that
/// has run out is found as it would be by any other program.
///
/// # Errors
///
/// If the file cannot be used, or there is nothing to trust.
pub fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, TrustError> {
    Ok(trusting(ca_file)?.with_no_client_auth())
}

/// The settings of [`client_config`] for a client that proves who it is.
///
/// # Errors
///
/// If a file cannot be used, the key is another certificate's, or there is nothing to trust.
pub fn client_config_with_identity(
    ca_file: Option<&Path>,
    identity: &ClientIdentity,
) -> Result<ClientConfig, TrustError> {
    let ClientIdentity { cert_file, key_file } = identity;
    let chain = certificates(cert_file)?;
    let key = private_key(key_file)?;
    trusting(ca_file)?.with_client_auth_cert(chain, key).map_err(|err| TrustError::WrongKey {
        cert_file: cert_file.clone(),
        key_file: key_file.clone(),
        why: err.to_string(),
    })
}

/// The private key in the file at `path`.
pub(crate) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TrustError> {
    let no_key = |why: String| TrustError::NoKey { path: path.to_owned(), why };
    let pem = content(path).map_err(|err| no_key(format!(" ({err})")))?;
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| no_key(String::new()))
}

fn trusting(ca_file: Option<&Path>) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TrustError> {
    let system = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system.certs);
    let named = ca_file.map(certificates).transpose()?.unwrap_or_default();
    for certificate in &named {
        let path = || ca_file.map(Path::to_owned).unwrap_or_default();
        roots
            .add(certificate.clone())
            .map_err(|err| TrustError::Unreadable { path: path(), why: err.to_string() })?;
    }
    if roots.is_empty() {
        let why = system.errors.first().map(|err| format!(" ({err})")).unwrap_or_default();
        return Err(TrustError::NothingTrusted { why });
    }
    config(roots, named)
}

/// The settings of a client that speaks to no server over TLS.
///
/// # Errors
///
/// If the library refuses, which should not happen.
pub fn config_without_trust() -> Result<ClientConfig, TrustError> {
    Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn config(
    roots: RootCertStore,
    named: Vec<CertificateDer<'static>>,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TrustError> {
    let by_issuer = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|err| TrustError::Library(err.to_string()))?;
    Ok(builder()?
        .dangerous() // The verifier asks the library's own first.
        .with_custom_certificate_verifier(Arc::new(ServerVerifier::new(by_issuer, named))))
}

pub(crate) fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, TrustError> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|err| TrustError::Library(err.to_string()))
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let unreadable = |why: String| TrustError::Unreadable { path: path.to_owned(), why };
    let content = content(path).map_err(|err| unreadable(err.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&content).collect();
    let found = found.map_err(|err| {
        unreadable(format!(
            "it is no whole PEM file ({err}): copy it anew, with all lines of each certificate"
        ))
    })?;
    if found.is_empty() {
        return Err(TrustError::Empty { path: path.to_owned() });
    }
    Ok(found)
}

/// The bytes of the file at `path`, without the sign that some editors write before a text.
fn content(path: &Path) -> io::Result<Vec<u8>> {
    let file_type = fs::metadata(path)?.file_type();
    // The end of a pipe or a device may never come; a folder is named by the system.
    if !file_type.is_file() && !file_type.is_dir() {
        return Err(io::Error::other("it is a pipe or a device, not a file"));
    }
    let mut content = Vec::new();
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LONGEST {
        return Err(io::Error::other(format!("it has more than {} KiB", LONGEST / 1024)));
    }
    Ok(content.strip_prefix(b"\xef\xbb\xbf").map_or_else(|| content.clone(), <[u8]>::to_vec))
}

#[cfg(test)]
mod tests;
