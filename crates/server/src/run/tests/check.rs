use expect_test::{Expect, expect};

use super::{File, Outcome, SOUND, fanfare, file};

#[track_caller]
fn check(File { path, _folder }: File, args: &[&str], expected: Outcome, text: Expect) {
    let said = fanfare(&path, args);
    assert_eq!(said.outcome.unwrap(), expected);
    text.assert_eq(&said.out.replace(path.to_str().unwrap(), "FILE"));
}

#[test]
fn a_sound_config_is_summed_up() {
    check(
        file(SOUND),
        &["check"],
        Outcome::Good,
        expect![[r#"
            SOURCE     FORMAT  WHO MAY POST       EXPECTED EVERY
            thinklink  tkl     who has the token  -

            CHANNEL  KIND      BUDGET     QUOTA         TIMEOUT  DRILL
            ops      dingtalk  20 in 1m   3000 a month  10s      -
            group    wecom     unlimited  unlimited     3s       -

            RECEIVER  CHANNELS    COUNTS AS TOLD  OTHERWISE
            on-call   ops, group  all confirm     -
            team      group       all confirm     -

            ROUTES
            everything → team (group), again after 4h
            ├─ severity >= high → on-call (ops, group), again after 30m, and the next
            │  └─ site="harbour" → team (group), again after 30m
            ├─ alertname=~"door.*" → on-call (ops, group), again after 4h
            └─ alertname="window" → team (group), again after 4h

            FILE: OK
        "#]],
    );
}

#[test]
fn a_warning_does_not_fail_the_check() {
    let text = SOUND.replace(&format!(", secret: SEC{}", "0123456789abcdef".repeat(4)), "");
    check(
        file(&text),
        &["check", "--json"],
        Outcome::Good,
        expect![[r#"
        {
          "file": "FILE",
          "ok": true,
          "problems": [
            {
              "line": 7,
              "column": 3,
              "severity": "warning",
              "path": "channels.ops",
              "message": "no `secret`: without 加签 whoever learns the access token can write to the group"
            }
          ]
        }
    "#]],
    );
}

#[test]
fn a_strict_check_fails_for_a_warning_and_says_so_in_both_forms() {
    let doubtful = || file(&SOUND.replace("alertname = window", "severity = sev-17"));
    for (args, outcome, ok) in [
        (&["check", "--json"][..], Outcome::Good, true),
        (&["check", "--json", "--strict"], Outcome::Finding, false),
    ] {
        let File { path, _folder } = doubtful();
        let said = fanfare(&path, args);
        assert_eq!(said.outcome.unwrap(), outcome);
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(report["ok"], ok);
        assert_eq!(report["problems"][0]["severity"], "warning", "{report}");
    }
    let File { path, _folder } = doubtful();
    let said = fanfare(&path, &["check", "--strict"]);
    assert!(said.out.ends_with(": OK, 1 warning\n"), "{}", said.out);
    let File { path, _folder } = file(SOUND);
    assert_eq!(fanfare(&path, &["check", "--strict"]).outcome.unwrap(), Outcome::Good);
    let said = fanfare(&path, &["check", "--strict", "--log", "inof"]);
    assert!(said.out.contains("the log filter `inof` matches no line"), "{}", said.out);
    assert_eq!(said.outcome.unwrap(), Outcome::Finding);
}

#[test]
fn a_log_filter_that_stops_the_gateway_fails_the_check() {
    let File { path, _folder } = file(SOUND);
    for filter in ["info,fanfare_gateway=loud", "[{attempt"] {
        let said = fanfare(&path, &["check", "--log", filter]);
        assert!(said.out.contains(&format!(": error: `{filter}` is not a log filter")), "{}", said.out);
        assert!(said.out.ends_with(": not usable, 1 error\n"), "{}", said.out);
        assert_eq!(said.outcome.unwrap(), Outcome::Finding);
    }
}

#[test]
fn self_alerts_that_end_on_one_kind_of_channel_are_warned_about() {
    let lonely =
        SOUND.replace("severity >= high", "severity >= urgent").replace("      continue: true\n", "");
    let File { path, _folder } = file(&lonely);
    let said = fanfare(&path, &["check"]).out;
    let warning =
        "warning: route: alerts about the gateway itself go to `team`, on channels of the kind wecom alone";
    assert!(said.contains(warning), "{said}");
    let routed = lonely.replace("['alertname = window']", "['source = fanfare'], receiver: on-call");
    let File { path, _folder } = file(&routed);
    assert!(!fanfare(&path, &["check"]).out.contains("warning"), "a route of their own");
}

#[test]
fn every_problem_is_told_in_the_order_of_the_file_and_then_counted() {
    let text = SOUND
        .replace("allow_inline_secrets: true", "store: fanfare.db")
        .replace("channels: [group]", "channels: [gruop]")
        .replace("timeout: 3s", "timeout: soon")
        .replace("harbour", "'harbour");
    check(
        file(&text),
        &["check"],
        Outcome::Finding,
        expect![[r#"
        FILE:20:33: error: not readable as YAML: invalid trailing content after single-quoted scalar
        FILE: not usable, 1 error
    "#]],
    );
    let text = text.replace("'harbour", "harbour");
    check(
        file(&text),
        &["check"],
        Outcome::Finding,
        expect![[r#"
        FILE:2:8: error: store: not a store we know: expected sqlite://PATH, e.g. sqlite://data/fanfare.db
        FILE:4:53: error: sources[0].auth.bearer: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`, or allow it with `allow_inline_secrets: true` at the top
        FILE:5:27: error: server.auth.bearer: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`, or allow it with `allow_inline_secrets: true` at the top
        FILE:7:40: error: channels.ops.access_token: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`, or allow it with `allow_inline_secrets: true` at the top
        FILE:7:114: error: channels.ops.secret: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`, or allow it with `allow_inline_secrets: true` at the top
        FILE:8:30: error: channels.group.key: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`, or allow it with `allow_inline_secrets: true` at the top
        FILE:8:96: error: channels.group.timeout: `soon` is not a length of time: expected a number with a unit, e.g. 500ms, 30s, 5m, 1h30m or 1d
        FILE:11:30: error: receivers[1].channels[0]: unknown channel `gruop`; did you mean `group`? known are `group`, `ops`
        FILE: not usable, 8 errors
    "#]],
    );
}

#[test]
fn problems_are_told_as_json_too() {
    check(
        file("store: x"),
        &["check", "--json"],
        Outcome::Finding,
        expect![[r#"
        {
          "file": "FILE",
          "ok": false,
          "problems": [
            {
              "line": 1,
              "column": 1,
              "severity": "error",
              "path": "",
              "message": "missing setting `channels`"
            },
            {
              "line": 1,
              "column": 1,
              "severity": "error",
              "path": "",
              "message": "missing setting `receivers`"
            },
            {
              "line": 1,
              "column": 1,
              "severity": "error",
              "path": "",
              "message": "missing setting `route`"
            },
            {
              "line": 1,
              "column": 1,
              "severity": "error",
              "path": "",
              "message": "missing setting `sources`"
            },
            {
              "line": 1,
              "column": 8,
              "severity": "error",
              "path": "store",
              "message": "not a store we know: expected sqlite://PATH, e.g. sqlite://data/fanfare.db"
            }
          ]
        }
    "#]],
    );
}

#[test]
fn a_config_that_is_not_there_is_a_problem() {
    let File { path, _folder } = file("");
    let elsewhere = path.with_file_name("nowhere.yaml");
    let said = fanfare(&elsewhere, &["check"]);
    assert_eq!(said.outcome.unwrap(), Outcome::Finding);
    assert!(said.out.contains("nowhere.yaml: error: the config cannot be read"), "{}", said.out);
}
