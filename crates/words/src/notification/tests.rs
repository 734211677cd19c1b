use expect_test::{Expect, expect};
use proptest::prelude::*;

use fanfare_core::{GroupedAlert, Labels, Severity, Status, Unless};

use super::*;
use crate::annotation::annotation_in;
use crate::fixtures::*;

#[track_caller]
fn check(notification: &Notification, style: &Locale, expected: Expect) {
    expected.assert_eq(&super::notification(notification, style).to_string());
}

#[test]
fn it_started() {
    check(
        &told(cold_room(), Why::Started),
        &english(),
        expect![[r#"
        [HIGH] Temperature too high - Cold room 3

        Level: HIGH
        Device: Cold room 3
        EUI: 6353012af1093062
        Alarm: over_temp
        Description: Current -9.4 °C, limit -18 °C
        Since: 2026-03-08 12:00:00 +00:00
        Groups: WeCom_ops
        Source: thinklink
        Alert no.: 42

        https://think.link/alarms/42"#]],
    );
    check(
        &told(cold_room(), Why::Started),
        &chinese(),
        expect![[r#"
        [严重] Temperature too high - Cold room 3

        级别: 严重
        设备: Cold room 3
        EUI: 6353012af1093062
        告警: over_temp
        描述: Current -9.4 °C, limit -18 °C
        开始时间: 2026-03-08 20:00:00 +08:00
        通知组: WeCom_ops
        来源: thinklink
        告警编号: 42

        https://think.link/alarms/42"#]],
    );
}

/// One more alert of a group, in a cold room of its own.
fn other(number: i64, room: u32, severity: Severity) -> GroupedAlert {
    let mut alert = Alert { severity, ..cold_room() };
    alert.labels.set("device", format!("Cold room {room}"));
    GroupedAlert { id: fanfare_core::AlertId(number), alert: std::sync::Arc::new(alert) }
}

#[test]
fn each_other_alert_of_a_group_has_a_line_of_its_own_the_worst_first() {
    let mut over = other(45, 6, Severity::Low);
    std::sync::Arc::make_mut(&mut over.alert).status = Status::Resolved;
    let others = vec![over, other(43, 4, Severity::Mid), other(44, 5, Severity::High)];
    let notification = Notification { others, ..told(cold_room(), Why::Started) };
    check(
        &notification,
        &english(),
        expect![[r#"
        [HIGH] Temperature too high - Cold room 3 (+3 more)

        Level: HIGH
        Device: Cold room 3
        EUI: 6353012af1093062
        Alarm: over_temp
        Description: Current -9.4 °C, limit -18 °C
        Since: 2026-03-08 12:00:00 +00:00
        Groups: WeCom_ops
        Source: thinklink
        Alert no.: 42
        HIGH: Temperature too high - Cold room 5 · Alert no. 44
        MID: Temperature too high - Cold room 4 · Alert no. 43
        RESOLVED: Temperature too high - Cold room 6 · Alert no. 45

        https://think.link/alarms/42"#]],
    );
    let chinese_message = super::notification(&notification, &chinese());
    assert_eq!(chinese_message.title, "[严重] Temperature too high - Cold room 3 (另有 3 条)");
    assert_eq!(chinese_message.others.lines()[2].name, "已恢复");
}

#[test]
fn a_level_that_nobody_knows_is_named() {
    let line =
        |alert, locale: &Locale| notification(&told(alert, Why::Started), locale).facts[0].text.clone();
    let unknown = Alert { severity_sent: Some("kaputt".into()), ..cold_room() };
    assert_eq!(line(unknown.clone(), &english()), "HIGH (unknown level “kaputt”)");
    assert_eq!(line(unknown, &chinese()), "严重 (未知级别“kaputt”)");
    let known = Alert { severity_sent: Some("Severe".into()), ..cold_room() };
    assert_eq!(line(known, &english()), "HIGH");
}

#[test]
fn it_got_worse() {
    let urgent = Alert { severity: Severity::Urgent, ..cold_room() };
    let why = Why::Worsened { from: Severity::Mid };
    check(
        &told(urgent.clone(), why),
        &english(),
        expect![[r#"
        [URGENT] Temperature too high - Cold room 3

        Level: MID → URGENT
        Device: Cold room 3
        EUI: 6353012af1093062
        Alarm: over_temp
        Description: Current -9.4 °C, limit -18 °C
        Since: 2026-03-08 12:00:00 +00:00
        Groups: WeCom_ops
        Source: thinklink
        Alert no.: 42

        https://think.link/alarms/42"#]],
    );
    check(
        &told(urgent, why),
        &chinese(),
        expect![[r#"
        [紧急] Temperature too high - Cold room 3

        级别: 警告 → 紧急
        设备: Cold room 3
        EUI: 6353012af1093062
        告警: over_temp
        描述: Current -9.4 °C, limit -18 °C
        开始时间: 2026-03-08 20:00:00 +08:00
        通知组: WeCom_ops
        来源: thinklink
        告警编号: 42

        https://think.link/alarms/42"#]],
    );
}

#[test]
fn it_still_fires() {
    check(
        &told(cold_room(), Why::StillFiring),
        &english(),
        expect![[r#"
        [HIGH] Temperature too high - Cold room 3

        Level: HIGH (still firing)
        Device: Cold room 3
        EUI: 6353012af1093062
        Alarm: over_temp
        Description: Current -9.4 °C, limit -18 °C
        Since: 2026-03-08 12:00:00 +00:00
        Groups: WeCom_ops
        Source: thinklink
        Alert no.: 42

        https://think.link/alarms/42"#]],
    );
    check(
        &told(cold_room(), Why::StillFiring),
        &chinese(),
        expect![[r#"
        [严重] Temperature too high - Cold room 3

        级别: 严重 (仍在告警)
        设备: Cold room 3
        EUI: 6353012af1093062
        告警: over_temp
        描述: Current -9.4 °C, limit -18 °C
        开始时间: 2026-03-08 20:00:00 +08:00
        通知组: WeCom_ops
        来源: thinklink
        告警编号: 42

        https://think.link/alarms/42"#]],
    );
}

#[test]
fn it_has_ended() {
    let over = Alert { status: Status::Resolved, starts_at: after_noon(90), ..cold_room() };
    check(
        &told(over.clone(), Why::Resolved),
        &english(),
        expect![[r#"
        [RESOLVED] Temperature too high - Cold room 3

        Level: HIGH
        Device: Cold room 3
        EUI: 6353012af1093062
        Alarm: over_temp
        Description: Current -9.4 °C, limit -18 °C
        Since: 2026-03-08 12:00:00 +00:00
        Resolved at: 2026-03-08 12:01:30 +00:00
        Groups: WeCom_ops
        Source: thinklink
        Alert no.: 42

        https://think.link/alarms/42"#]],
    );
    check(
        &told(over, Why::Resolved),
        &chinese(),
        expect![[r#"
        [已恢复] Temperature too high - Cold room 3

        级别: 严重
        设备: Cold room 3
        EUI: 6353012af1093062
        告警: over_temp
        描述: Current -9.4 °C, limit -18 °C
        开始时间: 2026-03-08 20:00:00 +08:00
        恢复时间: 2026-03-08 20:01:30 +08:00
        通知组: WeCom_ops
        来源: thinklink
        告警编号: 42

        https://think.link/alarms/42"#]],
    );
}

#[test]
fn a_notice_keeps_its_own_longer_text() {
    let report = Alert {
        kind: Kind::Notice,
        annotations: [("title", "日报"), ("content", "1. 冷库 3: -18.2 °C\n2. 冷库 4: -17.9 °C")]
            .into_iter()
            .collect(),
        ..alert(&[("source", "thinklink")])
    };
    check(
        &told(report.clone(), Why::Notice),
        &english(),
        expect![[r#"
            [NOTICE] 日报

            Level: LOW
            Time: 2026-03-08 12:00:00 +00:00
            Source: thinklink
            Alert no.: 42

            1. 冷库 3: -18.2 °C
            2. 冷库 4: -17.9 °C"#]],
    );
    check(
        &told(report, Why::Notice),
        &chinese(),
        expect![[r#"
            [通知] 日报

            级别: 提示
            时间: 2026-03-08 20:00:00 +08:00
            来源: thinklink
            告警编号: 42

            1. 冷库 3: -18.2 °C
            2. 冷库 4: -17.9 °C"#]],
    );
}

#[test]
fn a_description_of_several_lines_keeps_them_under_its_name() {
    let mut alert = cold_room();
    alert.annotations.set("description", "Room A: -18\r\n  Room B: -9\tlate\rRoom C: offline\n");
    alert.annotations.set("content", "first\u{2028}second");
    check(
        &told(alert.clone(), Why::Started),
        &english(),
        expect![[r#"
        [HIGH] Temperature too high - Cold room 3

        Level: HIGH
        Device: Cold room 3
        EUI: 6353012af1093062
        Alarm: over_temp
        Since: 2026-03-08 12:00:00 +00:00
        Groups: WeCom_ops
        Source: thinklink
        Alert no.: 42

        Description:
        Room A: -18
          Room B: -9	late
        Room C: offline

        first
        second

        https://think.link/alarms/42"#]],
    );
    let chinese_message = notification(&told(alert, Why::Started), &chinese());
    assert!(chinese_message.content.unwrap().starts_with("描述:\nRoom A: -18\n"));
}

#[test]
fn a_line_end_at_the_end_makes_no_second_line_of_a_description() {
    let mut alert = cold_room();
    alert.annotations.set("description", "\r\nToo warm\r\n");
    let message = notification(&told(alert, Why::Started), &english());
    assert!(message.facts.iter().any(|it| it.name == "Description" && it.text == "Too warm"));
    assert_eq!(message.content, None);
}

#[test]
fn labels_that_hold_line_breaks_cannot_forge_lines() {
    let hostile = Alert {
        annotations: [
            ("title", "Over\r\nBcc: everybody@example.com"),
            ("description", "a\nLevel: LOW\u{2028}b\u{0}c\u{85}d"),
        ]
        .into_iter()
        .collect(),
        extra: [("notice_groups", "ops\n\nhttps://evil.example")].into_iter().collect(),
        generator_url: Some("https://think.link/\r\nhttps://evil.example".to_owned()),
        ..alert(&[
            ("alertname", "a\rb"),
            ("device", "Cold\nroom"),
            ("eui", "63\n53"),
            ("severity", "urgent"),
            ("source", "think\tlink"),
        ])
    };
    check(
        &told(hostile, Why::Started),
        &english(),
        expect![[r#"
        [URGENT] Over Bcc: everybody@example.com - Cold room

        Level: URGENT
        Device: Cold room
        EUI: 63 53
        Alarm: a b
        Since: 2026-03-08 12:00:00 +00:00
        Groups: ops https://evil.example
        Source: think link
        Alert no.: 42

        Description:
        a
        Level: LOW
        bc
        d

        https://think.link/ https://evil.example"#]],
    );
}

#[test]
fn the_title_says_what_and_where_without_saying_it_twice() {
    let title = |title: &str, device: &str| {
        let annotations = [("title", title)].into_iter().collect();
        let alert = Alert { annotations, ..alert(&[("device", device), ("severity", "mid")]) };
        notification(&told(alert, Why::Started), &english()).title
    };
    assert_eq!(title("Too warm", "Cold room 3"), "[MID] Too warm - Cold room 3");
    assert_eq!(title("Cold room 3 is too warm", "Cold room 3"), "[MID] Cold room 3 is too warm");
    assert_eq!(title("Too warm", ""), "[MID] Too warm");
    assert_eq!(title("", "Cold room 3"), "[MID] Cold room 3");
    assert_eq!(title("", ""), "[MID]");
}

#[test]
fn an_alarm_without_a_title_is_called_by_its_name() {
    let message = notification(&told(alert(&[("alertname", "over_temp")]), Why::Resolved), &english());
    assert_eq!(message.title, "[RESOLVED] over_temp");
}

proptest! {
    #[test]
    fn no_label_spans_lines(text in "(?s).{0,20}") {
        let labels: Labels = ["alertname", "device", "eui", "source"].map(|name| (name, text.as_str())).into_iter().collect();
        let annotations = ["title", "description"].map(|name| (name, text.as_str())).into_iter().collect();
        let alert = Alert { labels, annotations, generator_url: Some(text.clone()), ..cold_room() };
        let message = notification(&told(alert, Why::Started), &chinese());
        let lines = message.facts.iter().map(|it| &it.text).chain([&message.title]).chain(&message.link);
        for line in lines {
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            prop_assert_eq!(line.trim(), line);
        }
    }
}

#[test]
fn somebody_takes_care_of_it() {
    let told = Notification { acknowledged_by: Some(zhang()), ..told(cold_room(), Why::Acknowledged) };
    check(
        &told,
        &english(),
        expect![[r#"
        [ACKNOWLEDGED] Temperature too high - Cold room 3

        Level: HIGH
        Taken care of by: Zhang San, 2026-03-08 12:01:30 +00:00
        Device: Cold room 3
        EUI: 6353012af1093062
        Alarm: over_temp
        Description: Current -9.4 °C, limit -18 °C
        Since: 2026-03-08 12:00:00 +00:00
        Groups: WeCom_ops
        Source: thinklink
        Alert no.: 42

        https://think.link/alarms/42"#]],
    );
    check(
        &told,
        &chinese(),
        expect![[r#"
        [已确认] Temperature too high - Cold room 3

        级别: 严重
        处理人: Zhang San, 2026-03-08 20:01:30 +08:00
        设备: Cold room 3
        EUI: 6353012af1093062
        告警: over_temp
        描述: Current -9.4 °C, limit -18 °C
        开始时间: 2026-03-08 20:00:00 +08:00
        通知组: WeCom_ops
        来源: thinklink
        告警编号: 42

        https://think.link/alarms/42"#]],
    );
}

#[test]
fn it_can_be_acknowledged_by_a_link() {
    let ack_url = Some("https://alerts.example.com/ack/t0ken".to_owned());
    let told = Notification { ack_url, ..told(cold_room(), Why::Started) };
    let message = notification(&told, &english());
    let last = message.facts.last().unwrap();
    assert_eq!((last.name, last.text.as_str()), ("Acknowledge", "I take care of it"));
    assert_eq!(last.link.as_deref(), Some("https://alerts.example.com/ack/t0ken"));
    assert!(message.facts.iter().rev().skip(1).all(|fact| fact.link.is_none()));
    check(
        &told,
        &english(),
        expect![[r#"
        [HIGH] Temperature too high - Cold room 3

        Level: HIGH
        Device: Cold room 3
        EUI: 6353012af1093062
        Alarm: over_temp
        Description: Current -9.4 °C, limit -18 °C
        Since: 2026-03-08 12:00:00 +00:00
        Groups: WeCom_ops
        Source: thinklink
        Alert no.: 42
        Acknowledge: I take care of it https://alerts.example.com/ack/t0ken

        https://think.link/alarms/42"#]],
    );
    check(
        &told,
        &chinese(),
        expect![[r#"
        [严重] Temperature too high - Cold room 3

        级别: 严重
        设备: Cold room 3
        EUI: 6353012af1093062
        告警: over_temp
        描述: Current -9.4 °C, limit -18 °C
        开始时间: 2026-03-08 20:00:00 +08:00
        通知组: WeCom_ops
        来源: thinklink
        告警编号: 42
        确认: 由我处理 https://alerts.example.com/ack/t0ken

        https://think.link/alarms/42"#]],
    );
}

#[test]
fn who_is_told_because_others_were_not_reads_so() {
    let escalated = |unless| Notification { escalated: Some(unless), ..told(cold_room(), Why::Started) };
    check(
        &escalated(Unless::Acknowledged),
        &english(),
        expect![[r#"
        [HIGH] Temperature too high - Cold room 3

        Level: HIGH
        Escalated: nobody has acknowledged it in time
        Device: Cold room 3
        EUI: 6353012af1093062
        Alarm: over_temp
        Description: Current -9.4 °C, limit -18 °C
        Since: 2026-03-08 12:00:00 +00:00
        Groups: WeCom_ops
        Source: thinklink
        Alert no.: 42

        https://think.link/alarms/42"#]],
    );
    check(
        &escalated(Unless::Acknowledged),
        &chinese(),
        expect![[r#"
        [严重] Temperature too high - Cold room 3

        级别: 严重
        升级通知: 未在规定时间内确认
        设备: Cold room 3
        EUI: 6353012af1093062
        告警: over_temp
        描述: Current -9.4 °C, limit -18 °C
        开始时间: 2026-03-08 20:00:00 +08:00
        通知组: WeCom_ops
        来源: thinklink
        告警编号: 42

        https://think.link/alarms/42"#]],
    );
    let reason = |unless, style: &Locale| notification(&escalated(unless), style).facts[1].text.clone();
    assert_eq!(reason(Unless::Delivered, &english()), "it did not get through on enough channels");
    assert_eq!(reason(Unless::Delivered, &chinese()), "未能送达足够的渠道");
    assert_eq!(reason(Unless::Resolved, &english()), "it has not been resolved in time");
    assert_eq!(reason(Unless::Resolved, &chinese()), "未在规定时间内恢复");
}

#[test]
fn a_text_that_comes_in_several_languages_is_read_in_the_readers() {
    let mut alert = cold_room();
    alert.annotations.set(annotation_in("title", Language::Zh), "温度过高");
    let told = told(alert, Why::Started);
    assert_eq!(notification(&told, &english()).title, "[HIGH] Temperature too high - Cold room 3");
    assert_eq!(notification(&told, &chinese()).title, "[严重] 温度过高 - Cold room 3");
}
