//! The commands that talk to a running gateway, and the sandbox alone.

use std::io::{BufRead as _, BufReader, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};

use serde_json::Value;

use super::{API_TOKEN, ENV, SOURCE_TOKEN, alarm, gateway, with_api_token};
use crate::harness::{TestFolder, TestGateway, TestProgram, TestRequest};

/// The environment of somebody who was told no token.
const NOBODY: [(&str, &str); 0] = [];

#[test]
fn send_posts_an_alert_with_the_token_of_the_config() {
    let gateway = gateway();
    let alert = [
        "send",
        "--json",
        "--source",
        "closed",
        "--name",
        "over_temp",
        "--level",
        "urgent",
        "--eui",
        "6353012af1093062",
        "--device",
        "Cold room 3",
        "--title",
        "Too warm",
    ];
    let sent = gateway.run(&alert, &ENV);
    assert_eq!(sent.code, Some(0), "{}", sent.said());
    let answer: Value = serde_json::from_str(&sent.stdout).unwrap();
    assert_eq!(answer["alerts"][0]["told"], serde_json::json!(["team"]));

    let ended = gateway.run(
        &[
            "send",
            "--json",
            "--source",
            "closed",
            "--name",
            "over_temp",
            "--eui",
            "6353012af1093062",
            "--clear",
        ],
        &ENV,
    );
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (&answer["alerts"][0]["status"], &answer["alerts"][0]["told"]),
        (&"resolved".into(), &serde_json::json!(["team"]))
    );

    gateway.until_nothing_is_owed();
    let seen = gateway.get("/sandbox/messages").json();
    assert_eq!(seen.as_array().map(Vec::len), Some(2), "{seen}");
    assert!(seen.to_string().contains("Cold room 3") && seen.to_string().contains("Too warm"), "{seen}");
}

#[test]
fn send_takes_a_body_from_a_file_and_a_token_from_elsewhere() {
    let gateway = gateway();
    gateway.site().write("alarm.json", &alarm(1));
    gateway.site().write("token", &format!("{SOURCE_TOKEN}\n"));
    let file = ["send", "--source", "closed", "--file", "alarm.json"];
    let with = |more: &[&str], env: &[(&str, &str)]| gateway.run(&[&file[..], more].concat(), env);

    let refused = with(&[], &NOBODY);
    assert_eq!(refused.code, Some(1), "{}", refused.said());
    assert!(
        refused.stderr.contains("401") && refused.stderr.contains("Authorization: Bearer"),
        "{}",
        refused.stderr
    );
    assert_eq!(with(&["--token-file", "token"], &NOBODY).code, Some(0));
    assert_eq!(with(&["--token-env", "MINE"], &[("MINE", SOURCE_TOKEN)]).code, Some(0));
    let wrong = with(&["--token-env", "MINE"], &[("MINE", "a-wrong-token")]);
    assert_eq!(wrong.code, Some(1));
    assert!(!wrong.said().contains("a-wrong-token"), "{}", wrong.said());
    // The second is a mere repeat of the first, which is counted.
    let audit = gateway.get("/api/v1/audit").json();
    assert_eq!((&audit["alerts"], &audit["repeats"]), (&1.into(), &1.into()), "{audit}");
}

/// A company's proxy must not see a token that is for this machine only.
#[test]
fn what_is_for_the_gateway_is_shown_to_no_proxy() {
    let gateway = gateway();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let with_proxies = [&ENV[..], &[("http_proxy", &address), ("ALL_PROXY", &address)]].concat();
    let sent = gateway.run(&["send", "--source", "closed", "--name", "door"], &with_proxies);
    assert_eq!(proxy.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "the proxy was asked");
    assert_eq!(sent.code, Some(0), "{}", sent.said());
}

#[test]
fn a_refusal_is_told_in_the_gateways_words() {
    let gateway = gateway();
    gateway.site().write("reading.json", r#"[{"temperature": 41.2}]"#);
    let refused = gateway.run(&["send", "--source", "open", "--file", "reading.json"], &NOBODY);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("422") && refused.stderr.contains("[0]: found nothing to tell"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_gateway_that_is_not_there_is_a_clear_error() {
    let mut gateway = gateway();
    gateway.kill9();
    for command in [&["send", "--source", "open", "--name", "door"][..], &["deliveries", "list"]] {
        let finished = gateway.run(command, &ENV);
        assert_eq!(finished.code, Some(1), "{}", finished.said());
        assert!(finished.stderr.contains("error: the gateway cannot be reached"), "{}", finished.stderr);
    }
}

#[test]
fn deliveries_are_listed_for_people_and_for_programs() {
    let gateway = TestGateway::start(&with_api_token(), &["--sandbox"], &ENV);
    let fault = r#"{"fault": {"errcode": {"code": 93000, "words": "invalid webhook url"}}, "times": 1}"#;
    let put =
        TestRequest::new("PUT", "/sandbox/faults/bot").bearer(API_TOKEN).body(fault).send(gateway.address());
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(gateway.post("open", &alarm(1)).status, 202);
    let list = |more: &[&str]| gateway.run(&[&["deliveries", "list"], more].concat(), &ENV);
    crate::harness::until(
        "its error is listed",
        || list(&[]).stdout.contains("invalid webhook url"),
        crate::harness::PATIENCE,
    );

    let table = list(&[]).stdout;
    for word in ["CHANNEL", "STATE", "WHY", "bot", "team", "mid", "pending"] {
        assert!(table.contains(word), "{word} is missing:\n{table}");
    }
    let json: Value = serde_json::from_str(&list(&["--json", "--state", "pending"]).stdout).unwrap();
    assert_eq!(
        (&json["deliveries"][0]["channel"], &json["deliveries"][0]["attempts"]),
        (&"bot".into(), &1.into()),
        "{json}"
    );
    let json: Value = serde_json::from_str(&list(&["--json", "--state", "delivered"]).stdout).unwrap();
    assert_eq!(json, serde_json::json!({ "deliveries": [] }));

    let stranger = gateway.run(&["deliveries", "list"], &NOBODY);
    assert_eq!(stranger.code, Some(1), "{}", stranger.said());
    assert!(stranger.stderr.contains("401"), "{}", stranger.stderr);
}

#[test]
fn a_command_finds_the_gateway_by_its_config() {
    let gateway = TestGateway::start(&with_api_token(), &["--sandbox"], &ENV);
    let config = with_api_token().replace("127.0.0.1:0", &gateway.address().to_string());
    gateway.site().write("same.yaml", &config);
    let run = |args: &[&str]| gateway.site().run(&[&["--config", "same.yaml"], args].concat(), &ENV);
    let sent = run(&["send", "--source", "closed", "--name", "door"]);
    assert_eq!(sent.code, Some(0), "{}", sent.said());
    gateway_has_delivered(&gateway);
    let listed = run(&["deliveries", "list"]);
    assert!(listed.stdout.contains("delivered"), "{}", listed.said());
}

fn gateway_has_delivered(gateway: &TestGateway) {
    let delivered = TestRequest::get("/api/v1/deliveries?state=delivered").bearer(API_TOKEN);
    let is_there =
        || delivered.send(gateway.address()).json()["deliveries"].as_array().is_some_and(|it| !it.is_empty());
    crate::harness::until("it is delivered", is_there, crate::harness::PATIENCE);
}

#[test]
fn routes_are_told_as_the_running_gateway_takes_them() {
    let config = crate::harness::file("config/fanfare.yaml").replace("127.0.0.1:8780", "127.0.0.1:0");
    let gateway = TestGateway::start(&config, &["--sandbox"], &[("FANFARE_TKL_TOKEN", SOURCE_TOKEN)]);
    for (level, receiver) in [("urgent", "on-call"), ("high", "team")] {
        let body = format!(r#"{{"eui":"6353012af1093062","name":"door","level":"{level}"}}"#);
        let answer =
            TestRequest::post("/ingest/thinklink", body).bearer(SOURCE_TOKEN).send(gateway.address()).json();
        assert_eq!(answer["alerts"][0]["told"], serde_json::json!([receiver]));

        let severity = format!("severity={level}");
        let labels = ["routes", "test", "alertname=door", "eui=6353012af1093062", &severity];
        let told = gateway.site().run(&labels, &NOBODY);
        assert_eq!(told.code, Some(0), "{}", told.said());
        assert!(told.stdout.contains(&format!("\nTold:\n  {receiver} on ")), "{}", told.stdout);
        let json = gateway.site().run(&[&labels[..], &["--json"]].concat(), &NOBODY);
        let json: Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(json["told"][0]["receiver"], receiver, "{json}");
    }
}

#[test]
fn the_sandbox_alone_prints_its_doors_and_plays_every_provider() {
    let site = TestFolder::new("");
    let free = ["sandbox", "--http", "127.0.0.1:0", "--smtp", "127.0.0.1:0"];
    let mut sandbox = TestProgram::start(site.command(&free, &[]));
    sandbox.await_words("its doors", |it| it.printed().contains("/sandbox/faults").then_some(()));
    let printed = sandbox.printed();
    let door = |prefix: &str| -> SocketAddr {
        printed
            .lines()
            .find_map(|line| line.strip_prefix(prefix))
            .unwrap_or_else(|| panic!("{printed}"))
            .parse()
            .unwrap()
    };
    let (http, smtp) = (door("http: http://"), door("smtp: "));

    let say = r#"{"msgtype":"text","text":{"content":"hello"}}"#;
    let errcode = |path: &str| TestRequest::post(path, say).send(http).json()["errcode"].clone();
    assert_eq!(errcode("/cgi-bin/webhook/send?key=sandbox"), 0);
    // "93000 … 机器人 webhookurl 不合法": https://developer.work.weixin.qq.com/document/path/90313
    assert_eq!(errcode("/cgi-bin/webhook/send?key=unknown"), 93_000);
    // 310000: the message is not signed.
    assert_eq!(errcode("/robot/send?access_token=sandbox"), 310_000);
    let seen = TestRequest::get("/sandbox/messages").send(http).json();
    assert!(seen.to_string().contains("hello"), "{seen}");

    let mut greeting = String::new();
    BufReader::new(TcpStream::connect(smtp).unwrap()).read_line(&mut greeting).unwrap();
    assert!(greeting.starts_with("220 "), "{greeting}");

    for account in ["dingtalk (dingtalk): access_token=sandbox", "mail (email): username="] {
        assert!(printed.contains(account), "{printed}");
    }
    assert_eq!(sandbox.terminate_and_wait().code(), Some(0), "{}", sandbox.log());
}
