//! Mistakes that clients in the field make. Each must fail here, beside the client that
//! does it right. Signatures are computed with Python's `hmac`, `hashlib` and `base64`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use channel_webhook::Webhook;
use fanfare_sandbox::{FakeAccount, HasFake};
use fanfare_testkit::{NOON, RawAnswer, TestSandbox, raw_exchange};

const BODY: &str =
    r#"{"version":"1","id":"m1","title":"hot","text":"hot","notifications":[{"alerts":[{}]}]}"#;

/// The signature of [`BODY`] under the id `m1` at noon.
const SIGN: &str = "v1,syCVJfBLKlBFWjajAErd8UW5tuiaJf5QcZt20rnPqFE=";

/// The seconds of noon.
const TIME: &str = "1772971200";

/// A receiver that asks for signatures, and one that does not.
async fn fakes() -> TestSandbox {
    let signed = [("token", "signed-token"), ("signing_key", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")];
    let accounts = [
        FakeAccount::new("webhook", signed).named("signed"),
        FakeAccount::new("webhook", [("token", "open-token")]).named("open"),
    ];
    TestSandbox::start_at(NOON, vec![Webhook::fake()], accounts).await
}

/// The answer to one request with these headers.
async fn sent(
    fakes: &TestSandbox,
    method: &str,
    token: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> RawAnswer {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!(
        "{method} /webhook/{token} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    raw_exchange(fakes.sandbox.http_address(), request.as_bytes()).await.unwrap()
}

const JSON: (&str, &str) = ("Content-Type", "application/json");
const ID: (&str, &str) = ("webhook-id", "m1");

/// The status of a POST of [`BODY`] with this time and these signatures.
async fn signed(fakes: &TestSandbox, time: &str, sign: &str) -> u16 {
    let headers = [JSON, ID, ("webhook-timestamp", time), ("webhook-signature", sign)];
    sent(fakes, "POST", "signed-token", &headers, BODY).await.status
}

#[tokio::test]
async fn who_signs_otherwise_than_standard_webhooks_is_refused() {
    let fakes = fakes().await;
    let wrong = [
        ("1772971200000", "v1,GVfm8IbGUmntC2LrBaGEi6Bkte7HyI7jFwVYWenWNBg=", "in milliseconds"),
        ("1772970899", "v1,GflUFp0N6Yp18rGUoqywBvvg/sAnQKvE+VJjwwaFqiI=", "five minutes and a second old"),
        (TIME, "v1,9AqswUDFkE4Twvk3vEFeE7t1b2Ho5Jiw5mfKf/8Sm9c=", "with the key as it is written"),
        (TIME, "v1,xwEXALL/yUxIYVRQRbxCc+PsPCQT4hkMeGkwuBpGRgs=", "over the body alone"),
        (TIME, "v1,b3209525f04b2a50455a36a3004addf145b9b6e89a25fe50719b76d2b9cfa851", "in hex"),
        (TIME, &SIGN[3..], "without its version"),
        (TIME, "", "empty"),
    ];
    for (time, sign, mistake) in wrong {
        assert_eq!(signed(&fakes, time, sign).await, 401, "{mistake}");
    }
    assert!(fakes.delivered().is_empty());
    assert_eq!(signed(&fakes, TIME, &format!("v1,b3RoZXI= {SIGN}")).await, 200, "one of two will do");
}

#[tokio::test]
async fn who_signs_another_body_or_id_than_it_sends_is_refused() {
    let fakes = fakes().await;
    let headers = |id| [JSON, ("webhook-id", id), ("webhook-timestamp", TIME), ("webhook-signature", SIGN)];
    let spaced = BODY.replace("\"hot\",", "\"hot\" ,");
    assert_eq!(sent(&fakes, "POST", "signed-token", &headers("m1"), &spaced).await.status, 401);
    assert_eq!(sent(&fakes, "POST", "signed-token", &headers("m2"), BODY).await.status, 401);
    assert_eq!(sent(&fakes, "POST", "signed-token", &headers("m1"), BODY).await.status, 200);
}

#[tokio::test]
async fn who_calls_in_another_way_than_agreed_is_refused_with_the_status_for_it() {
    let fakes = fakes().await;
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(sent(&fakes, "PUT", "open-token", &[JSON, ID], BODY).await.status, 405);
    assert_eq!(sent(&fakes, "POST", "open-token", &[form, ID], BODY).await.status, 415);
    assert_eq!(sent(&fakes, "POST", "open-token", &[ID], BODY).await.status, 415);
    assert_eq!(sent(&fakes, "POST", "mistyped", &[JSON, ID], BODY).await.status, 404);
    assert!(fakes.delivered().is_empty());
}

#[tokio::test]
async fn who_leaves_out_a_part_of_the_documented_shape_is_refused() {
    let fakes = fakes().await;
    let status = async |body: &str| sent(&fakes, "POST", "open-token", &[JSON, ID], body).await.status;
    assert_eq!(status("[]").await, 400);
    assert_eq!(status(&BODY[..BODY.len() - 1]).await, 400);
    for (part, without) in [
        (r#""version":"1""#, r#""version":"2""#),
        (r#""title":"hot","#, ""),
        (r#""text":"hot","#, ""),
        (r#""id":"m1","#, ""),
        (r#"[{"alerts":[{}]}]"#, "[]"),
        (r#"{"alerts":[{}]}"#, r#"{"alerts":[]}"#),
        (r#"{"alerts":[{}]}"#, "{}"),
    ] {
        assert_eq!(status(&BODY.replace(part, without)).await, 422, "{part} -> {without}");
    }
    assert!(fakes.delivered().is_empty());
    assert_eq!(status(BODY).await, 200);
}

#[tokio::test]
async fn who_makes_a_new_id_for_each_attempt_is_shown_twice() {
    let fakes = fakes().await;
    let send = async |id: &'static str| {
        let body = BODY.replace("m1", id);
        assert_eq!(sent(&fakes, "POST", "open-token", &[JSON, ("webhook-id", id)], &body).await.status, 200);
    };
    send("m1").await;
    send("m1").await;
    assert_eq!(fakes.delivered().len(), 1);
    send("m2").await;
    assert_eq!(fakes.delivered().len(), 2);
}

#[tokio::test]
async fn who_names_another_id_in_the_header_than_in_the_body_is_refused() {
    let fakes = fakes().await;
    assert_eq!(sent(&fakes, "POST", "open-token", &[JSON, ("webhook-id", "m2")], BODY).await.status, 422);
    assert_eq!(sent(&fakes, "POST", "open-token", &[JSON], BODY).await.status, 422);
}

#[tokio::test]
async fn no_answer_and_no_record_holds_a_credential() {
    let fakes = fakes().await;
    let mut told = String::new();
    for token in ["signed-token", "open-token", "mistyped-token"] {
        told += &sent(&fakes, "POST", token, &[JSON, ID], BODY).await.body;
    }
    fakes.shows_no_secret(&told, &["signed-token", "open-token", "mistyped-token", "C2FVsBQI"]);
}
