//! Settings that channels of every kind have.

use std::time::Duration;

use expect_test::expect;
use fanfare_core::{Budget, Limits, Quota, QuotaPeriod};
use fanfare_gateway::{ChannelSetup, Drill};
use jiff::civil::time;
use jiff::tz::TimeZone;

use super::{SOUND, check_change, check_problems, check_warnings, load};

/// The sound config's channel with more settings.
fn ops(settings: &str) -> ChannelSetup {
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
fn a_channel_may_warn_of_its_settings_and_says_which() {
    check_warnings(
        &SOUND.replace("height: 30", "height: 101"),
        expect!["10:22: warning: channels.ops.tower.height: few towers stand that are so high"],
    );
    check_warnings(&SOUND.replace("height: 30", "height: 100"), expect![""]);
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
fn inside_a_setting_only_its_own_settings_are_known() {
    check_change(
        "height: 30",
        "height: 30, timezone: UTC",
        expect![
            "10:26: error: channels.ops.tower.timezone: unknown setting `timezone`; known are `height`, `stone`"
        ],
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
fn a_budget_may_have_several_windows_in_any_order() {
    let budget = |messages: u32, seconds| Budget {
        messages: messages.try_into().unwrap(),
        per: Duration::from_secs(seconds),
    };
    let expected = [budget(5, 1), budget(100, 60)];
    let limits = |setting| ops(setting).limits.budgets;
    assert_eq!(limits("budget: [{ messages: 5, per: 1s }, { messages: 100, per: 1m }]"), expected);
    assert_eq!(limits("budget: [{ messages: 100, per: 1m }, { messages: 5, per: 1s }]"), expected);
    assert_eq!(limits("budget: [{ messages: 5, per: 1s }]"), [budget(5, 1)]);
}

#[test]
fn windows_of_a_budget_must_be_sensible() {
    let kind = |budget: &str| format!("kind: bell\n    budget: {budget}");
    check_change(
        "kind: bell",
        &kind("[{ messages: 5, per: 60s }, { messages: 6, per: 1m }]"),
        expect![
            "9:61: error: channels.ops.budget[1].per: another budget is for 1m already: keep one of them"
        ],
    );
    check_change(
        "kind: bell",
        &kind("[{ messages: 0, per: 1s }, { mesages: 5 }, 7]"),
        expect![[r#"
        9:26: error: channels.ops.budget[0].messages: not allowed: expected a whole number above 0
        9:40: error: channels.ops.budget[1]: missing setting `per`
        9:42: error: channels.ops.budget[1].mesages: unknown setting `mesages`; did you mean `messages`? known are `messages`, `per`
        9:56: error: channels.ops.budget[2]: expected a map (`name: value`), found a number"#]],
    );
    check_change(
        "kind: bell",
        &kind("[]"),
        expect!["9:5: error: channels.ops.budget: must not be empty: write `unlimited`, or leave it out"],
    );
    check_change(
        "kind: bell",
        &kind("20"),
        expect![
            "9:13: error: channels.ops.budget: expected `{ messages: 20, per: 1m }`, a list of such, or `unlimited`, found a number"
        ],
    );
    check_change(
        "kind: bell",
        &kind("fast"),
        expect![
            "9:13: error: channels.ops.budget: expected `{ messages: 20, per: 1m }`, a list of such, or `unlimited`, found a text"
        ],
    );
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
