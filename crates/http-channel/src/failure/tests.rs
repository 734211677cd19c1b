use super::*;

#[test]
fn a_certificate_out_of_its_time_may_be_a_wrong_clock() {
    assert!(hint(&CertificateError::Expired).contains("clock"));
    assert!(hint(&CertificateError::NotValidYet).contains("clock"));
    assert!(hint(&CertificateError::UnknownIssuer).contains("`ca_file`"));
}

#[test]
fn a_tls_error_is_found_inside_errors_of_input_and_output() {
    let tls = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
    let wrapped = io::Error::other(io::Error::other(tls.clone()));
    assert_eq!(tls_error(&wrapped), Some(&tls));
    assert_eq!(tls_error(&io::Error::other("reset")), None);
}

#[test]
fn causes_are_told_once() {
    let inner = io::Error::other(io::Error::other("connection reset"));
    assert_eq!(chain(&inner), "connection reset");
}
