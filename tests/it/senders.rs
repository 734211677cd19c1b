//! The sources in `examples/senders`, with the real programs that post to them where Debian has them.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{
    PATIENCE, TestAnswer, TestFolder, TestGateway, TestProgram, TestRequest, file, root, text, until,
};

const TOKEN: &str = "the-token-of-every-sender";

/// The variables that hold the tokens of the example's sources.
const TOKENS: [&str; 9] =
    ["PROMETHEUS", "GRAFANA", "ZABBIX", "SCRIPTS", "KUMA", "LORAWAN", "THINGS", "HOME", "EVENTS"];

/// A gateway with the example's sources, on a port that is free.
fn gateway() -> TestGateway {
    let config = file("examples/senders/fanfare.yaml")
        .replace("listen: 127.0.0.1:8780", "listen: 127.0.0.1:0")
        .replace("listen: 127.0.0.1:2525", "listen: 127.0.0.1:0");
    let names: Vec<String> =
        TOKENS.iter().chain([&"PUMPS"]).map(|it| format!("FANFARE_{it}_TOKEN")).collect();
    let env: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), TOKEN)).collect();
    TestGateway::start(&config, &["--sandbox"], &env)
}

fn post(gateway: &TestGateway, path: &str, body: &str) -> TestAnswer {
    TestRequest::post(&format!("/ingest/{path}"), body).bearer(TOKEN).send(gateway.address())
}

/// The alerts of a source that the gateway holds, the newest first.
fn alerts(gateway: &TestGateway, source: &str) -> Vec<Value> {
    let all = gateway.get(&format!("/api/v1/alerts?source={source}")).json();
    let all = all["alerts"].as_array().unwrap().iter();
    all.map(|it| it["alert"].clone()).filter(|it| it["labels"]["source"] == source).collect()
}

/// The texts of the messages that people have seen.
fn messages(gateway: &TestGateway) -> Vec<String> {
    let seen = gateway.get("/sandbox/messages").json();
    seen.as_array().unwrap().iter().map(|it| format!("{}\n{}", text(it, "title"), text(it, "text"))).collect()
}

/// An address that was free a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Starts a program of Debian's in `folder`.
fn start(folder: &TestFolder, program: &str, arguments: &[&str], package: &str) -> TestProgram {
    let is_there = Command::new(program).arg("--version").output().is_ok();
    assert!(is_there, "{program} is missing: `cargo xtask test` installs Debian's package `{package}`");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder.folder()).stdin(Stdio::null());
    TestProgram::start(command)
}

/// The example `name`, with the gateway's address for the fixed one.
fn example(name: &str, gateway: &TestGateway) -> String {
    file(&format!("examples/senders/{name}")).replace("127.0.0.1:8780", &gateway.address().to_string())
}

#[test]
fn a_real_alertmanager_tells_of_alerts_that_fire_and_end() {
    let gateway = gateway();
    let site = TestFolder::new("");
    let config = example("alertmanager.yaml", &gateway).replace("group_wait: 10s", "group_wait: 0s");
    site.write(
        "alertmanager.yaml",
        &format!("{config}\n")
            .replace("group_by: [alertname]", "group_by: [alertname]\n  group_interval: 1s"),
    );
    site.write("fanfare-token", TOKEN);
    let address = free_address();
    let listen = format!("--web.listen-address={address}");
    let arguments =
        ["--config.file=alertmanager.yaml", "--storage.path=data", "--cluster.listen-address=", &listen];
    let _alertmanager = start(&site, "prometheus-alertmanager", &arguments, "prometheus-alertmanager");
    let ready = || TestRequest::get("/-/ready").try_send(address).is_ok_and(|it| it.status == 200);
    until("Alertmanager is ready", ready, PATIENCE);

    let alert = |end: &str| {
        json!([{
            "labels": { "alertname": "InstanceDown", "instance": "10.0.0.7:9100", "severity": "critical" },
            "annotations": { "summary": "Instance 10.0.0.7:9100 down", "runbook_url": "https://runbooks.example/1" },
            "startsAt": "2026-01-01T00:00:00Z", "endsAt": end, "generatorURL": "http://prometheus.example/graph",
        }])
    };
    let tell = |end: &str| {
        let answer = TestRequest::post("/api/v2/alerts", alert(end).to_string()).send(address);
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    tell("0001-01-01T00:00:00Z");
    until("the alert has come", || !alerts(&gateway, "prometheus").is_empty(), PATIENCE);
    let fired = alerts(&gateway, "prometheus").remove(0);
    let theirs = TestRequest::get("/api/v2/alerts").send(address).json();
    assert_eq!(fired["fingerprint"], theirs[0]["fingerprint"], "{fired}");
    assert_eq!((&fired["severity"], &fired["labels"]["severity"]), (&json!("urgent"), &json!("critical")));
    assert_eq!((&fired["status"], &fired["starts_at"]), (&json!("firing"), &json!("2026-01-01T00:00:00Z")));

    tell("2026-01-01T01:00:00Z");
    let is_over = || alerts(&gateway, "prometheus").iter().any(|it| it["status"] == "resolved");
    until("its end has come", is_over, PATIENCE);
    gateway.until_nothing_is_owed();
    let seen = messages(&gateway);
    assert_eq!(seen.len(), 2, "{seen:#?}");
    for words in ["Instance 10.0.0.7:9100 down", "instance: 10.0.0.7:9100", "https://runbooks.example/1"] {
        assert!(seen.iter().any(|it| it.contains(words)), "{words}: {seen:#?}");
    }
}

#[test]
fn a_real_prometheus_posts_straight_to_the_gateway() {
    let gateway = gateway();
    let site = TestFolder::new("");
    let config =
        example("prometheus.yaml", &gateway).replace("evaluation_interval: 15s", "evaluation_interval: 1s");
    site.write("prometheus.yaml", &config);
    site.write("fanfare-token", TOKEN);
    site.write(
        "rules.yaml",
        "groups: [{ name: a, rules: [{ alert: Always, expr: vector(1), labels: { severity: warning }, annotations: { summary: It is so } }] }]",
    );
    let listen = format!("--web.listen-address={}", free_address());
    // Its first report goes nowhere: it learns the address of an Alertmanager some seconds after its start.
    let resend = "--rules.alert.resend-delay=1s";
    let arguments = ["--config.file=prometheus.yaml", "--storage.tsdb.path=data", resend, &listen];
    let prometheus = start(&site, "prometheus", &arguments, "prometheus");
    until("the alert has come", || !alerts(&gateway, "prometheus").is_empty(), PATIENCE);
    let alert = alerts(&gateway, "prometheus").remove(0);
    assert_eq!(
        (&alert["labels"]["alertname"], &alert["severity"]),
        (&json!("Always"), &json!("mid")),
        "{}",
        prometheus.log()
    );
    assert_eq!(alert["annotations"]["title"], "It is so");
    assert!(alert["ends_at"].is_string(), "it is over unless it is reported again: {alert}");
}

/// The media type's parameters with what Zabbix fills in for its macros.
fn zabbix(status: u16, changed: &[(&str, &str)]) -> Value {
    let mut params = json!({
        "fanfare_url": "http://gateway/ingest/zabbix", "fanfare_token": TOKEN, "name": "Disk is full", "value": "1",
        "severity": "4", "event_id": "5321", "trigger_id": "17211", "host": "web-1", "address": "10.0.0.7",
        "operational_data": "*UNKNOWN*", "message": "Free: 1 %", "url": "{TRIGGER.URL}",
    });
    changed.iter().for_each(|(name, text)| params[*name] = json!(text));
    let input = json!({ "script": file("examples/zabbix/fanfare.js"), "params": params, "status": status });
    let mut child = Command::new("node")
        .arg(root().join("tests/senders/zabbix.js"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node.js is needed to run the script: `cargo xtask test` installs it");
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the script fails; Node says above why");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_script_for_zabbix_posts_a_problem_and_its_recovery() {
    let run = zabbix(202, &[]);
    assert_eq!((&run["result"], &run["url"]), (&json!("OK"), &json!("http://gateway/ingest/zabbix")));
    assert!(run["headers"].as_array().unwrap().contains(&json!(format!("Authorization: Bearer {TOKEN}"))));
    let gateway = gateway();
    let problem = post(&gateway, "zabbix", text(&run, "body"));
    assert_eq!((problem.status, &problem.json()["alerts"][0]["status"]), (202, &json!("firing")));
    let recovery = post(&gateway, "zabbix", text(&zabbix(202, &[("value", "0")]), "body"));
    assert_eq!(recovery.json()["alerts"][0]["told"], json!(["on-call"]), "{recovery:?}");
    let alert = alerts(&gateway, "zabbix").remove(0);
    assert_eq!((&alert["labels"]["host"], &alert["severity"]), (&json!("web-1"), &json!("high")));
    let body: Value = serde_json::from_str(text(&run, "body")).unwrap();
    assert_eq!((&body["url"], &body["operational_data"]), (&Value::Null, &Value::Null), "not filled in");
}

#[test]
fn the_script_for_zabbix_fails_if_the_alert_was_not_taken() {
    assert_eq!(zabbix(503, &[])["error"], "Fanfare answers 503: the answer");
}

#[test]
fn a_text_is_an_alert_as_curl_posts_it() {
    let gateway = gateway();
    let answer = TestRequest::new("POST", "/ingest/scripts?alarm=backup&level=high")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .bearer(TOKEN)
        .body("Backup failed: 50 % done\nrsync: a=b&c")
        .send(gateway.address());
    assert_eq!(answer.status, 202, "{answer:?}");
    let alert = alerts(&gateway, "scripts").remove(0);
    assert_eq!((&alert["labels"]["alertname"], &alert["severity"]), (&json!("backup"), &json!("high")));
    assert_eq!(alert["annotations"]["title"], "Backup failed: 50 % done");
    assert_eq!(alert["annotations"]["content"], "rsync: a=b&c");
}

#[test]
fn a_body_that_cannot_be_read_reaches_people() {
    let gateway = gateway();
    let answer = post(&gateway, "grafana", r#"{"fire": "in room 3", "password": "hunter2"}"#);
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.json()["alerts"][0]["told"], json!(["on-call"]));
    gateway.until_nothing_is_owed();
    let seen = messages(&gateway).join("\n");
    assert!(
        seen.contains("fire") && seen.contains("in room 3") && seen.contains("unreadable alert from grafana"),
        "{seen}"
    );
    assert!(!seen.contains("hunter2"), "{seen}");
    let again = post(&gateway, "grafana", r#"{"fire": "in room 3", "password": "hunter2"}"#);
    assert_eq!(again.json()["alerts"][0]["told"], json!([]), "the same body is the same alert");
}

#[test]
fn one_alert_that_cannot_be_read_costs_only_itself() {
    let gateway = gateway();
    let answer = post(&gateway, "prometheus", r#"[{"labels": {"alertname": "good"}}, {"labels": {"n": 1}}]"#);
    assert_eq!(answer.status, 202, "{answer:?}");
    let names: Vec<Value> =
        alerts(&gateway, "prometheus").iter().map(|it| it["labels"]["alertname"].clone()).collect();
    assert!(
        names.contains(&json!("good")) && names.contains(&json!("unreadable alert from prometheus")),
        "{names:?}"
    );
}

#[test]
fn an_event_whose_attributes_stand_in_headers_is_an_alert() {
    let gateway = gateway();
    let event = |status: &str| {
        let body =
            json!({ "severity": "urgent", "status": status, "message": "Pump 3 has failed" }).to_string();
        TestRequest::post("/ingest/events", body)
            .bearer(TOKEN)
            .header("Content-Type", "application/json")
            .header("ce-specversion", "1.0")
            .header("ce-id", "a-1")
            .header("ce-type", "com.example.pump.failed")
            .header("ce-source", "/plant/7")
            .header("ce-subject", "%E6%B3%B5 3")
            .send(gateway.address())
    };
    let begun = event("firing").json()["alerts"][0].clone();
    let ended = event("resolved").json()["alerts"][0].clone();
    assert_eq!(
        (&ended["status"], &ended["fingerprint"]),
        (&json!("resolved"), &begun["fingerprint"]),
        "{ended}"
    );
    let labels = &begun["understood"]["labels"];
    assert_eq!(
        labels,
        &json!({ "alertname": "com.example.pump.failed", "origin": "/plant/7", "subject": "泵 3" })
    );
    gateway.until_nothing_is_owed();
    let seen = messages(&gateway);
    assert!(seen.iter().all(|it| it.contains("Pump 3 has failed")) && seen.len() == 2, "{seen:#?}");
}
