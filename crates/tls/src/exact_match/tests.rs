//! Handshakes with servers of every kind.

use std::io::Write;
use std::net::Ipv4Addr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::*;
use crate::{SettingNames, client_config, misconfiguration};

const NAMES: SettingNames = SettingNames {
    host: "`smtp.host`",
    ca_file: "`smtp.ca_file`",
    without_tls: "should `smtp.tls` be starttls?",
};

/// A certificate with its key.
struct Made {
    der: CertificateDer<'static>,
    pem: String,
    key: PrivateKeyDer<'static>,
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "mail");
    params
}

/// A certificate as `openssl req -x509` makes it: its own CA.
fn own_authority(change: impl FnOnce(&mut CertificateParams)) -> Made {
    let mut params = params("localhost");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    made(&certificate, &key)
}

/// A certificate that a CA has issued, and the CA.
fn issued(change: impl FnOnce(&mut CertificateParams)) -> (Made, String) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(vec![]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(DnType::CommonName, "an authority");
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let mut params = params("localhost");
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    (made(&certificate, &key), ca_pem)
}

fn made(certificate: &rcgen::Certificate, key: &KeyPair) -> Made {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Made { der: certificate.der().clone(), pem: certificate.pem(), key }
}

/// A server that shows `made`, also if it should not.
fn server(made: &Made) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = provider.key_provider.load_private_key(made.key.clone_key()).unwrap();
    let shown = SingleCertAndKey::from(CertifiedKey::new(vec![made.der.clone()], key));
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shown))
}

/// The words of a client that trusts `ca_file` and calls the server `name`; `Ok` if it heard the server.
async fn meet(server: ServerConfig, ca_file: &str, name: &str) -> Result<(), String> {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let accepted = async {
        if let Ok(mut stream) = TlsAcceptor::from(Arc::new(server)).accept(theirs).await {
            stream.write_all(b"220 hello").await.ok();
            stream.shutdown().await.ok();
        }
    };
    tokio::join!(listen(ours, ca_file, name), accepted).0
}

async fn listen(stream: DuplexStream, ca_file: &str, name: &str) -> Result<(), String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(ca_file.as_bytes()).unwrap();
    let connector = TlsConnector::from(Arc::new(client_config(Some(file.path())).unwrap()));
    let words =
        |err: std::io::Error| misconfiguration(&err, NAMES).unwrap_or_else(|| format!("may pass: {err}"));
    let mut stream = connector.connect(name.to_owned().try_into().unwrap(), stream).await.map_err(words)?;
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.map_err(words)?;
    assert_eq!(heard, "220 hello");
    Ok(())
}

#[tokio::test]
async fn a_server_that_shows_the_very_certificate_of_the_file_is_trusted() {
    let own = own_authority(|_| {});
    meet(server(&own), &own.pem, "localhost").await.unwrap();
    // Beside others, in whatever order.
    let other = own_authority(|_| {});
    meet(server(&own), &format!("{}{}", other.pem, own.pem), "localhost").await.unwrap();
    // One that is no authority, its own or another's.
    let plain = own_authority(|it| it.is_ca = IsCa::NoCa);
    meet(server(&plain), &plain.pem, "localhost").await.unwrap();
    let (leaf, ca) = issued(|_| {});
    meet(server(&leaf), &leaf.pem, "localhost").await.unwrap();
    meet(server(&leaf), &ca, "localhost").await.unwrap();
    // Beside another authority of the same name as its own.
    let (_, namesake) = issued(|_| {});
    meet(server(&leaf), &format!("{namesake}{}", leaf.pem), "localhost").await.unwrap();
    // One that was issued for clients.
    let client =
        |it: &mut CertificateParams| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let own = own_authority(client);
    meet(server(&own), &own.pem, "localhost").await.unwrap();
    // By its address.
    let own = own_authority(|it| {
        it.subject_alt_names = vec![rcgen::SanType::IpAddress(Ipv4Addr::LOCALHOST.into())]
    });
    meet(server(&own), &own.pem, "127.0.0.1").await.unwrap();
}

#[tokio::test]
async fn who_shows_the_certificate_of_the_file_must_have_its_key() {
    let own = own_authority(|_| {});
    let thief = Made { key: own_authority(|_| {}).key, der: own.der.clone(), pem: String::new() };
    let words = meet(server(&thief), &own.pem, "localhost").await.unwrap_err();
    assert!(words.contains("does not hold its key"), "{words}");
}

#[tokio::test]
async fn a_certificate_that_only_looks_alike_is_not_trusted() {
    let (own, twin) = (own_authority(|_| {}), own_authority(|_| {}));
    let words = meet(server(&twin), &own.pem, "localhost").await.unwrap_err();
    assert!(words.contains("is its own CA (self-signed), and not the one that is trusted"), "{words}");
    let ((leaf, _), (_, namesake)) = (issued(|_| {}), issued(|_| {}));
    let words = meet(server(&leaf), &namesake, "localhost").await.unwrap_err();
    assert!(words.contains("another CA of the same name"), "{words}");
    let words = meet(server(&leaf), &own.pem, "localhost").await.unwrap_err();
    assert!(words.contains("name its CA, or the certificate itself, in `smtp.ca_file`"), "{words}");
}

#[tokio::test]
async fn the_name_counts_and_both_are_told() {
    let own = own_authority(|_| {});
    let (leaf, ca) = issued(|_| {});
    for (made, trusted) in [(&own, &own.pem), (&leaf, &ca)] {
        for name in ["mail.example.com", "127.0.0.1"] {
            let words = meet(server(made), trusted, name).await.unwrap_err();
            let expected = format!("is for localhost and not for `{name}`: check `smtp.host`");
            assert!(words.contains(&expected), "{words}");
        }
    }
    let nameless = own_authority(|it| it.subject_alt_names.clear());
    let words = meet(server(&nameless), &nameless.pem, "localhost").await.unwrap_err();
    assert!(words.contains("names no server: have it made for `localhost` (as subjectAltName"), "{words}");
}

#[tokio::test]
async fn the_dates_count_and_both_clocks_are_told() {
    let expired = |it: &mut CertificateParams| {
        (it.not_before, it.not_after) = (date_time_ymd(1999, 1, 1), date_time_ymd(2001, 2, 3));
    };
    let early = |it: &mut CertificateParams| {
        (it.not_before, it.not_after) = (date_time_ymd(3001, 2, 3), date_time_ymd(3009, 1, 1));
    };
    let own = [own_authority(expired), own_authority(early)].map(|it| (it.pem.clone(), it));
    let by_ca = [issued(expired), issued(early)].map(|(leaf, ca)| (ca, leaf));
    for [(expired_ca, expired), (early_ca, early)] in [own, by_ca] {
        let words = meet(server(&expired), &expired_ca, "localhost").await.unwrap_err();
        assert!(
            words.contains("expired at 2001-02-03T00:00:00Z, and this machine's clock shows 2"),
            "{words}"
        );
        let words = meet(server(&early), &early_ca, "localhost").await.unwrap_err();
        assert!(
            words.contains("not valid before 3001-02-03T00:00:00Z, and this machine's clock shows 2"),
            "{words}"
        );
    }
}

/// A server whose certificate was issued by an intermediate one of these dates, its certificate
/// as PEM, and the CA of them all.
fn by_intermediate(change: impl FnOnce(&mut CertificateParams)) -> (ServerConfig, String, String) {
    let authority = |name: &str| {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let (ca_key, middle_key, key) =
        (KeyPair::generate().unwrap(), KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let ca = authority("an authority");
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let mut middle = authority("between");
    change(&mut middle);
    let shown_middle = middle.signed_by(&middle_key, &Issuer::new(ca, ca_key)).unwrap();
    let leaf = params("localhost").signed_by(&key, &Issuer::new(middle, middle_key)).unwrap();
    let made = made(&leaf, &key);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = provider.key_provider.load_private_key(made.key).unwrap();
    let shown = CertifiedKey::new(vec![made.der, shown_middle.der().clone()], key);
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
    (config, made.pem, ca_pem)
}

#[tokio::test]
async fn the_dates_of_a_certificate_between_are_told_apart_from_the_servers_own() {
    let (server, _, ca) = by_intermediate(|_| {});
    meet(server, &ca, "localhost").await.unwrap();

    let expired = |it: &mut CertificateParams| {
        (it.not_before, it.not_after) = (date_time_ymd(1999, 1, 1), date_time_ymd(2001, 2, 3));
    };
    let (server, leaf, ca) = by_intermediate(expired);
    let words = meet(server.clone(), &ca, "localhost").await.unwrap_err();
    assert!(
        words.starts_with("TLS: an intermediate certificate that the server sends beside its own expired")
            && words.contains("2001-02-03T00:00:00Z, and this machine's clock shows 2"),
        "{words}"
    );
    // Who names the very certificate does not ask who issued it.
    meet(server, &leaf, "localhost").await.unwrap();

    let early = |it: &mut CertificateParams| {
        (it.not_before, it.not_after) = (date_time_ymd(3001, 2, 3), date_time_ymd(3009, 1, 1));
    };
    let (server, _, ca) = by_intermediate(early);
    let words = meet(server, &ca, "localhost").await.unwrap_err();
    assert!(
        words.contains("intermediate") && words.contains("is not valid before 3001-02-03T00:00:00Z"),
        "{words}"
    );
}

#[test]
fn a_short_key_of_rsa_is_told_from_a_usual_one() {
    // Made by `openssl req -x509` (3.0) with rsa:1024, rsa:2048 and ec, prime256v1.
    let certificate = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let short = certificate(include_str!("rsa_1024.pem"));
    let wrong = Error::InvalidCertificate(CertificateError::BadSignature);
    let Error::InvalidCertificate(why) = explained_signature(wrong.clone(), &short) else {
        panic!("{short:?}")
    };
    assert_eq!(CertificateFault::of(&why), Some(CertificateFault::ShortKey));
    for usual in [include_str!("rsa_2048.pem"), include_str!("version_1.pem")] {
        assert_eq!(explained_signature(wrong.clone(), &certificate(usual)), wrong);
    }
    let other = Error::InvalidCertificate(CertificateError::Revoked);
    assert_eq!(explained_signature(other.clone(), &short), other);
}

#[tokio::test]
async fn a_certificate_that_a_short_key_has_signed_is_named_as_such() {
    // Made by `openssl x509 -req` (3.0): the CA has a key of 1024 bits, the server's certificate a usual one.
    let (ca, leaf) = (include_str!("rsa_1024.pem"), include_str!("by_rsa_1024.pem"));
    let der = CertificateDer::from_pem_slice(leaf.as_bytes()).unwrap();
    let made = Made { der, pem: leaf.to_owned(), key: own_authority(|_| {}).key };
    let words = meet(server(&made), ca, "localhost").await.unwrap_err();
    assert!(words.contains("RSA key of less than 2048 bits"), "{words}");
}

#[tokio::test]
async fn a_certificate_of_version_1_is_named_as_such() {
    // Made by `openssl req -new` and `openssl x509 -req` (3.0), which write version 1.
    let pem = include_str!("version_1.pem");
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let made = Made { der, pem: pem.to_owned(), key: own_authority(|_| {}).key };
    for trusted in [&made.pem, &own_authority(|_| {}).pem] {
        let words = meet(server(&made), trusted, "localhost").await.unwrap_err();
        assert!(
            words.contains("is of version 1 and names no server") && words.contains("-addext"),
            "{words}"
        );
    }
}

#[tokio::test]
async fn a_server_that_wants_our_certificate_is_named_as_such() {
    let own = own_authority(|_| {});
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(own.der.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let key = provider.key_provider.load_private_key(own.key.clone_key()).unwrap();
        let shown = SingleCertAndKey::from(CertifiedKey::new(vec![own.der.clone()], key));
        let strict = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(clients.build().unwrap())
            .with_cert_resolver(Arc::new(shown));
        let words = meet(strict, &own.pem, "localhost").await.unwrap_err();
        assert!(words.contains("wants a certificate from its clients, and we have none"), "{words}");
    }
}

/// The words about a server that answers our `ClientHello` with these bytes.
async fn meet_bytes(answer: &[u8]) -> String {
    let own = own_authority(|_| {});
    let (ours, mut theirs) = tokio::io::duplex(64 * 1024);
    let answered = async {
        theirs.read_buf(&mut Vec::with_capacity(16 * 1024)).await.unwrap();
        theirs.write_all(answer).await.unwrap();
        theirs.shutdown().await.unwrap();
    };
    tokio::join!(listen(ours, &own.pem, "localhost"), answered).0.unwrap_err()
}

#[tokio::test]
async fn a_server_without_a_version_or_cipher_in_common_is_named_as_such() {
    // Alerts as OpenSSL sends them: RFC 8446 §6.2, `protocol_version`, `handshake_failure`, `insufficient_security`.
    for alert in [70, 40, 71] {
        let words = meet_bytes(&[0x15, 3, 1, 0, 2, 2, alert]).await;
        assert!(words.contains("no version or cipher in common (its alert: "), "{words}");
        assert!(words.contains("we speak TLS 1.3, and 1.2 with ECDHE"), "{words}");
    }
    // A ServerHello of TLS 1.0.
    let mut hello = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    let words = meet_bytes(&hello).await;
    assert!(words.contains("no version or cipher in common"), "{words}");
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_named_as_such() {
    for answer in [
        &b"220 mail.example.com ESMTP\r\n"[..],
        b"500 5.5.2 what?\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"* OK IMAP\r\n",
    ] {
        let words = meet_bytes(answer).await;
        assert_eq!(words, "TLS: the server does not speak it there; should `smtp.tls` be starttls?");
    }
}

#[tokio::test]
async fn what_may_pass_is_nobodys_mistake() {
    // Nothing at all, half a record, an alert that tells of trouble of the server's own.
    for answer in [&b""[..], &[0x16, 3, 3], &[0x15, 3, 3, 0, 2, 2, 80]] {
        let words = meet_bytes(answer).await;
        assert!(words.starts_with("may pass: "), "{words}");
    }
}

#[tokio::test]
async fn a_silent_server_that_waits_for_tls_is_found_by_the_probe() {
    let own = own_authority(|_| {});
    let (mut ours, theirs) = tokio::io::duplex(64 * 1024);
    let acceptor = TlsAcceptor::from(Arc::new(server(&own)));
    tokio::spawn(async move { acceptor.accept(theirs).await.map(drop) });
    ours.write_all(crate::PROBE).await.unwrap();
    assert!(crate::is_answer_in_tls(ours.read_u8().await.unwrap()));
    for first in [b'2', b'5', b'H', 0] {
        assert!(!crate::is_answer_in_tls(first));
    }
}
