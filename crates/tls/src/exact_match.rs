//! The verification of a server, by its authority or by its very certificate.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

/// The verification of a server: an authority vouches for it, or it shows one of the
/// certificates that the settings name.
#[derive(Debug)]
pub(crate) struct ServerVerifier {
    by_issuer: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl ServerVerifier {
    pub(crate) fn new(by_issuer: Arc<WebPkiServerVerifier>, named: Vec<CertificateDer<'static>>) -> Self {
        Self { by_issuer, named }
    }

    fn names(&self, certificate: &CertificateDer<'_>) -> bool {
        self.named.iter().any(|it| it.as_ref() == certificate.as_ref())
    }
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict =
            self.by_issuer.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match &verdict {
            Err(Error::InvalidCertificate(why)) if is_about_its_issuer(why) && self.names(end_entity) => {
                // Its dates were in order, or they would have been the error.
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            Ok(_) | Err(_) => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.by_issuer.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.by_issuer.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.by_issuer.supported_verify_schemes()
    }
}

/// True if a certificate was refused for who issued it or what for: the library looks at
/// its form and its dates before, and at its name after that.
fn is_about_its_issuer(why: &CertificateError) -> bool {
    use CertificateError::{BadSignature, InvalidPurpose, InvalidPurposeContext, UnknownIssuer};
    // A bad signature is its issuer's here: that of the handshake is verified apart.
    matches!(why, UnknownIssuer | BadSignature | InvalidPurpose | InvalidPurposeContext { .. })
        || is_own_authority(why)
}

/// True if a certificate that is an authority stands for a server.
pub(crate) fn is_own_authority(why: &CertificateError) -> bool {
    webpki_error(why).is_some_and(|err| matches!(err, webpki::Error::CaUsedAsEndEntity))
}

/// True if a certificate is of X.509's version 1, which has no names to check.
pub(crate) fn is_version_1(why: &CertificateError) -> bool {
    webpki_error(why).is_some_and(|err| matches!(err, webpki::Error::UnsupportedCertVersion))
}

fn webpki_error(why: &CertificateError) -> Option<&webpki::Error> {
    if let CertificateError::Other(err) = why { err.0.downcast_ref() } else { None }
}

#[cfg(test)]
mod tests;
