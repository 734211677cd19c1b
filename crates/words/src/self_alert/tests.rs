use std::time::Duration;

use fanfare_core::{Notification, Why};
use fanfare_testkit::check_language;

use super::*;
use crate::fixtures::{NOON, alert, cold_room, told};
use crate::store_problem::StoreProblem;

fn raised() -> Vec<RaisedCondition> {
    let ops = || "ops".into();
    let reason = || "HTTP 503".to_owned();
    vec![
        RaisedCondition::ChannelBroken { channel: ops(), since: NOON, reason: reason() },
        RaisedCondition::ChannelSilenced { channel: ops(), until: NOON, reason: Some(reason()) },
        RaisedCondition::DeadLetters { channel: ops(), letters: 3 },
        RaisedCondition::QuotaShort {
            pool: "dingtalk".to_owned(),
            period: "2026-11".to_owned(),
            messages: 5000,
            used: 4200,
            percent: 80,
            resets_at: "2026-12-01 00:00 +08:00".to_owned(),
        },
        RaisedCondition::SecretOld { channel: ops(), days: 91 },
        RaisedCondition::ClockBehind { channel: ops(), seconds: 75 },
        RaisedCondition::ClockAhead { channel: ops(), seconds: 75 },
        RaisedCondition::DiskNearlyFull { free: 123, total: 1000 },
        RaisedCondition::StoreUnusable(StoreProblem::DiskFull),
        RaisedCondition::StoreSaved { path: "/var/lib/fanfare/fanfare.db.saved".to_owned() },
        RaisedCondition::StoreUnusable(StoreProblem::Replaced),
        RaisedCondition::SourceQuiet {
            source: "thinklink".into(),
            every: Duration::from_secs(3600),
            quiet_for: Duration::from_secs(7200),
        },
        RaisedCondition::HeartbeatMissing {
            heartbeat: "cron/nightly-backup".parse().unwrap(),
            every: Duration::from_secs(86400),
            quiet_for: Duration::from_secs(90000),
        },
        RaisedCondition::BrokerAway {
            source: "thinklink".into(),
            away_for: Duration::from_secs(60),
            heartbeats: 1000,
        },
        RaisedCondition::ChannelSilenced { channel: ops(), until: NOON, reason: None },
    ]
}

fn resolved() -> Vec<ResolvedCondition> {
    vec![
        ResolvedCondition::Channel("ops".into()),
        ResolvedCondition::Silence("ops".into()),
        ResolvedCondition::DeadLetters("ops".into()),
        ResolvedCondition::Quota("dingtalk".to_owned()),
        ResolvedCondition::Secret("ops".into()),
        ResolvedCondition::Clock,
        ResolvedCondition::Disk,
        ResolvedCondition::StoreSaved,
        ResolvedCondition::Store(StoreProblem::Missing),
        ResolvedCondition::Source("thinklink".into()),
        ResolvedCondition::Heartbeat("cron/nightly-backup".parse().unwrap()),
        ResolvedCondition::Broker("thinklink".into()),
        ResolvedCondition::Contract("ops".into()),
    ]
}

fn all() -> Vec<SelfAlertFacts> {
    let test = |requested_by| SelfAlertFacts::ChannelTest { channel: "ops".into(), requested_by };
    let raised = raised().into_iter().map(SelfAlertFacts::Raised);
    let resolved = resolved().into_iter().map(SelfAlertFacts::Resolved);
    let others = [
        test(None),
        test(Some("W".to_owned())),
        broken(&[told(alert(&[("alertname", "E7")]), Why::Started)], 1),
        broken(&[told(alert(&[("alertname", "E7")]), Why::Started)], 30),
    ];
    raised.chain(resolved).chain(others).collect()
}

#[test]
fn every_self_alert_is_told_in_each_language_and_in_no_other() {
    for language in [Language::En, Language::Zh] {
        for facts in all() {
            // Commands stand without backticks, which chat programs show as they are.
            let SelfAlertText { title, description, .. } = facts.text(language);
            let without_commands = [
                "fanfare channels test ops",
                "fanfare dead-letters list --channel ops",
                "fanfare dead-letters list --receiver on-call",
                "fanfare heartbeats forget cron/nightly-backup",
                "on-call",
            ]
            .iter()
            .fold(description.clone(), |text, command| text.replace(command, "…"));
            check_language(language, &[&title, &without_commands]);
            assert!(!title.is_empty() && !description.contains("  "), "{description}");
        }
    }
}

#[test]
fn chinese_self_alerts_tell_the_event_and_the_remedy() {
    let texts: Vec<_> = raised()
        .into_iter()
        .map(|it| SelfAlertFacts::Raised(it).text(Language::Zh))
        .map(|it| (it.title, it.description))
        .collect();
    let of = |index: usize| (texts[index].0.as_str(), texts[index].1.as_str());
    assert_eq!(
        of(0),
        (
            "渠道 ops 无法发送",
            "自 2026-03-08 12:00 UTC 起无法发送。待发消息均已保留，并按接收人的设置改由其他渠道发送。修复后请执行 fanfare channels test ops 验证。原因: HTTP 503"
        )
    );
    assert_eq!(of(2).0, "渠道 ops 有 3 条消息未能送达，待人工处理");
    assert_eq!(of(3).0, "dingtalk 2026-11 的消息额度已用 80 %");
    assert_eq!([of(5).0, of(6).0], ["本机时钟慢了 75 秒", "本机时钟快了 75 秒"]);
}

/// Alerts that `on-call` was not told of: these, and as many more as there are of them.
fn broken(newest: &[Notification], alerts: usize) -> SelfAlertFacts {
    SelfAlertFacts::ContractBroken(AbandonedContractFacts {
        receiver: "on-call".into(),
        alerts,
        newest: newest.to_vec(),
        missing: vec![("ding".into(), Some("HTTP 503\nbusy".to_owned())), ("sms".into(), None)],
    })
}

#[test]
fn a_broken_contract_carries_the_message_that_did_not_get_through_in_each_language() {
    let facts = broken(&[told(cold_room(), Why::Started)], 1);
    let english = facts.text(Language::En);
    assert_eq!(
        english.title,
        "on-call could not be told as promised: [HIGH] Temperature too high - Cold room 3"
    );
    assert!(english.description.ends_with("Not confirmed by: ding (HTTP 503 busy), sms"), "{english:?}");
    assert!(english.content.unwrap().contains("Alert no.: 42"));
    let chinese = facts.text(Language::Zh);
    assert_eq!(chinese.title, "未按约定送达 on-call: [严重] Temperature too high - Cold room 3");
    assert!(chinese.description.ends_with("未确认的渠道: ding（HTTP 503 busy）、sms"), "{chinese:?}");
    assert!(chinese.content.unwrap().contains("告警编号: 42"));
}

#[test]
fn many_broken_contracts_are_counted_and_the_newest_are_named() {
    let newest = [told(cold_room(), Why::Started), told(alert(&[("alertname", "E7")]), Why::Started)];
    let facts = broken(&newest, 30);
    let english = facts.text(Language::En);
    assert_eq!(
        english.title,
        "on-call could not be told as promised of 30 alerts, the newest: [HIGH] Temperature too high - Cold room 3"
    );
    let content = english.content.unwrap();
    let lines: Vec<_> = content.lines().collect();
    assert_eq!(lines[0], "[HIGH] Temperature too high - Cold room 3 (alert no. 42)");
    assert_eq!((lines.len(), lines[2]), (3, "and 28 more"));
    let chinese = facts.text(Language::Zh);
    assert_eq!(
        chinese.title,
        "30 条告警未按约定送达 on-call，最新一条: [严重] Temperature too high - Cold room 3"
    );
    assert!(chinese.content.unwrap().ends_with("另有 28 条"));
    assert!(chinese.description.contains("fanfare dead-letters list --receiver on-call"));
}
