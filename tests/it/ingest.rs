//! The example config, and the example bodies as a ThinkLink script would post them.

use serde_json::{Value, json};

use crate::harness::{PATIENCE, TestAnswer, TestGateway, TestRequest, file, until};

const TOKEN: &str = "the-token-of-thinklink";

/// A gateway with the example config, on a port that is free.
fn gateway(env: &[(&str, &str)]) -> TestGateway {
    let config = file("config/fanfare.yaml").replace("listen: 127.0.0.1:8780", "listen: 127.0.0.1:0");
    TestGateway::start(&config, &["--sandbox"], &[&[("FANFARE_TKL_TOKEN", TOKEN)], env].concat())
}

fn post(gateway: &TestGateway, name: &str, query: &str) -> TestAnswer {
    let body = file(&format!("examples/tkl/{name}.json"));
    TestRequest::post(&format!("/ingest/thinklink{query}"), body).bearer(TOKEN).send(gateway.address())
}

/// The only alert of a body, which must have been accepted.
#[track_caller]
fn accepted(answer: &TestAnswer) -> Value {
    assert_eq!(answer.status, 202, "{answer:?}");
    let json = answer.json();
    assert_eq!(json["status"], "accepted");
    assert_eq!(json["alerts"].as_array().map(Vec::len), Some(1), "{json}");
    json["alerts"][0].clone()
}

/// Posts an example body; `told` are the receivers that its sender hears of.
#[track_caller]
fn check(gateway: &TestGateway, name: &str, status: &str, told: &[&str]) {
    let query = if name == "b06-notification-group-clear" { "?eui=6353012af1093064" } else { "" };
    let alert = accepted(&post(gateway, name, query));
    assert_eq!((&alert["status"], &alert["told"]), (&json!(status), &json!(told)), "{name}: {alert}");
}

/// Messages that people see on a channel once nothing is pending any more.
fn seen(gateway: &TestGateway, channel: &str) -> Vec<String> {
    gateway.until_nothing_is_owed();
    let messages = gateway.get("/sandbox/messages").json();
    let of_channel = messages.as_array().unwrap().iter().filter(|it| it["target"] == channel);
    let text = |it: &Value| {
        assert_eq!(it["verdict"]["outcome"], "delivered", "{it}");
        format!("{}\n{}", it["title"].as_str().unwrap(), it["text"].as_str().unwrap())
    };
    of_channel.map(text).collect()
}

#[track_caller]
fn check_seen(gateway: &TestGateway, channel: &str, words: &[&[&str]]) {
    let seen = seen(gateway, channel);
    assert_eq!(seen.len(), words.len(), "{channel}: {seen:#?}");
    for words in words {
        let found = seen.iter().any(|it| words.iter().all(|word| it.contains(word)));
        assert!(found, "{channel}: nobody saw a message with all of {words:?}: {seen:#?}");
    }
}

#[test]
fn each_example_body_reaches_those_the_example_policy_names() {
    let gateway = gateway(&[]);
    check(&gateway, "b01-chat-note", "firing", &["on-call"]);
    // The same alarm in a plainer form and less severe: news to those who have not heard of it.
    check(&gateway, "b02-plain-text", "firing", &["team"]);
    check(&gateway, "b03-alarm-rpc-new", "firing", &["team"]);
    check(&gateway, "b04-alarm-rpc-clear", "resolved", &["team"]);
    check(&gateway, "b05-notification-group", "firing", &["team"]);
    check(&gateway, "b06-notification-group-clear", "resolved", &["team"]);
    check(&gateway, "b07-rpc-item", "firing", &["on-call"]);
    check(&gateway, "b08-daily-report", "firing", &["team"]);
    // The alarm of b05, which b06 ended: it begins anew.
    check(&gateway, "b09-rich", "firing", &["team"]);
    // More than half of the bot's ordinary sends of a minute are used: what waits together from here on may go in
    // one digest.
    gateway.until_nothing_is_owed();
    check(&gateway, "b10-json-rpc", "firing", &["team"]);

    let urgent: [&[&str]; 2] = [&["Cold room 3", "-9.4"], &["[Pump room] leak", "flow 3.1 m3/h at night"]];
    check_seen(&gateway, "ops-dingtalk", &urgent);
    check_seen(&gateway, "ops-mail", &urgent);
    let others: [&[&str]; 8] = [
        &["Cold room 3 alert"],
        &["[Bin-07] is full, please empty it"],
        &["[Bin-07]", "恢复"],
        &["Temperature too high", "41.2°C"],
        &["over_temp_01", "恢复"],
        &["Daily report", "All devices online."],
        &["2F 配电室", "41.2 °C > 35 °C"],
        &["Door open"],
    ];
    check_seen(&gateway, "team-wecom", &others);
}

#[test]
fn a_clear_resolves_only_what_somebody_was_told_of() {
    let gateway = gateway(&[]);
    let alert = accepted(&post(&gateway, "b04-alarm-rpc-clear", ""));
    assert_eq!(alert["told"], json!([]), "{alert}");
    check(&gateway, "b03-alarm-rpc-new", "firing", &["team"]);
    check(&gateway, "b04-alarm-rpc-clear", "resolved", &["team"]);
    let alert = accepted(&post(&gateway, "b04-alarm-rpc-clear", ""));
    assert_eq!(alert["told"], json!([]), "it was over already: {alert}");
    assert_eq!(seen(&gateway, "team-wecom").len(), 2);
}

#[test]
fn a_clear_that_names_no_device_ends_nothing_but_what_its_address_names() {
    let gateway = gateway(&[]);
    check(&gateway, "b05-notification-group", "firing", &["team"]);
    let nameless = post(&gateway, "b06-notification-group-clear", "");
    if nameless.status == 202 {
        assert_eq!(accepted(&nameless)["told"], json!([]), "{nameless:?}");
    } else {
        assert_eq!(nameless.status, 422, "{nameless:?}");
    }
    let other = accepted(&post(&gateway, "b06-notification-group-clear", "?eui=ffff012af1093064"));
    assert_eq!(other["told"], json!([]));
    check(&gateway, "b06-notification-group-clear", "resolved", &["team"]);
    assert_eq!(seen(&gateway, "team-wecom").len(), 2);
}

#[test]
fn a_repeat_is_held_and_its_sender_hears_why() {
    let gateway = gateway(&[]);
    check(&gateway, "b01-chat-note", "firing", &["on-call"]);
    let again = accepted(&post(&gateway, "b01-chat-note", ""));
    assert_eq!(again["told"], json!([]));
    assert_eq!(again["held"][0]["receiver"], "on-call");
    assert!(again["held"][0]["reason"].as_str().unwrap().contains("already told"), "{again}");
    assert_eq!(seen(&gateway, "ops-dingtalk").len(), 1);
}

#[test]
fn a_notice_is_told_each_time() {
    let gateway = gateway(&[]);
    for _ in 0..3 {
        check(&gateway, "b08-daily-report", "firing", &["team"]);
    }
    check_seen(&gateway, "team-wecom", &[&["Daily report"], &["Daily report"], &["Daily report"]]);
}

#[test]
fn a_forwarded_device_leaves_no_credential_anywhere() {
    let mut gateway = gateway(&[("RUST_LOG", "trace")]);
    let body = file("examples/tkl/b12-whole-context.json");
    check(&gateway, "b12-whole-context", "firing", &["on-call"]);
    gateway.until_nothing_is_owed();
    let answers = ["/api/v1/alerts", "/api/v1/deliveries", "/metrics", "/sandbox/messages"];
    let mut places: Vec<(String, String)> =
        answers.into_iter().map(|path| (path.to_owned(), gateway.get(path).body)).collect();
    let stored = gateway.site().database();
    gateway.terminate_and_wait();
    places.push(("the log".to_owned(), gateway.log()));
    places.push(("the database, while it ran".to_owned(), stored));
    places.push(("the database, after it stopped".to_owned(), gateway.site().database()));
    for credential in [
        "example-token-that-must-not-travel",
        "SEC00112233445566778899aabbccddeeff",
        "123456789:EXAMPLE-of-a-bot-token-that-is-35-chars",
    ] {
        assert!(body.contains(credential), "the example is another one now");
        for (place, text) in &places {
            assert!(!text.contains(credential), "{credential} stands in {place}");
        }
    }
    for (place, text) in
        places.iter().filter(|(place, _)| place.contains("database") || place.contains("alerts"))
    {
        assert!(text.contains("Cold room 3"), "what is not secret is kept: {place}");
    }
}

#[test]
fn two_hundred_uplinks_at_once_are_two_hundred_answers() {
    let gateway = gateway(&[]);
    let address = gateway.address();
    let posts: Vec<_> = (0..8)
        .map(|sender| {
            std::thread::spawn(move || {
                for uplink in 0..25 {
                    let body =
                        json!({ "eui": format!("{sender:08x}{uplink:08x}"), "name": "door", "level": "low" });
                    let request = TestRequest::post("/ingest/thinklink", body.to_string()).bearer(TOKEN);
                    assert_eq!(request.send(address).status, 202);
                }
            })
        })
        .collect();
    for post in posts {
        post.join().unwrap();
    }
    until(
        "every alert is listed",
        || gateway.get("/api/v1/alerts?limit=1000").json()["alerts"].as_array().unwrap().len() == 200,
        PATIENCE,
    );
}
