//! Alarms that are over by themselves, over restarts, absences and clocks that are set.

use std::time::Duration;

use fanfare_core::{Alert, ExpectedHeartbeats, HeartbeatRule, Labels, Severity};

use super::fake::FakeChannel;
use super::harness::{GatewayHarness, HarnessConfig, alarm, resolved_alarm};
use super::times::{HOUR, MINUTE, SECOND};
use crate::metrics::SourceLabels;

/// An alarm that is over five minutes after its report.
fn expiring(harness: &GatewayHarness, name: &str) -> Alert {
    Alert { ends_at: Some(harness.now() + 5 * MINUTE), ..alarm(name, Severity::High) }
}

/// The notifications that providers accepted: the device of each notification, and its reason.
fn told(harness: &GatewayHarness) -> Vec<String> {
    let accepted = harness.calls().into_iter().filter(|it| it.was_accepted());
    let notifications = accepted.flat_map(|call| call.notifications);
    notifications.map(|it| format!("{}: {}", it.alert.text_of("eui"), it.why)).collect()
}

async fn harness() -> GatewayHarness {
    GatewayHarness::new([FakeChannel::new("mail")]).await
}

async fn advance(harness: &GatewayHarness, time: Duration) {
    harness.advance_in_steps(SECOND, time).await;
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_is_not_reported_again_is_over_and_told_as_such() {
    let harness = harness().await;
    harness.accept([expiring(&harness, "a"), alarm("lasting", Severity::High)]).await;
    advance(&harness, 5 * MINUTE - SECOND).await;
    let started = told(&harness);
    assert_eq!(started.len(), 2, "{started:?}");
    advance(&harness, 2 * SECOND).await;
    let calls = harness.calls();
    let end = &calls.last().unwrap().notifications[0].alert;
    assert!(end.annotations.get("description").unwrap().starts_with("Taken for over"), "{end:?}");
    assert_eq!(end.extra.get("ended_by"), Some("resolve_after"));
    assert_eq!(told(&harness).len(), 3);
    assert!(told(&harness)[2].ends_with(": resolved"));
    advance(&harness, HOUR / 2).await;
    assert_eq!(told(&harness).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn each_report_gives_an_alarm_its_whole_time_and_its_end_ends_it_once() {
    let harness = harness().await;
    for _ in 0..10 {
        harness.accept([expiring(&harness, "a")]).await;
        advance(&harness, 4 * MINUTE).await;
    }
    assert_eq!(told(&harness).len(), 1);
    harness.accept([resolved_alarm("a")]).await;
    advance(&harness, 10 * MINUTE).await;
    assert_eq!(told(&harness).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn after_our_absence_an_alarm_has_its_whole_time_again() {
    for is_stopped in [true, false] {
        let mut harness = harness().await;
        harness.accept([expiring(&harness, "a")]).await;
        advance(&harness, 4 * MINUTE).await;
        if is_stopped {
            harness.shut_down(SECOND).await;
        } else {
            harness.kill().await;
        }
        harness.advance_while_down(HOUR).await;
        harness.start().await;
        advance(&harness, 5 * MINUTE - SECOND).await;
        assert_eq!(told(&harness).len(), 1, "{is_stopped}");
        advance(&harness, 2 * SECOND).await;
        assert_eq!(told(&harness).len(), 2, "{is_stopped}");
    }
}

#[tokio::test(start_paused = true)]
async fn neither_a_suspend_nor_a_clock_that_is_set_ends_an_alarm() {
    let harness = harness().await;
    harness.accept([expiring(&harness, "a")]).await;
    advance(&harness, MINUTE).await;
    harness.suspend(HOUR);
    harness.set_clock_by(7200);
    advance(&harness, 4 * MINUTE).await;
    assert_eq!(told(&harness).len(), 1);
    advance(&harness, 5 * MINUTE + SECOND).await;
    assert_eq!(told(&harness).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn while_the_broker_of_a_source_is_away_none_of_its_alarms_is_over() {
    let harness = harness().await;
    let alarm = expiring(&harness, "a");
    let source = alarm.source.clone();
    harness.accept([alarm]).await;
    harness.gateway().source_left(&source);
    advance(&harness, HOUR).await;
    harness.gateway().source_came_back(&source);
    advance(&harness, 5 * MINUTE - SECOND).await;
    assert_eq!(told(&harness).len(), 1);
    advance(&harness, 2 * SECOND).await;
    assert_eq!(told(&harness).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_alarm_that_was_not_reported_again_is_no_sign_of_life_of_its_source() {
    let heartbeats = vec![HeartbeatRule {
        source: "thinklink".into(),
        expected: ExpectedHeartbeats::AnyAlert,
        every: 8 * MINUTE,
        grace: Duration::ZERO,
        severity: Severity::High,
        labels: Labels::default(),
    }];
    let channels = HarnessConfig::with_channels([FakeChannel::new("mail")]);
    let harness = GatewayHarness::with_config(HarnessConfig { heartbeats, ..channels }).await;
    let heard_at = harness.now();
    harness.accept([expiring(&harness, "a")]).await;
    advance(&harness, 8 * MINUTE - SECOND).await;
    assert_eq!(told(&harness), ["a: started", "a: resolved"]);
    advance(&harness, 3 * SECOND).await;
    let [_, _, quiet] = &harness.all_calls()[..] else { panic!("{:?}", told(&harness)) };
    assert_eq!(quiet.notifications[0].alert.text_of("alertname"), "SourceQuiet");
    let overview = harness.gateway().store().overview().await.unwrap();
    assert_eq!(overview.last_alerts.get(&"thinklink".into()), Some(&heard_at));
    let labels = SourceLabels { source: "thinklink".to_owned() };
    let shown = harness.metrics().last_alert.get_or_create(&labels).get();
    assert!((shown - heard_at.as_duration().as_secs_f64()).abs() < 1.0, "{shown}");
}
