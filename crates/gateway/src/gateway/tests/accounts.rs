//! Accounts: all channels of one keep to what its provider asks for, also across restarts.

use std::time::Duration;

use fanfare_core::{RetryPolicy, Severity};

use super::fake::{FakeAnswer, FakeChannel, misconfigured, quota, throttled};
use super::harness::{GatewayHarness, Restart, alarm};
use super::times::{HOUR, MINUTE, SECOND};

const DAY: i64 = 24 * 60 * 60;

/// Two channels of one account, the first of which gets the answer `first` once, and a channel of another account.
fn robots(first: FakeAnswer) -> [FakeChannel; 3] {
    let one = FakeChannel::new("one").with_account("robot");
    [
        one.answering(move |call| if call.nth == 0 { first.clone() } else { FakeAnswer::Accept }),
        FakeChannel::new("two").with_account("robot"),
        FakeChannel::new("other"),
    ]
}

/// Accepts an alert at noon, which `two` sees only after the silence has begun, and one a second later.
async fn two_alerts(harness: &GatewayHarness) {
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(SECOND).await;
    harness.accept([alarm("b", Severity::Urgent)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_throttled_account_is_silent_on_all_its_channels_for_the_time_its_provider_asks() {
    let harness = GatewayHarness::new(robots(throttled(10 * MINUTE))).await;
    two_alerts(&harness).await;
    harness.advance(20 * MINUTE).await;
    assert_eq!(harness.call_times("one"), [0.0, 600.0, 600.0]);
    assert_eq!(harness.call_times("other"), [0.0, 1.0]);
    let of_two = harness.call_times("two");
    assert_eq!(of_two[of_two.len() - 1], 600.0);
    assert!(of_two.iter().all(|at| *at == 0.0 || *at == 600.0), "{of_two:?}");
    assert_eq!(harness.count_deliveries("delivered"), 6);
}

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_end_the_silence() {
    let mut harness = GatewayHarness::new(robots(throttled(10 * MINUTE))).await;
    two_alerts(&harness).await;
    harness.advance(MINUTE - SECOND).await;
    harness.kill().await;
    harness.start().await;
    harness.advance(10 * MINUTE).await;
    assert_eq!(harness.call_times("one"), [0.0, 600.0, 600.0]);
    assert!(harness.call_times("two").iter().all(|at| *at == 0.0 || *at == 600.0));
    assert_eq!(harness.count_deliveries("delivered"), 6);
}

/// Checks a silence longer than `give_up_after`: its delivery is given up, and the account stays silent.
async fn check_silence_beyond_giving_up(restart: Restart) {
    let retry = RetryPolicy { give_up_after: HOUR, ..RetryPolicy::default() };
    let mut harness = GatewayHarness::with_retry(retry, robots(quota(2 * HOUR))).await;
    two_alerts(&harness).await;
    harness.restart(restart).await;
    harness.advance(2 * HOUR + MINUTE).await;
    assert_eq!(harness.query_text("SELECT channel FROM deliveries WHERE state = 'dead'"), "one");
    let of_one = harness.call_times("one");
    assert!(matches!(of_one[..], [first, second] if first == 0.0 && second >= 7200.0), "{of_one:?}");
    assert!(harness.call_times("two").iter().all(|at| *at == 0.0 || *at >= 7200.0));
    assert_eq!((harness.count_deliveries("delivered"), harness.count_deliveries("pending")), (5, 0));
}

#[tokio::test(start_paused = true)]
async fn a_quota_silence_longer_than_a_delivery_lives_holds_for_all_other_deliveries() {
    check_silence_beyond_giving_up(Restart::Omitted).await;
    check_silence_beyond_giving_up(Restart::AfterKill).await;
}

#[tokio::test(start_paused = true)]
async fn a_misconfigured_account_is_probed_by_one_send_at_a_time_with_growing_pauses() {
    let broken = FakeChannel::new("ding").with_concurrency(4).answering(|_| misconfigured());
    let harness = GatewayHarness::new([broken]).await;
    harness.accept(["a", "b", "c", "d", "e"].map(|eui| alarm(eui, Severity::High))).await;
    harness.advance(HOUR - MINUTE).await;
    // Four were under way before the first answer; then after 60, 120, 240, 480, 600 s and every 600 s.
    assert_eq!(
        harness.call_times("ding"),
        [0.0, 0.0, 0.0, 0.0, 60.0, 180.0, 420.0, 900.0, 1500.0, 2100.0, 2700.0, 3300.0]
    );
    assert_eq!(harness.count_deliveries("pending"), 5);
}

#[tokio::test(start_paused = true)]
async fn after_a_successful_probe_of_corrected_settings_all_waiting_deliveries_go_at_once() {
    let broken = FakeChannel::new("ding").with_concurrency(4).answering(|call| {
        if call.at < 2 * MINUTE { misconfigured() } else { FakeAnswer::AcceptAfter(SECOND) }
    });
    let harness = GatewayHarness::new([broken]).await;
    harness.accept(["a", "b", "c", "d", "e"].map(|eui| alarm(eui, Severity::High))).await;
    harness.advance(5 * MINUTE).await;
    assert_eq!(harness.call_times("ding"), [0.0, 0.0, 0.0, 0.0, 60.0, 180.0, 181.0, 181.0, 181.0, 181.0]);
    assert_eq!(harness.count_deliveries("delivered"), 5);
}

#[tokio::test(start_paused = true)]
async fn a_restart_with_corrected_settings_does_not_wait_for_the_next_probe() {
    let broken = FakeChannel::new("ding")
        .answering(|call| if call.nth < 3 { misconfigured() } else { FakeAnswer::Accept });
    let mut harness = GatewayHarness::new([broken]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(4 * MINUTE).await; // probed at 0, 60 and 180 s, and next at 420 s
    harness.kill().await;
    harness.start().await;
    assert_eq!(harness.call_times("ding"), [0.0, 60.0, 180.0, 240.0]);
    assert_eq!(harness.query_number("SELECT count(*) FROM holds"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_throttling_without_a_duration_still_costs_a_pause() {
    let harness =
        GatewayHarness::new([FakeChannel::new("ding").answering(|_| throttled(Duration::ZERO))]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(3 * SECOND).await;
    assert_eq!(harness.call_times("ding"), [0.0, 1.0, 2.0, 3.0]);
}

#[tokio::test(start_paused = true)]
async fn a_longer_silence_is_not_cut_short_by_a_shorter_one() {
    let one = FakeChannel::new("one").with_concurrency(2).answering(|call| match call.nth {
        0 => throttled(10 * MINUTE),
        1 => throttled(MINUTE),
        _ => FakeAnswer::Accept,
    });
    let mut harness = GatewayHarness::new([one]).await;
    harness.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Urgent)]).await;
    harness.kill().await;
    harness.start().await;
    harness.advance(11 * MINUTE).await;
    assert_eq!(harness.call_times("one"), [0.0, 0.0, 600.0, 600.0]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_prolongs_no_silence_and_after_a_restart_by_no_more_than_its_own_length() {
    let mut harness = GatewayHarness::new(robots(throttled(10 * MINUTE))).await;
    two_alerts(&harness).await;
    harness.advance(MINUTE).await;
    harness.set_clock_by(-DAY);
    harness.advance(9 * MINUTE).await;
    assert_eq!(harness.count_deliveries("delivered"), 6);

    harness.kill().await;
    harness.start().await; // the hold on the disk begins tomorrow
    harness.accept([alarm("c", Severity::Urgent)]).await;
    harness.advance(10 * MINUTE + 5 * SECOND).await;
    assert_eq!(harness.count_deliveries("delivered"), 9);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_delays_no_delivery() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.nth < 6 { super::fake::transient() } else { FakeAnswer::Accept });
    let mut harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(16 * SECOND).await; // the next attempt is due at 31
    harness.set_clock_by(-DAY);
    harness.advance(20 * SECOND).await;
    assert_eq!(harness.call_times("ding").len(), 6);
    harness.set_clock_by(-DAY);
    harness.kill().await;
    harness.start().await;
    harness.advance(RetryPolicy::default().longest_pause()).await; // the limit of a pause whose end is far in the future
    assert_eq!(harness.count_deliveries("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_ahead_ends_no_silence() {
    let harness = GatewayHarness::new(robots(throttled(10 * MINUTE))).await;
    two_alerts(&harness).await;
    harness.advance(MINUTE).await;
    harness.set_clock_by(DAY);
    harness.accept([alarm("c", Severity::Urgent)]).await;
    harness.advance(10 * MINUTE).await;
    assert_eq!(harness.call_times("one"), [0.0, 600.0, 600.0, 600.0]);
    assert_eq!(harness.count_deliveries("delivered"), 9);
}
