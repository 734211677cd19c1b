use std::sync::Arc;

use fanfare_core::AlertId;
use fanfare_testkit::notification;

use super::*;

/// The people whom a message of `severity` for `why` calls if the alert asks for `asked`.
fn called(settings: &MentionSettings, asked: Mention, severity: Severity, why: Why) -> Mention {
    let mut notification = notification(severity, why);
    Arc::make_mut(&mut notification.alert).mention = asked;
    settings.for_notification(&notification, 3)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().copied().map(str::to_owned).collect()
}

/// An alert that asks for nobody, and one that asks for everybody.
fn nobody() -> Mention {
    Mention::default()
}

fn everybody() -> Mention {
    Mention { all: true, ..Mention::default() }
}

#[track_caller]
fn check_all(all: MentionAll, asked: Mention, severity: Severity, why: Why, expected: Mention) {
    let settings = MentionSettings { all, ..MentionSettings::default() };
    assert_eq!(called(&settings, asked, severity, why), expected);
}

#[test]
fn people_of_the_settings_come_first_and_nobody_twice() {
    let settings = MentionSettings { mobiles: texts(&["13800000000"]), ..MentionSettings::default() };
    let asked = Mention {
        mobiles: texts(&["138 0000 0000", "+1-5550100"]),
        user_ids: texts(&["zhangsan", "lisi"]),
        all: false,
    };
    let called = called(&settings, asked, Severity::Low, Why::Started);
    assert_eq!(called.mobiles, ["13800000000", "+1-5550100"]);
    assert_eq!(called.user_ids, ["zhangsan"], "three at most");
}

#[test]
fn what_could_change_a_message_is_nobody() {
    let asked = Mention {
        mobiles: texts(&["", "13800](http://x)", "所有人"]),
        user_ids: texts(&["a> <@all", "a b", "*", ""]),
        all: false,
    };
    assert_eq!(
        called(&MentionSettings::default(), asked, Severity::Urgent, Why::Started),
        Mention::default()
    );
}

#[test]
fn everybody_is_called_if_the_alert_asks_for_it() {
    check_all(MentionAll::Asked, everybody(), Severity::Low, Why::Started, everybody());
    check_all(MentionAll::Asked, nobody(), Severity::Urgent, Why::Started, nobody());
}

#[test]
fn everybody_can_be_called_for_what_is_urgent_until_it_is_over() {
    check_all(MentionAll::Urgent, nobody(), Severity::Urgent, Why::StillFiring, everybody());
    check_all(MentionAll::Urgent, nobody(), Severity::Urgent, Why::Resolved, nobody());
    check_all(MentionAll::Urgent, nobody(), Severity::Urgent, Why::Acknowledged, nobody());
    check_all(MentionAll::Urgent, nobody(), Severity::High, Why::Started, nobody());
}

#[test]
fn everybody_can_be_called_always_or_never() {
    check_all(MentionAll::Always, nobody(), Severity::Low, Why::StillFiring, everybody());
    check_all(MentionAll::Never, everybody(), Severity::Urgent, Why::Started, nobody());
}

#[test]
fn a_recovery_or_an_acknowledgement_calls_nobody_whatever_is_asked_or_set() {
    let people =
        || Mention { mobiles: texts(&["13800000000"]), user_ids: texts(&["lisi", "@all"]), all: true };
    for all in [MentionAll::Asked, MentionAll::Urgent, MentionAll::Always, MentionAll::Never] {
        let settings =
            MentionSettings { mobiles: texts(&["13900000000"]), user_ids: texts(&["wangwu"]), all };
        for why in [Why::Resolved, Why::Acknowledged] {
            assert_eq!(
                called(&settings, people(), Severity::Urgent, why),
                Mention::default(),
                "{all:?} {why:?}"
            );
            let told = vec![told(1, Severity::Urgent, why, people()), told(2, Severity::Low, why, people())];
            assert_eq!(called_by(&settings, told), Mention::default(), "{all:?} {why:?}");
        }
    }
}

#[test]
fn a_digest_calls_only_for_what_is_open_by_the_last_of_each() {
    let asking = |mobile: &str| Mention { mobiles: texts(&[mobile]), ..Mention::default() };
    let called = called_by(
        &MentionSettings::default(),
        vec![
            told(1, Severity::Urgent, Why::Started, Mention { all: true, ..asking("13100000000") }),
            told(2, Severity::Low, Why::Started, asking("13200000000")),
            told(1, Severity::Urgent, Why::Resolved, asking("13300000000")),
        ],
    );
    assert_eq!(called, asking("13200000000"));
}

#[test]
fn an_alert_of_a_group_that_is_over_calls_nobody() {
    let mut told = fanfare_testkit::group(2);
    let over = Arc::make_mut(&mut told.others[0].alert);
    over.status = Status::Resolved;
    over.mention = everybody();
    assert_eq!(MentionSettings::default().for_notification(&told, 50), nobody());
}

#[test]
fn the_id_for_everybody_is_no_way_around_the_setting() {
    let asked = Mention { user_ids: texts(&["@all"]), ..Mention::default() };
    check_all(MentionAll::Asked, asked.clone(), Severity::Low, Why::Started, everybody());
    check_all(MentionAll::Never, asked, Severity::Low, Why::Started, nobody());
}

/// A notification about the incident with this number.
fn told(incident: i64, severity: Severity, why: Why, asked: Mention) -> Arc<Notification> {
    let mut notification = Notification { incident: AlertId(incident), ..notification(severity, why) };
    Arc::make_mut(&mut notification.alert).mention = asked;
    Arc::new(notification)
}

fn called_by(settings: &MentionSettings, told: Vec<Arc<Notification>>) -> Mention {
    settings.for_digest(&Digest::new(told).unwrap(), 3)
}

#[test]
fn a_digest_calls_whoever_one_of_its_alerts_would_call() {
    let people = |mobiles: &[&str], user_ids: &[&str]| Mention {
        mobiles: texts(mobiles),
        user_ids: texts(user_ids),
        all: false,
    };
    let called = called_by(
        &MentionSettings { user_ids: texts(&["zhangsan"]), ..MentionSettings::default() },
        vec![
            told(1, Severity::High, Why::Started, people(&[], &["lisi", "zhangsan"])),
            told(2, Severity::Low, Why::Started, people(&["13800000000"], &["lisi", "wangwu"])),
        ],
    );
    assert_eq!(called, people(&["13800000000"], &["zhangsan", "lisi"]), "three at most");
}

#[test]
fn a_digest_calls_everybody_if_something_urgent_is_still_open_in_it() {
    let settings = MentionSettings { all: MentionAll::Urgent, ..MentionSettings::default() };
    let urgent = |incident, why| told(incident, Severity::Urgent, why, nobody());
    let low = || told(9, Severity::Low, Why::Started, nobody());
    assert_eq!(called_by(&settings, vec![urgent(1, Why::Started), low()]), everybody());
    assert_eq!(called_by(&settings, vec![urgent(1, Why::Resolved), low()]), nobody());
    let over = vec![urgent(1, Why::Started), low(), urgent(1, Why::Resolved)];
    assert_eq!(called_by(&settings, over.clone()), nobody(), "it began and ended in this digest");
    assert_eq!(called_by(&settings, [over, vec![urgent(2, Why::StillFiring)]].concat()), everybody());
}

#[test]
fn a_digest_calls_everybody_if_one_of_its_alerts_asks_for_it() {
    let told = || {
        vec![
            told(1, Severity::Low, Why::Started, nobody()),
            told(2, Severity::Low, Why::Started, everybody()),
        ]
    };
    assert_eq!(called_by(&MentionSettings::default(), told()), everybody());
    let never = MentionSettings { all: MentionAll::Never, ..MentionSettings::default() };
    assert_eq!(called_by(&never, told()), nobody());
}

#[test]
fn a_group_calls_everybody_whom_one_of_its_alerts_asks_for_once() {
    let mut told = fanfare_testkit::group(3);
    let asking = |people: [&str; 2]| Mention {
        mobiles: vec![people[0].to_owned()],
        user_ids: vec![people[1].to_owned()],
        all: false,
    };
    Arc::make_mut(&mut told.alert).mention = asking(["13800000000", "zhangsan"]);
    Arc::make_mut(&mut told.others[0].alert).mention = asking(["13900000000", "zhangsan"]);
    Arc::make_mut(&mut told.others[1].alert).mention =
        Mention { all: true, ..asking(["13800000000", "lisi"]) };
    let Mention { mobiles, user_ids, all } = MentionSettings::default().for_notification(&told, 50);
    assert_eq!(
        (mobiles, user_ids, all),
        (
            vec!["13800000000".to_owned(), "13900000000".to_owned()],
            vec!["zhangsan".to_owned(), "lisi".to_owned()],
            true,
        )
    );
}
