//! TLS towards the server.

use std::io;
use std::path::Path;
use std::sync::Arc;

use fanfare_core::{BuildError, SendError};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, InvalidMessage, RootCertStore};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::connection::ByteStream;

/// TLS towards one server.
pub(crate) struct TlsClient {
    connector: TlsConnector,
    server: ServerName<'static>,
}

impl TlsClient {
    /// A client that trusts the system's certificates and those of `ca_file`.
    pub(crate) fn build(host: &str, ca_file: Option<&Path>) -> Result<Self, BuildError> {
        let server = ServerName::try_from(host.to_owned())
            .map_err(|err| BuildError::new("smtp.host", format!("`{host}`: {err}")))?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = ca_file {
            add_from_file(&mut roots, path)?;
        }
        if roots.is_empty() {
            let message =
                "this system has no certificates to trust: install `ca-certificates` or name a PEM file here";
            return Err(BuildError::new("smtp.ca_file", message.to_owned()));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|err| BuildError::new("smtp.tls", err.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), server })
    }

    /// Encrypts `stream`, if the server is who it should be.
    pub(crate) async fn handshake<S: ByteStream>(&self, stream: S) -> Result<TlsStream<S>, SendError> {
        self.connector.connect(self.server.clone(), stream).await.map_err(|err| handshake_error(&err))
    }
}

fn add_from_file(roots: &mut RootCertStore, path: &Path) -> Result<(), BuildError> {
    let unreadable = |why: String| BuildError::new("smtp.ca_file", format!("`{}`: {why}", path.display()));
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|err| unreadable(err.to_string()))?;
    if certificates.is_empty() {
        return Err(unreadable(
            "holds no certificate; expected PEM, `-----BEGIN CERTIFICATE-----`".to_owned(),
        ));
    }
    for certificate in certificates {
        roots.add(certificate).map_err(|err| unreadable(err.to_string()))?;
    }
    Ok(())
}

/// The error of a handshake. A certificate that is not trusted, and a server that does not
/// speak TLS there, are for a person to mend; everything else may pass.
fn handshake_error(err: &io::Error) -> SendError {
    let tls = err.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(why)) => SendError::Misconfigured {
            reason: format!(
                "TLS: the server's certificate cannot be trusted ({why:?}); check `smtp.host`, or name its CA in `smtp.ca_file`"
            ),
        },
        Some(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)) => SendError::Misconfigured {
            reason: "TLS: the server does not speak it there; should `smtp.tls` be starttls?".to_owned(),
        },
        _ => SendError::Transient { reason: format!("TLS: {err}") },
    }
}
