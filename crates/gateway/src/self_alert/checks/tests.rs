use std::num::NonZeroU32;
use std::time::Duration;

use fanfare_core::{ChannelName, Language, QuotaPeriod, Severity};
use fanfare_testkit::check_language;
use fanfare_words::{SelfAlertFacts, SelfAlertText};
use jiff::SignedDuration;
use jiff::civil::date;

use super::*;

/// 2026-11-23 in the morning.
fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

/// A channel that works and has nothing else to be said of it.
fn channel(name: &str) -> ChannelSnapshot {
    ChannelSnapshot {
        name: name.into(),
        state: ObservedHealth::Working,
        silent_until: None,
        last_words: None,
        proven_at: Some(now()),
        rotated_at: None,
        clock_offset: Some(SignedDuration::ZERO),
    }
}

/// Nothing is wrong.
fn well() -> Snapshot {
    Snapshot {
        channels: vec![channel("ops")],
        disk: Some(DiskSpace { free: 50_000_000_000, total: 100_000_000_000 }),
        ..Snapshot::default()
    }
}

/// In `snapshot` this is wrong and nothing else: its names, its subjects and how bad it is.
#[track_caller]
fn check(snapshot: &Snapshot, expected: &[(&str, &str, Severity)]) {
    let found = run_checks(snapshot, now());
    let problem: Vec<_> = found
        .iter()
        .filter_map(|(condition, finding)| match finding {
            CheckResult::Problem(problem) => {
                Some((condition.alertname(), condition.subject(), problem.severity))
            }
            CheckResult::Unknown => None,
        })
        .collect();
    assert_eq!(problem, expected);
}

/// Of these nothing can be said in `snapshot`.
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
fn where_all_is_well_there_is_nothing_to_say() {
    check(&well(), &[]);
    check_unknown(&well(), &[]);
}

#[test]
fn a_channel_its_provider_silences_for_long_is_said_until_it_may_send_again() {
    let silent = |minutes| {
        let silent_until = Some(now() + SignedDuration::from_mins(minutes));
        let last_words = Some("quota used up: errcode 45009".to_owned());
        Snapshot { channels: vec![ChannelSnapshot { silent_until, last_words, ..channel("ops") }], ..well() }
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
fn a_broken_channel_is_said_with_its_reason_and_what_to_do() {
    let snapshot = Snapshot { channels: vec![broken("ops"), channel("mail")], ..well() };
    check(&snapshot, &[("ChannelBroken", "ops", Severity::High)]);
    let SelfAlertText { title, description, .. } = text(&snapshot);
    assert_eq!(title, "Channel ops does not work");
    let begins = "Nothing has gone out on it since 2026-11-23 08:00 UTC. ";
    assert!(description.starts_with(begins), "{description}");
    assert!(description.ends_with("Reason: not delivered: HTTP 503"), "{description}");
    assert!(description.contains("run: fanfare channels test ops"), "{description}");
}

#[test]
fn of_a_channel_that_has_sent_nothing_yet_nobody_can_tell() {
    let untried = ChannelSnapshot { state: ObservedHealth::Untried, ..channel("ops") };
    let snapshot = Snapshot { channels: vec![untried], ..well() };
    check(&snapshot, &[]);
    check_unknown(&snapshot, &[Condition::Channel("ops".into())]);
}

#[test]
fn dead_letters_are_said_of_each_channel_that_has_some() {
    let letters = [("mail", 0), ("ops", 3)].map(|(name, letters)| (ChannelName::from(name), letters));
    let snapshot = Snapshot { dead_letters: letters.into(), ..well() };
    check(&snapshot, &[("DeadLetters", "ops", Severity::High)]);
    assert!(text(&snapshot).title.starts_with("Channel ops: 3 given up, waiting for a person"));
}

fn of_quota(used: u64) -> Snapshot {
    let quota = Quota {
        pool: "dingtalk".to_owned(),
        messages: NonZeroU32::new(5000).unwrap(),
        per: QuotaPeriod::Month,
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
    };
    Snapshot { quotas: vec![QuotaSnapshot { quota, used }], ..well() }
}

#[test]
fn a_quota_is_said_at_a_half_at_four_fifths_and_near_its_end() {
    check(&of_quota(2499), &[]);
    check(&of_quota(2500), &[("QuotaShort", "dingtalk", Severity::Low)]);
    check(&of_quota(3999), &[("QuotaShort", "dingtalk", Severity::Low)]);
    check(&of_quota(4000), &[("QuotaShort", "dingtalk", Severity::Mid)]);
    check(&of_quota(4750), &[("QuotaShort", "dingtalk", Severity::High)]);
    check(&of_quota(9000), &[("QuotaShort", "dingtalk", Severity::High)]);
    let SelfAlertText { title, description, .. } = text(&of_quota(4200));
    assert!(title.starts_with("80 % of the messages of dingtalk for 2026-11 are used"), "{title}");
    let expected = "4200 of 5000 are used; the count begins anew at 2026-12-01 00:00 +08:00.";
    assert!(description.starts_with(expected), "{description}");
}

#[test]
fn a_secret_is_old_after_ninety_days() {
    let rotated = |day| {
        let channel = ChannelSnapshot { rotated_at: Some(day), ..channel("ops") };
        Snapshot { channels: vec![channel], ..well() }
    };
    check(&rotated(date(2026, 8, 25)), &[]); // 90 days before
    check(&rotated(date(2026, 8, 24)), &[("SecretOld", "ops", Severity::Low)]);
    check(&rotated(date(2027, 8, 24)), &[]);
    assert!(text(&rotated(date(2026, 8, 24))).title.starts_with("The secret of ops is 91 days old"));
}

fn offsets(seconds: &[(&str, Option<i64>)]) -> Snapshot {
    let facts = |(name, seconds): &(&str, Option<i64>)| ChannelSnapshot {
        clock_offset: seconds.map(SignedDuration::from_secs),
        ..channel(name)
    };
    Snapshot { channels: seconds.iter().map(facts).collect(), ..well() }
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
fn while_no_provider_has_told_the_time_nobody_can_tell_whether_the_clock_is_right() {
    check_unknown(&offsets(&[("ops", None)]), &[Condition::Clock]);
}

#[test]
fn a_disk_is_nearly_full_with_little_left_of_it_or_little_left_at_all() {
    let disk = |free, total| Snapshot { disk: Some(DiskSpace { free, total }), ..well() };
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
    check_unknown(&Snapshot { disk: None, ..well() }, &[Condition::Disk]);
}

#[test]
fn a_source_is_quiet_when_it_has_said_nothing_for_longer_than_expected() {
    let quiet = |seconds, since| {
        let (every, quiet_for) = (Duration::from_secs(3600), Duration::from_secs(seconds));
        let source = SourceSnapshot { name: "thinklink".into(), every, quiet_for, since };
        Snapshot { sources: vec![source], ..well() }
    };
    check(&quiet(3600, QuietSince::LastAlert), &[]);
    check(&quiet(3601, QuietSince::LastAlert), &[("SourceQuiet", "thinklink", Severity::High)]);
    check(&quiet(3601, QuietSince::WatchStart), &[("SourceQuiet", "thinklink", Severity::High)]);
    check_unknown(&quiet(3600, QuietSince::LastAlert), &[]);
    check_unknown(&quiet(3600, QuietSince::WatchStart), &[Condition::Source("thinklink".into())]);
    let description = text(&quiet(7200, QuietSince::LastAlert)).description;
    assert!(description.starts_with("Not one alert for 2h, and one is expected every 1h."), "{description}");
}

#[test]
fn every_problem_is_told_in_each_language_by_itself_and_its_alert_is_recognised_again() {
    let snapshot = Snapshot {
        channels: vec![ChannelSnapshot {
            rotated_at: Some(date(2025, 1, 1)),
            clock_offset: Some(SignedDuration::from_hours(1)),
            silent_until: Some(now() + SignedDuration::from_hours(1)),
            ..broken("ops")
        }],
        dead_letters: [(ChannelName::from("ops"), 1)].into(),
        quotas: of_quota(5000).quotas,
        disk: Some(DiskSpace { free: 0, total: 1 }),
        sources: vec![SourceSnapshot {
            name: "thinklink".into(),
            every: Duration::from_secs(1),
            quiet_for: Duration::from_secs(2),
            since: QuietSince::LastAlert,
        }],
    };
    let found = run_checks(&snapshot, now());
    assert_eq!(found.len(), 8);
    let mut said = crate::self_alert::RaisedAlerts::default();
    for change in said.changes(&found, now()) {
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
