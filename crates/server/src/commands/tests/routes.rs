use expect_test::{Expect, expect};
use fanfare_core::Labels;
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
        "repeat_interval": "30m",
        "continue": true,
        "routes": [{
            "route": "route.routes[0].routes[0]",
            "matchers": ["site=\"harbour\""],
            "receiver": "team",
            "channels": ["group"],
            "repeat_interval": "30m",
            "continue": false,
            "routes": [],
        }],
    });
    assert_eq!(tree["routes"][0], high);
}

/// What a gateway makes of an alarm without a level, `routes test` makes of it too.
#[test]
fn an_alert_without_severity_is_routed_as_one_that_arrives_without_a_level() {
    let source = SourceSettings { name: "thinklink".into(), labels: Labels::default() };
    let body = br#"{"alarm": "over_temp", "eui": "6353012af1093062"}"#;
    let read = Format::Tkl.read(body, &Hints::default(), &source, Timestamp::UNIX_EPOCH).unwrap();
    let arrived = read.alerts[0].severity.word();

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
    check(
        &["routes", "test", "--json", "severity=urgent", "site=harbour"],
        expect![[r#"
        {
          "labels": {
            "severity": "urgent",
            "site": "harbour"
          },
          "routes": [
            {
              "route": "route",
              "receiver": "team",
              "matched": true,
              "why": "matches everything"
            },
            {
              "route": "route.routes[0]",
              "receiver": "on-call",
              "matched": true,
              "why": "matches severity >= high"
            },
            {
              "route": "route.routes[0].routes[0]",
              "receiver": "team",
              "matched": true,
              "why": "matches site=\"harbour\""
            },
            {
              "route": "route.routes[1]",
              "receiver": "on-call",
              "matched": false,
              "why": "not alertname=~\"door.*\": the alert has no `alertname`"
            },
            {
              "route": "route.routes[2]",
              "receiver": "team",
              "matched": false,
              "why": "not alertname=\"window\": the alert has no `alertname`"
            }
          ],
          "told": [
            {
              "receiver": "team",
              "channels": [
                "group"
              ],
              "route": "route.routes[0].routes[0]"
            }
          ]
        }
    "#]],
    );
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
    let text = SOUND.replace("the-key", "{ env: FANFARE_TEST_NOT_SET }");
    let File { path, _folder } = file(&text);
    assert_eq!(fanfare(&path, &["routes", "show"]).outcome.unwrap(), Outcome::Good);
}
