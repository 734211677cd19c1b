use super::*;

fn key(text: &str) -> Option<SigningKey> {
    SigningKey::parse(&Secret::new(text))
}

const KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// The example of the specification.
#[test]
fn a_signature_is_the_published_one() {
    let body = br#"{"email":"test@example.com","username":"test_user"}"#;
    let id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
    assert_eq!(
        signatures(&[key(KEY).unwrap()], id, "1649367553", body),
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
    );
}

#[test]
fn while_a_key_is_replaced_each_of_the_two_signs() {
    let other = key("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3").unwrap();
    let keys = [other, key(KEY).unwrap()];
    let both = signatures(&keys, "msg_1", "1649367553", b"{}");
    let each: Vec<String> =
        keys.iter().map(|key| signatures(std::slice::from_ref(key), "msg_1", "1649367553", b"{}")).collect();
    assert_eq!(both, each.join(" "));
}

#[test]
fn a_key_has_its_prefix_and_enough_bytes() {
    for text in
        ["", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64", "whsec_AA"]
    {
        assert!(key(text).is_none(), "{text}");
    }
    assert!(key(&format!(" {KEY}\n")).is_some(), "copied with its line end");
    assert_eq!(format!("{:?}", key(KEY).unwrap()), "SigningKey(..)");
}
