use serde_json::json;

use super::*;

const KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn config(changes: serde_json::Value) -> WebhookConfig {
    let mut settings = json!({ "url": "https://hooks.example.com/T0KEN?key=a-secret" });
    settings.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    serde_json::from_value(settings).unwrap()
}

#[track_caller]
fn check_problem(err: BuildError, field: &str, says: &str) {
    assert_eq!(err.field, field);
    assert!(err.message.contains(says), "{err}");
}

#[test]
fn an_address_is_whole_and_no_error_quotes_it() {
    for url in
        ["", "hooks.example.com/T0KEN", "ftp://hooks.example.com/T0KEN", "https://u:T0KEN@x/", "https:///"]
    {
        let err = config(json!({ "url": url })).address().unwrap_err();
        assert!(!err.to_string().contains("T0KEN"), "{err}");
        check_problem(err, "url", "https://example.com/hooks/alerts");
    }
    assert_eq!(config(json!({})).address().unwrap().path(), "/T0KEN");
}

#[test]
fn headers_are_checked_before_the_first_message() {
    let headers = |changes| config(changes).header_map().unwrap_err();
    check_problem(headers(json!({ "headers": { "a b": "x" } })), "headers.a b", "no name of a header");
    check_problem(
        headers(json!({ "headers": { "X-Site": "harbour\r\nX-Evil: 1" } })),
        "headers.X-Site",
        "on one line",
    );
    check_problem(
        headers(json!({ "headers": { "Content-Type": "x" } })),
        "headers.Content-Type",
        "the channel itself",
    );
    for own in ["Connection", "Transfer-Encoding", "Upgrade", "Expect", "webhook-id", "HOST"] {
        let field = format!("secret_headers.{own}");
        check_problem(headers(json!({ "secret_headers": { own: "x" } })), &field, "the channel itself");
    }
    let twice = json!({ "headers": { "X-A": "1" }, "secret_headers": { "x-a": "2" } });
    check_problem(headers(twice), "secret_headers.x-a", "already");
    let secret = headers(json!({ "secret_headers": { "X-Key": "hunter2\u{7f}" } }));
    assert!(!secret.to_string().contains("hunter2"), "{secret}");
}

#[test]
fn there_are_two_keys_at_most_and_each_is_one() {
    let keys = |keys: serde_json::Value| config(json!({ "signing_keys": keys })).keys();
    assert_eq!(keys(json!([KEY, KEY])).unwrap().len(), 2);
    check_problem(keys(json!([KEY, KEY, KEY])).unwrap_err(), "signing_keys", "more than two");
    check_problem(keys(json!([KEY, "hunter2"])).unwrap_err(), "signing_keys[1]", "`whsec_`");
}

#[test]
fn the_check_warns_of_messages_that_anybody_could_have_sent() {
    assert_eq!(config(json!({})).warnings().len(), 1);
    assert_eq!(config(json!({ "signing_keys": [KEY] })).warnings(), []);
    assert_eq!(config(json!({ "secret_headers": { "Authorization": "Bearer x" } })).warnings(), []);
}

#[test]
fn in_the_sandbox_each_address_has_its_own_and_a_stand_in_will_do() {
    let doors =
        SandboxDoors { http: "http://127.0.0.1:8790".to_owned(), smtp: "127.0.0.1:8791".parse().unwrap() };
    let sandboxed = |changes| config(changes).into_sandbox(&doors);
    let (first, account) = sandboxed(
        json!({ "method": "PUT", "signing_keys": [Secret::stand_in("KEY"), KEY], "proxy": "http://p:1" }),
    );
    let (other, _) = sandboxed(json!({ "url": Secret::stand_in("WEBHOOK_URL") }));
    assert_ne!(first.url.expose(), other.url.expose());
    assert!(first.url.expose().starts_with("http://127.0.0.1:8790/webhook/"));
    assert_eq!((first.allow_private, first.proxy.is_none(), first.keys().unwrap().len()), (true, true, 2));
    let names: Vec<&str> = account.settings.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["token", "method", "signing_key", "signing_key"]);
    assert!(first.url.expose().ends_with(&account.settings[0].1));
    assert_eq!(account.settings[3].1, KEY);
}

#[test]
fn stand_ins_for_missing_secrets_are_no_mistake_but_what_is_there_must_be_sound() {
    let missing =
        config(json!({ "url": Secret::stand_in("URL"), "signing_keys": [Secret::stand_in("KEY")] }));
    let other = config(json!({ "url": Secret::stand_in("OTHER_URL") }));
    assert_ne!(missing.address().unwrap(), other.address().unwrap());
    assert_eq!(missing.keys().unwrap().len(), 1);
    check_problem(config(json!({ "url": "hunter2" })).address().unwrap_err(), "url", "expected an address");
}
