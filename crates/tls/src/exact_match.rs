//! The verification of a server, by its authority or by its very certificate.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

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
        let by_issuer = |intermediates| {
            self.by_issuer.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let verdict = by_issuer(intermediates).map_err(|err| {
            let Error::InvalidCertificate(why) = err else { return err };
            let issuers = intermediates.iter().chain(&self.named);
            explained(why, issuers, || by_issuer(&[])).into()
        });
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
        let verdict = self.by_issuer.verify_tls12_signature(message, certificate, signature);
        verdict.map_err(|err| explained_signature(err, certificate))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self.by_issuer.verify_tls13_signature(message, certificate, signature);
        verdict.map_err(|err| explained_signature(err, certificate))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.by_issuer.supported_verify_schemes()
    }
}

/// A fault of a certificate for which the library has no word, or one for two faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CertificateFault {
    /// A key of RSA that is shorter than the library takes.
    #[error("an RSA key of less than 2048 bits")]
    ShortKey,
    /// A certificate between the server's and its authority has run out.
    #[error("an intermediate certificate has expired")]
    IssuerExpired { time: UnixTime, not_after: UnixTime },
    /// A certificate between the server's and its authority is not valid yet.
    #[error("an intermediate certificate is not valid yet")]
    IssuerNotYetValid { time: UnixTime, not_before: UnixTime },
}

impl CertificateFault {
    /// The fault in an error that [`ServerVerifier`] gave.
    pub(crate) fn of(why: &CertificateError) -> Option<Self> {
        if let CertificateError::Other(err) = why { err.0.downcast_ref().copied() } else { None }
    }
}

impl From<CertificateFault> for CertificateError {
    fn from(fault: CertificateFault) -> Self {
        Self::Other(OtherError(Arc::new(fault)))
    }
}

/// The error of a chain of certificates, with the fault in it. `alone` verifies the server's
/// certificate without those between: an error about dates is the same then, if it is its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "rustls's enums grow, and what is new is told as it is")]
fn explained<'a>(
    why: CertificateError,
    mut issuers: impl Iterator<Item = &'a CertificateDer<'a>>,
    alone: impl Fn() -> Result<ServerCertVerified, Error>,
) -> CertificateError {
    let is_its_own = |why: &CertificateError| alone().is_err_and(|err| err == why.clone().into());
    match why {
        CertificateError::ExpiredContext { time, not_after } if !is_its_own(&why) => {
            CertificateFault::IssuerExpired { time, not_after }.into()
        }
        CertificateError::NotValidYetContext { time, not_before } if !is_its_own(&why) => {
            CertificateFault::IssuerNotYetValid { time, not_before }.into()
        }
        CertificateError::BadSignature if issuers.any(|it| has_short_key(it)) => {
            CertificateFault::ShortKey.into()
        }
        why => why,
    }
}

/// The error of a server's signature, with the fault of its key.
fn explained_signature(err: Error, certificate: &CertificateDer<'_>) -> Error {
    if err == Error::InvalidCertificate(CertificateError::BadSignature) && has_short_key(certificate) {
        return CertificateError::from(CertificateFault::ShortKey).into();
    }
    err
}

/// True if the certificate's key is one of RSA with less than 2048 bits: the library takes its
/// signatures for wrong ones.
fn has_short_key(certificate: &CertificateDer<'_>) -> bool {
    let Ok(certificate) = ParsedCertificate::try_from(certificate) else { return false };
    let key = certificate.subject_public_key_info();
    key.windows(RSA.len()).any(|bytes| bytes == RSA) && key.len() < SHORTEST_RSA_KEY
}

/// The identifier of RSA in a key, 1.2.840.113549.1.1.1 (RFC 8017, appendix A.1).
const RSA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// The bytes of a key of 2048 bits with all around it and the shortest exponent; one of 2040 bits
/// with the usual exponent has 286.
const SHORTEST_RSA_KEY: usize = 292;

/// True if a certificate was refused for who issued it or what for: the library looks at
/// its form and its dates before, and at its name after that.
fn is_about_its_issuer(why: &CertificateError) -> bool {
    use CertificateError::{BadSignature, InvalidPurpose, InvalidPurposeContext, UnknownIssuer};
    // A bad signature is its issuer's here: that of the handshake is verified apart.
    matches!(why, UnknownIssuer | BadSignature | InvalidPurpose | InvalidPurposeContext { .. })
        || is_own_authority(why)
        || CertificateFault::of(why).is_some()
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
