use super::*;

const NAMES: SettingNames = SettingNames { host: "`host`", ca_file: "`ca_file`", without_tls: "no TLS?" };

#[test]
fn a_tls_error_is_found_inside_errors_of_input_and_output() {
    let tls = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
    let wrapped = io::Error::other(io::Error::other(tls.clone()));
    assert_eq!(tls_error(&wrapped), Some(&tls));
    assert_eq!(tls_error(&io::Error::other("reset")), None);
    assert!(misconfiguration(&wrapped, NAMES).unwrap().contains("`ca_file`"));
    assert_eq!(misconfiguration(&io::Error::other("reset"), NAMES), None);
}

#[test]
fn every_refusal_of_a_certificate_has_a_remedy() {
    use CertificateError::{
        BadEncoding, BadSignature, Expired, NotValidForName, NotValidYet, Revoked, UnknownIssuer,
    };
    for (why, remedy) in [
        (Expired, "set this machine's clock"),
        (NotValidYet, "set this machine's clock"),
        (UnknownIssuer, "`ca_file`"),
        (NotValidForName, "check `host`"),
        (Revoked, "made again"),
        (BadEncoding, "made again"),
        (BadSignature, "`ca_file`"),
    ] {
        let sentence = misconfiguration(&rustls::Error::InvalidCertificate(why), NAMES).unwrap();
        assert!(sentence.contains(remedy), "{sentence}");
    }
}

#[test]
fn the_words_of_a_certificate_stay_on_one_line_and_within_bounds() {
    let expected = ServerName::try_from("localhost").unwrap();
    let presented = vec![format!("DnsName(\"a\nb{}\")", "x".repeat(1000))];
    let why = CertificateError::NotValidForNameContext { expected, presented };
    let sentence = misconfiguration(&rustls::Error::InvalidCertificate(why), NAMES).unwrap();
    assert!(
        sentence.contains("is for a bx") && !sentence.contains('\n') && sentence.len() < 500,
        "{sentence}"
    );
}

#[test]
fn a_key_that_the_library_does_not_know_has_its_own_sentence() {
    let ecdsa_with_sha512 = vec![0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
    let secp521r1 = vec![0x2b, 0x81, 0x04, 0x00, 0x23];
    for why in [
        CertificateError::UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id: ecdsa_with_sha512.clone(),
            supported_algorithms: Vec::new(),
        },
        CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id: ecdsa_with_sha512,
            public_key_algorithm_id: secp521r1,
        },
    ] {
        let sentence = misconfiguration(&rustls::Error::InvalidCertificate(why), NAMES).unwrap();
        assert!(sentence.contains("P-521, Ed448"), "{sentence}");
        assert!(sentence.contains("RSA (2048 bits or more), P-256, P-384"), "{sentence}");
    }
    // A server whose certificate has such a key ends the handshake by itself.
    let alert = rustls::Error::AlertReceived(AlertDescription::HandshakeFailure);
    let sentence = misconfiguration(&alert, NAMES).unwrap();
    assert!(sentence.contains("P-521, Ed448"), "{sentence}");
}
