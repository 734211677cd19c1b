//! Budgets: they are kept, the most severe delivery goes first, and none is lost.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{Alert, Severity};

use super::fake::{FakeAnswer, FakeChannel};
use super::harness::{GatewayHarness, alarm};
use super::times::{MINUTE, SECOND};

/// Nine tenths of a budget of twenty: a margin for the provider's own clock.
const SENDS_PER_MINUTE: usize = 18;

/// Two thirds of [`SENDS_PER_MINUTE`]: the rest is reserved for urgent messages.
const ORDINARY_PER_MINUTE: usize = 12;

/// The number of notifications that one message has room for.
const CAPACITY: usize = 5;

fn ding() -> FakeChannel {
    FakeChannel::new("ding").with_twenty_per_minute().with_capacity(CAPACITY)
}

/// One hundred alarms, of these severities in turn.
fn burst(severities: &[Severity]) -> Vec<Alert> {
    (0..100).map(|number| alarm(&format!("{number:016x}"), severities[number % severities.len()])).collect()
}

/// Checks that no minute saw more calls than the budget, and that no message was too long.
#[track_caller]
fn check_budget(harness: &GatewayHarness) {
    let times: Vec<_> = harness.calls().iter().map(|it| it.at).collect();
    for stretch in times.windows(SENDS_PER_MINUTE + 1) {
        let took = stretch[SENDS_PER_MINUTE] - stretch[0];
        assert!(
            took >= MINUTE,
            "{} messages from {:?} to {:?}",
            SENDS_PER_MINUTE + 1,
            stretch[0],
            stretch[SENDS_PER_MINUTE]
        );
    }
    assert!(harness.calls().iter().all(|it| it.notifications.len() <= CAPACITY));
}

#[tokio::test(start_paused = true)]
async fn a_burst_keeps_to_the_budget_the_most_severe_first_and_none_is_lost() {
    let harness = GatewayHarness::new([ding()]).await;
    harness.accept(burst(&Severity::ALL)).await;
    harness.advance(3 * MINUTE).await;
    check_budget(&harness);
    let notifications: Vec<_> = harness.calls().iter().flat_map(|it| it.notifications.clone()).collect();
    let order: Vec<_> =
        notifications.iter().map(|it| (std::cmp::Reverse(it.alert.severity), it.id)).collect();
    assert!(order.is_sorted());
    assert_eq!((harness.count_deliveries("delivered"), notifications.len()), (100, 100));
}

#[tokio::test(start_paused = true)]
async fn alerts_within_half_the_budget_go_one_by_one_at_once() {
    let harness = GatewayHarness::new([ding()]).await;
    harness.accept(burst(&[Severity::High]).into_iter().take(ORDINARY_PER_MINUTE / 2 + 1)).await;
    assert_eq!(harness.call_times("ding"), [0.0; ORDINARY_PER_MINUTE / 2 + 1]);
    assert!(harness.calls().iter().all(|it| it.notifications.len() == 1));
}

#[tokio::test(start_paused = true)]
async fn alerts_beyond_half_the_budget_go_in_digests_without_a_long_wait() {
    let harness = GatewayHarness::new([ding()]).await;
    harness.accept(burst(&[Severity::High]).into_iter().take(ORDINARY_PER_MINUTE)).await;
    harness.advance(5 * SECOND).await;
    assert_eq!(harness.count_deliveries("delivered"), 12);
}

#[tokio::test(start_paused = true)]
async fn a_later_urgent_alert_does_not_wait_behind_a_burst() {
    let harness = GatewayHarness::new([ding()]).await;
    harness.accept(burst(&[Severity::High])).await;
    harness.advance(30 * SECOND).await;
    assert_eq!(harness.calls().len(), ORDINARY_PER_MINUTE);
    harness.accept([alarm("the worst", Severity::Urgent)]).await;
    let call = harness.calls().pop().unwrap();
    assert_eq!((call.euis(), call.at), (vec!["the worst"], 30 * SECOND));
}

/// Checks a kill after `before`, with sends under way if the answers are slow.
async fn check_restart(answer: FakeAnswer, before: Duration) {
    let ding = ding().with_concurrency(3).answering(move |_| answer.clone());
    let mut harness = GatewayHarness::new([ding]).await;
    harness.accept(burst(&Severity::ALL)).await;
    harness.advance(before).await;
    harness.kill().await;
    harness.start().await;
    harness.advance(8 * MINUTE).await;
    check_budget(&harness);
    assert_eq!(harness.count_deliveries("delivered"), 100);
    let calls = harness.calls();
    let keys: BTreeSet<_> = calls.iter().map(|it| it.attempt.key.as_str()).collect();
    assert!(calls.len() - keys.len() <= 3); // only attempts under way are repeated
}

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_open_a_new_budget() {
    check_restart(FakeAnswer::Accept, Duration::ZERO).await;
    check_restart(FakeAnswer::Accept, 30 * SECOND).await;
    check_restart(FakeAnswer::Accept, 61 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn sends_under_way_at_a_kill_count_against_the_budget() {
    check_restart(FakeAnswer::AcceptAfter(SECOND), Duration::ZERO).await;
    check_restart(FakeAnswer::AcceptAfter(SECOND), 2 * SECOND + SECOND / 2).await;
    check_restart(FakeAnswer::AcceptAfter(9 * SECOND), 70 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn channels_of_one_account_share_its_budget_whichever_egress_they_use() {
    let robot = |name| {
        let channel = FakeChannel::new(name).with_account("robot").with_egress("https://proxy.example.com");
        channel.with_twenty_per_minute().with_capacity(CAPACITY)
    };
    let harness =
        GatewayHarness::new([robot("one"), robot("two").with_egress("https://other.example.com")]).await;
    harness.accept(burst(&[Severity::High]).into_iter().take(40)).await;
    assert_eq!(harness.calls().len(), ORDINARY_PER_MINUTE);
    harness.advance(5 * MINUTE).await;
    check_budget(&harness);
    assert_eq!(harness.count_deliveries("delivered"), 80);
}

#[tokio::test(start_paused = true)]
async fn setting_the_clock_opens_no_new_budget() {
    for seconds in [60 * 60, -60 * 60] {
        let harness = GatewayHarness::new([ding()]).await;
        harness.accept(burst(&Severity::ALL)).await;
        harness.advance(SECOND).await;
        harness.set_clock_by(seconds);
        harness.advance(6 * MINUTE).await;
        check_budget(&harness);
        assert_eq!(harness.count_deliveries("delivered"), 100);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_budget_all_alerts_go_at_once() {
    let harness = GatewayHarness::new([FakeChannel::new("hook").with_concurrency(16)]).await;
    harness.accept(burst(&Severity::ALL)).await;
    assert_eq!(harness.call_times("hook"), [0.0; 100]);
    assert_eq!(harness.query_number("SELECT count(*) FROM sends"), 0);
}

#[tokio::test(start_paused = true)]
async fn sends_count_over_a_kill_though_the_store_is_of_a_version_that_entered_no_times() {
    let mut harness = GatewayHarness::new([ding()]).await;
    harness.accept([alarm("before", Severity::High)]).await;
    harness.kill().await;
    harness.raw().execute("DELETE FROM heartbeat", []).unwrap();
    harness.advance_while_down(24 * 60 * MINUTE).await;
    harness.boot();
    harness.start().await;
    harness.accept(burst(&[Severity::Urgent])).await;
    harness.kill().await;
    harness.raw().execute("DELETE FROM heartbeat", []).unwrap(); // as if it could not be entered
    harness.boot();
    harness.start().await;
    harness.advance(3 * MINUTE).await;
    check_budget(&harness);
    assert_eq!(harness.count_deliveries("delivered"), 101);
}
