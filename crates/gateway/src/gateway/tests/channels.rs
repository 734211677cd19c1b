//! Channels: those of one alert are independent of each other.

use fanfare_core::Severity;

use super::fake::{FakeAnswer, FakeChannel, misconfigured, quota, throttled, transient, unsendable};
use super::harness::{GatewayHarness, alarm};
use super::times::{HOUR, SECOND};

#[tokio::test(start_paused = true)]
async fn an_alert_goes_to_all_channels_of_its_receiver_at_the_same_time() {
    let slow = || FakeChannel::new("slow").answering(|_| FakeAnswer::AcceptAfter(SECOND));
    let harness = GatewayHarness::new([slow(), FakeChannel::new("ding"), FakeChannel::new("mail")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    for channel in ["slow", "ding", "mail"] {
        assert_eq!(harness.call_times(channel), [0.0], "{channel}");
    }
    assert_eq!((harness.count_deliveries("delivered"), harness.count_deliveries("pending")), (2, 1));
    harness.advance(SECOND).await;
    assert_eq!(harness.count_deliveries("delivered"), 3);
}

/// Checks that a channel with this answer delays no other.
async fn check_harmless(answer: FakeAnswer) {
    let bad = FakeChannel::new("bad").answering(move |_| answer.clone());
    let harness = GatewayHarness::new([bad, FakeChannel::new("good")]).await;
    harness.accept([alarm("a", Severity::High), alarm("b", Severity::High)]).await;
    harness.advance(5 * SECOND).await;
    harness.accept([alarm("c", Severity::Low)]).await;
    harness.advance(15 * SECOND).await;
    assert_eq!(harness.call_times("good"), [0.0, 0.0, 5.0]);
    assert_eq!(
        harness
            .query_number("SELECT count(*) FROM deliveries WHERE channel = 'good' AND state = 'delivered'"),
        3
    );
    assert_eq!(
        harness.query_number("SELECT count(*) FROM deliveries WHERE channel = 'bad' AND state = 'delivered'"),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_fails_delays_no_other() {
    check_harmless(transient()).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_delays_no_other() {
    check_harmless(FakeAnswer::Hang).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_panics_delays_no_other() {
    check_harmless(FakeAnswer::Panic).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_throttled_or_out_of_quota_delays_no_other() {
    check_harmless(throttled(HOUR)).await;
    check_harmless(quota(HOUR)).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_misconfigured_or_accepts_nothing_delays_no_other() {
    check_harmless(misconfigured()).await;
    check_harmless(unsendable()).await;
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_attempt_costs_the_timeout_and_does_not_count_as_delivered() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.nth == 0 { FakeAnswer::Hang } else { FakeAnswer::Accept });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(10 * SECOND - SECOND / 10).await;
    assert_eq!(harness.query_number("SELECT count(*) FROM attempts"), 0);
    harness.advance(SECOND / 10).await;
    assert_eq!(
        harness.query_text("SELECT outcome || ', ' || words FROM attempts"),
        "unanswered, unanswered: no answer within 10s"
    );
    assert_eq!((harness.count_deliveries("pending"), harness.count_deliveries("delivered")), (1, 0));
    harness.advance(8 * SECOND).await;
    assert_eq!(harness.call_times("ding"), [0.0, 18.0]);
    assert_eq!(harness.count_deliveries("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_panicked_may_have_been_delivered_and_is_repeated() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.nth == 0 { FakeAnswer::Panic } else { FakeAnswer::Accept });
    let harness = GatewayHarness::new([ding.with_twenty_per_minute()]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    assert_eq!(harness.query_text("SELECT outcome FROM attempts"), "unanswered");
    harness.advance(8 * SECOND).await;
    assert_eq!(harness.call_times("ding"), [0.0, 8.0]);
    assert_eq!(harness.count_deliveries("delivered"), 1);
    assert_eq!(harness.query_number("SELECT count(*) FROM sends WHERE ended_at IS NULL"), 0);
}

#[tokio::test(start_paused = true)]
async fn no_more_attempts_are_under_way_than_the_channel_allows() {
    let slow = FakeChannel::new("slow").with_concurrency(3).answering(|_| FakeAnswer::AcceptAfter(SECOND));
    let harness = GatewayHarness::new([slow]).await;
    harness.accept(["a", "b", "c", "d", "e"].map(|eui| alarm(eui, Severity::High))).await;
    harness.advance(2 * SECOND).await;
    assert_eq!(harness.call_times("slow"), [0.0, 0.0, 0.0, 1.0, 1.0]);
}
