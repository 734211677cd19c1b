use super::*;

#[track_caller]
fn signed(seconds: i64, secret: &str) -> (String, String) {
    sign(&Secret::new(secret), Timestamp::from_second(seconds).unwrap())
}

#[track_caller]
fn check(seconds: i64, secret: &str, expected: &str) {
    assert_eq!(signed(seconds, secret), (seconds.to_string(), expected.to_owned()));
}

/// The first is published; the others were computed with Python's `hmac`.
#[test]
fn a_signature_is_the_one_that_others_compute() {
    check(1_716_283_459, "dGhpcyBpcyBhIGtleQ==", "8EyY+xxfJvzWjZQpdc2mgvQFaG7lF5nbxl7RITyMkJU=");
    check(1_599_360_473, "demo", "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
    check(1_700_000_000, "feishu-secret", "OrBzY1Y01Gq+HgJsl+7OfWcMVwc7YocohQm5iiZwjhU=");
}

#[test]
fn it_is_not_signed_by_dingtalks_recipe() {
    let (_, sign) = signed(1_716_283_459, "dGhpcyBpcyBhIGtleQ==");
    assert_ne!(sign, "3BWdjQHZMX4/CIYl7owzVxhehnLfrlh+ZlT/+Y1uzvE=");
}

#[test]
fn a_secret_that_was_copied_with_its_line_end_is_the_same_secret() {
    assert_eq!(signed(1_599_360_473, " demo\n"), signed(1_599_360_473, "demo"));
}
