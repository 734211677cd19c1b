//! Somebody sets the clock while promises run.

use std::num::NonZeroU32;

use fanfare_core::{Budget, Severity, Unless};

use super::fake::{Answer, Fake};
use super::harness::{Config, HOUR, MINUTE, SECOND, World, alarm};
use super::terms::{or_else, together};

/// When the rung of the boss is climbed, in seconds, if the clock is set by so many of
/// them while the first attempt of `ding` is under way.
async fn rung_after_setting_the_clock_by(seconds: i64) -> Vec<f64> {
    let terms = or_else(together(&["ding"]), 15 * MINUTE, Unless::Acknowledged, &["boss"]);
    let slow = Fake::new("ding").answering(|_| Answer::TakeAfter(9 * SECOND));
    let world = World::promising(terms, [slow, Fake::new("boss")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(5 * SECOND).await;
    world.set_clock_by(seconds);
    world.pass(16 * MINUTE).await;
    world.times_of("boss")
}

#[tokio::test(start_paused = true)]
async fn a_ladder_is_neither_hurried_nor_held_up_by_whoever_sets_the_clock() {
    for seconds in [-3600, 0, 3600] {
        let times = rung_after_setting_the_clock_by(seconds).await;
        assert_eq!(times.len(), 1, "set by {seconds} s: {times:?}");
        assert!((900.0..902.0).contains(&times[0]), "set by {seconds} s: {times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_called_in_after_the_clock_was_set_back_is_told_at_once() {
    let terms = or_else(together(&["ding"]), MINUTE, Unless::Delivered, &["phone"]);
    let hanging = Fake::new("ding").answering(|_| Answer::Hang).patient_for(5 * MINUTE);
    let world = World::promising(terms, [hanging, Fake::new("phone")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(30 * SECOND).await;
    world.set_clock_by(-3600);
    world.pass(5 * MINUTE).await;
    let times = world.times_of("phone");
    assert!(times.len() == 1 && (60.0..63.0).contains(&times[0]), "{times:?}");
}

fn robot(messages: u32) -> Fake {
    let budget = Budget { messages: NonZeroU32::new(messages).unwrap(), per: MINUTE };
    Fake::new("ding").with_budget(budget).with_room_for(2)
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_changes_after_the_clock_was_set_back_is_still_kept() {
    let mut world = World::new([robot(20)]).await;
    world.set_clock_by(-3600);
    world.accept((0..18).map(|n| alarm(&n.to_string(), Severity::Urgent))).await;
    world.pass(10 * SECOND).await;
    world.reload(Config::plain([robot(19).of_version(1)])).await;
    world.accept((20..40).map(|n| alarm(&n.to_string(), Severity::Urgent))).await;
    world.pass(30 * SECOND).await;
    let sent = world.times_of("ding").len();
    assert!(sent <= 20, "{sent} in less than a minute");
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_changes_after_the_clock_was_set_ahead_lets_the_next_go() {
    let mut world = World::new([robot(20)]).await;
    world.set_clock_by(3600);
    world.accept((0..10).map(|n| alarm(&n.to_string(), Severity::High))).await;
    world.pass(SECOND).await;
    world.reload(Config::plain([robot(9).of_version(1)])).await;
    world.accept([alarm("urgent", Severity::Urgent)]).await;
    world.pass(HOUR / 20).await;
    let told = world.calls_of("ding").iter().any(|call| call.euis().contains(&"urgent"));
    assert!(told, "{:?}", world.times_of("ding"));
}
