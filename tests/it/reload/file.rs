//! A reload of a changed file: what it changes, and what it cannot.

use std::sync::Arc;

use super::{check_refused, check_reloaded, metric, reload};
use crate::harness::{FakeProviders, PATIENCE, TestAnswer, TestFolder, TestGateway, TestRequest, until};
use crate::ledger::alarm;
use crate::samples::{ProviderAddresses, config, wecom_bot};

/// A bot that everybody is told on, and a source whose token stands in a file.
fn config_with(more: &str) -> String {
    format!(
        "server: {{ listen: 127.0.0.1:0{more} }}
store: sqlite://data/fanfare.db
sources:
  - {{ name: open, format: tkl, auth: none }}
  - {{ name: closed, format: tkl, auth: {{ bearer: {{ file: token }} }} }}
channels:
  bot: {{ kind: wecom, key: {{ env: WECOM_KEY }}, budget: unlimited }}
receivers: [{{ name: team, channels: [bot] }}]
route: {{ receiver: team }}
"
    )
}

fn start(config: &str) -> TestGateway {
    let site = Arc::new(TestFolder::new(config));
    site.write("token", "the-old-token");
    TestGateway::start_at(&site, &["--sandbox"], &[("API_TOKEN", "the-token-of-the-api")])
}

fn post_with(gateway: &TestGateway, token: &str) -> u16 {
    let body = alarm("door", 1, "low").to_string();
    TestRequest::post("/ingest/closed", body).bearer(token).send(gateway.address()).status
}

#[test]
fn a_token_that_was_changed_lets_in_and_the_old_one_no_longer() {
    let gateway = start(&config_with(""));
    assert_eq!((post_with(&gateway, "the-old-token"), post_with(&gateway, "the-new-token")), (202, 401));
    gateway.site().write("token", "the-new-token\n");
    assert_eq!(post_with(&gateway, "the-old-token"), 202, "not before it is read again");
    check_reloaded(&gateway);
    assert_eq!((post_with(&gateway, "the-old-token"), post_with(&gateway, "the-new-token")), (401, 202));
}

#[test]
fn a_secrets_file_that_changes_is_read_without_being_asked_for() {
    let gateway = start(&config_with(""));
    gateway.site().write("token", "the-new-token\n");
    until("the new token lets in", || post_with(&gateway, "the-new-token") == 202, PATIENCE);
    assert_eq!(post_with(&gateway, "the-old-token"), 401);
    assert!(gateway.log().contains("a change of a secret's file"), "{}", gateway.log());
}

#[test]
fn a_new_source_and_a_new_channel_are_there_at_once_also_in_the_sandbox() {
    let gateway = start(&config_with(""));
    let wider = config_with("")
        .replace("sources:\n", "sources:\n  - { name: new, format: tkl, auth: none }\n")
        .replace(
            "channels:\n",
            "channels:\n  ding: { kind: dingtalk, access_token: { env: D }, secret: { env: S } }\n",
        )
        .replace("channels: [bot]", "channels: [bot, ding]");
    assert_eq!(gateway.post("new", &alarm("door", 1, "low").to_string()).status, 404);
    gateway.site().write("fanfare.yaml", &wider);
    check_reloaded(&gateway);
    assert_eq!(gateway.post("new", &alarm("door", 1, "low").to_string()).status, 202);
    gateway.until_nothing_is_owed();
    let delivered = gateway.get("/api/v1/deliveries?channel=ding&state=delivered").json();
    assert_eq!(delivered["deliveries"].as_array().map(Vec::len), Some(1), "{delivered}");
}

#[test]
fn a_file_that_is_not_sound_changes_nothing_and_every_reason_is_told() {
    let gateway = start(&config_with(""));
    let read_at = metric(&gateway, "fanfare_config_last_reload_success_timestamp_seconds");
    let broken = config_with("")
        .replace("name: open", "name: renamed")
        .replace("channels: [bot]", "channels: [bot, robot]")
        .replace("receiver: team }", "receiver: taem }");
    gateway.site().write("fanfare.yaml", &broken);
    let reasons = [("receivers[0].channels[1]", "`robot`"), ("route.receiver", "did you mean `team`?")];
    check_refused(&gateway, &reasons);
    assert_eq!(gateway.post("open", &alarm("door", 1, "low").to_string()).status, 202, "as before");
    assert_eq!(gateway.post("renamed", &alarm("door", 2, "low").to_string()).status, 404);
    assert_eq!(metric(&gateway, "fanfare_config_last_reload_success_timestamp_seconds"), read_at);

    let text = TestRequest::new("POST", "/-/reload").header("Accept", "text/plain").send(gateway.address());
    assert_eq!(text.status, 400);
    for (path, words) in reasons {
        let line = text.body.lines().find(|it| it.contains(path)).unwrap_or_else(|| panic!("{}", text.body));
        assert!(line.starts_with("fanfare.yaml:") && line.contains(words), "{line}");
        assert!(gateway.log().contains(line), "the log says it too: {}", gateway.log());
    }
    assert!(gateway.log().contains("The config was not reloaded"), "{}", gateway.log());

    gateway.site().write("fanfare.yaml", &config_with(""));
    check_reloaded(&gateway);
}

#[test]
fn a_secret_that_is_gone_changes_nothing() {
    let gateway = start(&config_with("")); // In the sandbox secrets may be missing.
    std::fs::remove_file(gateway.site().path("token")).unwrap();
    check_reloaded(&gateway);

    let providers = FakeProviders::start([wecom_bot().account("bot")]);
    let at = ProviderAddresses::from(&providers);
    let bot = wecom_bot().settings_with("bot", &at, |_| "{ file: key }".to_owned());
    let site = Arc::new(TestFolder::new(&config(&[("bot", bot)])));
    site.write("key", &wecom_bot().secrets[0].value("bot", &at.http));
    let gateway = TestGateway::start_at(&site, &[], &[]);
    site.write("key", "\n");
    check_refused(&gateway, &[("channels.bot.key.file", "empty")]);
    std::fs::remove_file(site.path("key")).unwrap();
    check_refused(&gateway, &[("channels.bot.key.file", "cannot be read")]);
    assert_eq!(gateway.post("thinklink", &alarm("door", 1, "low").to_string()).status, 202);
    until("it is told with the old one", || providers.seen("bot").len() == 1, PATIENCE);
}

#[test]
fn what_only_a_restart_can_change_is_refused() {
    let gateway = start(&config_with(""));
    let moved =
        config_with("").replace("127.0.0.1:0", "127.0.0.1:1").replace("data/fanfare.db", "data/other.db");
    gateway.site().write("fanfare.yaml", &moved);
    check_refused(&gateway, &[("server.listen", "restart"), ("store", "restart")]);
}

#[test]
fn who_may_not_use_the_api_may_not_reload() {
    let gateway = start(&config_with(", auth: { bearer: { env: API_TOKEN } }"));
    let with =
        |token: &str| TestRequest::new("POST", "/-/reload").bearer(token).send(gateway.address()).status;
    assert_eq!(reload(&gateway).status, 401);
    assert_eq!(with("the-old-token"), 401);
    assert_eq!(gateway.get("/-/reload").status, 405, "looking changes nothing");
    assert!(!gateway.log().contains("reloaded"), "{}", gateway.log());
    assert_eq!(with("the-token-of-the-api"), 200);

    // From now on the API is for this machine only, and that holds at once.
    gateway.site().write("fanfare.yaml", &config_with(""));
    assert_eq!(with("the-token-of-the-api"), 200);
    assert_eq!(reload(&gateway).status, 200);
    let passed_on = TestRequest::new("POST", "/-/reload").header("X-Forwarded-For", "203.0.113.7");
    assert_eq!(passed_on.send(gateway.address()).status, 403);
}

fn post_new(gateway: &TestGateway) -> TestAnswer {
    gateway.post("new", &alarm("door", 1, "low").to_string())
}

fn with_new_source(more: &str) -> String {
    config_with(more).replace("sources:\n", "sources:\n  - { name: new, format: tkl, auth: none }\n")
}

#[test]
fn sighup_reloads() {
    let mut gateway = start(&config_with(""));
    gateway.site().write("fanfare.yaml", &with_new_source(""));
    gateway.program().signal("HUP");
    until("the new source is there", || post_new(&gateway).status == 202, PATIENCE);
    gateway.site().write("fanfare.yaml", "nonsense");
    gateway.program().signal("HUP");
    until("the log says why not", || gateway.log().contains("The config was not reloaded"), PATIENCE);
    assert_eq!(post_new(&gateway).status, 202);
}

#[test]
fn a_file_is_watched_if_it_says_so_and_as_long_as_it_does() {
    let watched = ", reload_on_change: true";
    let gateway = start(&config_with(watched));
    gateway.site().write("fanfare.yaml", &with_new_source(watched));
    until("the new source is there", || post_new(&gateway).status == 202, PATIENCE);
    gateway.site().write("fanfare.yaml", "nonsense");
    until("the log says why not", || gateway.log().contains("The config was not reloaded"), PATIENCE);
    gateway.site().write("fanfare.yaml", &with_new_source(""));
    until("it is sound again", || gateway.log().matches("The config was reloaded").count() == 2, PATIENCE);
}

fn mkfifo(path: &std::path::Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_file_without_an_end_that_a_new_config_names_changes_nothing_and_holds_nobody_up() {
    let gateway = start(&config_with(""));
    mkfifo(&gateway.site().path("pipe"));
    for (file, words) in [("/dev/zero", "a pipe or a device"), ("pipe", "a pipe or a device")] {
        let bot = format!("kind: wecom, ca_file: {file}");
        gateway.site().write("fanfare.yaml", &config_with("").replace("kind: wecom", &bot));
        check_refused(&gateway, &[("channels.bot.ca_file", words)]);
    }
    gateway.site().write("fanfare.yaml", &config_with(""));
    check_reloaded(&gateway);
}

#[test]
fn a_config_whose_end_does_not_come_is_given_up_and_the_next_reload_is_not_held_up() {
    let mut gateway = start(&config_with(""));
    let config = gateway.site().path("fanfare.yaml");
    std::fs::remove_file(&config).unwrap();
    mkfifo(&config);
    let answer = reload(&gateway);
    assert!((500..600).contains(&answer.status), "{answer:?}");
    assert!(answer.body.contains("cannot be read within 10 s"), "{answer:?}");
    std::fs::remove_file(&config).unwrap();
    gateway.site().write("fanfare.yaml", &with_new_source(""));
    check_reloaded(&gateway);
    assert_eq!(post_new(&gateway).status, 202);
    gateway.program().signal("TERM");
    assert!(gateway.program().wait().success(), "the thread that still waits keeps nobody from ending");
}
