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

/// Computed with Python's `hmac`, `hashlib` and `base64`.
#[test]
fn with_two_keys_the_signatures_stand_side_by_side_the_newest_first() {
    let body = br#"{"email":"test@example.com","username":"test_user"}"#;
    let id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
    let keys = [key("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3").unwrap(), key(KEY).unwrap()];
    let both =
        "v1,Kps1q4QjX0852oCBv4o6iJo45atO19ugk19n9QwIovc= v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
    assert_eq!(signatures(&keys, id, "1649367553", body), both);
    assert_eq!(
        signatures(&keys[..1], "msg_1", "1649367553", r#"{"title":"[紧急] 1号冷库温度过高"}"#.as_bytes()),
        "v1,WXr1g4k4Wm11lDsmqTz+ozeJQC0F5iG0SnwXm1f0uAA="
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
