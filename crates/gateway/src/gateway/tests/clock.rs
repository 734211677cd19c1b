//! The wall clock is set while contracts and budgets run.

use std::num::NonZeroU32;

use fanfare_core::{Budget, Severity, Unless};

use super::fake::{FakeAnswer, FakeChannel};
use super::harness::{GatewayHarness, HarnessConfig, alarm};
use super::terms::{together, with_rung};
use super::times::{HOUR, MINUTE, SECOND};

/// The seconds at which the rung of `boss` is climbed, if the clock is set by `seconds` while the
/// first attempt of `ding` is under way.
async fn rung_after_setting_the_clock_by(seconds: i64) -> Vec<f64> {
    let terms = with_rung(together(&["ding"]), 15 * MINUTE, Unless::Acknowledged, &["boss"]);
    let slow = FakeChannel::new("ding").answering(|_| FakeAnswer::AcceptAfter(9 * SECOND));
    let harness = GatewayHarness::with_terms(terms, [slow, FakeChannel::new("boss")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(5 * SECOND).await;
    harness.set_clock_by(seconds);
    harness.advance(16 * MINUTE).await;
    harness.call_times("boss")
}

#[tokio::test(start_paused = true)]
async fn setting_the_clock_neither_hurries_nor_delays_a_ladder() {
    for seconds in [-3600, 0, 3600] {
        let times = rung_after_setting_the_clock_by(seconds).await;
        assert_eq!(times.len(), 1, "set by {seconds} s: {times:?}");
        assert!((900.0..902.0).contains(&times[0]), "set by {seconds} s: {times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rung_climbed_after_the_clock_was_set_back_is_delivered_at_once() {
    let terms = with_rung(together(&["ding"]), MINUTE, Unless::Delivered, &["phone"]);
    let hanging = FakeChannel::new("ding").answering(|_| FakeAnswer::Hang).with_timeout(5 * MINUTE);
    let harness = GatewayHarness::with_terms(terms, [hanging, FakeChannel::new("phone")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(30 * SECOND).await;
    harness.set_clock_by(-3600);
    harness.advance(5 * MINUTE).await;
    let times = harness.call_times("phone");
    assert!(times.len() == 1 && (60.0..63.0).contains(&times[0]), "{times:?}");
}

fn robot(messages: u32) -> FakeChannel {
    let budget = Budget { messages: NonZeroU32::new(messages).unwrap(), per: MINUTE };
    FakeChannel::new("ding").with_budget(budget).with_capacity(2)
}

#[tokio::test(start_paused = true)]
async fn a_budget_changed_after_the_clock_was_set_back_is_still_kept() {
    let mut harness = GatewayHarness::new([robot(20)]).await;
    harness.set_clock_by(-3600);
    harness.accept((0..18).map(|n| alarm(&n.to_string(), Severity::Urgent))).await;
    harness.advance(10 * SECOND).await;
    harness.reload(HarnessConfig::with_channels([robot(19).with_version(1)])).await;
    harness.accept((20..40).map(|n| alarm(&n.to_string(), Severity::Urgent))).await;
    harness.advance(30 * SECOND).await;
    let sent = harness.call_times("ding").len();
    assert!(sent <= 20, "{sent} in less than a minute");
}

#[tokio::test(start_paused = true)]
async fn a_budget_changed_after_the_clock_was_set_ahead_delays_no_send() {
    let mut harness = GatewayHarness::new([robot(20)]).await;
    harness.set_clock_by(3600);
    harness.accept((0..10).map(|n| alarm(&n.to_string(), Severity::High))).await;
    harness.advance(SECOND).await;
    harness.reload(HarnessConfig::with_channels([robot(9).with_version(1)])).await;
    harness.accept([alarm("urgent", Severity::Urgent)]).await;
    harness.advance(HOUR / 20).await;
    let is_sent = harness.calls_of("ding").iter().any(|call| call.euis().contains(&"urgent"));
    assert!(is_sent, "{:?}", harness.call_times("ding"));
}
