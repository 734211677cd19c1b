//! Kills at any moment: contracts, silences and acknowledgements go on after the restart.

use std::future::Future;
use std::task::Poll;
use std::time::Duration;

use fanfare_core::{Acknowledgement, DeliveryTerms, Severity, Unless};

use super::fake::{FakeAnswer, FakeChannel, throttled};
use super::harness::{GatewayHarness, alarm};
use super::invariants::{check_ledger, check_order};
use super::terms::{in_turn, together, with_rung, within};
use super::times::{HOUR, MINUTE, SECOND};

/// Terms with `ding` within a minute, else `phone`, and `boss` after five minutes unless acknowledged.
fn ladder() -> DeliveryTerms {
    let terms = with_rung(within(MINUTE, together(&["ding"])), MINUTE, Unless::Delivered, &["phone"]);
    with_rung(terms, 5 * MINUTE, Unless::Acknowledged, &["boss"])
}

fn hanging() -> FakeChannel {
    FakeChannel::new("ding").answering(|_| FakeAnswer::Hang).with_timeout(HOUR)
}

/// Kills the gateway after `before`, and starts it again after `down`.
async fn kill_and_start(harness: &mut GatewayHarness, before: Duration, down: Duration) {
    harness.advance(before).await;
    harness.kill().await;
    harness.advance_while_down(down).await;
    harness.start().await;
}

/// Checks that the rungs of `phone` and `boss` are climbed at these times despite the kills.
async fn check_ladder(kills: &[(Duration, Duration)], phone: Duration, boss: Duration) {
    let mut harness = GatewayHarness::with_terms(
        ladder(),
        [hanging(), FakeChannel::new("phone"), FakeChannel::new("boss")],
    )
    .await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    for (before, down) in kills {
        kill_and_start(&mut harness, *before, *down).await;
    }
    harness.advance(6 * MINUTE).await;
    for (channel, due) in [("phone", phone), ("boss", boss)] {
        let calls = harness.calls_of(channel);
        let first = calls[0].at;
        assert!(due <= first && first <= due + SECOND, "{kills:?}: {channel} was notified at {first:?}");
        assert!(calls.iter().all(|it| it.attempt.key == calls[0].attempt.key), "{kills:?}");
    }
    assert_eq!(
        harness.query_number("SELECT count(*) FROM steps WHERE step ->> 'step' = 'climb'"),
        2,
        "{kills:?}"
    );
    assert_eq!(harness.query_number("SELECT count(*) FROM deliveries"), 3, "{kills:?}");
    check_ledger(&harness, &format!("{kills:?}"));
}

#[tokio::test(start_paused = true)]
async fn a_rung_is_climbed_in_time_after_kills_at_any_earlier_moment() {
    for seconds in [0, 1, 30, 59] {
        check_ladder(&[(seconds * SECOND, Duration::ZERO)], MINUTE, 5 * MINUTE).await;
    }
    let often = [(10 * SECOND, SECOND); 20];
    check_ladder(&often, MINUTE, 5 * MINUTE).await;
}

#[tokio::test(start_paused = true)]
async fn a_rung_that_fell_due_while_no_gateway_ran_is_climbed_at_the_start() {
    check_ladder(&[(30 * SECOND, MINUTE)], 90 * SECOND, 5 * MINUTE).await;
    check_ladder(&[(30 * SECOND, 10 * MINUTE)], 630 * SECOND, 630 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_rung_is_climbed_once_despite_a_kill_at_that_moment() {
    for steps in 0..12 {
        let mut harness = GatewayHarness::with_terms(
            ladder(),
            [hanging(), FakeChannel::new("phone"), FakeChannel::new("boss")],
        )
        .await;
        harness.accept([alarm("a", Severity::Urgent)]).await;
        harness.advance(MINUTE - SECOND / 10).await;
        tokio::time::advance(SECOND / 10).await;
        for _ in 0..steps {
            tokio::task::yield_now().await; // somewhere between the timer and the provider
        }
        kill_and_start(&mut harness, Duration::ZERO, Duration::ZERO).await;
        harness.advance(SECOND).await;
        assert_eq!(
            harness.query_number("SELECT count(*) FROM steps WHERE step ->> 'step' = 'climb'"),
            1,
            "{steps}"
        );
        assert_eq!(
            harness.query_number("SELECT count(*) FROM deliveries WHERE channel = 'phone'"),
            1,
            "{steps}"
        );
        assert!(matches!(harness.calls_of("phone").len(), 1 | 2), "{steps}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_is_notified_in_time_despite_a_kill() {
    let mut harness =
        GatewayHarness::with_terms(in_turn(&["ding", "mail"]), [hanging(), FakeChannel::new("mail")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    kill_and_start(&mut harness, 4 * SECOND, 2 * SECOND).await;
    harness.advance(MINUTE).await;
    assert_eq!(harness.call_times("mail"), [10.0]);
}

#[tokio::test(start_paused = true)]
async fn a_silence_is_kept_over_kills_and_alerts_fail_over_meanwhile() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.at < 10 * MINUTE { throttled(10 * MINUTE) } else { FakeAnswer::Accept });
    let mut harness =
        GatewayHarness::with_terms(in_turn(&["ding", "mail"]), [ding, FakeChannel::new("mail")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    for _ in 0..3 {
        kill_and_start(&mut harness, 2 * MINUTE, 10 * SECOND).await;
        harness.accept([alarm(&harness.now().to_string(), Severity::High)]).await;
    }
    assert_eq!(
        (harness.calls_of("ding").len(), harness.call_times("mail").as_slice()),
        (1, &[0.0, 130.0, 260.0, 390.0][..])
    );
    harness.advance(5 * MINUTE).await;
    assert_eq!(harness.call_times("ding"), [0.0, 600.0, 600.0, 600.0, 600.0]);
    check_order(&harness, "a silence over kills");
}

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_is_complete_or_absent_wherever_the_gateway_is_killed() {
    for steps in 0..8 {
        let mut harness =
            GatewayHarness::with_terms(ladder(), ["ding", "phone", "boss"].map(FakeChannel::new)).await;
        let id = harness.accept([alarm("a", Severity::Urgent)]).await[0].notifications[0].id;
        let acknowledgement = Acknowledgement { by: "Wang Min".to_owned(), at: harness.now() };
        let mut acknowledging = Box::pin(harness.gateway().acknowledge(id, acknowledgement));
        let mut answered = false;
        for _ in 0..=steps {
            answered = answered
                || std::future::poll_fn(|context| {
                    Poll::Ready(acknowledging.as_mut().poll(context).is_ready())
                })
                .await;
            tokio::task::yield_now().await;
        }
        drop(acknowledging);
        kill_and_start(&mut harness, Duration::ZERO, Duration::ZERO).await;
        harness.advance(6 * MINUTE).await;
        let kept = harness.query_number("SELECT count(*) FROM acknowledgements") == 1;
        assert!(kept || !answered, "{steps}");
        assert_eq!(harness.calls_of("boss").is_empty(), kept, "{steps}");
        let announcements = "SELECT count(*) FROM notifications WHERE acknowledgement IS NOT NULL";
        assert_eq!(harness.query_number(announcements), i64::from(kept), "{steps}");
        check_ledger(&harness, "killed in an acknowledgement");
    }
}
