//! Tests of channels that people ask for: each ends with its first answer.

use fanfare_core::Severity;

use super::fake::{
    FakeAnswer, FakeChannel, blocked, local_fault, misconfigured, quota, throttled, transient, unanswered,
    unsendable,
};
use super::harness::{GatewayHarness, alarm};
use super::times::{HOUR, MINUTE, SECOND};
use crate::TestMessage;

async fn test(harness: &GatewayHarness) -> TestMessage {
    let message = harness.gateway().test_channel(&"ding".into(), "Wang Min").await.unwrap();
    harness.run_until_idle().await;
    message
}

fn count(harness: &GatewayHarness, state: &str) -> i64 {
    harness.query_number(&format!("SELECT count(*) FROM main.deliveries WHERE state = '{state}'"))
}

/// The number of calls of `ding` with tests.
fn tests_seen(harness: &GatewayHarness) -> usize {
    let calls = harness.all_calls().into_iter();
    calls
        .filter(|it| it.notifications.iter().any(|it| it.alert.text_of("alertname") == "ChannelTest"))
        .count()
}

#[tokio::test(start_paused = true)]
async fn a_test_that_fails_ends_with_its_answer_whatever_that_is() {
    let answers = [
        transient(),
        throttled(MINUTE),
        quota(HOUR),
        blocked(MINUTE),
        misconfigured(),
        unsendable(),
        unanswered(),
        local_fault(),
        FakeAnswer::Hang,
        FakeAnswer::Panic,
    ];
    for answer in answers {
        let case = format!("{answer:?}");
        let ding = FakeChannel::new("ding").answering(move |_| answer.clone()).with_timeout(10 * SECOND);
        let harness = GatewayHarness::new([ding]).await;
        test(&harness).await;
        harness.advance(20 * SECOND).await;
        assert_eq!((count(&harness, "pending"), count(&harness, "dead")), (0, 0), "{case}");
        assert_eq!(count(&harness, "discarded"), 1, "{case}");
        let letters =
            harness.gateway().store().dead_letters(Default::default(), None, 10).await.unwrap().letters;
        assert_eq!(letters.len(), 0, "{case}");
        harness.advance(HOUR).await;
        assert_eq!(tests_seen(&harness), 1, "{case}: it is not tried again");
        let audit = harness.gateway().store().audit().await.unwrap();
        assert_eq!(audit.unaccounted, [], "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_test_shows_in_the_state_of_its_channel_like_any_other_failure() {
    let harness = GatewayHarness::new([FakeChannel::new("ding").answering(|_| misconfigured())]).await;
    test(&harness).await;
    let [ding, _self_alerts] = &harness.gateway().channels().await.unwrap()[..] else { panic!() };
    assert!(ding.blocked_until.is_some() && ding.last_error.is_some(), "{ding:?}");
    assert_eq!(ding.pending, 0);
}

#[tokio::test(start_paused = true)]
async fn a_test_whose_turn_does_not_come_is_withdrawn() {
    let ding = FakeChannel::new("ding").answering(|call| match call.nth {
        0 => throttled(10 * MINUTE),
        _ => FakeAnswer::Accept,
    });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    let message = test(&harness).await;
    assert_eq!(count(&harness, "pending"), 2);
    harness.gateway().withdraw_test(message).await.unwrap();
    harness.run_until_idle().await;
    assert_eq!((count(&harness, "pending"), count(&harness, "discarded")), (1, 1));
    assert_eq!(harness.gateway().channels().await.unwrap()[0].pending, 1);
    harness.advance(HOUR).await;
    assert_eq!(tests_seen(&harness), 0, "it is never sent");
    assert_eq!(harness.calls_of("ding").len(), 2, "the alert is, once the silence is over");
    harness.gateway().withdraw_test(message).await.unwrap();
    assert_eq!(count(&harness, "discarded"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_test_that_is_taken_stays_delivered_though_it_is_withdrawn_afterwards() {
    let harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
    let message = test(&harness).await;
    harness.gateway().withdraw_test(message).await.unwrap();
    assert_eq!((count(&harness, "delivered"), count(&harness, "discarded")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn after_a_kill_a_test_is_tried_once_and_no_more() {
    let ding = FakeChannel::new("ding").answering(|call| match call.at {
        at if at < MINUTE => FakeAnswer::Hang,
        _ => transient(),
    });
    let mut harness = GatewayHarness::new([ding.with_timeout(HOUR)]).await;
    test(&harness).await;
    harness.kill().await;
    harness.advance_while_down(2 * MINUTE).await;
    harness.start().await;
    harness.advance(MINUTE).await;
    assert_eq!((tests_seen(&harness), count(&harness, "pending"), count(&harness, "dead")), (2, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_test_probes_a_channel_at_once_whose_settings_were_wrong() {
    let mended_at = 10 * SECOND;
    let ding = FakeChannel::new("ding")
        .answering(move |call| if call.at < mended_at { misconfigured() } else { FakeAnswer::Accept });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(mended_at).await;
    let before = harness.all_calls().len();
    test(&harness).await;
    harness.advance(SECOND).await;
    assert_eq!(tests_seen(&harness), 1);
    assert_eq!(harness.all_calls().len(), before + 2, "what was owed goes out as well");
    assert_eq!(count(&harness, "pending"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_test_ends_no_silence_that_the_provider_has_asked_for() {
    for answer in [throttled(MINUTE), blocked(MINUTE)] {
        let case = format!("{answer:?}");
        let ding = FakeChannel::new("ding").answering(move |_| answer.clone());
        let harness = GatewayHarness::new([ding]).await;
        harness.accept([alarm("a", Severity::High)]).await;
        let before = harness.all_calls().len();
        test(&harness).await;
        harness.advance(SECOND).await;
        assert_eq!(harness.all_calls().len(), before, "{case}");
    }
}
