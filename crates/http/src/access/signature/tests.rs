use actix_web::http::header::{HeaderName, HeaderValue};

use super::*;

fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
    let field = |(name, text): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(text).unwrap())
    };
    fields.iter().map(field).collect()
}

/// The vector of the libraries of Standard Webhooks.
/// <https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries>
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const TIME: i64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

#[track_caller]
fn check(time: &str, signature: &str, now: i64, expected: Result<(), InvalidSignature>) {
    let key = SignatureKey::standard_webhook(&Secret::new(SECRET));
    let headers = headers(&[(WEBHOOK_ID, ID), (WEBHOOK_TIMESTAMP, time), (WEBHOOK_SIGNATURE, signature)]);
    let now = Timestamp::from_second(now).unwrap();
    assert_eq!(key.verify(&headers, BODY, now), expected, "{time} {signature} {now}");
}

#[test]
fn a_standard_webhook_is_known_by_its_signature_within_five_minutes() {
    let time = TIME.to_string();
    for now in [TIME - 300, TIME, TIME + 300] {
        check(&time, SIGNATURE, now, Ok(()));
    }
    for now in [TIME - 301, TIME + 301, 0] {
        check(&time, SIGNATURE, now, Err(InvalidSignature::OtherTime));
    }
    let other = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
    check(&time, other, TIME, Err(InvalidSignature::Wrong));
    check(&time, &format!("{other} {SIGNATURE} v2,x"), TIME, Ok(()));
    check(&time, "", TIME, Err(InvalidSignature::Wrong));
    check(&(TIME + 1).to_string(), SIGNATURE, TIME, Err(InvalidSignature::Wrong));
    check("soon", SIGNATURE, TIME, Err(InvalidSignature::NoTime));
}

#[test]
fn a_standard_webhook_without_its_headers_is_told_which_are_missing() {
    let key = SignatureKey::standard_webhook(&Secret::new(SECRET));
    let headers = headers(&[(WEBHOOK_SIGNATURE, SIGNATURE)]);
    assert!(key.is_claimed(&headers));
    let refused = key.verify(&headers, BODY, Timestamp::UNIX_EPOCH);
    assert_eq!(refused, Err(InvalidSignature::Incomplete));
    assert!(refused.unwrap_err().to_string().contains("webhook-timestamp"));
}

/// The vector of GitHub's documentation.
/// <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation>
#[test]
fn a_hub_signature_is_githubs() {
    const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let key = SignatureKey::hub(&Secret::new("It's a Secret to Everybody"));
    let verify = |signature: &str, body: &[u8]| {
        key.verify(&headers(&[(HUB_SIGNATURE, signature)]), body, Timestamp::UNIX_EPOCH)
    };
    assert_eq!(verify(SIGNATURE, b"Hello, World!"), Ok(()));
    assert_eq!(verify(SIGNATURE, b"Hello, World"), Err(InvalidSignature::Wrong));
    assert_eq!(verify(&SIGNATURE.replace("757", "758"), b"Hello, World!"), Err(InvalidSignature::Wrong));
    assert_eq!(
        verify(SIGNATURE.trim_start_matches("sha256="), b"Hello, World!"),
        Err(InvalidSignature::Wrong)
    );
}

#[test]
fn a_key_is_never_printed() {
    let key = SignatureKey::hub(&Secret::new("hunter2"));
    assert!(!format!("{key:?}").contains("104, 117"), "{key:?}");
}
