//! Channels that share an account's budget: none uses up what another needs.

use std::num::NonZeroU32;
use std::time::Duration;

use fanfare_core::{Budget, Severity};

use super::fake::{FakeAnswer, FakeChannel, misconfigured, throttled, transient};
use super::harness::{GatewayHarness, HarnessConfig, alarm};
use super::times::{HOUR, MINUTE, SECOND};

/// A channel of the robot, which takes three messages in ten minutes; two of them are for ordinary ones.
fn of_robot(name: &'static str) -> FakeChannel {
    let three = Budget { messages: NonZeroU32::new(3).unwrap(), per: 10 * MINUTE };
    FakeChannel::new(name).with_account("robot").with_budget(three)
}

/// A gateway whose channel `broken` shares the robot with `works`, with three alerts on both.
async fn with_broken(answer: FakeAnswer, severity: Severity) -> GatewayHarness {
    let broken = of_robot("broken").answering(move |_| answer.clone());
    // Names decide which lane wakes first: one that is broken must not win by its name.
    let harness = GatewayHarness::new([broken, of_robot("works")]).await;
    harness.accept(["a", "b", "c"].map(|eui| alarm(eui, severity))).await;
    harness
}

fn count_delivered(harness: &GatewayHarness, channel: &str) -> i64 {
    harness.query_number(&format!(
        "SELECT count(*) FROM deliveries WHERE channel = '{channel}' AND state = 'delivered'"
    ))
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_refused_again_and_again_leaves_the_others_their_share() {
    for severity in [Severity::Urgent, Severity::Low] {
        let harness = with_broken(transient(), severity).await;
        harness.advance(HOUR).await;
        assert_eq!(count_delivered(&harness, "works"), 3, "{severity:?}");
        // The broken one is tried all the same, and both together keep to the budget.
        assert!(harness.call_times("broken").len() >= 3, "{severity:?}");
        let mut times: Vec<Duration> = harness.calls().iter().map(|it| it.at).collect();
        times.sort_unstable();
        for four in times.windows(4) {
            assert!(four[3] - four[0] >= 10 * MINUTE, "{severity:?}: {four:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_ordinary_message_waits_no_longer_than_a_period_for_urgent_ones_that_nobody_takes() {
    let broken = of_robot("broken").answering(|_| transient());
    let harness = GatewayHarness::new([broken, of_robot("works")]).await;
    harness.accept(["a", "b", "c"].map(|eui| alarm(eui, Severity::Urgent))).await;
    harness.advance(HOUR).await;
    assert_eq!(count_delivered(&harness, "works"), 3);

    let before = harness.call_times("works").len();
    harness.accept([alarm("d", Severity::Low)]).await;
    // A period until it counts as urgent, and one until the next message may start.
    harness.advance(20 * MINUTE).await;
    assert_eq!(count_delivered(&harness, "works"), 4);
    assert_eq!(harness.call_times("works").len(), before + 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_silence_the_channel_that_has_waited_longest_probes_the_account() {
    for answer in [throttled(10 * MINUTE), misconfigured()] {
        let broken = FakeChannel::new("broken").with_account("robot").answering(move |_| answer.clone());
        let harness = GatewayHarness::new([broken, FakeChannel::new("works").with_account("robot")]).await;
        harness.accept([alarm("a", Severity::Urgent)]).await;
        harness.advance(SECOND).await;
        harness.accept(["b", "c"].map(|eui| alarm(eui, Severity::Urgent))).await;
        harness.advance(HOUR).await;
        assert_eq!(count_delivered(&harness, "works"), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_has_nothing_more_to_send_holds_up_no_other() {
    let broken = of_robot("broken").answering(|_| transient());
    let mut harness = GatewayHarness::new([broken, of_robot("works")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(MINUTE).await;
    harness.reload(HarnessConfig::with_channels([of_robot("works")])).await;
    harness.accept(["b", "c"].map(|eui| alarm(eui, Severity::Urgent))).await;
    harness.advance(30 * MINUTE).await;
    assert_eq!(count_delivered(&harness, "works"), 3);
}
