//! Each command speaks to people in one language only, whatever stands in the store.

use std::sync::Arc;

use fanfare_core::Language;
use fanfare_testkit::check_language;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{CONFIG, ask, switch_on};
use crate::harness::{FinishedCommand, PATIENCE, TestFolder, TestGateway, until};

/// 310000 is an error of the settings, and 40058 one of the message; the provider says one word.
const REFUSED: [(&str, &str); 2] = [
    ("robot", r#"{ "fault": { "errcode": { "code": 310000, "words": "sign" } } }"#),
    ("group", r#"{ "fault": { "errcode": { "code": 40058, "words": "parameter" } } }"#),
];

/// Damages of the rows of a stopped store, each of another sort.
const DAMAGES: [&str; 7] = [
    "UPDATE alerts SET decided = 9 WHERE id = 1",
    "UPDATE alerts SET severity = 'catastrophic' WHERE id = 2",
    "UPDATE notifications SET fulfilment = 'forgotten' WHERE alert = 2",
    "UPDATE notifications SET owed = 7 WHERE alert = 3",
    "UPDATE deliveries SET reason = NULL WHERE state = 'discarded'",
    "UPDATE deliveries SET state = 'lost' WHERE id = (SELECT max(id) FROM deliveries WHERE state = 'dead')",
    "UPDATE attempts SET outcome = 'unanswered' WHERE outcome = 'delivered'",
];

/// Words that stand in no language: those of every refusal of WeCom, and the name of the receiver of tests.
/// <https://developer.work.weixin.qq.com/document/path/90313>
const NAMES: [&str; 2] = ["more info at", "channel test"];

/// The store of a gateway with a sandbox, and that of the config.
const SANDBOX_STORE: &str = "data/fanfare.sandbox.db";
const CONFIGURED_STORE: &str = "data/fanfare.db";

fn name_of(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Zh => "zh",
    }
}

/// Checks that the output for people is in `language`, and not empty.
#[track_caller]
fn check(language: Language, arguments: &[&str], finished: &FinishedCommand) {
    let printed = NAMES.iter().fold(finished.stdout.clone(), |printed, name| printed.replace(name, ""));
    let context = format!("{arguments:?} in {language:?}:\n{}", finished.said());
    let is_chinese = printed.contains(|c: char| ('\u{4e00}'..='\u{9fff}').contains(&c));
    assert_eq!(is_chinese, language == Language::Zh, "{context}");
    assert!(!printed.trim().is_empty(), "{context}");
    // The problems of a config are errors, which are in English everywhere.
    let lines: Vec<&str> = printed.lines().filter(|it| !it.contains(": warning: ")).collect();
    check_language(language, &lines);
}

/// Runs a command that asks the gateway, and checks what it prints.
#[track_caller]
fn run(gateway: &TestGateway, language: Language, arguments: &[&str]) -> String {
    let finished = gateway.run(&[arguments, &["--language", name_of(language)]].concat(), &[]);
    check(language, arguments, &finished);
    finished.stdout
}

/// Runs a command that asks nobody, and checks what it prints.
#[track_caller]
fn run_alone(site: &TestFolder, language: Language, arguments: &[&str]) {
    let finished = site.run(&[arguments, &["--language", name_of(language)]].concat(), &[]);
    check(language, arguments, &finished);
}

#[track_caller]
fn raise(gateway: &TestGateway, name: &str, level: &str) -> String {
    let alarm = json!({ "eui": "6353012af1093062", "name": name, "level": level, "title": name });
    let answer = gateway.post("open", &alarm.to_string());
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.json()["alerts"][0]["id"].to_string()
}

fn letters(gateway: &TestGateway) -> Vec<Value> {
    ask(gateway, &["dead-letters", "list"])["dead_letters"].as_array().unwrap().clone()
}

/// A gateway with messages in `language`, of which two channels are refused: alerts that are told, held, broken,
/// escalated, given up and discarded.
fn troubled_gateway(language: Language) -> TestGateway {
    let terms = CONFIG.replace("within: 30s", "within: 2s").replace("after: 20s", "after: 1s");
    let config = format!("{terms}messages: {{ language: {} }}\n", name_of(language));
    let gateway = TestGateway::start(&config, &["--sandbox"], &[]);
    raise(&gateway, "window", "mid");
    gateway.until_nothing_is_owed();
    REFUSED.iter().for_each(|(channel, fault)| switch_on(&gateway, channel, fault));
    for (name, level) in [("door", "urgent"), ("gate", "mid"), ("gate", "mid"), ("roof", "low")] {
        raise(&gateway, name, level);
    }
    until("deliveries are given up", || letters(&gateway).len() >= 2, PATIENCE);
    let is_broken = || gateway.get("/api/v1/status").json()["broken"][0]["state"].is_string();
    until("a contract is broken", is_broken, PATIENCE);
    gateway
}

/// Runs every command that asks a gateway in good order.
fn ask_everything(gateway: &TestGateway, language: Language) {
    let say = |arguments: &[&str]| run(gateway, language, arguments);
    say(&["status"]);
    say(&["alerts", "list"]);
    for alert in ["1", "2", "3"] {
        say(&["explain", alert]);
    }
    say(&["deliveries", "list"]);
    for delivery in ["1", "2", "3"] {
        say(&["deliveries", "show", delivery]);
    }
    say(&["dead-letters", "list"]);
    let letters = letters(gateway);
    let id = |index: usize| letters[index]["id"].as_str().unwrap();
    say(&["dead-letters", "show", id(0)]);
    say(&["channels", "list"]);
    for channel in ["group", "boss"] {
        say(&["channels", "test", channel]);
    }
    say(&["dead-letters", "discard", id(0), "--reason", "known", "--by", "Wang"]);
    say(&["dead-letters", "discard", id(0), "--reason", "known"]);
    say(&["dead-letters", "retry", id(1)]);
    say(&["dead-letters", "retry", "d4711"]);
    say(&["deliveries", "list", "--state", "discarded"]);
    for _ in 0..2 {
        say(&["ack", "2", "--by", "Wang"]);
    }
    say(&["explain", "2"]);
    say(&["audit"]);
    say(&["send", "--source", "open", "--name", "lamp", "--title", "Lamp", "--level", "low"]);
    say(&["reload"]);
}

/// Runs every command that asks no gateway.
fn ask_nobody(site: &TestFolder, language: Language) {
    let say = |arguments: &[&str]| run_alone(site, language, arguments);
    say(&["check", "--sandbox"]);
    say(&["routes", "show"]);
    say(&["routes", "test", "severity=urgent"]);
    say(&["backup", "copy.db", "--store", SANDBOX_STORE]);
    say(&["restore", "copy.db", "--store", "restored.db"]);
    say(&["restore", "copy.db", "--store", "restored.db", "--replace"]);
    say(&["init", "--config", "new.yaml"]);
}

/// Damages the store of a stopped gateway, and asks how it would be repaired.
fn damage(site: &TestFolder, language: Language) {
    let store = Connection::open(site.path(SANDBOX_STORE)).unwrap();
    for damage in DAMAGES {
        assert!(store.execute(damage, []).unwrap() > 0, "{damage}");
    }
    drop(store);
    std::fs::rename(site.path(SANDBOX_STORE), site.path(CONFIGURED_STORE)).unwrap();
    run_alone(site, language, &["audit", "--repair"]);
    std::fs::rename(site.path(CONFIGURED_STORE), site.path(SANDBOX_STORE)).unwrap();
}

#[test]
fn every_command_speaks_in_one_language_whatever_stands_in_the_store() {
    for language in [Language::Zh, Language::En] {
        let mut gateway = troubled_gateway(language);
        ask_everything(&gateway, language);
        let site = Arc::clone(gateway.site());
        ask_nobody(&site, language);
        gateway.terminate_and_wait();
        damage(&site, language);
        let gateway = TestGateway::start_at(&site, &["--sandbox"], &[]);
        let audit = run(&gateway, language, &["audit"]);
        assert!(audit.lines().count() > 20, "of each damage there is a row:\n{audit}");
        for arguments in [&["explain", "1"][..], &["explain", "2"], &["status"], &["dead-letters", "list"]] {
            run(&gateway, language, arguments);
        }
        // Another file in the place of the store, which the gateway does not overwrite.
        std::fs::rename(site.path(SANDBOX_STORE), site.path("data/moved.db")).unwrap();
        site.write(SANDBOX_STORE, "not a store");
        until("it is not ready", || gateway.get("/-/ready").status == 503, PATIENCE);
        let status = run(&gateway, language, &["status"]);
        let words = match language {
            Language::En => {
                "NOT ready: the store cannot be used: another file stands in the place of its file"
            }
            Language::Zh => "未就绪：存储文件的位置上是另一个文件",
        };
        assert!(status.contains(words), "{status}");
    }
}
