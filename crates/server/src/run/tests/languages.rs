//! Texts for people come in the reader's language, and JSON in none.

use expect_test::expect;
use fanfare_core::Language;
use fanfare_testkit::check_language;
use unicode_width::UnicodeWidthStr;

use super::fake::{FakeGateway, fake};
use super::{File, LocaleVariables, SOUND, fanfare, fanfare_at, file};

/// The environment of a reader with this locale.
fn locale(lang: &str) -> LocaleVariables {
    LocaleVariables { lang: lang.to_owned(), ..LocaleVariables::default() }
}

/// The answers of a gateway to the commands that ask one.
const ANSWERS: [(&[&str], &str); 9] = [
    (
        &["deliveries", "list"],
        r#"{"deliveries":[{"id":8,"alert_id":42,"notification_id":3,"receiver":"on-call","channel":"mail","severity":"urgent",
          "state":"pending","why":"started","owed_at":"2026-03-08T12:00:00Z","next_at":null,"attempts":2,"settled_at":null,
          "reason":"HTTP 502","fulfilment":"late","escalated":"acknowledged","digest":9}]}"#,
    ),
    (
        &["dead-letters", "list"],
        r#"{"dead_letters":[{"id":"d17","alert_id":42,"title":"Door","severity":"high","notification_id":5,"receiver":"team",
          "channel":"ops","reason":"HTTP 502","attempts":3,"given_up_at":"2026-03-08T12:00:00Z","fulfilment":"abandoned"}]}"#,
    ),
    (
        &["dead-letters", "show", "d17"],
        r#"{"dead_letter":{"id":"d17","alert_id":42,"title":"Door","severity":"high","notification_id":5,"receiver":"team",
          "channel":"ops","reason":"HTTP 502","attempts":1,"given_up_at":"2026-03-08T12:00:00Z","fulfilment":"abandoned"},
          "attempts":[{"ordinal":1,"started_at":"2026-03-08T12:00:00Z","ended_at":"2026-03-08T12:00:01Z","outcome":"unanswered",
          "words":"unanswered: HTTP 502"}]}"#,
    ),
    (&["dead-letters", "retry", "d17"], r#"{"retried":1}"#),
    (&["dead-letters", "discard", "d17", "--reason", "x"], r#"{"discarded":0}"#),
    (
        &["channels", "list"],
        r#"{"channels":[{"name":"ops","kind":"dingtalk","timeout":"10s","health":"broken","broken_since":null,"reason":"HTTP 502",
          "blocked_until":null,"pending":7,"budget":null,"quota":{"pool":"p","messages":5000,"used":4100,"period":"2026-03",
          "level":"short","resets_at":"2026-04-01T00:00:00Z"},"proven_at":null,"drilled_at":null,"last_error":null,
          "clock_offset_seconds":null,"rotated_at":null}]}"#,
    ),
    (
        &["channels", "test", "ops"],
        r#"{"channel":"ops","alert_id":7,"delivery_id":9,"outcome":"waiting","words":null,"latency_ms":null}"#,
    ),
    (
        &["audit"],
        r#"{"alerts":3,"newest":3,"told":4,"suppressed":1,"notifications":{"open":1,"kept":2,"broken":0,"abandoned":1,"late":0},
          "deliveries":{"delivered":5,"pending":1,"dead":1,"discarded":0},"unaccounted":[],"unaccounted_in_all":0}"#,
    ),
    (
        &["ack", "42", "--by", "Wang"],
        r#"{"status":"already_acknowledged","by":"Li","at":"2026-03-08T12:00:00Z"}"#,
    ),
];

#[test]
fn every_command_that_asks_a_gateway_answers_in_the_readers_language_only() {
    let File { path, _folder } = file(SOUND);
    for (args, answer) in ANSWERS {
        for (language, lang) in [(Language::En, "en_US.UTF-8"), (Language::Zh, "zh_CN.UTF-8")] {
            let FakeGateway { url, asked } = fake("200 OK", answer);
            let said = fanfare_at(&locale(lang), &path, &[args, &["--url", &url]].concat());
            said.outcome.unwrap();
            asked.join().unwrap();
            check_language(language, &said.out.lines().collect::<Vec<_>>());
            let is_chinese = said.out.contains(|c: char| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert_eq!(is_chinese, language == Language::Zh, "{args:?}: {}", said.out);
        }
    }
}

#[test]
fn every_command_that_asks_a_gateway_prints_the_same_json_in_any_language() {
    let File { path, _folder } = file(SOUND);
    for (args, answer) in ANSWERS {
        let printed = ["en", "zh"].map(|language| {
            let FakeGateway { url, asked } = fake("200 OK", answer);
            let said = fanfare(&path, &[args, &["--url", &url, "--json", "--language", language]].concat());
            said.outcome.unwrap();
            asked.join().unwrap();
            said.out
        });
        assert_eq!(printed[0], printed[1], "{args:?}");
    }
}

#[test]
fn the_check_and_the_routes_are_in_chinese_from_the_first_word_to_the_last() {
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["check", "--language", "zh"]);
    expect![[r#"
        来源       格式  谁可以提交  预期间隔
        thinklink  tkl   持有令牌者  -

        渠道   类型      频率限制     额度          超时  演练
        ops    dingtalk  每 1m 20 条  每月 3000 条  10s   -
        group  wecom     不限         不限          3s    -

        接收者   渠道        视为已通知    否则
        on-call  ops、group  全部渠道送达  -
        team     group       全部渠道送达  -

        路由
        所有告警 → team（group），4h 后重复
        ├─ severity >= high → on-call（ops、group），30m 后重复，并继续匹配
        │  └─ site="harbour" → team（group），30m 后重复
        ├─ alertname=~"door.*" → on-call（ops、group），4h 后重复
        └─ alertname="window" → team（group），4h 后重复

        FILE: 可用
    "#]]
    .assert_eq(&said.out.replace(path.to_str().unwrap(), "FILE"));
    let said = fanfare(&path, &["routes", "test", "severity=urgent", "--lang", "zh"]);
    expect![[r#"
        ✓ route → team：匹配所有告警
          ✓ route.routes[0] → on-call：匹配 severity >= high
            ✗ route.routes[0].routes[0] → team：不匹配 site="harbour"，告警没有 `site`
          ✗ route.routes[1] → on-call：不匹配 alertname=~"door.*"，告警没有 `alertname`
          ✗ route.routes[2] → team：不匹配 alertname="window"，告警没有 `alertname`

        通知：
          on-call，通过 ops、group（route.routes[0]）
    "#]]
    .assert_eq(&said.out);
}

#[test]
fn columns_stand_under_each_other_where_characters_are_wide() {
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["check", "--language", "zh"]);
    let [header, ops, group] = &said.out.lines().skip(3).take(3).collect::<Vec<_>>()[..] else {
        panic!("three lines are expected: {}", said.out);
    };
    let place = |line: &str, cell: &str| line.find(cell).map(|at| line[..at].width());
    for (heading, of_ops, of_group) in [
        ("类型", "dingtalk", "wecom"),
        ("频率限制", "每 1m", "不限"),
        ("超时", "10s", "3s"),
        ("演练", "-", "-"),
    ] {
        let at = place(header, heading);
        assert!(at.is_some(), "`{heading}` is missing in {header}");
        assert_eq!((place(ops, of_ops), place(group, of_group)), (at, at), "{}", said.out);
    }
}

#[test]
fn what_is_asked_for_comes_before_the_environment_and_that_before_the_config() {
    let chinese_config = format!("{SOUND}messages: {{ language: zh }}\n");
    for (config, lang, args, is_chinese) in [
        (SOUND, "", &[][..], false),
        (SOUND, "zh_CN.UTF-8", &[], true),
        (SOUND, "zh_CN.UTF-8", &["--language", "en"], false),
        (SOUND, "en_US.UTF-8", &["--lang", "zh"], true),
        (&chinese_config, "", &[], true),
        (&chinese_config, "C.UTF-8", &[], true),
        (&chinese_config, "C.UTF-8", &["--language", "en"], false),
    ] {
        let File { path, _folder } = file(config);
        let said = fanfare_at(&locale(lang), &path, &[&["routes", "show"], args].concat());
        assert_eq!(said.out.contains("所有告警"), is_chinese, "{lang} {args:?}: {}", said.out);
    }
}

#[test]
fn a_config_that_cannot_be_read_is_complained_of_in_english_and_judged_in_the_readers_language() {
    let File { path, _folder } = file("not: [a config");
    let said = fanfare(&path, &["check", "--language", "zh"]);
    let verdict = said.out.lines().last().unwrap();
    assert!(verdict.ends_with(": 不可用，1 个错误"), "{verdict}");
    assert!(said.out.contains(" error: not readable as YAML"), "{}", said.out);
}
