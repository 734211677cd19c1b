use std::num::NonZeroU32;

use fanfare_core::{ChannelName, Language, QuotaPeriod, Severity};
use fanfare_store::StoreSize;
use fanfare_testkit::check_language;
use fanfare_words::{SelfAlertFacts, SelfAlertText};
use jiff::SignedDuration;
use jiff::civil::date;

use super::*;

/// A morning in November 2026.
fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

/// A working channel without problems.
fn channel(name: &str) -> ChannelSnapshot {
    ChannelSnapshot {
        name: name.into(),
        state: ObservedHealth::Working,
        silent_until: None,
        last_words: None,
        proven_at: Some(now()),
        queue_age: None,
        rotated_at: None,
        clock_offset: Some(SignedDuration::ZERO),
    }
}

/// A snapshot without problems.
fn healthy() -> Snapshot {
    Snapshot {
        channels: vec![channel("ops")],
        disk: Some(DiskSpace { free: 50_000_000_000, total: 100_000_000_000 }),
        ..Snapshot::default()
    }
}

/// Checks that `snapshot` has exactly these problems, each with its alertname, subject and severity.
#[track_caller]
fn check(snapshot: &Snapshot, expected: &[(&str, &str, Severity)]) {
    let found = run_checks(snapshot, now());
    let problems: Vec<_> = found
        .iter()
        .filter_map(|(condition, result)| match result {
            CheckResult::Problem(problem) => {
                Some((condition.alertname(), condition.subject().into_owned(), problem.severity))
            }
            CheckResult::Unknown => None,
        })
        .collect();
    let expected: Vec<_> =
        expected.iter().map(|(name, subject, severity)| (*name, (*subject).to_owned(), *severity)).collect();
    assert_eq!(problems, expected);
}

/// Checks that exactly these conditions are unknown in `snapshot`.
#[track_caller]
fn check_unknown(snapshot: &Snapshot, expected: &[Condition]) {
    let found = run_checks(snapshot, now());
    let unknown: Vec<_> = found
        .into_iter()
        .filter(|(_, it)| *it == CheckResult::Unknown)
        .map(|(condition, _)| condition)
        .collect();
    assert_eq!(unknown, expected);
}

#[track_caller]
fn text(snapshot: &Snapshot) -> SelfAlertText {
    match run_checks(snapshot, now()).into_values().next() {
        Some(CheckResult::Problem(problem)) => SelfAlertFacts::Raised(problem.condition).text(Language::En),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_healthy_snapshot_has_no_problems() {
    check(&healthy(), &[]);
    check_unknown(&healthy(), &[]);
}

#[test]
fn a_long_silence_is_a_problem_until_the_channel_may_send_again() {
    let silent = |minutes| {
        let silent_until = Some(now() + SignedDuration::from_mins(minutes));
        let last_words = Some("quota used up: errcode 45009".to_owned());
        Snapshot {
            channels: vec![ChannelSnapshot { silent_until, last_words, ..channel("ops") }],
            ..healthy()
        }
    };
    check(&silent(16), &[("ChannelSilenced", "ops", Severity::High)]);
    check(&silent(15), &[]);
    check_unknown(&silent(15), &[Condition::Silence("ops".into())]);
    check_unknown(&silent(0), &[]);
    let SelfAlertText { title, description, .. } = text(&silent(60));
    assert!(title == "Channel ops may not send until 2026-11-23 09:00 UTC", "{title}");
    assert!(description.starts_with("Its provider wants nothing more. "), "{description}");
    assert!(description.ends_with("Reason: quota used up: errcode 45009"), "{description}");
}

fn broken(name: &str) -> ChannelSnapshot {
    let reason = "not delivered: HTTP 503".to_owned();
    ChannelSnapshot { state: ObservedHealth::Broken { since: now(), reason }, ..channel(name) }
}

#[test]
fn a_broken_channel_is_a_problem_with_its_reason_and_remedy() {
    let snapshot = Snapshot { channels: vec![broken("ops"), channel("mail")], ..healthy() };
    check(&snapshot, &[("ChannelBroken", "ops", Severity::High)]);
    let SelfAlertText { title, description, .. } = text(&snapshot);
    assert_eq!(title, "Channel ops does not work");
    let begins = "Nothing has gone out on it since 2026-11-23 08:00 UTC. ";
    assert!(description.starts_with(begins), "{description}");
    assert!(description.ends_with("Reason: not delivered: HTTP 503"), "{description}");
    assert!(description.contains("run: fanfare channels test ops"), "{description}");
}

#[test]
fn the_health_of_an_untried_channel_is_unknown() {
    let untried = ChannelSnapshot { state: ObservedHealth::Untried, ..channel("ops") };
    let snapshot = Snapshot { channels: vec![untried], ..healthy() };
    check(&snapshot, &[]);
    check_unknown(&snapshot, &[Condition::Channel("ops".into())]);
}

#[test]
fn each_channel_with_dead_letters_is_a_problem() {
    let letters = [("mail", 0), ("ops", 3)].map(|(name, letters)| (ChannelName::from(name), letters));
    let snapshot = Snapshot { dead_letters: letters.into(), ..healthy() };
    check(&snapshot, &[("DeadLetters", "ops", Severity::High)]);
    assert!(text(&snapshot).title.starts_with("Channel ops: 3 given up, waiting for a person"));
}

fn with_quota_use(used: u64) -> Snapshot {
    let quota = Quota {
        pool: "dingtalk".to_owned(),
        messages: NonZeroU32::new(5000).unwrap(),
        per: QuotaPeriod::Month,
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
    };
    Snapshot { quotas: vec![QuotaSnapshot { quota, used }], ..healthy() }
}

#[test]
fn a_quota_is_a_problem_at_a_half_at_four_fifths_and_near_its_end() {
    check(&with_quota_use(2499), &[]);
    check(&with_quota_use(2500), &[("QuotaShort", "dingtalk", Severity::Low)]);
    check(&with_quota_use(3999), &[("QuotaShort", "dingtalk", Severity::Low)]);
    check(&with_quota_use(4000), &[("QuotaShort", "dingtalk", Severity::Mid)]);
    check(&with_quota_use(4750), &[("QuotaShort", "dingtalk", Severity::High)]);
    check(&with_quota_use(9000), &[("QuotaShort", "dingtalk", Severity::High)]);
    let SelfAlertText { title, description, .. } = text(&with_quota_use(4200));
    assert!(title.starts_with("80 % of the messages of dingtalk for 2026-11 are used"), "{title}");
    let expected = "4200 of 5000 are used; the count begins anew at 2026-12-01 00:00 +08:00.";
    assert!(description.starts_with(expected), "{description}");
}

#[test]
fn a_secret_is_old_after_ninety_days() {
    let rotated = |day| {
        let channel = ChannelSnapshot { rotated_at: Some(day), ..channel("ops") };
        Snapshot { channels: vec![channel], ..healthy() }
    };
    check(&rotated(date(2026, 8, 25)), &[]); // 90 days before
    check(&rotated(date(2026, 8, 24)), &[("SecretOld", "ops", Severity::Low)]);
    check(&rotated(date(2027, 8, 24)), &[]);
    assert!(text(&rotated(date(2026, 8, 24))).title.starts_with("The secret of ops is 91 days old"));
}

fn offsets(seconds: &[(&str, Option<i64>)]) -> Snapshot {
    let channel_with_offset = |(name, seconds): &(&str, Option<i64>)| ChannelSnapshot {
        clock_offset: seconds.map(SignedDuration::from_secs),
        ..channel(name)
    };
    Snapshot { channels: seconds.iter().map(channel_with_offset).collect(), ..healthy() }
}

#[test]
fn a_clock_is_off_by_more_than_a_minute_in_either_direction() {
    check(&offsets(&[("ops", Some(60)), ("mail", None)]), &[]);
    check(&offsets(&[("ops", Some(-60))]), &[]);
    check(&offsets(&[("ops", Some(61)), ("mail", None)]), &[("ClockOff", "clock", Severity::High)]);
    check(&offsets(&[("ops", Some(-61))]), &[("ClockOff", "clock", Severity::High)]);
    let behind = text(&offsets(&[("ops", Some(0)), ("mail", Some(75))]));
    assert_eq!(behind.title, "Our clock is 75 s behind");
    assert!(behind.description.starts_with("So says the provider of mail."));
    let ahead = text(&offsets(&[("ops", Some(-3700)), ("mail", Some(75))]));
    assert_eq!(ahead.title, "Our clock is 3700 s ahead");
}

#[test]
fn the_clock_is_unknown_until_a_provider_has_told_the_time() {
    check_unknown(&offsets(&[("ops", None)]), &[Condition::Clock]);
}

#[test]
fn a_disk_is_nearly_full_with_little_left_of_it_or_little_left_at_all() {
    let disk = |free, total| Snapshot { disk: Some(DiskSpace { free, total }), ..healthy() };
    let full = [("DiskNearlyFull", "disk", Severity::Urgent)];
    check(&disk(5_000_000_000, 100_000_000_000), &[]);
    check(&disk(4_999_999_999, 100_000_000_000), &full);
    check(&disk(200_000_000, 1_000_000_000), &[]);
    check(&disk(199_999_999, 1_000_000_000), &full);
    check(&disk(0, 0), &full);
    check(&disk(u64::MAX, u64::MAX), &[]);
    assert!(
        text(&disk(123_456_789, 1_000_000_000))
            .description
            .starts_with("123 MB of 1000 MB are free. Once it is full no alert can be accepted.")
    );
    check_unknown(&Snapshot { disk: None, ..healthy() }, &[Condition::Disk]);
}

#[test]
fn a_store_that_an_earlier_life_saved_is_a_problem_while_it_lies_there() {
    let saved = |path: &str| Snapshot { saved_store: Some(path.into()), ..healthy() };
    let snapshot = saved("/srv/fanfare.db.saved-2");
    check(&snapshot, &[("StoreSaved", "store", Severity::Urgent)]);
    assert!(text(&snapshot).description.contains("/srv/fanfare.db.saved-2"));
}

#[test]
fn every_problem_has_an_alert_in_each_language_that_is_recognised_again() {
    let snapshot = Snapshot {
        channels: vec![ChannelSnapshot {
            rotated_at: Some(date(2025, 1, 1)),
            clock_offset: Some(SignedDuration::from_hours(1)),
            silent_until: Some(now() + SignedDuration::from_hours(1)),
            ..broken("ops")
        }],
        dead_letters: [(ChannelName::from("ops"), 1)].into(),
        quotas: with_quota_use(5000).quotas,
        disk: Some(DiskSpace { free: 0, total: 1 }),
        saved_store: Some("/var/lib/fanfare/fanfare.db.saved".into()),
        store_size: StoreSize::default(),
    };
    let found = run_checks(&snapshot, now());
    assert_eq!(found.len(), 8);
    let mut raised = crate::self_alert::RaisedAlerts::default();
    for change in raised.changes(&found, now()) {
        let alert = change.alert(now());
        assert_eq!(Condition::from_alert(&alert), Some(change.condition.clone()));
        for facts in [change.facts.clone(), SelfAlertFacts::Resolved(change.condition.resolved())] {
            for language in [Language::En, Language::Zh] {
                let SelfAlertText { title, description, content } = facts.text(language);
                check_language(language, &title);
                assert!(!description.is_empty() && content.is_none(), "{description}");
            }
        }
        let texts = |name| alert.annotations.get(name).unwrap();
        check_language(Language::En, &[texts("title"), texts("description")]);
        check_language(Language::Zh, &texts("title_zh"));
        assert!(!texts("description_zh").is_ascii());
    }
}
