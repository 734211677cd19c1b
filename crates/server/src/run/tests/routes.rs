use expect_test::{Expect, expect};
use fanfare_sources::{Format, Hints, SourceSettings};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{File, Outcome, SOUND, fanfare, file};

#[track_caller]
fn check(args: &[&str], expected: Expect) {
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, args);
    assert_eq!(said.outcome.unwrap(), Outcome::Good);
    expected.assert_eq(&said.out);
}

#[test]
fn the_tree_shows_conditions_receivers_and_channels() {
    check(
        &["routes", "show"],
        expect![[r#"
        everything → team (group), again after 4h
        ├─ severity >= high → on-call (ops, group), again after 30m, and the next
        │  └─ site="harbour" → team (group), again after 30m
        ├─ alertname=~"door.*" → on-call (ops, group), again after 4h
        └─ alertname="window" → team (group), again after 4h
    "#]],
    );
}

/// The terms of a receiver whose config says no more.
fn plain(channels: &[&str]) -> Value {
    json!({ "send": "together", "first": channels, "contract": { "succeed": "all" }, "escalate": [] })
}

#[test]
fn the_tree_is_told_as_json_too() {
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["routes", "show", "--json"]);
    assert_eq!(said.outcome.unwrap(), Outcome::Good);
    let tree: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (&tree["route"], &tree["receiver"], &tree["matchers"]),
        (&json!("route"), &json!("team"), &json!([]))
    );
    assert_eq!(tree["routes"].as_array().map(Vec::len), Some(3));
    let high = json!({
        "route": "route.routes[0]",
        "matchers": ["severity >= high"],
        "receiver": "on-call",
        "channels": ["ops", "group"],
        "promise": plain(&["ops", "group"]),
        "repeat_interval": "30m",
        "continue": true,
        "routes": [{
            "route": "route.routes[0].routes[0]",
            "matchers": ["site=\"harbour\""],
            "receiver": "team",
            "channels": ["group"],
            "promise": plain(&["group"]),
            "repeat_interval": "30m",
            "continue": false,
            "routes": [],
        }],
    });
    assert_eq!(tree["routes"][0], high);
}

/// The sound config with a contract and a ladder.
fn promising() -> File {
    let team = "- { name: team, channels: [group] }";
    let promise = "- name: team
    channels: [group, mail, ops]
    send: in_turn
    contract: { succeed: 2, within: 5m }
    escalate:
      - { after: 5m, unless: delivered, to: [boss] }
      - { after: 15m, unless: acknowledged, to: [group, boss] }";
    let more = "  mail: { kind: wecom, key: another }\n  boss: { kind: wecom, key: third }\nreceivers:";
    let url = "server: { external_url: 'http://x',";
    assert!(SOUND.contains(team));
    file(&SOUND.replace(team, promise).replace("receivers:", more).replace("server: {", url))
}

#[test]
fn who_is_told_first_and_who_then_and_when_is_said() {
    let File { path, _folder } = promising();
    let said = fanfare(&path, &["routes", "test", "severity=low"]).out;
    expect![[r#"
        Told:
          team on group, mail, then ops (by route)
            counts as told: 2 confirm within 5m
            after 5m unless delivered: boss
            after 15m unless acknowledged: group, boss
    "#]]
    .assert_eq(&said[said.find("Told:").unwrap()..]);
    let tree = fanfare(&path, &["routes", "show"]).out;
    expect!["everything → team (group, mail, then ops), again after 4h"]
        .assert_eq(tree.lines().next().unwrap());
    let table = fanfare(&path, &["check"]).out;
    let receivers = table.split("\n\n").find(|it| it.starts_with("RECEIVER")).unwrap();
    expect![[r#"
        RECEIVER  CHANNELS               COUNTS AS TOLD       OTHERWISE
        on-call   ops, group             all confirm          -
        team      group, mail, then ops  2 confirm within 5m  after 5m unless delivered: boss; after 15m unless acknowledged: group, boss"#]].assert_eq(receivers);
}

#[test]
fn what_is_promised_is_told_as_json_in_the_words_of_the_config() {
    let File { path, _folder } = promising();
    let expected = json!({
        "send": "in_turn",
        "first": ["group", "mail"],
        "contract": { "succeed": 2, "within": "5m" },
        "escalate": [
            { "after": "5m", "unless": "delivered", "to": ["boss"] },
            { "after": "15m", "unless": "acknowledged", "to": ["group", "boss"] },
        ],
    });
    let read = |args: &[&str]| -> Value { serde_json::from_str(&fanfare(&path, args).out).unwrap() };
    let test = read(&["routes", "test", "--json", "severity=low"]);
    assert_eq!((&test["told"][0]["receiver"], &test["told"][0]["promise"]), (&json!("team"), &expected));
    assert_eq!(read(&["routes", "show", "--json"])["promise"], expected);
}

/// `routes test` reads an alarm without a level as the gateway does.
#[test]
fn an_alert_without_severity_is_routed_as_one_that_arrives_without_a_level() {
    let source = SourceSettings::new("thinklink");
    let body = br#"{"alarm": "over_temp", "eui": "6353012af1093062"}"#;
    let read = Format::tkl().read(body, &Hints::default(), &source, Timestamp::UNIX_EPOCH).unwrap();
    let arrived = read.alerts[0].alert.severity.word();

    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["routes", "test", "--json", "alertname=over_temp"]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((arrived, answer["labels"]["severity"].as_str()), ("mid", Some("mid")));
}

#[test]
fn every_route_says_why_it_matched_or_not() {
    check(
        &["routes", "test", "severity=critical", "alertname=door_7"],
        expect![[r#"
        ✓ route → team: matches everything
          ✓ route.routes[0] → on-call: matches severity >= high
            ✗ route.routes[0].routes[0] → team: not site="harbour": the alert has no `site`
          ✓ route.routes[1] → on-call: matches alertname=~"door.*"
          ✗ route.routes[2] → team: not tried: route.routes[1] matched and does not say `continue`

        Told:
          on-call on ops, group (by route.routes[0])
    "#]],
    );
    check(
        &["routes", "test", "alertname=window", "site=harbour"],
        expect![[r#"
        ✓ route → team: matches everything
          ✗ route.routes[0] → on-call: not severity >= high: it is `mid`
          ✗ route.routes[1] → on-call: not alertname=~"door.*": it is `window`
          ✓ route.routes[2] → team: matches alertname="window"

        Told:
          team on group (by route.routes[2])
    "#]],
    );
}

#[test]
fn who_is_told_is_told_as_json_too() {
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["routes", "test", "--json", "severity=urgent", "site=harbour"]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(answer["labels"], json!({ "severity": "urgent", "site": "harbour" }));
    let step = |route: &str, receiver: &str, matched: bool, why: &str, because: Value| json!({ "route": route, "receiver": receiver, "matched": matched, "why": why, "because": because });
    let matched = |matcher: &str| json!({ "reason": "matched", "matchers": [matcher] });
    let nameless = |matcher: &str| json!({ "reason": "no_label", "matcher": matcher, "label": "alertname" });
    let no_name = "the alert has no `alertname`";
    let steps = [
        step("route", "team", true, "matches everything", json!({ "reason": "everything" })),
        step("route.routes[0]", "on-call", true, "matches severity >= high", matched("severity >= high")),
        step(
            "route.routes[0].routes[0]",
            "team",
            true,
            "matches site=\"harbour\"",
            matched("site=\"harbour\""),
        ),
        step(
            "route.routes[1]",
            "on-call",
            false,
            &format!("not alertname=~\"door.*\": {no_name}"),
            nameless("alertname=~\"door.*\""),
        ),
        step(
            "route.routes[2]",
            "team",
            false,
            &format!("not alertname=\"window\": {no_name}"),
            nameless("alertname=\"window\""),
        ),
    ];
    assert_eq!(answer["routes"], json!(steps));
    let team = json!({
        "receiver": "team",
        "channels": ["group"],
        "promise": plain(&["group"]),
        "route": "route.routes[0].routes[0]",
    });
    assert_eq!(answer["told"], json!([team]));
}

#[test]
fn an_unsound_config_has_no_routes() {
    let File { path, _folder } = file("route: {}");
    let said = fanfare(&path, &["routes", "show"]);
    assert!(said.outcome.unwrap_err().to_string().contains("missing setting `receiver`"));
    assert_eq!(said.out, "");
}

#[test]
fn routes_need_no_secrets() {
    let text = SOUND.replace("693a91f6-7bc4-4bc4-97a0-0ec2cafa5aaa", "{ env: FANFARE_TEST_NOT_SET }");
    let File { path, _folder } = file(&text);
    assert_eq!(fanfare(&path, &["routes", "show"]).outcome.unwrap(), Outcome::Good);
}
