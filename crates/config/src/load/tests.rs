mod channels;
mod doubts;
mod mappings;
mod mqtt;
mod smtp;
mod secrets;
mod source_auth;
mod terms;
mod versions;

use std::path::Path;
use std::time::Duration;

use expect_test::{Expect, expect};
use fanfare_core::{SandboxDoors, Severity};
use jiff::Timestamp;
use proptest::prelude::*;

use super::Loader;
use crate::testing::{kinds, secrets};
use crate::{Config, Problem, Problems};

const FILE: &str = "/etc/fanfare/fanfare.yaml";

/// A secret that people wrote where it does not belong.
const LITERAL: &str = "SEC-very-secret";

/// A sound config, to be changed by tests.
const SOUND: &str = "
sources:
  - name: thinklink
    format: tkl
    auth: { bearer: { env: TOKEN } }
channels:
  ops:
    kind: bell
    token: { file: token }
    tower: { height: 30, stone: granite }
receivers:
  - name: team
    channels: [ops]
route:
  receiver: team
";

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn doors() -> SandboxDoors {
    SandboxDoors { http: "http://127.0.0.1:8790".to_owned(), smtp: "127.0.0.1:8725".parse().unwrap() }
}

fn load(text: &str) -> Result<Config, Problems> {
    let kinds = kinds();
    Loader { kinds: &kinds, secrets: &secrets(), sandbox: None, now: now() }.load_text(text, Path::new(FILE))
}

#[track_caller]
fn check_problems(text: &str, expected: Expect) {
    let problems = load(text).expect_err("problems are found").to_string();
    assert!(!problems.contains(LITERAL), "a secret is told: {problems}");
    expected.assert_eq(&problems.replace("/etc/fanfare/fanfare.yaml:", ""));
}

/// The problems of the sound config with `from` replaced by `to`.
#[track_caller]
fn check_change(from: &str, to: &str, expected: Expect) {
    assert!(SOUND.contains(from), "nothing is changed");
    check_problems(&SOUND.replace(from, to), expected);
}

#[track_caller]
fn check_warnings(text: &str, expected: Expect) {
    let config = load(text).unwrap();
    let lines: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_sound_config_has_no_problems_and_good_defaults() {
    let config = load(SOUND).unwrap();
    assert_eq!(config.warnings, []);
    assert_eq!(config.server.listen, "127.0.0.1:8780".parse().unwrap());
    assert_eq!(config.store_path, Path::new("data/fanfare.db"));
    assert_eq!(config.retention.as_secs(), 30 * 24 * 60 * 60);
    assert_eq!(config.channels[0].timeout.as_secs(), 10);
    assert_eq!(config.policy.route().repeat_interval.as_secs(), 4 * 60 * 60);
    assert_eq!(config.sandbox_accounts, []);
    assert_eq!(config.sources[0].auth.bearer().unwrap().expose(), "SEC-token");
}

#[test]
fn six_mistakes_in_one_file_are_six_problems_and_a_literal_secret_is_not_quoted() {
    check_problems(
        "
server: { listen: localhost }
sources:
  - name: thinklink
    format: tlk
    auth: { bearer: { env: NOT_SET } }
channels:
  ops:
    kind: bell
    token: SEC-very-secret
    tower: { height: 30, stone: granite }
receivers:
  - name: team
    channels: [opps]
route:
  reciever: team
",
        expect![[r#"
            2:19: error: server.listen: `localhost` is not an address to listen on: expected IP:PORT, e.g. 127.0.0.1:8780
            5:13: error: sources[0].format: unknown format `tlk`; known are `tkl`, `tkl-telemetry`, `alertmanager`, `grafana`, `plain`, `json`, `zabbix`, `uptime-kuma`, `cloudevents`, `thingsboard`, `chirpstack`, `home-assistant`
            6:28: error: sources[0].auth.bearer.env: the environment variable `NOT_SET` is not set
            10:12: error: channels.ops.token: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`, or allow it with `allow_inline_secrets: true` at the top
            14:16: error: receivers[0].channels[0]: unknown channel `opps`; did you mean `ops`? known are `ops`
            16:3: error: route.reciever: unknown setting `reciever`; did you mean `receiver`? known are `receiver`, `matchers`, `continue`, `group_by`, `group_wait`, `group_interval`, `repeat_interval`, `mute_time_intervals`, `active_time_intervals`, `routes`"#]],
    );
}

#[test]
fn six_mistakes_in_one_channel_are_six_problems() {
    check_problems(
        "
sources: []
channels:
  ops:
    kind: bell
    timeot: 3s
    timeout: 10
    budget: { messages: 0, per: 1m }
    tower: { height: tall, stone: basalt }
receivers:
  - { name: team, channels: [ops] }
route: { receiver: team }
",
        expect![[r#"
            4:3: error: channels.ops: missing setting `token`
            6:5: error: channels.ops.timeot: unknown setting `timeot`; did you mean `timeout`? known are `token`, `tower`, `endpoint`, `to`, `ca_file`, `kind`, `budget`, `quota`, `timeout`, `concurrency`, `language`, `timezone`, `rotated_at`, `drill`, `redact`
            7:14: error: channels.ops.timeout: `10` is not a length of time: expected a number with a unit, e.g. 500ms, 30s, 5m, 1h30m or 1d
            8:25: error: channels.ops.budget.messages: not allowed: expected a whole number above 0
            9:22: error: channels.ops.tower.height: expected a number, found a text
            9:35: error: channels.ops.tower.stone: unknown word `basalt`; known are `granite`, `marble`"#]],
    );
}

#[test]
fn six_mistakes_in_one_source_are_six_problems() {
    check_problems(
        "
sources:
  - nmae: thinklink
    format: prometheus
    auth: { bearer: SEC-very-secret, basic: x }
    labels: { site: [harbour] }
    max_body: 1 elephant
channels:
  ops: { kind: bell, token: { env: TOKEN }, tower: { height: 30, stone: granite } }
receivers:
  - { name: team, channels: [ops] }
route: { receiver: team }
",
        expect![[r#"
            3:5: error: sources[0].nmae: unknown setting `nmae`; did you mean `name`? known are `name`, `format`, `mapping`, `unreadable`, `auth`, `mqtt`, `mail`, `labels`, `max_body`, `from`, `rate_limit`, `expect_every`, `heartbeats`, `resolve_after`, `resolve_timeout`, `unknown_level`, `timezone`, `redact`
            4:13: error: sources[0].format: unknown format `prometheus`; known are `tkl`, `tkl-telemetry`, `alertmanager`, `grafana`, `plain`, `json`, `zabbix`, `uptime-kuma`, `cloudevents`, `thingsboard`, `chirpstack`, `home-assistant`
            5:21: error: sources[0].auth.bearer: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`, or allow it with `allow_inline_secrets: true` at the top
            5:45: error: sources[0].auth.basic: expected a map (`name: value`), found a text
            6:15: error: sources[0].labels.site: expected a text, found a list
            7:15: error: sources[0].max_body: `1 elephant` is not a size: expected a number with a unit, e.g. 64KiB or 1MiB"#]],
    );
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    check_problems(
        "retention: 1d",
        expect![[r#"
        1:1: error: missing setting `channels`
        1:1: error: missing setting `receivers`
        1:1: error: missing setting `route`
        1:1: error: missing setting `sources`"#]],
    );
    check_problems(
        "{ sources: [{}], channels: { ops: { kind: bell } }, receivers: [{}], route: {} }",
        expect![[r#"
            1:13: error: sources[0]: missing setting `auth`
            1:13: error: sources[0]: missing setting `format`
            1:13: error: sources[0]: missing setting `name`
            1:30: error: channels.ops: missing setting `token`
            1:30: error: channels.ops: missing setting `tower`
            1:65: error: receivers[0]: missing setting `channels`
            1:65: error: receivers[0]: missing setting `name`
            1:70: error: route: missing setting `receiver`: who is told what no other route catches"#]],
    );
}

#[test]
fn what_is_no_map_at_all_is_one_problem() {
    check_problems("", expect![[r#"1:1: error: expected a map (`name: value`), found nothing"#]]);
    check_problems("- a\n- b", expect![[r#"1:1: error: expected a map (`name: value`), found a list"#]]);
}

#[test]
fn what_is_not_yaml_is_one_problem_with_its_place() {
    check_problems(
        "server:\n  listen: [127.0.0.1",
        expect![[r#"2:11: error: not readable as YAML: unclosed bracket '['"#]],
    );
}

#[test]
fn a_name_that_stands_twice_is_a_problem_and_hides_no_other() {
    check_problems(
        "
sources: []
channels:
  ops: { kind: bell, token: { env: TOKEN }, tower: { height: 1, stone: marble } }
  ops: { kind: bell, kind: bell }
receivers: []
receivers: []
route: { receiver: team }
",
        expect![[r#"
            5:3: error: channels.ops: stands here a second time; the first is on line 4
            7:1: error: receivers: stands here a second time; the first is on line 6
            8:20: error: route.receiver: unknown receiver `team`; there are none"#]],
    );
}

#[test]
fn names_must_lead_somewhere() {
    check_change(
        "channels: [ops]",
        "channels: [ops, mail]",
        expect![[r#"13:21: error: receivers[0].channels[1]: unknown channel `mail`; known are `ops`"#]],
    );
    check_change(
        "channels: [ops]",
        "channels: []",
        expect![[
            r#"13:5: error: receivers[0].channels: must name at least one channel, or it would tell nobody"#
        ]],
    );
    check_change(
        "channels: [ops]",
        "channels: [ops, ops]",
        expect![[r#"13:21: error: receivers[0].channels[1]: `ops` is named twice"#]],
    );
    check_change(
        "receiver: team",
        "receiver: taem",
        expect![[
            r#"15:13: error: route.receiver: unknown receiver `taem`; did you mean `team`? known are `team`"#
        ]],
    );
    check_change(
        "kind: bell",
        "kind: ball",
        expect![[
            r#"8:11: error: channels.ops.kind: unknown kind of channel `ball`; did you mean `bell`? known are `bell`"#
        ]],
    );
}

#[test]
fn names_must_differ() {
    check_change(
        "receivers:",
        "receivers:\n  - { name: team, channels: [ops] }",
        expect![[r#"13:11: error: receivers[1].name: `team` is the name of another one; names must differ"#]],
    );
    check_change(
        "sources:",
        "sources:\n  - { name: thinklink, format: tkl, auth: none }",
        expect![[
            r#"4:11: error: sources[1].name: `thinklink` is the name of another one; names must differ"#
        ]],
    );
}

#[test]
fn the_name_of_a_source_must_fit_into_an_address() {
    check_change(
        "name: thinklink",
        "name: '..'",
        expect![
            "3:11: error: sources[0].name: no sender reaches /ingest/..: choose letters, digits, `-`, `_` and `.`, e.g. `site-1`"
        ],
    );
    check_change(
        "name: thinklink",
        "name: harbour/north",
        expect![
            "3:11: error: sources[0].name: no sender reaches /ingest/NAME with `/` in the name: choose letters, digits, `-`, `_` and `.`, e.g. `site-1`"
        ],
    );
    for name in [".", "a b", "a%2fb", "a?b", "a#b", "a\\\\b", "a\\tb", "a\u{3000}b", "a\u{200b}b"] {
        let text = SOUND.replace("name: thinklink", &format!("name: \"{name}\""));
        let problems = load(&text).expect_err(name).to_string();
        assert!(problems.contains("sources[0].name: no sender reaches"), "{problems}");
    }
    for name in ["site-1", "a.b", "...", "厂区", "site_1~2", "a+b", "a:b", "a@b"] {
        assert!(load(&SOUND.replace("name: thinklink", &format!("name: '{name}'"))).is_ok(), "{name}");
    }
}

#[test]
fn names_that_the_gateway_uses_itself_are_refused() {
    check_change(
        "name: thinklink",
        "name: fanfare",
        expect![
            "3:11: error: sources[0].name: the gateway tells of itself as `fanfare`; choose another name"
        ],
    );
    check_change(
        "name: team",
        "name: every other channel",
        expect![[r#"
            12:11: error: receivers[0].name: the gateway itself uses `every other channel`; choose another name
            15:13: error: route.receiver: unknown receiver `team`; known are `every other channel`"#]],
    );
    check_change(
        "name: team",
        "name: channel test",
        expect![[r#"
            12:11: error: receivers[0].name: the gateway itself uses `channel test`; choose another name
            15:13: error: route.receiver: unknown receiver `team`; known are `channel test`"#]],
    );
}

#[test]
fn the_first_route_catches_everything() {
    check_change(
        "receiver: team",
        "{ receiver: team, matchers: ['a=b'], continue: true }",
        expect![[r#"
        15:21: error: route.matchers: the first route must have none: it catches what no other does
        15:50: error: route.continue: the first route has no siblings to continue with; leave it out"#]],
    );
    check_change(
        "  receiver: team",
        "  routes: [{ receiver: team }]",
        expect![[
            r#"14:1: error: route: missing setting `receiver`: who is told what no other route catches"#
        ]],
    );
}

#[test]
fn a_matcher_that_cannot_be_read_is_told_where_it_stands() {
    check_change(
        "receiver: team",
        "receiver: team\n  routes:\n    - matchers: ['severity >= high', 'eui =~ (']\n      receiver: team",
        expect![[
            r#"17:38: error: route.routes[0].matchers[1]: `eui =~ (` is not a matcher: at character 8, the regular expression cannot be read: unclosed group"#
        ]],
    );
}

#[test]
fn an_open_door_is_only_for_loopback_and_private_addresses() {
    let open = SOUND.replace("{ bearer: { env: TOKEN } }", "none");
    for listen in [
        "'[::ffff:127.0.0.1]:80'",
        "'[::ffff:10.1.2.3]:80'",
        "127.0.0.1:0",
        "10.1.2.3:80",
        "192.168.0.1:80",
        "'[::1]:80'",
        "'[fd00::1]:80'",
    ] {
        assert!(load(&format!("server: {{ listen: {listen} }}{open}")).is_ok(), "{listen}");
    }
    check_problems(
        &format!("server: {{ listen: '0.0.0.0:8780' }}{open}"),
        expect![[r#"
        1:19: error: server.listen: others than this machine and private networks can reach this address, and there is no `server.auth`: add `auth: { bearer: { env: NAME } }`
        5:11: error: sources[0].auth: `none` is only accepted if `server.listen` is a loopback or private address: write `{ bearer: { env: NAME } }`"#]],
    );
    let listen = "server: { listen: '8.8.8.8:80', auth: { bearer: { env: TOKEN } } }";
    check_problems(
        &format!("{listen}{open}"),
        expect![[
            r#"5:11: error: sources[0].auth: `none` is only accepted if `server.listen` is a loopback or private address: write `{ bearer: { env: NAME } }`"#
        ]],
    );
    assert!(load(&format!("{listen}{SOUND}")).is_ok());
}

#[test]
fn the_store_is_sqlite_and_a_password_in_its_address_is_not_quoted() {
    assert_eq!(
        load(&format!("store: sqlite:///var/f.db{SOUND}")).unwrap().store_path,
        Path::new("/var/f.db")
    );
    check_problems(
        &format!("store: postgres://user:SEC-very-secret@host/db{SOUND}"),
        expect![[
            r#"1:8: error: store: PostgreSQL is not supported yet: expected sqlite://PATH, e.g. sqlite://data/fanfare.db"#
        ]],
    );
    check_problems(
        &format!("store: fanfare.db{SOUND}"),
        expect![[
            r#"1:8: error: store: not a store we know: expected sqlite://PATH, e.g. sqlite://data/fanfare.db"#
        ]],
    );
}

#[test]
fn what_is_to_come_is_refused_and_says_so() {
    check_change(
        "receiver: team",
        "receiver: team\n  group_by: [alertname]\n  group_wait: 30s\n  group_interval: 1m\n  mute_time_intervals: [night]",
        expect![[r#"
            16:3: error: route.group_by: grouping is not supported yet; leave it out or write `['...']`
            17:15: error: route.group_wait: grouping is not supported yet; leave it out or write `0s`
            18:19: error: route.group_interval: grouping is not supported yet; leave it out or write `5m`
            19:3: error: route.mute_time_intervals: not supported yet; leave it out"#]],
    );
    check_problems(
        &format!("inhibit_rules: [{{}}]\ntime_intervals: [{{}}]{SOUND}"),
        expect![[r#"
        1:1: error: inhibit_rules: not supported yet; leave it out
        2:1: error: time_intervals: not supported yet; leave it out"#]],
    );
}

#[test]
fn the_native_grouping_may_be_written_out() {
    let text = "receiver: team\n  group_by: ['...']\n  group_wait: 0s\n  group_interval: 5m";
    assert!(load(&SOUND.replace("receiver: team", text)).is_ok());
}

#[test]
fn lengths_of_time_must_be_sensible() {
    check_problems(
        &format!("retention: 0s\nretry: {{ first_delay: 1m, max_delay: 5s }}{SOUND}"),
        expect![[r#"
        1:12: error: retention: must be more than nothing
        2:38: error: retry.max_delay: `max_delay` must not be less than `first_delay`"#]],
    );
    check_problems(
        &format!("retry: {{ first_delay: 1m }}{SOUND}"),
        expect![[r#"1:23: error: retry.first_delay: `max_delay` must not be less than `first_delay`"#]],
    );
}

#[test]
fn lengths_that_can_hardly_be_meant_are_warned_about() {
    check_warnings(
        &format!("retention: 1s\nretry: {{ give_up_after: 500ms }}{SOUND}"),
        expect![[r#"
            1:12: warning: retention: what is settled is forgotten before anybody can ask who was told: write 1h or more, e.g. 30d
            2:25: warning: retry.give_up_after: a delivery is given up after 500ms, before it is tried a second time: write a `first_delay` below that"#]],
    );
    check_warnings(
        &format!("retry: {{ give_up_after: 30s }}{SOUND}"),
        expect![
            "1:25: warning: retry.give_up_after: a delivery is given up after 30s, before a channel that a person has mended is tried again: write a `probe_delay` below that"
        ],
    );
    check_warnings(
        &SOUND.replace("kind: bell", "kind: bell\n    timeout: 1d"),
        expect![
            "9:14: warning: channels.ops.timeout: an attempt that nobody answers keeps those behind it waiting so long: write 10m or less, e.g. 30s"
        ],
    );
    check_warnings(
        &SOUND.replace("receiver: team", "receiver: team\n  repeat_interval: 1s"),
        expect![
            "16:20: warning: route.repeat_interval: people are told again before they can have done anything: write 1m or more, e.g. 4h"
        ],
    );
    check_warnings(
        &SOUND.replace("format: tkl", "format: tkl\n    max_body: 100B"),
        expect!["5:15: warning: sources[0].max_body: hardly an alert is so short: write 1KiB or more"],
    );
    let fine = SOUND
        .replace("kind: bell", "kind: bell\n    timeout: 10m")
        .replace("receiver: team", "receiver: team\n  repeat_interval: 1m")
        .replace("format: tkl", "format: tkl\n    max_body: 1KiB");
    let retry = "retry: { first_delay: 2s, give_up_after: 2s, probe_delay: 2s }";
    check_warnings(&format!("retention: 1h\n{retry}{fine}"), expect![""]);
}

#[test]
fn a_route_inherits_what_it_does_not_say() {
    let routes = "receiver: team\n  repeat_interval: 1h\n  routes: [{ matchers: ['a=b, c=d'], routes: [{ repeat_interval: 1d }] }]";
    let config = load(&SOUND.replace("receiver: team", routes)).unwrap();
    let child = &config.policy.route().routes[0];
    assert_eq!(
        (child.receiver.as_str(), child.repeat_interval.as_secs(), child.matchers.len()),
        ("team", 3600, 2)
    );
    assert_eq!(child.routes[0].repeat_interval.as_secs(), 24 * 3600);
}

#[test]
fn what_is_never_used_is_warned_about() {
    check_warnings(
        &SOUND.replace("receivers:", "receivers:\n  - { name: nobody, channels: [ops] }"),
        expect![[r#"12:13: warning: receivers[0].name: no route names `nobody`: it is never told anything"#]],
    );
    check_warnings(
        &SOUND.replace("channels:\n", "channels:\n  spare: { kind: bell, token: { env: TOKEN }, tower: { height: 1, stone: marble } }\n"),
        expect![[r#"7:3: warning: channels.spare: no receiver names it: nothing is ever sent on it"#]],
    );
}

#[test]
fn what_is_not_asked_for_is_not_done() {
    let config = load(SOUND).unwrap();
    assert!(!config.server.reload_on_change);
    assert_eq!((config.sources[0].heartbeats.len(), &config.channels[0].drill), (0, &None));

    assert_eq!(
        (config.sources[0].settings.unknown_level, &config.sources[0].settings.timezone),
        (Severity::High, &None)
    );

    let asked = SOUND.replace("format: tkl", "format: tkl\n    expect_every: 1d");
    let config = load(&format!("server: {{ reload_on_change: true }}{asked}")).unwrap();
    assert!(config.server.reload_on_change);
    let [rule] = &config.sources[0].heartbeats[..] else { panic!() };
    assert_eq!((rule.every, rule.grace), (Duration::from_secs(24 * 60 * 60), Duration::ZERO));
}

#[test]
fn a_source_says_how_its_levels_and_times_are_read() {
    let set = |settings: &str| SOUND.replace("format: tkl", &format!("format: tkl\n    {settings}"));
    let config = load(&set("unknown_level: critical\n    timezone: Asia/Shanghai")).unwrap();
    let settings = &config.sources[0].settings;
    assert_eq!(settings.unknown_level, Severity::Urgent);
    assert_eq!(settings.timezone.as_ref().and_then(|zone| zone.iana_name()), Some("Asia/Shanghai"));
    for wrong in ["unknown_level: spicy", "timezone: Peking"] {
        let problems = load(&set(wrong)).unwrap_err().to_string();
        let (name, word) = wrong.split_once(": ").unwrap();
        assert!(problems.contains(&format!("sources[0].{name}: `{word}` is not a")), "{problems}");
    }
}

proptest! {
    /// Reading even the most broken config comes to an end, and it is either
    /// sound or has an error.
    #[test]
    fn every_config_can_be_read(edits in prop::collection::vec((0_usize..14, 0_usize..18), 1..6)) {
        const LINES: [&str; 18] = [
            "", "  - x", "  x: y", "    token: 5", "    tower: []", "    tower: { height: [] }", "    auth: {}",
            "route: []", "    channels: { ops: 1 }", "  routes: [[], { matchers: [1] }]", "receivers:", "    kind: 5",
            "    escalate: [{}]", "    escalate: [{ after: 1s, unless: delivered, to: [x] }, 5]", "    contract: { succeed: 9 }",
            "    send: in_turn", "    drill: { every: 5, at: 9 }", "    quota: { messages: 0, per: year }",
        ];
        let mut lines: Vec<&str> = SOUND.lines().collect();
        for (at, with) in edits {
            let at = at % lines.len();
            lines[at] = LINES[with];
        }
        if let Err(problems) = load(&lines.join("\n")) {
            prop_assert!(problems.list.iter().any(Problem::is_error));
        }
    }
}

#[test]
fn heartbeats_have_good_defaults_and_are_told_what_is_wrong_with_them() {
    let with = |heartbeats: &str| {
        SOUND.replace("format: tkl", &format!("format: tkl\n    heartbeats: {heartbeats}"))
    };
    let config = load(&with(
        r#"[{ name: "a84*", every: 15m }, { name: backup, every: 1d, grace: 2h, severity: urgent, labels: { site: x } },
             { name: dog, every: 5m, alerts: ["alertname = Watchdog"] }]"#,
    ))
    .unwrap();
    let [devices, backup, dog] = &config.sources[0].heartbeats[..] else { panic!() };
    let seconds = Duration::from_secs;
    assert_eq!(
        (devices.every, devices.grace, devices.severity),
        (seconds(900), seconds(900), Severity::High)
    );
    assert_eq!(
        (backup.every, backup.grace, backup.severity),
        (seconds(86_400), seconds(7200), Severity::Urgent)
    );
    assert_eq!((backup.labels.get("site"), dog.grace), (Some("x"), seconds(300)));
    let [alerts] = &config.sources[0].heartbeat_alerts[..] else { panic!() };
    assert_eq!((alerts.name.as_str(), alerts.matchers.len()), ("dog", 1));
    check_problems(
        &with(
            r#"[{ name: a/b, every: 1s }, { name: x, every: 1s }, { name: x, every: 1m, labels: { alertname: y } },
                { name: "p*", every: 1m, alerts: ["a = b"] }]"#,
        ),
        expect![[r#"
            5:26: error: sources[0].heartbeats[0].name: not a name for a heartbeat: write 1 to 200 characters, without `/` and blanks at the ends
            5:38: error: sources[0].heartbeats[0].every: must be 10s or more: a network may well lose a message
            5:62: error: sources[0].heartbeats[1].every: must be 10s or more: a network may well lose a message
            5:76: error: sources[0].heartbeats[2].name: `x` stands here twice; names must differ
            5:111: error: sources[0].heartbeats[2].labels.alertname: is set by the alert that a heartbeat is missing
            6:42: error: sources[0].heartbeats[3].alerts: needs one `name`: which of those that fit the pattern would an alert be?"#]],
    );
}

#[test]
fn networks_rates_and_pings_are_told_what_is_wrong_with_them() {
    check_problems(
        &SOUND.replace(
            "format: tkl",
            "format: tkl\n    from: [10.0.0.0/33]\n    rate_limit: { alerts: 0, per: 1m }",
        ),
        expect![[r#"
            5:12: error: sources[0].from[0]: `10.0.0.0/33` is not a network: expected e.g. 10.0.0.0/8 or 192.168.1.10
            6:27: error: sources[0].rate_limit.alerts: not allowed: expected a whole number above 0"#]],
    );
    check_problems(
        &format!("pings: [{{ url: {{ env: TOKEN }}, every: 1s }}]\n{SOUND}"),
        expect![[r#"
        1:11: error: pings[0].url: is not an address: expected https://HOST/PATH
        1:39: error: pings[0].every: must be 10s or more: it is somebody else's service"#]],
    );
}
