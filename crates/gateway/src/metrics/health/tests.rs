use std::num::NonZeroU32;

use fanfare_core::{ChannelName, Quota, QuotaPeriod};
use fanfare_testkit::NOON;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use prometheus_client::encoding::text::encode;

use super::*;

fn lines(registry: &Registry) -> Vec<String> {
    let mut text = String::new();
    encode(&mut text, registry).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn channel(name: &str, state: ObservedHealth) -> ChannelSnapshot {
    ChannelSnapshot {
        name: name.into(),
        state,
        silent_until: None,
        last_words: None,
        proven_at: Some(NOON),
        queue_age: None,
        rotated_at: None,
        clock_offset: Some(SignedDuration::from_millis(-1500)),
    }
}

fn snapshot() -> Snapshot {
    let quota = Quota {
        pool: "dingtalk".to_owned(),
        messages: NonZeroU32::new(5000).unwrap(),
        per: QuotaPeriod::Month,
        zone: TimeZone::UTC,
    };
    Snapshot {
        channels: vec![channel("ops", ObservedHealth::Broken { since: NOON, reason: String::new() })],
        dead_letters: [(ChannelName::from("ops"), 3)].into(),
        quotas: vec![QuotaSnapshot { quota, used: 17 }],
        ..Snapshot::default()
    }
}

#[test]
fn a_snapshot_is_shown_as_gauges() {
    let mut registry = Registry::default();
    let metrics = HealthMetrics::new(&mut registry);
    metrics.show(&snapshot());
    for line in [
        r#"fanfare_channel_up{channel="ops"} 0"#,
        r#"fanfare_channel_never_proven{channel="ops"} 0"#,
        r#"fanfare_channel_last_proven_timestamp_seconds{channel="ops"} 1772971200.0"#,
        r#"fanfare_clock_offset_seconds{channel="ops"} -1.5"#,
        r#"fanfare_dead_letters{channel="ops"} 3"#,
        r#"fanfare_quota_used{pool="dingtalk"} 17"#,
        r#"fanfare_quota_limit{pool="dingtalk"} 5000"#,
        "fanfare_unaccounted_alerts 0",
    ] {
        assert!(lines(&registry).contains(&line.to_owned()), "{line} is not in {:#?}", lines(&registry));
    }
}

#[test]
fn gauges_of_removed_channels_are_removed() {
    let mut registry = Registry::default();
    let metrics = HealthMetrics::new(&mut registry);
    metrics.show(&snapshot());
    let untried = ChannelSnapshot { proven_at: None, ..channel("mail", ObservedHealth::Untried) };
    metrics.show(&Snapshot { channels: vec![untried], ..Snapshot::default() });
    let lines = lines(&registry);
    assert!(lines.contains(&r#"fanfare_channel_up{channel="mail"} 1"#.to_owned()), "{lines:#?}");
    assert!(lines.contains(&r#"fanfare_dead_letters{channel="mail"} 0"#.to_owned()), "{lines:#?}");
    assert!(lines.contains(&r#"fanfare_channel_never_proven{channel="mail"} 1"#.to_owned()), "{lines:#?}");
    assert!(!lines.iter().any(|it| it.contains("ops") || it.contains("last_proven") || it.contains("quota")));
}

#[test]
fn the_result_of_an_audit_is_shown() {
    let mut registry = Registry::default();
    let metrics = HealthMetrics::new(&mut registry);
    let notifications = NotificationCounts { open: 1, kept: 2, broken: 3, abandoned: 4, late: 5 };
    metrics.show_audit(&Audit { unaccounted_in_all: 7, notifications, ..Audit::default() });
    for line in [
        "fanfare_unaccounted_alerts 7",
        r#"fanfare_contracts{fulfilment="open"} 1"#,
        r#"fanfare_contracts{fulfilment="kept"} 2"#,
        r#"fanfare_contracts{fulfilment="broken"} 3"#,
        r#"fanfare_contracts{fulfilment="abandoned"} 4"#,
        r#"fanfare_contracts{fulfilment="late"} 5"#,
    ] {
        assert!(lines(&registry).contains(&line.to_owned()), "{line} is not in {:#?}", lines(&registry));
    }
}
