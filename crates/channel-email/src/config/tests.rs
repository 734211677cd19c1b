use super::*;

#[track_caller]
fn check(smtp: &str, tls: TlsConfig, port: u16) {
    let smtp: SmtpConfig = serde_json::from_str(&format!(r#"{{ "host": "x", {smtp} }}"#)).unwrap();
    assert_eq!((smtp.tls(), smtp.port()), (tls, port));
}

#[test]
fn port_and_encryption_follow_from_each_other() {
    check(r#""auth": "auto""#, TlsConfig::Implicit, 465);
    check(r#""port": 465"#, TlsConfig::Implicit, 465);
    check(r#""port": 587"#, TlsConfig::StartTls, 587);
    check(r#""port": 25"#, TlsConfig::StartTls, 25);
    check(r#""tls": "implicit""#, TlsConfig::Implicit, 465);
    check(r#""tls": "starttls""#, TlsConfig::StartTls, 587);
    check(r#""tls": "none""#, TlsConfig::None, 25);
    check(r#""tls": "none", "port": 465"#, TlsConfig::None, 465);
}

#[test]
fn a_setting_that_does_not_exist_is_refused() {
    let err = |text: &str| serde_json::from_str::<EmailConfig>(text).unwrap_err().to_string();
    let misspelt = err(r#"{ "smtp": { "host": "x", "user": "y" }, "from": "a@x", "to": [] }"#);
    assert!(misspelt.contains("unknown field `user`"), "{misspelt}");
    let misspelt = err(r#"{ "smtp": { "host": "x" }, "from": "a@x", "too": [] }"#);
    assert!(misspelt.contains("unknown field `too`"), "{misspelt}");
    let downgrade = err(r#"{ "smtp": { "host": "x", "tls": "opportunistic" }, "from": "a@x", "to": [] }"#);
    assert!(downgrade.contains("expected one of `implicit`, `starttls`, `none`"), "{downgrade}");
}
