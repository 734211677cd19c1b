//! The log of a gateway: each thing that happens to an alert, once.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::json;

use super::{CONFIG, WRONG_SECRET, gateway, raise, switch_on, timeline, until_told};
use crate::harness::{PATIENCE, TestFolder, TestGateway, TestRequest, until};

/// The lines that hold all of `parts`.
fn lines(gateway: &TestGateway, parts: &[&str]) -> Vec<String> {
    let log = gateway.log();
    log.lines().filter(|line| parts.iter().all(|part| line.contains(part))).map(str::to_owned).collect()
}

/// Waits for a line with all of `parts`, and makes sure that there is only one.
#[track_caller]
fn once(gateway: &TestGateway, parts: &[&str]) {
    until(&format!("the log has {parts:?}"), || !lines(gateway, parts).is_empty(), PATIENCE);
    assert_eq!(lines(gateway, parts).len(), 1, "{parts:?}\n{}", gateway.log());
}

#[test]
fn each_thing_that_happens_to_an_alert_is_logged_once_with_its_number_title_receiver_and_channel() {
    let gateway = gateway();
    switch_on(&gateway, "robot", WRONG_SECRET);
    let alert = raise(&gateway, "door", "high");
    let (id, title) = (format!("alert.id={alert} "), r#"alert.title="door is open""#);
    until_told(&gateway, alert, &json!({ "event": "step", "step": "settle", "fulfilment": "kept" }));
    let notified = "notified=on-call:group,robot";
    once(&gateway, &["INFO", "Alert accepted", &id, title, "severity=high", "source.name=open", notified]);
    once(&gateway, &["INFO", "Delivered", &id, title, "receiver.name=on-call", "channel.name=group"]);
    once(&gateway, &["WARN", "Attempt failed", &id, title, "channel.name=robot", "310000", "next_at="]);
    once(&gateway, &["WARN", "Circuit opened", "channel.name=robot", "310000"]);
    once(&gateway, &["INFO", "Rung climbed", &id, title, "receiver.name=on-call", "rung=1", "boss"]);
    once(&gateway, &["INFO", "Delivered", &id, title, "receiver.name=on-call", "channel.name=boss"]);
    once(&gateway, &["INFO", "Contract kept", &id, title, "receiver.name=on-call", r#"contract="kept""#]);
    let acknowledged = gateway.run(&["ack", &alert.to_string(), "--by", "Li Na"], &[]);
    assert_eq!(acknowledged.code, Some(0), "{}", acknowledged.said());
    once(&gateway, &["INFO", "Alert acknowledged", &id, title, "receiver.names=", r#"by="Li Na""#]);
}

#[test]
fn a_repeat_of_which_nobody_is_told_leaves_no_line() {
    let gateway = gateway();
    let alert = raise(&gateway, "door", "mid");
    once(&gateway, &["Alert accepted", &format!("alert.id={alert} ")]);
    (0..5).for_each(|_| assert_eq!(raise(&gateway, "door", "mid"), alert));
    let other = raise(&gateway, "window", "mid");
    once(&gateway, &["Alert accepted", &format!("alert.id={other} ")]);
    assert_eq!(lines(&gateway, &["Alert accepted"]).len(), 2);
    assert!(timeline(&gateway, alert).len() > 1);
}

#[test]
fn the_start_names_the_store_its_version_the_instance_and_the_config() {
    let gateway = gateway();
    let config = gateway.site().path("fanfare.yaml");
    let sum = std::process::Command::new("sha256sum").arg(config).output().unwrap();
    let digest = String::from_utf8(sum.stdout).unwrap()[..12].to_owned();
    let digest = format!("config.digest=\"{digest}\"");
    let parts =
        ["Store opened", "fanfare.sandbox.db", "store.version=", "store.instance=", &digest, "version="];
    once(&gateway, &parts);
}

#[test]
fn one_request_leaves_one_line_however_many_deliveries_it_carries() {
    let config = CONFIG.replace("budget: unlimited", "budget: { messages: 2, per: 5s }");
    let gateway = TestGateway::start(&config, &["--sandbox"], &[]);
    let alerts: Vec<i64> = (0..12).map(|number| raise(&gateway, &format!("door-{number}"), "mid")).collect();
    gateway.until_nothing_is_owed();
    let digests = lines(&gateway, &["INFO", "Digest made", "channel.name=group", "alert.ids="]);
    assert!(!digests.is_empty(), "{}", gateway.log());
    let deliveries = lines(&gateway, &["INFO", "Delivered", "channel.name=group"]);
    assert!(deliveries.len() < alerts.len(), "{deliveries:#?}");
    let told = |line: &str| -> usize {
        let number = line.split("deliveries=").nth(1).unwrap().split(' ').next().unwrap();
        number.parse().unwrap()
    };
    assert_eq!(deliveries.iter().map(|it| told(it)).sum::<usize>(), alerts.len(), "{deliveries:#?}");
}

#[test]
fn a_reader_of_the_log_that_has_stopped_stops_no_alert() {
    let site = TestFolder::new(CONFIG);
    let mut command = site.command(&["serve", "--sandbox"], &[]);
    let mut process = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut log = BufReader::new(process.stderr.take().unwrap());
    let address = loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).unwrap() > 0, "the gateway has ended");
        if let Some((_, address)) = line.split_once("address=").filter(|_| line.contains("Listening on")) {
            break address.trim().parse().unwrap();
        }
    };
    // A pipe holds 64 KiB, a line has more than 200 bytes, and nobody reads from here on.
    for number in 0..600 {
        let alarm = json!({ "eui": "6353012af1093062", "name": format!("door-{number}"), "level": "mid" });
        assert_eq!(TestRequest::post("/ingest/open", alarm.to_string()).send(address).status, 202);
    }
    process.kill().unwrap();
    process.wait().unwrap();
}
