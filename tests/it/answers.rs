//! The answers of the door for alerts: what was read out of a body, and what was not.

use serde_json::{Value, json};

use crate::harness::{TestGateway, TestRequest, text};

const CONFIG: &str = "
server: { listen: 127.0.0.1:0 }
store: sqlite://data/fanfare.db
sources:
  - { name: open, format: tkl, auth: none, unknown_level: urgent }
channels:
  bot: { kind: dingtalk, access_token: { env: BOT } }
receivers:
  - { name: team, channels: [bot] }
route: { receiver: team }
";

fn gateway() -> TestGateway {
    TestGateway::start(CONFIG, &["--sandbox"], &[])
}

#[track_caller]
fn answer(gateway: &TestGateway, path: &str, status: u16, body: &Value) -> Value {
    let answer = TestRequest::post(path, body.to_string()).send(gateway.address());
    assert_eq!(answer.status, status, "{answer:?}");
    answer.json()
}

#[test]
fn an_answer_tells_what_was_understood_of_each_alert() {
    let gateway = gateway();
    let body = json!([
        { "eui": "6353012AF1093062", "alarm_name": "over_temp", "level": "kaputt", "title": "Too warm" },
        { "params": { "eui": ["a", "list"] } },
        { "eui": "aa02", "action": "no" },
    ]);
    let told = answer(&gateway, "/ingest/open", 202, &body);
    let alert = &told["alerts"][0];
    assert_eq!((text(alert, "path"), text(alert, "unknown_level")), ("[0]", "kaputt"), "{told}");
    let understood = &alert["understood"];
    assert_eq!((text(understood, "kind"), text(understood, "severity")), ("alarm", "urgent"), "{told}");
    assert_eq!(text(&understood["labels"], "eui"), "6353012af1093062");
    assert_eq!(text(&understood["annotations"], "title"), "Too warm");
    assert_eq!(told["alerts"].as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(told["nothing_to_do"].as_array().map(Vec::len), Some(1), "{told}");
    let refused = &told["refused"][0];
    assert_eq!((text(refused, "code"), text(refused, "path")), ("not_an_alert", "[1].params.eui"), "{told}");

    let metrics = gateway.get("/metrics").body;
    for line in [
        r#"fanfare_source_unknown_levels_total{source="open"} 1"#,
        r#"fanfare_source_entries_refused_total{source="open"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    assert!(gateway.log().contains("Unknown level"), "{}", gateway.log());
    gateway.until_nothing_is_owed();
    let messages = gateway.get("/sandbox/messages").json();
    assert!(text(&messages[0], "text").contains("kaputt"), "{messages}");
}

#[test]
fn a_dry_run_says_the_same_and_stores_nothing() {
    let gateway = gateway();
    let body = json!({ "eui": "aa01", "alarm_name": "door", "level": "high", "title": "Door open" });
    for query in ["?dry_run=1", "?dry_run", "?dry_run=true"] {
        let told = answer(&gateway, &format!("/ingest/open{query}"), 200, &body);
        assert_eq!(text(&told, "status"), "dry_run");
        let alert = &told["alerts"][0];
        assert_eq!((alert.get("id"), &alert["would_tell"]), (None, &json!(["team"])), "{told}");
        assert_eq!(text(&alert["understood"]["labels"], "alertname"), "door");
    }
    assert_eq!(gateway.get("/api/v1/alerts").json(), json!({ "alerts": [] }));
    let stored = answer(&gateway, "/ingest/open?dry_run=0", 202, &body);
    let wet = answer(&gateway, "/ingest/open?dry_run=1", 200, &body);
    assert_eq!(stored["alerts"][0]["fingerprint"], wet["alerts"][0]["fingerprint"]);
    let unclear = TestRequest::post("/ingest/open?dry_run=maybe", body.to_string()).send(gateway.address());
    assert_eq!(unclear.status, 400, "{unclear:?}");
}

/// A message to pass on, which is told each time that it comes.
fn keyed(key: &str, text: &str) -> TestRequest {
    let body = json!({ "type": "notify", "title": text, "desc": text });
    TestRequest::post("/ingest/open", body.to_string()).header("Idempotency-Key", key)
}

#[test]
fn a_request_that_is_sent_again_with_its_key_gets_the_first_answer_also_after_a_kill() {
    let mut gateway = gateway();
    let first = keyed("5f0c", "The report of the day").send(gateway.address());
    assert_eq!((first.status, first.header("idempotency-replayed")), (202, None), "{first:?}");
    let again = keyed("5f0c", "The report of the day").send(gateway.address());
    assert_eq!((again.status, again.header("idempotency-replayed")), (202, Some("true")), "{again:?}");
    assert_eq!(again.body, first.body);
    gateway.kill9();
    let gateway = TestGateway::start_at(&std::sync::Arc::clone(gateway.site()), &["--sandbox"], &[]);
    let later = keyed("5f0c", "The report of the day").send(gateway.address());
    assert_eq!((later.status, &later.body), (202, &first.body), "{later:?}");
    let alerts =
        |gateway: &TestGateway| gateway.get("/api/v1/alerts").json()["alerts"].as_array().map(Vec::len);
    assert_eq!(alerts(&gateway), Some(1));
    let other = keyed("5f0d", "The report of the day").send(gateway.address());
    assert_ne!(other.body, first.body);
    assert_eq!(alerts(&gateway), Some(2));
    let reused = keyed("5f0c", "Something else").send(gateway.address());
    assert_eq!((reused.status, text(&reused.json()["error"], "code")), (422, "idempotency_key_reused"));
    let none = keyed("", "x").send(gateway.address());
    assert_eq!(none.status, 400, "{none:?}");
}

#[test]
fn a_source_that_posts_too_much_is_told_when_to_come_again_and_open_alarms_do_not_count() {
    let limited = "{ name: open, format: tkl, auth: none, rate_limit: { alerts: 3, per: 1h } }";
    let config = CONFIG.replace("{ name: open, format: tkl, auth: none, unknown_level: urgent }", limited);
    assert!(config.contains(limited));
    let gateway = TestGateway::start(&config, &["--sandbox"], &[]);
    let alarm = |eui: &str, number: u32| json!({ "eui": eui, "alarm_name": "door", "desc": format!("{number} times") });
    for eui in ["aa01", "aa02", "aa03"] {
        answer(&gateway, "/ingest/open", 202, &alarm(eui, 1));
    }
    let refused = TestRequest::post("/ingest/open", alarm("aa04", 1).to_string()).send(gateway.address());
    assert_eq!((refused.status, text(&refused.json()["error"], "code")), (429, "too_many_alerts"));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((600..=1200).contains(&wait), "a third of an hour is nearly over: {wait}");
    for number in 2..9 {
        answer(&gateway, "/ingest/open", 202, &alarm("aa02", number));
    }
    answer(&gateway, "/ingest/open", 429, &json!({ "eui": "aa02", "alarm_name": "door", "action": "clear" }));
    let many = json!([alarm("b1", 1), alarm("b2", 1), alarm("b3", 1), alarm("b4", 1)]);
    answer(&gateway, "/ingest/open", 413, &many);
    answer(&gateway, "/ingest/open?dry_run=1", 200, &many);
}

#[test]
fn only_listed_networks_may_post() {
    let source = |from: &str| format!("{{ name: open, format: tkl, auth: none, from: [{from}] }}");
    for (from, status) in [("10.0.0.0/8", 403), ("10.0.0.0/8, 127.0.0.1", 202), ("'::1', 127.0.0.0/8", 202)] {
        let config =
            CONFIG.replace("{ name: open, format: tkl, auth: none, unknown_level: urgent }", &source(from));
        let gateway = TestGateway::start(&config, &["--sandbox"], &[]);
        answer(&gateway, "/ingest/open", status, &json!({ "eui": "aa01", "alarm_name": "door" }));
    }
}
