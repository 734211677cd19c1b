use super::*;

#[test]
fn a_server_is_greeted_with_a_name_or_an_address() {
    let hello = |text: &str| ClientName::from_settings(Some(text.to_owned())).unwrap().to_string();
    assert_eq!(hello("edge-7.example.com"), "edge-7.example.com");
    // RFC 5321 §4.1.3.
    assert_eq!(hello("192.0.2.1"), "[192.0.2.1]");
    assert_eq!(hello("2001:db8::1"), "[IPv6:2001:db8::1]");
    let own = ClientName::from_settings(None).unwrap().to_string();
    assert!(!own.is_empty() && !own.contains([' ', '\r', '\n']), "{own}");
}
