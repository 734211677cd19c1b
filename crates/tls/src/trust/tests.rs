use std::io::Write;

use super::*;

fn file(content: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file
}

#[track_caller]
fn check_refused(path: &Path, words: &str) {
    let err = client_config(Some(path)).unwrap_err().to_string();
    assert!(err.contains(words) && err.contains(path.to_str().unwrap()), "{err}");
}

#[test]
fn a_file_of_certificates_holds_certificates() {
    check_refused(Path::new("/nowhere/ca.pem"), "No such file");
    check_refused(file("").path(), "holds no certificate");
    check_refused(
        file("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").path(),
        "holds no certificate",
    );
    check_refused(file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").path(), "");
    check_refused(file("-----BEGIN CERTIFICATE-----\nAAAA\n").path(), "");
    check_refused(Path::new("/tmp"), "directory");
}

#[test]
fn a_system_without_certificates_is_named_with_the_remedy() {
    let err = TrustError::NothingTrusted { why: String::new() };
    assert_eq!(
        err.to_string(),
        "this system has no certificates to trust: install `ca-certificates`, or name a PEM file here"
    );
}

#[test]
fn what_has_no_end_or_is_longer_than_any_file_of_certificates_is_refused_and_not_read() {
    check_refused(Path::new("/dev/zero"), "a pipe or a device");
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    check_refused(&pipe, "a pipe or a device");
    let long = tempfile::NamedTempFile::new().unwrap();
    long.as_file().set_len(LONGEST + 1).unwrap();
    check_refused(long.path(), "more than 4096 KiB");
}

#[test]
fn every_certificate_of_a_file_counts_whatever_an_editor_writes_before_the_first() {
    let named = |name: &str| rcgen::generate_simple_self_signed([name.to_owned()]).unwrap().cert.pem();
    let two = format!("{}{}", named("a.example"), named("b.example"));
    for content in [two.clone(), format!("\u{feff}{two}"), two.replace('\n', "\r\n")] {
        assert_eq!(certificates(file(&content).path()).unwrap().len(), 2);
    }
    let (cut, _) = two.split_at(two.len() - 100);
    check_refused(file(cut).path(), "no whole PEM file");
}

#[test]
fn a_client_shows_a_certificate_whose_key_it_has() {
    let (own, other) = (made("fanfare"), made("another"));
    let ca = file(&own.0);
    let configured = |certificate: &str, key: &str| {
        let (cert_file, key_file) = (file(certificate), file(key));
        let identity =
            ClientIdentity { cert_file: cert_file.path().to_owned(), key_file: key_file.path().to_owned() };
        client_config_with_identity(Some(ca.path()), &identity).map(|_| ()).map_err(|err| err.to_string())
    };
    assert_eq!(configured(&own.0, &own.1), Ok(()));
    let refused = |certificate: &str, key: &str, words: &str| {
        let err = configured(certificate, key).unwrap_err();
        assert!(err.contains(words) && !err.contains("PRIVATE KEY-----\nM"), "{err}");
    };
    refused(&own.0, &other.1, "is not the one of the certificate");
    refused(&own.0, &own.0, "holds no private key");
    refused(&own.1, &own.1, "holds no certificate");
}

/// A certificate and its key, as PEM.
fn made(name: &str) -> (String, String) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}
