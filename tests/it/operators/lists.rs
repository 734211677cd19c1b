//! `fanfare alerts list` and its filters, `fanfare send`, `fanfare backup` and what a closed pipe does.

use std::io::Read as _;
use std::process::{Command, Stdio};

use serde_json::json;

use super::{CONFIG, ask, gateway, raise};
use crate::harness::{TestFolder, TestGateway};

/// The store of a gateway with the sandbox, which is never that of the real one.
const SANDBOX_STORE: &str = "data/fanfare.sandbox.db";

/// The numbers of the alerts that `fanfare alerts list` finds.
#[track_caller]
fn found(gateway: &TestGateway, filter: &[&str]) -> Vec<i64> {
    // The gateway may speak of itself meanwhile, e.g. of the disk of this machine.
    let own: &[&str] = if filter.contains(&"--source") { &[] } else { &["--source", "open"] };
    let list = ask(gateway, &[&["alerts", "list"], filter, own].concat());
    list["alerts"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect()
}

#[test]
fn alerts_are_found_by_what_they_are_and_what_became_of_them() {
    let gateway = gateway();
    let door = raise(&gateway, "door", "mid");
    let pump = raise(&gateway, "pump", "urgent");
    let clear =
        json!({ "alarm": { "id": "door", "action": "clear" }, "device": { "eui": "6353012af1093062" } });
    let answer = gateway.post("open", &clear.to_string());
    let cleared = answer.json()["alerts"][0]["id"].as_i64().unwrap();
    gateway.until_nothing_is_owed();
    for (filter, expected) in [
        (&[][..], vec![cleared, pump, door]),
        (&["--status", "resolved"], vec![cleared]),
        (&["--severity", "urgent"], vec![pump]),
        (&["--source", "open"], vec![cleared, pump, door]),
        (&["--source", "elsewhere"], vec![]),
        (&["--receiver", "on-call"], vec![pump]),
        (&["--contract", "kept", "--receiver", "on-call"], vec![pump]),
        (&["--contract", "broken"], vec![]),
        (&["--matcher", "alertname =~ \"d.*\"", "--matcher", "severity >= mid"], vec![cleared, door]),
        (&["--since", "1h"], vec![cleared, pump, door]),
        (&["--since", "2020-01-01T00:00:00Z", "--limit", "1"], vec![cleared]),
        (&["--status", "firing", "--limit", "1"], vec![pump]),
    ] {
        assert_eq!(found(&gateway, filter), expected, "{filter:?}");
    }
}

#[test]
fn a_filter_that_cannot_be_read_is_refused_by_its_name() {
    let gateway = gateway();
    for (query, name) in [
        ("status=burning", "status"),
        ("severity=purple", "severity"),
        ("contract=torn", "contract"),
        ("since=noon", "since"),
        ("matchers=%3D", "matchers"),
    ] {
        let answer = gateway.get(&format!("/api/v1/alerts?{query}"));
        assert_eq!((answer.status, &answer.json()["error"]["path"]), (400, &name.into()), "{answer:?}");
    }
}

#[test]
fn a_search_that_finds_little_goes_on_past_a_thousand_alerts() {
    let gateway = gateway();
    let rare = raise(&gateway, "rare", "low");
    let alarm = |number: u32| json!({ "eui": format!("{number:016x}"), "name": "flood", "level": "low" });
    for batch in 0..11 {
        let alarms: Vec<_> = (batch * 100..batch * 100 + 100).map(alarm).collect();
        assert_eq!(gateway.post("open", &json!(alarms).to_string()).status, 202);
    }
    assert_eq!(found(&gateway, &["--matcher", "alertname = rare"]), [rare]);
}

#[test]
fn send_tells_who_is_told_and_the_next_command() {
    let gateway = gateway();
    let sent = gateway.run(&["send", "--source", "open", "--name", "door", "--level", "urgent"], &[]);
    assert_eq!(sent.code, Some(0), "{}", sent.said());
    for word in ["on-call", "firing", "`fanfare explain "] {
        assert!(sent.stdout.contains(word), "{}", sent.said());
    }
    let again = gateway.run(&["send", "--source", "open", "--name", "door", "--level", "urgent"], &[]);
    assert!(again.stdout.contains("on-call: already told"), "{}", again.said());
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_failure() {
    let gateway = gateway();
    for number in 0..200 {
        raise(&gateway, &format!("door-{number}"), "low");
    }
    for arguments in
        [&["alerts", "list", "--limit", "200"][..], &["alerts", "list", "--limit", "200", "--json"]]
    {
        let mut command: Command = gateway.site().command(arguments, &[]);
        let url = format!("http://{}", gateway.address());
        let mut process =
            command.args(["--url", &url]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 1];
        let mut out = process.stdout.take().unwrap();
        out.read_exact(&mut first).unwrap();
        drop(out);
        let finished = process.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&finished.stderr);
        assert_eq!((finished.status.code(), said.as_ref()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_backup_of_a_running_gateway_is_restored_elsewhere_with_all_its_alerts() {
    let gateway = gateway();
    let alert = raise(&gateway, "door", "high");
    gateway.until_nothing_is_owed();
    let made = gateway.site().run(&["backup", "copy.db", "--store", SANDBOX_STORE], &[]);
    assert_eq!(made.code, Some(0), "{}", made.said());
    let again = gateway.site().run(&["backup", "copy.db", "--store", SANDBOX_STORE], &[]);
    assert_eq!(again.code, Some(1), "{}", again.said());
    assert!(again.stderr.contains("exists, and a backup overwrites nothing"), "{}", again.said());
    let running = gateway.site().run(&["restore", "copy.db", "--replace", "--store", SANDBOX_STORE], &[]);
    assert_eq!(running.code, Some(1), "{}", running.said());
    assert!(running.stderr.contains("a gateway runs on"), "{}", running.said());
    let elsewhere = TestFolder::new(CONFIG);
    std::fs::copy(gateway.site().path("copy.db"), elsewhere.path("copy.db")).unwrap();
    let restored = elsewhere.run(&["restore", "copy.db", "--store", SANDBOX_STORE], &[]);
    assert_eq!(restored.code, Some(0), "{}", restored.said());
    let standing = elsewhere.run(&["restore", "copy.db", "--store", SANDBOX_STORE], &[]);
    assert_eq!(standing.code, Some(1), "{}", standing.said());
    let replaced = elsewhere.run(&["restore", "copy.db", "--replace", "--store", SANDBOX_STORE], &[]);
    assert_eq!(replaced.code, Some(0), "{}", replaced.said());
    let other = TestGateway::start_at(&std::sync::Arc::new(elsewhere), &["--sandbox"], &[]);
    assert_eq!(found(&other, &["--receiver", "on-call"]), [alert]);
}

#[test]
fn init_writes_a_config_that_is_sound_once_and_says_what_comes_next() {
    let folder = TestFolder::new("");
    let written = folder.run(&["--config", "new/fanfare.yaml", "init"], &[]);
    assert_eq!(written.code, Some(0), "{}", written.said());
    assert!(
        written.stdout.contains("check") && written.stdout.contains("serve --sandbox"),
        "{}",
        written.said()
    );
    let secrets = [
        ("FANFARE_TKL_TOKEN", "a-token-for-thinklink"),
        ("DINGTALK_TOKEN", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ("DINGTALK_SECRET", "SEC0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ("SMTP_PASSWORD", "a-password"),
    ];
    let checked = folder.run(&["--config", "new/fanfare.yaml", "check"], &secrets);
    assert_eq!(checked.code, Some(0), "{}", checked.said());
    let again = folder.run(&["--config", "new/fanfare.yaml", "init"], &[]);
    assert_eq!(again.code, Some(1), "{}", again.said());
    assert!(again.stderr.contains("is not overwritten"), "{}", again.said());
}

#[test]
fn completions_and_man_pages_name_every_command() {
    let folder = TestFolder::new("");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let printed = folder.run(&["completions", shell], &[]);
        assert_eq!(printed.code, Some(0), "{}", printed.said());
        assert!(printed.stdout.contains("dead-letters") && printed.stdout.contains("status"), "{shell}");
    }
    let pages = folder.run(&["man", "."], &[]);
    assert_eq!(pages.code, Some(0), "{}", pages.said());
    for page in ["fanfare.1", "fanfare-status.1", "fanfare-dead-letters-list.1"] {
        assert!(std::fs::read_to_string(folder.path(page)).unwrap().contains(".TH"), "{page}");
    }
}
