use std::time::Duration;

use fanfare_core::{Locale, Secret, Severity, Why};
use fanfare_testkit::{FakeHttp, NOON, Reaction, SeenRequest, attempt, notification};
use serde_json::json;

use super::*;

const KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OLD_KEY: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";

fn context() -> Context {
    Context { name: "ops-hook".into(), locale: Locale::default(), timeout: Duration::from_secs(10) }
}

fn build(settings: serde_json::Value) -> Result<Webhook, BuildError> {
    Webhook::build(serde_json::from_value(settings).unwrap(), context())
}

fn hook_at(endpoint: &str) -> Webhook {
    build(json!({
        "url": format!("{endpoint}/services/T0KEN-in-the-path/x?key=a-secret-in-the-query"),
        "secret_headers": { "Authorization": "Bearer hunter2-hunter2" },
        "headers": { "X-Site": "harbour" },
        "signing_keys": [KEY, OLD_KEY],
        "allow_private": true,
    }))
    .unwrap()
}

async fn posted(hook: impl Fn(&str) -> Webhook) -> SeenRequest {
    let fake = FakeHttp::serve(|_| Reaction::answer("200 OK", "", "thanks")).await;
    let told = notification(Severity::High, Why::Started);
    let receipt = hook(&fake.endpoint()).notify(&told, &attempt()).await.unwrap();
    assert_eq!(receipt.words, "HTTP 200: thanks");
    fake.seen().remove(0)
}

fn header(seen: &SeenRequest, name: &str) -> Option<String> {
    let found = seen
        .headers
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(it, _)| it.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.to_owned())
}

#[tokio::test]
async fn a_message_goes_to_the_address_as_it_is_written_with_the_headers() {
    let seen = posted(hook_at).await;
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.target, "/services/T0KEN-in-the-path/x?key=a-secret-in-the-query");
    assert_eq!(header(&seen, "content-type").as_deref(), Some("application/json"));
    assert_eq!(header(&seen, "x-site").as_deref(), Some("harbour"));
    assert_eq!(header(&seen, "authorization").as_deref(), Some("Bearer hunter2-hunter2"));
}

#[tokio::test]
async fn the_method_is_the_settings() {
    let seen = posted(|endpoint| {
        build(json!({ "url": format!("{endpoint}/hook"), "method": "PUT", "allow_private": true })).unwrap()
    })
    .await;
    assert_eq!(seen.method, "PUT");
    assert_eq!(header(&seen, "webhook-id").as_deref(), Some(attempt().key.as_str()));
    assert_eq!(header(&seen, "webhook-signature"), None, "without a key");
}

#[tokio::test]
async fn a_message_is_signed_with_both_keys_over_the_bytes_that_are_sent() {
    let seen = posted(hook_at).await;
    let id = header(&seen, "webhook-id").unwrap();
    // Noon of 2026-03-08 in seconds.
    assert_eq!(header(&seen, "webhook-timestamp").as_deref(), Some("1772971200"));
    let keys = [KEY, OLD_KEY].map(|key| SigningKey::parse(&Secret::new(key)).unwrap());
    let expected = signatures(&keys, &id, "1772971200", seen.body.as_bytes());
    assert_eq!(header(&seen, "webhook-signature"), Some(expected));
}

#[tokio::test]
async fn the_id_is_the_same_in_every_attempt() {
    let fake = FakeHttp::serve(|_| Reaction::answer("500 Internal Server Error", "", "")).await;
    let hook = hook_at(&fake.endpoint());
    let told = notification(Severity::High, Why::Started);
    for ordinal in [1, 2] {
        hook.notify(&told, &Attempt { ordinal, ..attempt() }).await.unwrap_err();
    }
    let ids: Vec<_> = fake.seen().iter().map(|it| header(it, "webhook-id")).collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let fake =
        FakeHttp::serve(|_| Reaction::answer("307 Temporary Redirect", "Location: /elsewhere\r\n", "")).await;
    let told = notification(Severity::High, Why::Started);
    let err = hook_at(&fake.endpoint()).notify(&told, &attempt()).await.unwrap_err();
    assert_eq!((err.word(), fake.seen().len()), ("misconfigured", 1));
}

#[test]
fn an_address_of_a_private_network_must_be_allowed() {
    let err = build(json!({ "url": "http://192.168.1.7/hook" })).unwrap_err();
    assert_eq!(err.field, "url");
    assert!(err.message.ends_with("set `allow_private: true` if it is meant"), "{err}");
    build(json!({ "url": "http://192.168.1.7/hook", "allow_private": true })).unwrap();
    build(json!({ "url": "https://hooks.example.com/hook" })).unwrap();
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_when_it_is_found() {
    let fake = FakeHttp::serve(|_| Reaction::json("{}")).await;
    let hook = build(json!({ "url": fake.endpoint().replace("127.0.0.1", "localhost") })).unwrap();
    let err = hook.notify(&notification(Severity::High, Why::Started), &attempt()).await.unwrap_err();
    assert_eq!((err.word(), fake.seen().len()), ("misconfigured", 0), "{err}");
}

#[test]
fn channels_of_one_address_are_one_account_and_none_shows_its_address() {
    let account = |endpoint: &str| hook_at(endpoint).limits().account;
    assert_eq!(account("http://127.0.0.1:1"), account("http://127.0.0.1:1"));
    assert_ne!(account("http://127.0.0.1:1"), account("http://127.0.0.1:2"));
    let shown = format!("{:?} {}", hook_at("http://127.0.0.1:1"), account("http://127.0.0.1:1"));
    assert!(!shown.contains("T0KEN") && !shown.contains("hunter2"), "{shown}");
}

/// A receiver whose clock is two hours ahead, and that takes no older signatures.
async fn receiver_ahead() -> FakeHttp {
    FakeHttp::serve(|it| {
        let time = NOON + SignedDuration::from_hours(2);
        let date = jiff::fmt::rfc2822::to_string(&time.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        let status = match header(it, "webhook-timestamp") {
            Some(signed) if (signed.parse::<i64>().unwrap() - time.as_second()).abs() <= 300 => "200 OK",
            Some(_) | None => "401 Unauthorized",
        };
        Reaction::answer(status, &format!("Date: {date}\r\n"), "")
    })
    .await
}

#[tokio::test]
async fn a_machine_without_the_time_signs_with_the_receivers_from_the_second_attempt_on() {
    let fake = receiver_ahead().await;
    let hook = hook_at(&fake.endpoint());
    let told = notification(Severity::High, Why::Started);
    assert_eq!(hook.notify(&told, &attempt()).await.unwrap_err().word(), "transient");
    let says = hook.notify(&told, &Attempt { ordinal: 2, ..attempt() }).await.unwrap().words;
    assert!(says.ends_with("this machine's clock is 2 h 0 min behind"), "{says}");
}

#[tokio::test]
async fn a_wrong_key_is_for_a_person_to_mend() {
    let fake = FakeHttp::serve(|_| Reaction::answer("401 Unauthorized", "", "")).await;
    let told = notification(Severity::High, Why::Started);
    let err = hook_at(&fake.endpoint()).notify(&told, &attempt()).await.unwrap_err();
    assert_eq!(err.word(), "misconfigured");
}

#[tokio::test]
async fn a_wrong_key_is_for_a_person_to_mend_also_where_the_clock_is_off() {
    let date = "Date: Sun, 08 Mar 2026 15:00:00 GMT\r\n";
    let fake = FakeHttp::serve(move |_| Reaction::answer("401 Unauthorized", date, "")).await;
    let hook = hook_at(&fake.endpoint());
    let told = notification(Severity::High, Why::Started);
    let mut words = Vec::new();
    for ordinal in 1..=3 {
        words.push(hook.notify(&told, &Attempt { ordinal, ..attempt() }).await.unwrap_err().word());
    }
    assert_eq!(words, ["transient", "misconfigured", "misconfigured"]);
}
