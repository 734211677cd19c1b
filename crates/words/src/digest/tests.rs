use std::sync::Arc;

use expect_test::{Expect, expect};
use fanfare_core::{GroupedAlert, Kind, Status, Unless};
use proptest::prelude::*;

use super::*;
use crate::fixtures::*;

/// The number of an alert, that of its incident, what it says and why.
fn numbered(alert_id: i64, incident: i64, alert: Alert, why: Why) -> Notification {
    Notification { alert_id: AlertId(alert_id), incident: AlertId(incident), ..told(alert, why) }
}

fn digest(told: impl IntoIterator<Item = Notification>) -> Digest {
    Digest::new(told.into_iter().map(Arc::new).collect()).unwrap()
}

/// A freezer that is too warm, and nothing else said.
fn freezer(number: u32, severity: Severity) -> Alert {
    let device = format!("Freezer {number}");
    Alert { severity, ..alert(&[("alertname", "over_temp"), ("device", &device)]) }
}

#[track_caller]
fn check(digest: &Digest, style: &Locale, expected: Expect) {
    expected.assert_eq(&super::digest(digest, style).to_string());
}

/// One of each kind.
fn busy_night() -> Digest {
    let urgent = |alert: Alert| Alert { severity: Severity::Urgent, ..alert };
    let over =
        |alert: Alert, seconds| Alert { status: Status::Resolved, starts_at: after_noon(seconds), ..alert };
    let report = Alert { kind: Kind::Notice, ..alert(&[("alertname", "Daily report")]) };
    digest([
        Notification {
            ack_url: Some("https://alerts.example.com/ack/t0ken".to_owned()),
            ..numbered(42, 41, urgent(cold_room()), Why::Worsened { from: Severity::High })
        },
        Notification {
            escalated: Some(Unless::Acknowledged),
            ..numbered(43, 43, freezer(1, Severity::Urgent), Why::Started)
        },
        numbered(44, 30, freezer(2, Severity::High), Why::StillFiring),
        numbered(45, 45, freezer(3, Severity::High), Why::Started),
        numbered(46, 46, freezer(4, Severity::Mid), Why::Started),
        numbered(47, 45, over(freezer(3, Severity::High), 300), Why::Resolved),
        Notification {
            acknowledged_by: Some(zhang()),
            ..numbered(48, 31, freezer(5, Severity::Mid), Why::Acknowledged)
        },
        numbered(49, 32, over(freezer(6, Severity::Low), 43_200), Why::Resolved),
        numbered(50, 50, report, Why::Notice),
    ])
}

#[test]
fn lines_of_a_description_are_told_apart_in_the_one_line_of_a_digest() {
    let mut alert = freezer(1, Severity::High);
    alert.annotations.set("description", "Room A: -18\r\n\n  Room B: -9\n见https://a.example/x。");
    let message = super::digest(&digest([numbered(43, 43, alert, Why::Started)]), &english());
    let line = &message.facts[0].text;
    assert!(line.contains("Room A: -18 / Room B: -9 / 见https://a.example/x 。 · Since"), "{line}");
}

#[test]
fn a_digest_has_one_line_for_each_incident() {
    check(
        &busy_night(),
        &english(),
        expect![[r#"
        [URGENT] 8 alerts: 2 URGENT, 1 HIGH, 1 MID, 1 NOTICE, 1 ACKNOWLEDGED, 2 RESOLVED

        URGENT: Temperature too high - Cold room 3: Current -9.4 °C, limit -18 °C · HIGH → URGENT · Since 2026-03-08 12:00:00 +00:00 · Alert no. 42 https://alerts.example.com/ack/t0ken
        URGENT: over_temp - Freezer 1 · Escalated: nobody has acknowledged it in time · Since 2026-03-08 12:00:00 +00:00 · Alert no. 43
        HIGH: over_temp - Freezer 2 · still firing · Since 2026-03-08 12:00:00 +00:00 · Alert no. 44
        RESOLVED: over_temp - Freezer 3 · Level HIGH · 2026-03-08 12:00:00 → 12:05:00 +00:00 · Alert no. 45, 47
        MID: over_temp - Freezer 4 · Since 2026-03-08 12:00:00 +00:00 · Alert no. 46
        ACKNOWLEDGED: over_temp - Freezer 5 · Level MID · Taken care of by Zhang San · Since 2026-03-08 12:00:00 +00:00 · Alert no. 48
        RESOLVED: over_temp - Freezer 6 · Level LOW · 2026-03-08 12:00:00 +00:00 → 2026-03-09 00:00:00 +00:00 · Alert no. 49
        NOTICE: Daily report · 2026-03-08 12:00:00 +00:00 · Alert no. 50"#]],
    );
    check(
        &busy_night(),
        &chinese(),
        expect![[r#"
        [紧急] 8 条告警：紧急 2，严重 1，警告 1，通知 1，已确认 1，已恢复 2

        紧急: Temperature too high - Cold room 3: Current -9.4 °C, limit -18 °C · 严重 → 紧急 · 开始时间 2026-03-08 20:00:00 +08:00 · 告警编号 42 https://alerts.example.com/ack/t0ken
        紧急: over_temp - Freezer 1 · 升级通知: 未在规定时间内确认 · 开始时间 2026-03-08 20:00:00 +08:00 · 告警编号 43
        严重: over_temp - Freezer 2 · 仍在告警 · 开始时间 2026-03-08 20:00:00 +08:00 · 告警编号 44
        已恢复: over_temp - Freezer 3 · 级别 严重 · 2026-03-08 20:00:00 → 20:05:00 +08:00 · 告警编号 45, 47
        警告: over_temp - Freezer 4 · 开始时间 2026-03-08 20:00:00 +08:00 · 告警编号 46
        已确认: over_temp - Freezer 5 · 级别 警告 · 处理人 Zhang San · 开始时间 2026-03-08 20:00:00 +08:00 · 告警编号 48
        已恢复: over_temp - Freezer 6 · 级别 提示 · 2026-03-08 20:00:00 +08:00 → 2026-03-09 08:00:00 +08:00 · 告警编号 49
        通知: Daily report · 2026-03-08 20:00:00 +08:00 · 告警编号 50"#]],
    );
}

#[test]
fn what_is_told_of_one_incident_reads_as_a_message_about_it() {
    let over = Alert { status: Status::Resolved, starts_at: after_noon(90), ..cold_room() };
    let told = digest([
        numbered(5, 5, cold_room(), Why::Started),
        numbered(5, 5, cold_room(), Why::Started),
        numbered(9, 5, over, Why::Resolved),
    ]);
    check(
        &told,
        &english(),
        expect![[r#"
        [RESOLVED] Temperature too high - Cold room 3

        RESOLVED: Temperature too high - Cold room 3: Current -9.4 °C, limit -18 °C · Level HIGH · 2026-03-08 12:00:00 → 12:01:30 +00:00 · Alert no. 5, 9"#]],
    );
}

#[test]
fn a_line_of_a_group_tells_how_many_more_there_are() {
    let others =
        (43..45).map(|id| GroupedAlert { id: AlertId(id), alert: Arc::new(freezer(4, Severity::Mid)) });
    let group = Notification {
        others: others.collect(),
        ..numbered(42, 42, freezer(3, Severity::High), Why::Started)
    };
    let message = super::digest(&digest([group.clone()]), &english());
    assert_eq!(message.title, "[HIGH] over_temp - Freezer 3 (+2 more)");
    assert!(message.facts[0].text.starts_with("over_temp - Freezer 3 · +2 more · Since "), "{message}");
}

#[test]
fn a_line_leads_to_where_it_is_acknowledged_while_there_is_something_to_take_care_of() {
    let link = |told: Vec<Notification>| {
        let message = super::digest(&digest(told), &english());
        message.facts.into_iter().map(|fact| fact.link).collect::<Vec<_>>()
    };
    let with = |token: &str, why| Notification {
        ack_url: Some(format!("https://alerts.example.com/ack/{token}")),
        ..numbered(1, 1, cold_room(), why)
    };
    let without = |why| numbered(1, 1, cold_room(), why);
    let to = |token: &str| vec![Some(format!("https://alerts.example.com/ack/{token}"))];
    assert_eq!(link(vec![with("old", Why::Started), with("new", Why::StillFiring)]), to("new"));
    assert_eq!(link(vec![with("old", Why::Started), without(Why::StillFiring)]), to("old"));
    assert_eq!(link(vec![with("old", Why::Started), without(Why::Acknowledged)]), [None]);
    assert_eq!(link(vec![with("old", Why::Started), without(Why::Resolved)]), [None]);
    assert_eq!(link(vec![without(Why::Started)]), [None]);
}

#[test]
fn the_title_counts_lines_and_names_the_worst_that_still_fires() {
    let title = |told: Vec<Notification>| super::digest(&digest(told), &english()).title;
    let urgent = |number, why| numbered(number, number, freezer(1, Severity::Urgent), why);
    let mid = |number, why| numbered(number, number, freezer(2, Severity::Mid), why);
    assert_eq!(
        title(vec![urgent(1, Why::Resolved), mid(2, Why::Started), mid(3, Why::Started)]),
        "[MID] 3 alerts: 2 MID, 1 RESOLVED"
    );
    assert_eq!(
        title(vec![urgent(1, Why::Resolved), mid(2, Why::Resolved)]),
        "[RESOLVED] 2 alerts: 2 RESOLVED"
    );
}

#[test]
fn however_long_its_texts_a_line_names_what_and_where_and_the_number() {
    let long = |what: &str| what.repeat(100);
    let alert = Alert {
        annotations: [("title", long("热 ")), ("description", long("d"))].into_iter().collect(),
        ..alert(&[("device", &long("冷库")), ("severity", "mid")])
    };
    let message = super::digest(&digest([numbered(42, 42, alert, Why::Started)]), &english());
    let text = &message.facts[0].text;
    assert!(text.starts_with("热 热 ") && text.contains("… - 冷库冷库"), "{text}");
    assert!(text.ends_with(" · Since 2026-03-08 12:00:00 +00:00 · Alert no. 42"), "{text}");
    assert!(text.len() < 160 + 60, "{text}");
}

#[test]
fn where_it_is_has_the_best_name_there_is() {
    let text = |labels: &[(&str, &str)]| {
        let told = digest([numbered(1, 1, alert(labels), Why::Started)]);
        let text = super::digest(&told, &english()).facts.remove(0).text;
        text.split(" · ").next().unwrap().to_owned()
    };
    let all = [("alertname", "Down"), ("device", "Cold room"), ("eui", "63530"), ("instance", "web-1:9100")];
    assert_eq!(text(&all), "Down - Cold room");
    assert_eq!(text(&[all[0], all[2], all[3]]), "Down - 63530");
    assert_eq!(text(&[all[0], all[3]]), "Down - web-1:9100");
    assert_eq!(text(&[all[0]]), "Down");
    assert_eq!(text(&[all[1]]), "Cold room");
    assert_eq!(text(&[("alertname", "Cold room down"), ("device", "Cold room")]), "Cold room down");
}

proptest! {
    #[test]
    fn as_many_are_told_as_fit(number in 1_usize..200, most in 0_usize..250) {
        let told = digest((0..number).map(|index| numbered(index as i64, index as i64, cold_room(), Why::Started)));
        let fits = |digest: &Digest| digest.notifications().len() <= most;
        prop_assert_eq!(told.how_many(fits), most.clamp(1, number));
    }

    #[test]
    fn whatever_decides_what_is_told_fits_or_is_one(number in 1_usize..50, good in prop::collection::vec(any::<bool>(), 51)) {
        let told = digest((0..number).map(|index| numbered(index as i64, index as i64, cold_room(), Why::Started)));
        let how_many = told.how_many(|digest| good[digest.notifications().len()]);
        prop_assert!((1..=number).contains(&how_many));
        prop_assert!(how_many == 1 || good[how_many]);
        let first = told.first(how_many);
        prop_assert_eq!(first.notifications(), &told.notifications()[..how_many]);
    }

    #[test]
    fn every_alert_of_a_digest_can_be_read_in_it(
        told in prop::collection::vec((1_i64..2_000, 1_i64..6, 0_usize..4), 1..40),
        text in "(?s).{0,40}",
    ) {
        let whys = [Why::Started, Why::StillFiring, Why::Resolved, Why::Acknowledged];
        let loud = || Alert { annotations: [("title", text.as_str())].into_iter().collect(), ..cold_room() };
        let told = digest(told.into_iter().map(|(id, incident, why)| numbered(id, incident, loud(), whys[why])));
        let message = super::digest(&told, &chinese());
        let numbers: Vec<&str> = message
            .facts
            .iter()
            .flat_map(|fact| fact.text.rsplit("告警编号 ").next().unwrap().split(", "))
            .collect();
        for notification in told.notifications() {
            prop_assert!(numbers.contains(&notification.alert_id.to_string().as_str()));
        }
        for fact in &message.facts {
            prop_assert!(!fact.text.chars().any(char::is_control), "{:?}", fact.text);
        }
    }
}

#[test]
fn an_empty_digest_cannot_be() {
    assert_eq!(Digest::new(vec![]), None);
    let one = digest([numbered(1, 1, cold_room(), Why::Started)]);
    assert_eq!((one.first(0), one.first(9)), (one.clone(), one.clone()));
    assert_eq!(busy_night().severity(), Severity::Urgent);
}
