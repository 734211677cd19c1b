//! `fanfare channels test` where the channel does not work: the answer is the end of it.

use serde_json::Value;

use super::switch_on;
use crate::harness::TestGateway;

const CONFIG: &str = "\
server: { listen: 127.0.0.1:0 }
store: sqlite://data/fanfare.db
sources:
  - { name: open, format: tkl, auth: none }
channels:
  group: { kind: wecom, key: { env: GROUP }, timeout: 2s }
receivers:
  - { name: team, channels: [group] }
route: { receiver: team }
";

/// A fault, the word for it, and the beginning of its remedy.
const FAULTS: [(&str, &str, &str); 5] = [
    (
        r#"{ "fault": { "errcode": { "code": -1, "words": "system busy" } } }"#,
        "transient",
        "Check the network",
    ),
    (r#"{ "fault": "refuse" }"#, "unanswered", "The message may have arrived"),
    (r#"{ "fault": "hang" }"#, "unanswered", "The message may have arrived"),
    (
        r#"{ "fault": { "errcode": { "code": 93000, "words": "invalid webhook url" } } }"#,
        "misconfigured",
        "Mend the channel's settings",
    ),
    (
        r#"{ "fault": { "errcode": { "code": 45009, "words": "api freq out of limit" } } }"#,
        "throttled",
        "The provider asks for silence",
    ),
];

/// Nothing is owed and nothing waits for a person.
#[track_caller]
fn check_nothing_is_left(gateway: &TestGateway, case: &str) {
    let letters = gateway.run(&["dead-letters", "list", "--json"], &[]);
    assert_eq!(letters.code, Some(0), "{case}: {}", letters.said());
    let rows = |path: &str| gateway.get(path).json().to_string();
    assert!(!rows("/api/v1/deliveries").contains("\"pending\""), "{case}: {}", rows("/api/v1/deliveries"));
    assert!(!rows("/api/v1/deliveries").contains("\"dead\""), "{case}");
    let channels = gateway.get("/api/v1/channels").json();
    assert_eq!(channels["channels"][0]["pending"], 0, "{case}: {channels}");
}

#[test]
fn a_failed_test_ends_as_its_result_with_a_remedy_and_leaves_nothing_owed() {
    for (fault, word, remedy) in FAULTS {
        let gateway = TestGateway::start(CONFIG, &["--sandbox"], &[]);
        switch_on(&gateway, "group", fault);
        let failed = gateway.run(&["channels", "test", "group", "--by", "Wang"], &[]);
        assert_eq!(failed.code, Some(1), "{word}: {}", failed.said());
        let lines: Vec<&str> = failed.stdout.lines().collect();
        let [result, mended] = &lines[..] else { panic!("{word}: {}", failed.said()) };
        assert!(result.starts_with("group: ") && result.contains(word), "{result}");
        assert!(mended.starts_with(remedy), "{word}: {mended}");
        check_nothing_is_left(&gateway, word);
    }
}

#[test]
fn a_failed_test_ends_with_its_verdict_in_json_too() {
    for (fault, word, _) in FAULTS {
        let gateway = TestGateway::start(CONFIG, &["--sandbox"], &[]);
        switch_on(&gateway, "group", fault);
        let failed = gateway.run(&["channels", "test", "group", "--json"], &[]);
        assert_eq!(failed.code, Some(1), "{word}: {}", failed.said());
        let result: Value = serde_json::from_str(&failed.stdout).unwrap();
        assert_eq!((&result["outcome"], &result["channel"]), (&word.into(), &"group".into()), "{result}");
        check_nothing_is_left(&gateway, word);
    }
}

#[test]
fn a_test_of_a_channel_that_must_be_silent_is_withdrawn_and_says_so() {
    let gateway = TestGateway::start(CONFIG, &["--sandbox"], &[]);
    switch_on(&gateway, "group", FAULTS[4].0);
    assert_eq!(gateway.run(&["channels", "test", "group"], &[]).code, Some(1));
    let waiting = gateway.run(&["--language", "zh", "channels", "test", "group"], &[]);
    assert_eq!(waiting.code, Some(1), "{}", waiting.said());
    assert!(waiting.stdout.contains("也不再等待"), "{}", waiting.said());
    check_nothing_is_left(&gateway, "silent");
}
