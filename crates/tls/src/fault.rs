//! The meaning of a handshake that failed, and what mends it.

use std::error::Error;
use std::io;

use fanfare_core::{cut_to_bytes, one_line};
use jiff::Timestamp;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, InvalidMessage};

use crate::exact_match::{CertificateFault, is_own_authority, is_version_1};

/// The names of a channel's settings, as a reason calls them.
#[derive(Debug, Clone, Copy)]
pub struct SettingNames {
    /// The setting that names the server, e.g. "`smtp.host`".
    pub host: &'static str,
    /// The setting that names certificates, e.g. "`smtp.ca_file`".
    pub ca_file: &'static str,
    /// The remedy where a server does not speak TLS, e.g. "should `smtp.tls` be starttls?".
    pub without_tls: &'static str,
}

/// The bytes of a certificate's names that a reason quotes.
const QUOTED: usize = 200;

/// The sentence and the remedy for a person, if `err` or one of its causes is a failure of TLS
/// that does not pass by itself.
#[must_use]
pub fn misconfiguration(err: &(dyn Error + 'static), names: SettingNames) -> Option<String> {
    sentence(first_tls_error(err)?, names).map(|sentence| format!("TLS: {sentence}"))
}

/// True if `err` or one of its causes is a failure of TLS that only a server can have caused
/// that speaks TLS.
#[must_use]
pub fn is_answer_of_tls(err: &(dyn Error + 'static)) -> bool {
    matches!(
        first_tls_error(err),
        Some(
            rustls::Error::InvalidCertificate(_)
                | rustls::Error::NoCertificatesPresented
                | rustls::Error::PeerIncompatible(_)
                | rustls::Error::AlertReceived(_)
        )
    )
}

fn first_tls_error<'a>(err: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = Some(err);
    while let Some(err) = cause {
        if let Some(err) = tls_error(err) {
            return Some(err);
        }
        cause = err.source();
    }
    None
}

/// The TLS error in `err`, also inside `io::Error`s: those do not name the error they
/// hold as their source, but that error's source.
fn tls_error<'a>(err: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    match err.downcast_ref::<io::Error>() {
        Some(outer) => tls_error(outer.get_ref()?),
        None => err.downcast_ref(),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "rustls's enums grow, and what is new may pass")]
fn sentence(err: &rustls::Error, names: SettingNames) -> Option<String> {
    match err {
        rustls::Error::InvalidCertificate(why) => {
            Some(CertificateFault::of(why).map_or_else(|| certificate_sentence(why, names), fault_sentence))
        }
        rustls::Error::NoCertificatesPresented => {
            Some("the server shows no certificate; it must have one".to_owned())
        }
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            Some(format!("the server does not speak it there; {}", names.without_tls))
        }
        rustls::Error::PeerIncompatible(why) => Some(nothing_in_common(&format!("{why:?}"))),
        rustls::Error::AlertReceived(alert) => alert_sentence(*alert, names),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "rustls's enums grow, and what is new may pass")]
fn certificate_sentence(why: &CertificateError, SettingNames { host, ca_file, .. }: SettingNames) -> String {
    match why {
        CertificateError::ExpiredContext { time, not_after } => format!(
            "the server's certificate expired at {}, and this machine's clock shows {}: renew it on the server, or set this machine's clock if that is wrong",
            shown(*not_after),
            shown(*time)
        ),
        CertificateError::Expired => {
            "the server's certificate has expired: renew it on the server, or set this machine's clock if that is wrong"
                .to_owned()
        }
        CertificateError::NotValidYetContext { time, not_before } => format!(
            "the server's certificate is not valid before {}, and this machine's clock shows {}: set this machine's clock if that is wrong; or else the certificate was made by a clock that was ahead, and must be made again",
            shown(*not_before),
            shown(*time)
        ),
        CertificateError::NotValidYet => {
            "the server's certificate is not valid yet: set this machine's clock if that is wrong, or have it made again"
                .to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } => wrong_name(expected, presented, host),
        CertificateError::NotValidForName => {
            format!("the server's certificate is for another name: check {host}")
        }
        CertificateError::UnknownIssuer => format!(
            "nobody whom this machine trusts has issued the server's certificate: name its CA, or the certificate itself, in {ca_file} (PEM). Where the CA is known, the server leaves out an intermediate certificate: let it send the whole chain"
        ),
        CertificateError::BadSignature => format!(
            "the signature of the server's certificate does not fit: another CA of the same name than the one that is trusted has issued it, or the server does not hold its key; name its CA, or the certificate itself, in {ca_file} (PEM)"
        ),
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => format!(
            "the server's certificate, or its CA's, has a key or a signature of a kind that we cannot check, as P-521, Ed448, DSA and SHA-1 are: have it made {USUAL_KEYS}, by a CA with such a key"
        ),
        why if is_own_authority(why) => format!(
            "the server's certificate is its own CA (self-signed), and not the one that is trusted: name the very certificate in {ca_file} (PEM)"
        ),
        why if is_version_1(why) => format!(
            "the server's certificate is of version 1 and names no server, so it cannot be checked: have one of version 3 made, e.g. by `openssl req -x509 -newkey rsa:2048 -nodes -days 730 -keyout KEY -out CERTIFICATE -subj /CN=NAME -addext subjectAltName=DNS:NAME`, and name it in {ca_file}"
        ),
        why => format!(
            "the server's certificate cannot be trusted ({}): check {host}, and have the certificate made again",
            quoted(&why.to_string())
        ),
    }
}

fn fault_sentence(fault: CertificateFault) -> String {
    match fault {
        CertificateFault::ShortKey => format!(
            "the server's certificate, or its CA's, has an RSA key of less than 2048 bits, which is not safe: have it made {USUAL_KEYS}, by a CA with such a key"
        ),
        CertificateFault::IssuerExpired { time, not_after } => format!(
            "an intermediate certificate that the server sends beside its own expired at {}, and this machine's clock shows {}: let the server send its issuer's present one, or set this machine's clock if that is wrong",
            shown(not_after),
            shown(time)
        ),
        CertificateFault::IssuerNotYetValid { time, not_before } => format!(
            "an intermediate certificate that the server sends beside its own is not valid before {}, and this machine's clock shows {}: set this machine's clock if that is wrong, or let the server send its issuer's present one",
            shown(not_before),
            shown(time)
        ),
    }
}

/// The kinds of keys that every client takes.
const USUAL_KEYS: &str = "with a key of RSA (2048 bits or more), P-256, P-384 or Ed25519";

fn wrong_name(expected: &ServerName<'_>, presented: &[String], host: &str) -> String {
    let (expected, names) = (expected.to_str(), presented.iter().map(|it| bare_name(it)).collect::<Vec<_>>());
    let how = "as subjectAltName: a name in its subject alone does not count";
    if names.is_empty() {
        return format!("the server's certificate names no server: have it made for `{expected}` ({how})");
    }
    let names = quoted(&names.join(", "));
    format!(
        "the server's certificate is for {names} and not for `{expected}`: check {host}, or have it made for this name ({how})"
    )
}

/// `mail.example.com` of `DnsName("mail.example.com")`, as the library writes it.
fn bare_name(presented: &str) -> &str {
    let inner = presented.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(presented).trim_matches('"')
}

fn nothing_in_common(why: &str) -> String {
    format!(
        "the server and we have no version or cipher in common ({why}): we speak TLS 1.3, and 1.2 with ECDHE and AES-GCM or ChaCha20-Poly1305; allow one of them on the server"
    )
}

/// The meaning of a server's alert (RFC 8446 §6.2), if it does not pass by itself.
#[expect(clippy::wildcard_enum_match_arm, reason = "rustls's enums grow, and what is new may pass")]
fn alert_sentence(alert: AlertDescription, names: SettingNames) -> Option<String> {
    use AlertDescription as Alert;
    let word = format!("its alert: {alert:?}");
    match alert {
        Alert::ProtocolVersion | Alert::InsufficientSecurity => Some(nothing_in_common(&word)),
        // OpenSSL says the same in TLS 1.2 of a client without a certificate.
        Alert::HandshakeFailure => Some(format!(
            "{}. Or its certificate has a key of another kind than we know (P-521, Ed448, DSA): have it made {USUAL_KEYS}. Or it wants a certificate from its clients, and we have none to show",
            nothing_in_common(&word)
        )),
        Alert::CertificateRequired
        | Alert::NoCertificate
        | Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied => Some(format!(
            "the server wants a certificate from its clients, and we have none to show ({word}): let this machine in without one, or use another port or server"
        )),
        Alert::UnrecognisedName => {
            Some(format!("the server knows of no such name ({word}): check {}", names.host))
        }
        _ => None,
    }
}

fn shown(time: UnixTime) -> String {
    let second = i64::try_from(time.as_secs()).ok().and_then(|it| Timestamp::from_second(it).ok());
    second.map_or_else(|| format!("second {}", time.as_secs()), |it| it.to_string())
}

/// A certificate's own words on one line, within bounds.
fn quoted(words: &str) -> String {
    cut_to_bytes(&one_line(words), QUOTED, "…")
}

#[cfg(test)]
mod tests;
