//! What every channel may set, whatever its kind.

use std::path::Path;
use std::time::Duration;

use expect_test::expect;
use fanfare_core::{Budget, Limits, Quota, QuotaPeriod};
use fanfare_gateway::Drill;
use jiff::civil::time;
use jiff::tz::TimeZone;

use super::{FILE, SOUND, check_change, check_problems, check_warnings, load, now};
use crate::testing::Listed;
use crate::{ConfiguredChannel, Loader};

/// The sound config's channel with more settings.
fn ops(settings: &str) -> ConfiguredChannel {
    let text = SOUND.replace("    kind: bell", &format!("    kind: bell\n    {settings}"));
    load(&text).unwrap_or_else(|problems| panic!("{problems}")).channels.remove(0)
}

#[test]
fn a_channel_may_refuse_its_settings_and_says_which() {
    let config = SOUND.replace("{ file: token }", "plain");
    check_problems(
        &format!("allow_inline_secrets: true{config}"),
        expect![[r#"9:12: error: channels.ops.token: must start with `SEC`"#]],
    );
}

#[test]
fn a_channel_may_set_its_own_pace() {
    let seven = Budget { messages: 7.try_into().unwrap(), per: Duration::from_secs(90) };
    assert_eq!(ops("budget: { messages: 7, per: 90s }").limits.budgets, [seven]);
    assert_eq!(ops("budget: unlimited").limits.budgets, []);
    assert_eq!(ops("concurrency: 5").limits.concurrency.get(), 5);
    assert_eq!(ops("timeout: 3s").timeout, Duration::from_secs(3));
}

/// The sound config with two more channels, the first with the token of `ops`.
fn with_twin(budget: &str) -> String {
    let tower = "tower: { height: 1, stone: marble }";
    let twin = format!("  twin: {{ kind: bell, token: {{ file: token }}, {tower}{budget} }}\n");
    let other = format!("  other: {{ kind: bell, token: {{ env: TOKEN }}, {tower}, budget: unlimited }}\n");
    SOUND
        .replace("    kind: bell", "    kind: bell\n    budget: { messages: 7, per: 1m }")
        .replace("receivers:", &format!("{twin}{other}receivers:"))
        .replace("[ops]", "[ops, twin, other]")
}

#[test]
fn channels_of_one_account_must_have_one_budget() {
    check_problems(
        &with_twin(", budget: { messages: 8, per: 1m }"),
        expect![
            "12:84: error: channels.twin.budget: shares its account with `ops`, so both need the same `budget`"
        ],
    );
    check_problems(
        &with_twin(""),
        expect![
            "12:3: error: channels.twin.budget: shares its account with `ops`, so both need the same `budget`"
        ],
    );
    check_warnings(&with_twin(", budget: { messages: 7, per: 60s }"), expect![[r#""#]]);
}

#[test]
fn numbers_and_dates_must_be_sensible() {
    check_change(
        "height: 30",
        "height: 70000",
        expect![[
            r#"10:22: error: channels.ops.tower.height: not allowed: expected a whole number up to 65535"#
        ]],
    );
    check_change(
        "height: 30",
        "height: -1",
        expect![[
            r#"10:22: error: channels.ops.tower.height: not allowed: expected a whole number up to 65535"#
        ]],
    );
    check_change(
        "height: 30",
        "height: 1.5",
        expect![[
            r#"10:22: error: channels.ops.tower.height: expected a whole number up to 65535, found a number"#
        ]],
    );
    check_change(
        "kind: bell",
        "kind: bell\n    rotated_at: soon",
        expect![[r#"9:17: error: channels.ops.rotated_at: `soon` is not a day: expected e.g. 2026-11-01"#]],
    );
    check_change(
        "kind: bell",
        "kind: bell\n    timezone: Peking\n    language: de",
        expect![[r#"
        9:15: error: channels.ops.timezone: `Peking` is not a time zone: expected an IANA name, e.g. Asia/Shanghai or UTC
        10:15: error: channels.ops.language: unknown word `de`; known are `en`, `zh`"#]],
    );
}

#[test]
fn credentials_older_than_ninety_days_are_warned_about() {
    let rotated =
        |date: &str| SOUND.replace("    kind: bell", &format!("    kind: bell\n    rotated_at: {date}"));
    check_warnings(&rotated("2026-08-25"), expect![[r#""#]]);
    check_warnings(
        &rotated("2026-08-24"),
        expect![[
            r#"9:17: warning: channels.ops.rotated_at: the credentials are 91 days old; change them and set the new date"#
        ]],
    );
}

#[test]
fn a_quota_of_its_own_is_counted_by_the_account_and_the_calendar_of_its_timezone() {
    let Limits { account, quota, .. } =
        ops("quota: { messages: 500, per: day }\n    timezone: Asia/Shanghai").limits;
    let expected = Quota {
        pool: account.to_string(),
        messages: 500.try_into().unwrap(),
        per: QuotaPeriod::Day,
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
    };
    assert_eq!(quota, Some(expected));
    assert_eq!(ops("quota: unlimited").limits.quota, None);
    assert_eq!(ops("timeout: 3s").limits.quota, None);
}

/// Two DingTalk robots, the second with `quota`.
fn robots(quota: &str) -> String {
    format!(
        "
allow_inline_secrets: true
sources: []
channels:
  ops: {{ kind: dingtalk, access_token: one, secret: SEC1, quota: {{ messages: 50000, per: month }} }}
  dev: {{ kind: dingtalk, access_token: two, secret: SEC2{quota} }}
receivers: [{{ name: team, channels: [ops, dev] }}]
route: {{ receiver: team }}
"
    )
}

#[test]
fn robots_of_one_organisation_have_one_quota() {
    let kinds = crate::registry();
    let load = |text: &str| {
        let loader = Loader { kinds: &kinds, secrets: &Listed::default(), sandbox: None, now: now() };
        loader.load_text(text, Path::new(FILE))
    };
    let same = load(&robots(", quota: { messages: 50000, per: month }")).unwrap();
    for channel in same.channels {
        let Quota { pool, messages, per, zone: _ } = channel.limits.quota.unwrap();
        assert_eq!((pool.as_str(), messages.get(), per), ("dingtalk", 50_000, QuotaPeriod::Month));
    }
    assert!(load(&robots(", quota: unlimited")).is_ok(), "another organisation's may be told apart that way");

    let problems = load(&robots("")).unwrap_err().to_string();
    expect![
        "6:3: error: channels.dev.quota: shares its organisation with `ops`, so both need the same `quota`"
    ]
    .assert_eq(&problems.replace("/etc/fanfare/fanfare.yaml:", ""));
}

#[test]
fn a_drill_is_at_a_time_of_day_where_the_channel_is() {
    let drill = ops("drill: { every: 7d, at: \"09:30\" }\n    timezone: Asia/Shanghai").drill;
    let expected = Drill {
        every: Duration::from_secs(7 * 24 * 60 * 60),
        at: time(9, 30, 0, 0),
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
    };
    assert_eq!(drill, Some(expected));
}

#[test]
fn allowances_and_drills_must_be_sensible() {
    check_change(
        "kind: bell",
        "kind: bell\n    quota: { messages: 0, per: week }\n    drill: { every: 12h, at: 9am }",
        expect![[r#"
            9:24: error: channels.ops.quota.messages: not allowed: expected a whole number above 0
            9:32: error: channels.ops.quota.per: unknown word `week`; known are `day`, `month`
            10:21: error: channels.ops.drill.every: must be whole days, e.g. 1d or 7d
            10:30: error: channels.ops.drill.at: `9am` is not a time of day: expected hours and minutes, e.g. 09:00"#]],
    );
    check_change(
        "kind: bell",
        "kind: bell\n    quota: 500\n    drill: { every: 36h, at: 09:00 }",
        expect![[r#"
            9:12: error: channels.ops.quota: expected `{ messages: 500, per: day }` or `unlimited`, found a number
            10:21: error: channels.ops.drill.every: must be whole days, e.g. 1d or 7d"#]],
    );
    check_change(
        "kind: bell",
        "kind: bell\n    quota: much\n    drill: weekly",
        expect![[r#"
            9:12: error: channels.ops.quota: expected `{ messages: 500, per: day }` or `unlimited`, found a text
            10:12: error: channels.ops.drill: expected a map (`name: value`), found a text"#]],
    );
    check_change(
        "kind: bell",
        "kind: bell\n    drill: { every: 1 }",
        expect![[r#"
            9:5: error: channels.ops.drill: missing setting `at`
            9:21: error: channels.ops.drill.every: `1` is not a length of time: expected a number with a unit, e.g. 500ms, 30s, 5m, 1h30m or 1d"#]],
    );
}
