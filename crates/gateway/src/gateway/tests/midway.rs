//! Killed in the middle of something: it goes on where it was, when it should have.

use std::future::Future;
use std::task::Poll;
use std::time::Duration;

use fanfare_core::{Acknowledgement, DeliveryTerms, Severity, Unless};

use super::fake::{Answer, Fake, throttled};
use super::harness::{HOUR, MINUTE, SECOND, World, alarm};
use super::laws::{check_ledger, check_order};
use super::terms::{in_turn, or_else, together, within};

/// `ding` within a minute, or else `phone`; and `boss` after five minutes.
fn ladder() -> DeliveryTerms {
    let terms = or_else(within(MINUTE, together(&["ding"])), MINUTE, Unless::Delivered, &["phone"]);
    or_else(terms, 5 * MINUTE, Unless::Acknowledged, &["boss"])
}

fn hanging() -> Fake {
    Fake::new("ding").answering(|_| Answer::Hang).patient_for(HOUR)
}

/// Killed after `before`, and up again after `down`.
async fn killed(world: &mut World, before: Duration, down: Duration) {
    world.pass(before).await;
    world.kill().await;
    world.pass_while_down(down).await;
    world.start().await;
}

/// When the rungs are told, where `phone` should be told a minute after noon and `boss` after five.
async fn check_ladder(kills: &[(Duration, Duration)], phone: Duration, boss: Duration) {
    let mut world = World::promising(ladder(), [hanging(), Fake::new("phone"), Fake::new("boss")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    for (before, down) in kills {
        killed(&mut world, *before, *down).await;
    }
    world.pass(6 * MINUTE).await;
    for (channel, due) in [("phone", phone), ("boss", boss)] {
        let calls = world.calls_of(channel);
        let first = calls[0].at;
        assert!(due <= first && first <= due + SECOND, "{kills:?}: {channel} was told at {first:?}");
        assert!(calls.iter().all(|it| it.attempt.key == calls[0].attempt.key), "{kills:?}");
    }
    assert_eq!(world.number("SELECT count(*) FROM steps WHERE step ->> 'step' = 'climb'"), 2, "{kills:?}");
    assert_eq!(world.number("SELECT count(*) FROM deliveries"), 3, "{kills:?}");
    check_ledger(&world, &format!("{kills:?}"));
}

#[tokio::test(start_paused = true)]
async fn a_rung_is_told_when_it_is_due_wherever_the_gateway_is_killed_before() {
    for seconds in [0, 1, 30, 59] {
        check_ladder(&[(seconds * SECOND, Duration::ZERO)], MINUTE, 5 * MINUTE).await;
    }
    let often = [(10 * SECOND, SECOND); 20];
    check_ladder(&often, MINUTE, 5 * MINUTE).await;
}

#[tokio::test(start_paused = true)]
async fn a_rung_that_was_due_while_no_gateway_ran_is_told_at_the_start() {
    check_ladder(&[(30 * SECOND, MINUTE)], 90 * SECOND, 5 * MINUTE).await;
    check_ladder(&[(30 * SECOND, 10 * MINUTE)], 630 * SECOND, 630 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_rung_is_climbed_once_though_the_gateway_is_killed_in_that_moment() {
    for steps in 0..12 {
        let mut world = World::promising(ladder(), [hanging(), Fake::new("phone"), Fake::new("boss")]).await;
        world.accept([alarm("a", Severity::Urgent)]).await;
        world.pass(MINUTE - SECOND / 10).await;
        tokio::time::advance(SECOND / 10).await;
        for _ in 0..steps {
            tokio::task::yield_now().await; // somewhere between the timer and the provider
        }
        killed(&mut world, Duration::ZERO, Duration::ZERO).await;
        world.pass(SECOND).await;
        assert_eq!(world.number("SELECT count(*) FROM steps WHERE step ->> 'step' = 'climb'"), 1, "{steps}");
        assert_eq!(world.number("SELECT count(*) FROM deliveries WHERE channel = 'phone'"), 1, "{steps}");
        assert!(matches!(world.calls_of("phone").len(), 1 | 2), "{steps}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_is_told_in_time_though_the_gateway_is_killed_meanwhile() {
    let mut world = World::promising(in_turn(&["ding", "mail"]), [hanging(), Fake::new("mail")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    killed(&mut world, 4 * SECOND, 2 * SECOND).await;
    world.pass(MINUTE).await;
    assert_eq!(world.times_of("mail"), [10.0]);
}

#[tokio::test(start_paused = true)]
async fn a_silence_is_kept_over_a_kill_and_nobody_waits_for_its_end() {
    let ding = Fake::new("ding")
        .answering(|call| if call.at < 10 * MINUTE { throttled(10 * MINUTE) } else { Answer::Take });
    let mut world = World::promising(in_turn(&["ding", "mail"]), [ding, Fake::new("mail")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    for _ in 0..3 {
        killed(&mut world, 2 * MINUTE, 10 * SECOND).await;
        world.accept([alarm(&world.now().to_string(), Severity::High)]).await;
    }
    assert_eq!(
        (world.calls_of("ding").len(), world.times_of("mail").as_slice()),
        (1, &[0.0, 130.0, 260.0, 390.0][..])
    );
    world.pass(5 * MINUTE).await;
    assert_eq!(world.times_of("ding"), [0.0, 600.0, 600.0, 600.0, 600.0]);
    check_order(&world, "a silence over kills");
}

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_is_there_or_not_wherever_the_gateway_is_killed_in_it() {
    for steps in 0..8 {
        let mut world = World::promising(ladder(), ["ding", "phone", "boss"].map(Fake::new)).await;
        let id = world.accept([alarm("a", Severity::Urgent)]).await[0].notifications[0].id;
        let acknowledgement = Acknowledgement { by: "Wang Min".to_owned(), at: world.now() };
        let mut acknowledging = Box::pin(world.gateway().acknowledge(id, acknowledgement));
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
        killed(&mut world, Duration::ZERO, Duration::ZERO).await;
        world.pass(6 * MINUTE).await;
        let kept = world.number("SELECT count(*) FROM acknowledgements") == 1;
        assert!(kept || !answered, "{steps}");
        assert_eq!(world.calls_of("boss").is_empty(), kept, "{steps}");
        let of_it = "SELECT count(*) FROM notifications WHERE acknowledgement IS NOT NULL";
        assert_eq!(world.number(of_it), i64::from(kept), "{steps}");
        check_ledger(&world, "killed in an acknowledgement");
    }
}
