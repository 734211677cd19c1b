//! Heartbeats of senders: missing ones are told, over restarts, absences and clocks that are set.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{
    Alert, BeatOutcome, ExpectedHeartbeats, HeartbeatKey, HeartbeatRule, HeartbeatStatus, Labels, Severity,
};

use super::fake::FakeChannel;
use super::harness::{GatewayHarness, HarnessConfig, alarm};
use super::times::{HOUR, MINUTE, SECOND};
use crate::SELF_SOURCE;

const INTERVAL: Duration = Duration::from_secs(60);
const GRACE: Duration = Duration::from_secs(20);

/// The time within which a missing heartbeat must be told, beside interval and grace.
const NOTICE: Duration = Duration::from_secs(2);

/// The rule for `SOURCE/PATTERN`.
fn rule(text: &str) -> HeartbeatRule {
    let (source, pattern) = text.split_once('/').unwrap();
    HeartbeatRule {
        source: source.into(),
        expected: ExpectedHeartbeats::Named(pattern.parse().unwrap()),
        every: INTERVAL,
        grace: GRACE,
        severity: Severity::Urgent,
        labels: Labels::from_iter([("site", "hangzhou")]),
    }
}

fn config(rules: &[&str]) -> HarnessConfig {
    HarnessConfig {
        heartbeats: rules.iter().map(|it| rule(it)).collect(),
        ..HarnessConfig::with_channels([FakeChannel::new("mail")])
    }
}

async fn hear(harness: &GatewayHarness, key: &str) -> BeatOutcome {
    harness.gateway().hear(key.parse().unwrap()).await
}

/// The self-alerts of senders that were accepted so far: name, subject and reason of each.
fn told(harness: &GatewayHarness) -> Vec<String> {
    let accepted = harness.all_calls().into_iter().filter(|it| it.was_accepted());
    let notifications = accepted.flat_map(|call| call.notifications);
    let own = notifications.filter(|it| it.alert.source.as_str() == SELF_SOURCE);
    own.map(|it| format!("{} {}: {}", it.alert.text_of("alertname"), it.alert.text_of("subject"), it.why))
        .collect()
}

fn told_alert(harness: &GatewayHarness) -> Alert {
    let mut calls = harness.all_calls();
    Alert::clone(&calls.remove(0).notifications[0].alert)
}

async fn advance(harness: &GatewayHarness, time: Duration) {
    harness.advance_in_steps(SECOND, time).await;
}

#[tokio::test(start_paused = true)]
async fn heartbeats_of_one_body_are_heard_in_their_order_and_outlive_a_kill() {
    let harness = GatewayHarness::with_config(config(&["cron/job-*"])).await;
    let keys = ["cron/job-1", "cron/other", "cron/job-2", "cron/job-1"].map(|it| it.parse().unwrap());
    let outcomes = harness.gateway().hear_all(keys.to_vec()).await;
    use BeatOutcome::{Heard, Learned, NotExpected};
    assert!(matches!(outcomes[..], [Learned(_), NotExpected, Learned(_), Heard(_)]), "{outcomes:?}");
    let stored = harness.gateway().store().take_up_heartbeats().await.unwrap();
    assert_eq!(stored.len(), 2, "{stored:?}");
    assert_eq!(harness.gateway().hear_all(Vec::new()).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_missing_heartbeat_is_told_after_interval_and_grace_and_again_when_it_is_heard() {
    let harness = GatewayHarness::with_config(config(&["cron/backup"])).await;
    advance(&harness, INTERVAL + GRACE - SECOND).await;
    assert_eq!(told(&harness), [""; 0]);
    advance(&harness, NOTICE).await;
    assert_eq!(told(&harness), ["HeartbeatMissing cron/backup: started"]);
    let alert = told_alert(&harness);
    assert_eq!(alert.severity, Severity::Urgent);
    let labels = ["site", "origin", "heartbeat"].map(|it| alert.labels.get(it));
    assert_eq!(labels, [Some("hangzhou"), Some("cron"), Some("backup")]);
    assert!(matches!(hear(&harness, "cron/backup").await, BeatOutcome::Heard(_)));
    advance(&harness, NOTICE).await;
    let both = ["HeartbeatMissing cron/backup: started", "HeartbeatMissing cron/backup: resolved"];
    assert_eq!(told(&harness), both);
    advance(&harness, INTERVAL + GRACE - 2 * NOTICE).await;
    assert_eq!(told(&harness), both);
    advance(&harness, 2 * NOTICE).await;
    assert_eq!(told(&harness).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_that_nobody_expects_is_told_to_its_sender_and_raises_nothing() {
    let harness = GatewayHarness::with_config(config(&["cron/backup"])).await;
    assert_eq!(hear(&harness, "cron/other").await, BeatOutcome::NotExpected);
    hear(&harness, "cron/backup").await;
    let [view] = &harness.gateway().heartbeats()[..] else { panic!() };
    assert_eq!((view.key.to_string().as_str(), view.status), ("cron/backup", HeartbeatStatus::Heard));
    assert_eq!((view.last_heard, view.due_at), (Some(harness.now()), harness.now() + (INTERVAL + GRACE)));
}

#[tokio::test(start_paused = true)]
async fn a_missing_heartbeat_stays_missing_over_a_kill_and_is_told_once() {
    let mut harness = GatewayHarness::with_config(config(&["tkl/*"])).await;
    hear(&harness, "tkl/a1").await;
    advance(&harness, INTERVAL + GRACE + NOTICE).await;
    assert_eq!(told(&harness), ["HeartbeatMissing tkl/a1: started"]);
    for _ in 0..3 {
        harness.kill().await;
        harness.start().await;
        advance(&harness, 3 * MINUTE).await;
    }
    assert_eq!(told(&harness), ["HeartbeatMissing tkl/a1: started"]);
    hear(&harness, "tkl/a1").await;
    advance(&harness, NOTICE).await;
    assert_eq!(told(&harness)[1..], ["HeartbeatMissing tkl/a1: resolved"]);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_forgotten_is_resolved_and_not_expected_after_a_restart() {
    let mut harness = GatewayHarness::with_config(config(&["tkl/*"])).await;
    hear(&harness, "tkl/a1").await;
    advance(&harness, INTERVAL + GRACE + NOTICE).await;
    let key: HeartbeatKey = "tkl/a1".parse().unwrap();
    assert!(harness.gateway().forget_heartbeat(key.clone()).await.unwrap());
    assert!(!harness.gateway().forget_heartbeat(key).await.unwrap());
    advance(&harness, NOTICE).await;
    harness.kill().await;
    harness.start().await;
    advance(&harness, 3 * MINUTE).await;
    assert_eq!(told(&harness), ["HeartbeatMissing tkl/a1: started", "HeartbeatMissing tkl/a1: resolved"]);
    assert_eq!(harness.gateway().heartbeats(), []);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_away_is_one_alert_and_its_heartbeats_are_none() {
    let harness = GatewayHarness::with_config(config(&["tkl/*", "cron/backup"])).await;
    for number in 0..50 {
        hear(&harness, &format!("tkl/{number}")).await;
    }
    hear(&harness, "cron/backup").await;
    harness.gateway().source_left(&"tkl".into());
    advance(&harness, 59 * SECOND).await;
    hear(&harness, "cron/backup").await;
    assert_eq!(told(&harness), [""; 0]);
    advance(&harness, NOTICE).await;
    assert_eq!(told(&harness), ["BrokerAway tkl: started"]);
    for _ in 0..10 {
        advance(&harness, MINUTE).await;
        hear(&harness, "cron/backup").await;
    }
    harness.gateway().source_came_back(&"tkl".into());
    advance(&harness, INTERVAL + GRACE - NOTICE).await;
    hear(&harness, "cron/backup").await;
    for number in 1..50 {
        hear(&harness, &format!("tkl/{number}")).await;
    }
    advance(&harness, 2 * NOTICE).await;
    assert_eq!(
        told(&harness),
        ["BrokerAway tkl: started", "BrokerAway tkl: resolved", "HeartbeatMissing tkl/0: started"]
    );
}

/// A way in which the gateway hears nothing for a while, or its clock is set.
#[derive(Debug, Clone, Copy)]
enum Disturbance {
    Kill,
    Stop,
    Suspend,
    Boot,
    ClockSet(i64),
}

async fn disturb(harness: &mut GatewayHarness, disturbance: Disturbance, away: Duration) {
    match disturbance {
        Disturbance::Suspend => harness.suspend(away),
        Disturbance::ClockSet(seconds) => harness.set_clock_by(seconds),
        Disturbance::Stop => {
            harness.shut_down(SECOND).await;
            harness.advance_while_down(away).await;
            harness.start().await;
        }
        Disturbance::Kill => {
            harness.kill().await;
            harness.advance_while_down(away).await;
            harness.start().await;
        }
        Disturbance::Boot => {
            harness.kill().await;
            harness.advance_while_down(away).await;
            harness.boot();
            harness.start().await;
        }
    }
}

/// Senders that beat in time are never told as missing, and one that has died is told in time, whatever happens
/// to the gateway meanwhile.
async fn check(disturbance: Disturbance, away: Duration) {
    let mut harness = GatewayHarness::with_config(config(&["tkl/*"])).await;
    let pace = INTERVAL / 2;
    for round in 0..6 {
        hear(&harness, "tkl/alive").await;
        if round < 2 {
            hear(&harness, "tkl/dead").await;
        }
        if round == 2 {
            advance(&harness, pace / 2).await;
            disturb(&mut harness, disturbance, away).await;
            advance(&harness, pace / 2).await;
        } else {
            advance(&harness, pace).await;
        }
    }
    assert_eq!(told(&harness), ["HeartbeatMissing tkl/dead: started"], "{disturbance:?} {away:?}");
}

#[tokio::test(start_paused = true)]
async fn no_disturbance_makes_a_false_alarm_or_hides_a_missing_heartbeat() {
    for away in [Duration::ZERO, 5 * SECOND, 10 * MINUTE, 26 * HOUR] {
        for disturbance in [Disturbance::Kill, Disturbance::Stop, Disturbance::Suspend, Disturbance::Boot] {
            check(disturbance, away).await;
        }
    }
    for seconds in [120, -120, 3_600, -3_600, 86_400, -86_400, -315_000_000] {
        check(Disturbance::ClockSet(seconds), Duration::ZERO).await;
    }
}

/// The heartbeats of `tkl` that were told as missing.
fn missing(harness: &GatewayHarness) -> BTreeSet<String> {
    told(harness).into_iter().filter(|it| it.ends_with(": started")).collect()
}

#[tokio::test(start_paused = true)]
async fn of_thousands_exactly_those_are_told_that_died_over_a_kill_and_ten_minutes_of_our_absence() {
    const ALL: usize = 10_000;
    const DEAD: usize = 30;
    let mut harness = GatewayHarness::with_config(config(&["tkl/*"])).await;
    let names: Vec<String> = (0..ALL).map(|it| format!("tkl/{it:05}")).collect();
    for name in &names {
        hear(&harness, name).await;
    }
    advance(&harness, INTERVAL / 2).await;
    harness.kill().await;
    harness.advance_while_down(10 * MINUTE).await;
    harness.set_clock_by(-3600);
    harness.start().await;
    advance(&harness, INTERVAL - SECOND).await;
    for name in &names[DEAD..] {
        hear(&harness, name).await;
    }
    advance(&harness, GRACE).await;
    assert_eq!(missing(&harness), BTreeSet::new());
    advance(&harness, NOTICE).await;
    let expected: BTreeSet<_> =
        names[..DEAD].iter().map(|it| format!("HeartbeatMissing {it}: started")).collect();
    assert_eq!(missing(&harness), expected);
}

#[tokio::test(start_paused = true)]
async fn an_alert_is_a_heartbeat_of_its_source_as_a_whole_and_of_no_name() {
    let whole = HeartbeatRule { expected: ExpectedHeartbeats::AnyAlert, ..rule("thinklink/-") };
    let heartbeats = vec![whole, rule("thinklink/over_temp")];
    let harness = GatewayHarness::with_config(HarnessConfig { heartbeats, ..config(&[]) }).await;
    advance(&harness, INTERVAL).await;
    harness.accept([alarm("a", Severity::High)]).await;
    advance(&harness, INTERVAL).await;
    assert_eq!(told(&harness), ["HeartbeatMissing thinklink/over_temp: started"]);
}
