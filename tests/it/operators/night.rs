//! The walk of README, "At three in the morning": which promise is broken, for whom, since when, and what to do.

use std::time::Duration;

use tokio::time::Instant;

use super::{CONFIG, ask, mend, raise, switch_on};
use crate::harness::{FinishedCommand, PATIENCE, TestGateway, file, until};

/// The heading of the walk in README.
const HEADING: &str = "## At three in the morning";

/// A provider whose connections break off.
const BREAKS_OFF: &str = r#"{ "fault": "close" }"#;

/// The commands of the walk, in order, without what is said about them.
fn commands() -> Vec<String> {
    let readme = file("README.md");
    let section = readme.split_once(HEADING).expect("README has the walk").1;
    let section = section.split("\n## ").next().unwrap();
    let lines = section.lines().filter(|it| it.starts_with("fanfare "));
    lines.map(|it| it.split(" #").next().unwrap().trim().to_owned()).collect()
}

/// Runs a command of the walk, about this alert and this channel.
#[track_caller]
fn walk(gateway: &TestGateway, command: &str, alert: i64) -> FinishedCommand {
    let command = command.replace("42", &alert.to_string()).replace("ops-dingtalk", "robot");
    let arguments: Vec<&str> = command.split(' ').skip(1).collect();
    gateway.run(&arguments, &[])
}

#[track_caller]
fn check(finished: &FinishedCommand, code: i32, words: &[&str]) {
    assert_eq!(finished.code, Some(code), "{}", finished.said());
    for word in words {
        assert!(finished.stdout.contains(word), "`{word}` is missing:\n{}", finished.said());
    }
}

#[test]
fn at_three_in_the_morning_the_broken_promise_is_found_and_mended_in_less_than_a_minute_of_commands() {
    let commands = commands();
    let [status, explain, channels, test, letters, ack, again] = commands.as_slice() else {
        panic!("README's walk has other commands: {commands:#?}");
    };
    let config = CONFIG.replace("within: 30s", "within: 2s").replace("after: 20s", "after: 1s");
    let gateway = TestGateway::start(&config, &["--sandbox"], &[]);
    ["robot", "boss"].into_iter().for_each(|it| switch_on(&gateway, it, BREAKS_OFF));
    let alert = raise(&gateway, "door", "urgent");
    let (id, state) = (alert.to_string(), || ask_even_if_broken(&gateway)["broken"][0]["state"].clone());
    // Broken while some channel may still confirm, and abandoned once both circuits are open.
    until("the promise is broken", || state().is_string(), PATIENCE);
    let began = Instant::now();
    check(&walk(&gateway, status, alert), 1, &[&id, "door is open", "on-call", "fanfare explain"]);
    check(&walk(&gateway, explain, alert), 0, &["door is open", "group", "robot", "delivered"]);
    check(&walk(&gateway, channels, alert), 0, &["robot", "boss"]);
    let asking = began.elapsed();
    ["robot", "boss"].into_iter().for_each(|it| mend(&gateway, it));
    until("the promise is no longer broken", || state().is_null(), PATIENCE);
    gateway.until_nothing_is_owed();
    let began = Instant::now();
    check(&walk(&gateway, test, alert), 0, &["robot: delivered"]);
    check(&walk(&gateway, letters, alert), 0, &[]);
    check(&walk(&gateway, ack, alert), 0, &["is acknowledged by Li"]);
    let last = walk(&gateway, again, alert);
    assert!(last.stdout.contains("No contract is broken."), "{}", last.said());
    assert!(asking + began.elapsed() < Duration::from_secs(60));
    tells_the_same_in_log_and_metrics(&gateway, alert);
}

/// The state, whatever the exit status says about it.
fn ask_even_if_broken(gateway: &TestGateway) -> serde_json::Value {
    let finished = gateway.run(&["status", "--json"], &[]);
    serde_json::from_str(&finished.stdout).unwrap_or_else(|err| panic!("{err}: {}", finished.said()))
}

/// The same is told by what README names where nobody can run a command.
#[track_caller]
fn tells_the_same_in_log_and_metrics(gateway: &TestGateway, alert: i64) {
    let about = format!("alert.id={alert} ");
    let log = gateway.log();
    let unkept = [r#"contract="broken""#, r#"contract="abandoned""#];
    let is_told = |it: &str| it.contains(&about) && unkept.iter().any(|word| it.contains(word));
    let line = log.lines().find(|it| is_told(it)).unwrap_or_else(|| panic!("{log}"));
    assert!(line.contains("receiver.name=on-call") && line.contains("door is open"), "{line}");
    let metrics = gateway.get("/metrics").body;
    let counted = ["broken", "abandoned"].iter().filter_map(|state| {
        let series = format!(r#"fanfare_contract_changes_total{{receiver="on-call",state="{state}"}}"#);
        metrics.lines().find_map(|it| it.strip_prefix(&series)?.trim().parse::<u64>().ok())
    });
    assert!(counted.sum::<u64>() > 0, "{metrics}");
}

#[test]
fn a_gateway_in_good_health_says_so_and_exits_with_zero() {
    let gateway = TestGateway::start(CONFIG, &["--sandbox"], &[]);
    let alert = raise(&gateway, "door", "mid");
    gateway.until_nothing_is_owed();
    let finished = gateway.run(&["status"], &[]);
    check(&finished, 0, &["ready", "No contract is broken.", "1 mid", "group", "robot", "boss", "open"]);
    assert!(!finished.stdout.contains('\u{1b}'), "no colour in a pipe");
    let chinese = gateway.run(&["status", "--language", "zh"], &[]);
    check(&chinese, 0, &["就绪", "没有未履行的约定。", "警告 1"]);
    let status = ask(&gateway, &["status"]);
    assert_eq!((&status["ready"], &status["firing"]["mid"]), (&true.into(), &1.into()), "{status}");
    assert!(status["store"]["size"].as_u64().is_some_and(|it| it > 0), "{status}");
    assert!(status["sources"][0]["last_alert_at"].is_string(), "{status}");
    let delivery = ask(&gateway, &["deliveries", "list", "--alert", &alert.to_string()]);
    let delivery = delivery["deliveries"][0]["id"].to_string();
    let shown = gateway.run(&["deliveries", "show", &delivery], &[]);
    check(&shown, 0, &["group", "delivered", &format!("fanfare explain {alert}")]);
    let unknown = gateway.run(&["deliveries", "show", "4711"], &[]);
    assert_eq!(unknown.code, Some(1), "{}", unknown.said());
    assert!(unknown.stderr.contains("there is no delivery 4711"), "{}", unknown.said());
}
