//! Heartbeats of senders, and alarms that are over by themselves, with the real program and the real clock.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{TestGateway, TestRequest, await_some, text, until};

const CONFIG: &str = r#"
server: { listen: 127.0.0.1:0 }
store: sqlite://data/fanfare.db
sources:
  - name: cron
    format: plain
    auth: [ { bearer: { env: CRON } }, { path: { env: CRON_PATH } } ]
    heartbeats:
      - { name: backup, every: 10s, grace: 1s, severity: urgent, labels: { site: harbour } }
      - { name: "job-*", every: 1h }
  - name: prometheus
    format: alertmanager
    auth: none
    resolve_after: 2s
    heartbeats:
      - { name: watchdog, every: 1h, alerts: ["alertname = Watchdog"] }
  - name: devices
    format: tkl-telemetry
    auth: none
    heartbeats:
      - { name: "6353*", every: 1h }
channels:
  bot: { kind: dingtalk, access_token: { env: BOT }, budget: unlimited }
receivers:
  - { name: team, channels: [bot] }
route: { receiver: team }
"#;

/// Above interval, grace and the time in which a missing heartbeat is noticed, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn gateway() -> TestGateway {
    let env = [("CRON", "the-token-of-cron-jobs"), ("CRON_PATH", "a-token-in-the-address")];
    TestGateway::start(CONFIG, &["--sandbox"], &env)
}

/// The texts of the messages that the provider has.
fn messages(gateway: &TestGateway) -> Vec<String> {
    let messages = gateway.get("/sandbox/messages").json();
    messages.as_array().unwrap().iter().map(|it| text(it, "text").to_owned()).collect()
}

/// Waits until the provider has a message with `words`.
#[track_caller]
fn until_told(gateway: &TestGateway, words: &str) -> String {
    let found = await_some(|| messages(gateway).into_iter().find(|it| it.contains(words)), PATIENCE);
    found.unwrap_or_else(|| panic!("no `{words}` in {:?}", messages(gateway)))
}

#[track_caller]
fn check(gateway: &TestGateway, request: TestRequest, status: u16) -> Value {
    let answer = request.send(gateway.address());
    assert_eq!(answer.status, status, "{answer:?}");
    if answer.body.is_empty() { Value::Null } else { answer.json() }
}

#[test]
fn a_missing_heartbeat_is_told_and_told_again_when_it_is_heard() {
    let gateway = gateway();
    let by_path = "/heartbeat/cron/a-token-in-the-address/backup";
    let heard = check(&gateway, TestRequest::get(by_path), 200);
    assert_eq!(text(&heard, "heartbeat"), "cron/backup");
    assert!(text(&heard, "expected_until").starts_with("20"), "{heard}");
    until_told(&gateway, "No heartbeat from cron/backup");
    let alert = &gateway.get("/api/v1/alerts?matchers=site%3Dharbour").json()["alerts"][0]["alert"];
    assert_eq!((text(alert, "severity"), &alert["labels"]["origin"]), ("urgent", &json!("cron")), "{alert}");
    let listed = gateway.run(&["heartbeats", "list", "--status", "missing"], &[]);
    assert!(listed.stdout.contains("backup") && !listed.stdout.contains("watchdog"), "{listed:?}");
    let beat = TestRequest::post("/heartbeat/cron/backup", "").bearer("the-token-of-cron-jobs");
    check(&gateway, beat, 200);
    until_told(&gateway, "cron/backup is heard again");
}

#[test]
fn a_heartbeat_needs_the_credentials_of_its_source_and_a_rule() {
    let gateway = gateway();
    check(&gateway, TestRequest::get("/heartbeat/cron/backup"), 401);
    check(&gateway, TestRequest::get("/heartbeat/cron/forged/backup"), 401);
    check(&gateway, TestRequest::get("/heartbeat/nobody/backup"), 404);
    let known = |name: &str| {
        let path = format!("/heartbeat/cron/{name}");
        TestRequest::get(&path).bearer("the-token-of-cron-jobs")
    };
    let unknown = check(&gateway, known("other"), 404);
    assert_eq!(text(&unknown["error"], "code"), "unknown_heartbeat");
    check(&gateway, known("job-1"), 200);
    check(&gateway, known("job-%E5%A4%87%E4%BB%BD"), 200);
    check(&gateway, known("%20"), 400);
    let head = TestRequest::new("HEAD", "/heartbeat/cron/job-2").bearer("the-token-of-cron-jobs");
    check(&gateway, head, 200);
    let page = known("job-3").header("Origin", "https://elsewhere.example.com");
    check(&gateway, page, 403);
    let names = |gateway: &TestGateway| -> Vec<String> {
        let list = gateway.get("/api/v1/heartbeats?source=cron").json();
        let all = list["heartbeats"].as_array().unwrap();
        all.iter().filter_map(|it| it["name"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(names(&gateway), ["backup", "job-1", "job-2", "job-备份"]);
    let forgotten = gateway.run(&["heartbeats", "forget", "cron/job-1"], &[]);
    assert_eq!(forgotten.code, Some(0), "{forgotten:?}");
    let refused = gateway.run(&["heartbeats", "forget", "cron/backup"], &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert_eq!(names(&gateway), ["backup", "job-2", "job-备份"]);
}

#[test]
fn alerts_and_telemetry_that_are_heartbeats_are_no_news() {
    let gateway = gateway();
    let body = json!({ "alerts": [{ "status": "firing", "labels": { "alertname": "Watchdog" } }] });
    let answer = check(&gateway, TestRequest::post("/ingest/prometheus", body.to_string()), 202);
    assert_eq!(text(&answer["heartbeats"][0], "name"), "watchdog");
    assert_eq!(answer["alerts"], json!([]));
    let telemetry = json!({ "eui": "6353012AF10A9331", "telemetry_data": { "battery": 3.3 } });
    let answer = check(&gateway, TestRequest::post("/ingest/devices", telemetry.to_string()), 202);
    assert_eq!(text(&answer["heartbeats"][0], "name"), "6353012af10a9331");
    let dry = TestRequest::post("/ingest/devices?dry_run=1", telemetry.to_string());
    assert_eq!(check(&gateway, dry, 200)["heartbeats"], json!(["6353012af10a9331"]));
    let other = json!({ "eui": "aa" });
    let answer = check(&gateway, TestRequest::post("/ingest/devices", other.to_string()), 202);
    assert_eq!(answer["heartbeats"], json!([{ "name": "aa" }]));
    gateway.until_nothing_is_owed();
    assert_eq!(messages(&gateway), [""; 0]);
    let line = r#"fanfare_heartbeats{source="devices",status="heard"} 1"#;
    until("the metric shows it", || gateway.get("/metrics").body.contains(line), PATIENCE);
}

#[test]
fn an_alarm_that_is_not_posted_again_is_over_and_says_why() {
    let gateway = gateway();
    let body = json!({ "alerts": [{ "status": "firing", "labels": { "alertname": "DiskFull" } }] });
    let answer = check(&gateway, TestRequest::post("/ingest/prometheus", body.to_string()), 202);
    until_told(&gateway, "Taken for over: it was not reported again for 2s");
    assert_eq!(answer["alerts"][0]["id"], 1, "{answer}");
    let explained = gateway.run(&["explain", "1"], &[]);
    assert!(explained.stdout.contains("After it: 2 (resolved"), "{explained:?}");
    let end = gateway.run(&["explain", "2", "--json"], &[]);
    assert!(end.stdout.contains("Taken for over") && end.stdout.contains("resolve_after"), "{end:?}");
}

/// A service that waits for pings; each time of one is sent through the channel.
fn service() -> (std::net::SocketAddr, std::sync::mpsc::Receiver<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, pings) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut head = [0; 4096];
            let length = connection.read(&mut head).unwrap();
            let request = String::from_utf8_lossy(&head[..length]).into_owned();
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            connection.write_all(answer.as_bytes()).unwrap();
            if sender.send(request.lines().next().unwrap_or_default().to_owned()).is_err() {
                return;
            }
        }
    });
    (address, pings)
}

#[test]
fn a_service_outside_is_pinged_only_while_all_is_well() {
    let (address, pings) = service();
    let url = format!("http://{address}/ping/a-secret-part");
    let config = format!("{CONFIG}pings: [ {{ url: {{ env: PING_URL }}, every: 10s }} ]\n");
    let env = [
        ("CRON", "the-token-of-cron-jobs"),
        ("CRON_PATH", "a-token-in-the-address"),
        ("BOT", "a-token-of-a-robot"),
        ("PING_URL", &url),
    ];
    let gateway = TestGateway::start(
        &config
            .replace("name: backup, every: 10s", "name: backup, every: 1h")
            .replace("kind: dingtalk,", "kind: dingtalk, endpoint: 'http://127.0.0.1:9',"),
        &[],
        &env,
    );
    let ping = || pings.recv_timeout(PATIENCE);
    assert_eq!(ping().unwrap(), "GET /ping/a-secret-part HTTP/1.1");
    assert_eq!(ping().unwrap(), "GET /ping/a-secret-part HTTP/1.1");
    // No channel works any more: nobody can be told, and somebody outside must notice.
    let alarm = json!({ "alerts": [{ "status": "firing", "labels": { "alertname": "DiskFull" } }] });
    check(&gateway, TestRequest::post("/ingest/prometheus", alarm.to_string()), 202);
    until("the pings are withheld", || gateway.log().contains("Pings are withheld"), PATIENCE);
    while pings.try_recv().is_ok() {} // those of before
    let late = pings.recv_timeout(Duration::from_secs(15));
    assert!(late.is_err(), "{late:?}");
    assert!(!gateway.log().contains("a-secret-part"), "{}", gateway.log());
}
