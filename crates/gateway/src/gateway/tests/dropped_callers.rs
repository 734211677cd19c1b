//! Callers that stop waiting: a commit is acted on although its caller has gone, and all of it or
//! none happens, wherever the caller is dropped.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use fanfare_core::{Acknowledgement, DeliveryTerms, Severity, Unless, Why};
use fanfare_store::DeadLetterFilter;

use super::fake::{FakeAnswer, FakeChannel, unsendable};
use super::harness::{GatewayHarness, HarnessConfig, alarm};
use super::invariants::check_ledger;
use super::terms::{together, with_rung};
use super::times::{MINUTE, SECOND};
use crate::metrics::AlertLabels;

/// The progress of a caller when it was dropped.
#[derive(Debug, PartialEq, Eq)]
enum CallerEnd {
    /// The call had returned before.
    Returned,
    /// The caller was dropped while it waited.
    Dropped,
}

/// Polls `call` up to `polls` times, with the gateway idle before each, and drops it. Each poll ends
/// at the next await point.
async fn drop_after_polls<T>(
    harness: &GatewayHarness,
    polls: usize,
    call: impl Future<Output = T>,
) -> CallerEnd {
    let mut call: Pin<Box<_>> = Box::pin(call);
    for _ in 0..polls {
        let poll = std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
        if poll.is_ready() {
            return CallerEnd::Returned;
        }
        harness.run_until_idle().await;
    }
    CallerEnd::Dropped
}

/// The most await points of any call here.
const MOST_POLLS: usize = 20;

/// A receiver with `ding`, and a rung to `boss` after five minutes unless acknowledged.
fn ladder() -> DeliveryTerms {
    with_rung(together(&["ding"]), 5 * MINUTE, Unless::Acknowledged, &["boss"])
}

#[tokio::test(start_paused = true)]
async fn an_accepted_alert_reaches_lanes_timers_and_metrics_wherever_its_caller_is_dropped() {
    for polls in 0..MOST_POLLS {
        let harness = GatewayHarness::with_terms(ladder(), ["ding", "boss"].map(FakeChannel::new)).await;
        let alerts = ["a", "b", "c"].map(|eui| alarm(eui, Severity::Urgent)).to_vec();
        let call = harness.gateway().accept(alerts, harness.now());
        let end = drop_after_polls(&harness, polls, call).await;
        harness.advance(6 * MINUTE).await;
        let stored = harness.query_number("SELECT count(*) FROM alerts");
        // The store is asked at the first poll, and writes all or nothing.
        assert_eq!(stored, if polls == 0 { 0 } else { 3 }, "{polls}");
        let labels = AlertLabels { source: "thinklink".to_owned(), status: "firing".to_owned() };
        let counted = harness.metrics().alerts.get_or_create(&labels).get();
        assert_eq!(u64::try_from(stored), Ok(counted), "{polls}");
        for (channel, due) in [("ding", Duration::ZERO), ("boss", 5 * MINUTE)] {
            let times = harness.call_times(channel);
            assert_eq!(i64::try_from(times.len()), Ok(stored), "{polls}: {channel}");
            assert!(times.iter().all(|at| *at - due.as_secs_f64() <= 1.0), "{polls}: {times:?}");
        }
        check_ledger(&harness, "an accepting caller was dropped");
        if end == CallerEnd::Returned {
            return;
        }
    }
    panic!("the call has not returned");
}

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_is_announced_and_ends_the_ladder_wherever_its_caller_is_dropped() {
    for polls in 0..MOST_POLLS {
        let harness = GatewayHarness::with_terms(ladder(), ["ding", "boss"].map(FakeChannel::new)).await;
        let id = harness.accept([alarm("a", Severity::Urgent)]).await[0].notifications[0].id;
        let acknowledgement = Acknowledgement { by: "Wang Min".to_owned(), at: harness.now() };
        let call = harness.gateway().acknowledge(id, acknowledgement);
        let end = drop_after_polls(&harness, polls, call).await;
        harness.advance(6 * MINUTE).await;
        let is_stored = harness.query_number("SELECT count(*) FROM acknowledgements") == 1;
        assert_eq!(is_stored, polls > 0, "{polls}");
        let whys = harness.calls_of("ding").iter().map(|it| it.notification().why).collect::<Vec<_>>();
        let announced = whys.contains(&Why::Acknowledged);
        assert_eq!((announced, harness.calls_of("boss").is_empty()), (is_stored, is_stored), "{polls}");
        check_ledger(&harness, "an acknowledging caller was dropped");
        if end == CallerEnd::Returned {
            return;
        }
    }
    panic!("the call has not returned");
}

/// A gateway with three dead letters of the channel `ding`, which works again.
async fn harness_with_dead_letters() -> GatewayHarness {
    let ding = FakeChannel::new("ding").answering(|call| match call.at {
        at if at < MINUTE => unsendable(),
        _ => FakeAnswer::Accept,
    });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept(["a", "b", "c"].map(|eui| alarm(eui, Severity::High))).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!(harness.count_deliveries("dead"), 3);
    harness
}

#[tokio::test(start_paused = true)]
async fn retried_dead_letters_are_sent_wherever_their_caller_is_dropped() {
    let mut retried = Vec::new();
    for polls in 0..MOST_POLLS {
        let harness = harness_with_dead_letters().await;
        let call = harness.gateway().retry_dead_letters(of_ding(), "Wang Min");
        let end = drop_after_polls(&harness, polls, call).await;
        harness.advance(MINUTE).await;
        let (dead, delivered) = (harness.count_deliveries("dead"), harness.count_deliveries("delivered"));
        assert_eq!((dead + delivered, harness.count_deliveries("pending")), (3, 0), "{polls}");
        retried.push(delivered);
        check_ledger(&harness, "a retrying caller was dropped");
        if end == CallerEnd::Returned {
            assert_eq!((retried[0], delivered), (0, 3));
            assert!(retried.is_sorted(), "{retried:?}");
            return;
        }
    }
    panic!("the call has not returned");
}

fn of_ding() -> DeadLetterFilter {
    DeadLetterFilter { channel: Some("ding".into()), ..DeadLetterFilter::default() }
}

#[tokio::test(start_paused = true)]
async fn discarded_dead_letters_end_their_self_alert_wherever_their_caller_is_dropped() {
    for polls in 0..MOST_POLLS {
        let harness = harness_with_dead_letters().await;
        let call = harness.gateway().discard_dead_letters(of_ding(), "Wang Min", "a test");
        let end = drop_after_polls(&harness, polls, call).await;
        harness.advance(2 * MINUTE).await;
        let (dead, discarded) = (harness.count_deliveries("dead"), harness.count_deliveries("discarded"));
        assert!(matches!((dead, discarded), (3, 0) | (0, 3)), "{polls}: {dead} dead, {discarded} discarded");
        let resolved = "SELECT count(*) FROM main.alerts
            WHERE alert ->> '$.labels.alertname' = 'DeadLetters' AND alert ->> '$.status' = 'resolved'";
        assert_eq!(harness.query_number(resolved), i64::from(dead == 0), "{polls}");
        check_ledger(&harness, "a discarding caller was dropped");
        if end == CallerEnd::Returned {
            assert_eq!(discarded, 3);
            return;
        }
    }
    panic!("the call has not returned");
}

#[tokio::test(start_paused = true)]
async fn a_channel_test_is_sent_wherever_its_caller_is_dropped() {
    for polls in 0..MOST_POLLS {
        let harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
        let channel = "ding".into();
        let call = harness.gateway().test_channel(&channel, "Wang Min");
        let end = drop_after_polls(&harness, polls, call).await;
        harness.run_until_idle().await;
        let stored = harness.query_number("SELECT count(*) FROM main.alerts");
        assert_eq!(stored, i64::from(polls > 0), "{polls}");
        assert_eq!(i64::try_from(harness.all_calls().len()), Ok(stored), "{polls}");
        if end == CallerEnd::Returned {
            return;
        }
    }
    panic!("the call has not returned");
}

#[tokio::test(start_paused = true)]
async fn a_reload_is_completed_wherever_its_caller_is_dropped() {
    for polls in 0..MOST_POLLS {
        let harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
        let config = HarnessConfig::with_channels([FakeChannel::new("mail")]);
        let call = harness.try_reload(&config);
        let end = drop_after_polls(&harness, polls, call).await;
        harness.run_until_idle().await;
        harness.accept([alarm("a", Severity::High)]).await;
        let calls = ["ding", "mail"].map(|channel| harness.calls_of(channel).len());
        assert_eq!(calls, if polls == 0 { [1, 0] } else { [0, 1] }, "{polls}");
        if end == CallerEnd::Returned {
            return;
        }
    }
    panic!("the call has not returned");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_during_a_reload_does_not_wait_for_it() {
    for turns in 0..30 {
        let mut harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
        let config = HarnessConfig::with_channels([FakeChannel::new("mail")]);
        let mut reload = Box::pin(harness.try_reload(&config));
        let started = std::future::poll_fn(|context| Poll::Ready(reload.as_mut().poll(context).is_pending()));
        assert!(started.await, "a reload waits for the store");
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        drop(reload);
        let before = harness.now();
        harness.shut_down(10 * SECOND).await;
        let took = harness.now().duration_since(before).as_secs();
        assert!(took < 5, "after {turns} turns: {took} s");
    }
}
