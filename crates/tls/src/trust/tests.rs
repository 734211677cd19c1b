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
