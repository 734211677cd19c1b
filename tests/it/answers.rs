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
