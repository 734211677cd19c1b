//! A provider's limit is kept, the worst goes first, and nothing is lost over it.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{Alert, Severity};

use super::fake::{Answer, Fake};
use super::harness::{MINUTE, SECOND, World, alarm};

/// Nine tenths of twenty: some air for the provider's own clock.
const A_MINUTE: usize = 18;

/// Two thirds of them: the rest is kept for what is urgent.
const ORDINARY: usize = 12;

/// How many one message has room for.
const ROOM: usize = 5;

fn ding() -> Fake {
    Fake::new("ding").twenty_a_minute().with_room_for(ROOM)
}

/// A hundred alarms of these severities in turn.
fn burst(severities: &[Severity]) -> Vec<Alert> {
    (0..100).map(|number| alarm(&format!("{number:016x}"), severities[number % severities.len()])).collect()
}

/// In no stretch of a minute did more than the budget arrive, and no message was too long.
#[track_caller]
fn check_budget(world: &World) {
    let times: Vec<_> = world.calls().iter().map(|it| it.at).collect();
    for stretch in times.windows(A_MINUTE + 1) {
        let took = stretch[A_MINUTE] - stretch[0];
        assert!(took >= MINUTE, "{} messages from {:?} to {:?}", A_MINUTE + 1, stretch[0], stretch[A_MINUTE]);
    }
    assert!(world.calls().iter().all(|it| it.told.len() <= ROOM));
}

#[tokio::test(start_paused = true)]
async fn a_burst_keeps_to_the_budget_the_worst_first_and_none_is_lost() {
    let world = World::new([ding()]).await;
    world.accept(burst(&Severity::ALL)).await;
    world.pass(3 * MINUTE).await;
    check_budget(&world);
    let told: Vec<_> = world.calls().iter().flat_map(|it| it.told.clone()).collect();
    let went: Vec<_> = told.iter().map(|it| (std::cmp::Reverse(it.alert.severity), it.id)).collect();
    assert!(went.is_sorted());
    assert_eq!((world.count("delivered"), told.len()), (100, 100));
}

#[tokio::test(start_paused = true)]
async fn what_half_the_budget_carries_is_told_one_by_one_at_once() {
    let world = World::new([ding()]).await;
    world.accept(burst(&[Severity::High]).into_iter().take(ORDINARY / 2 + 1)).await;
    assert_eq!(world.times_of("ding"), [0.0; ORDINARY / 2 + 1]);
    assert!(world.calls().iter().all(|it| it.told.len() == 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_more_is_gathered_and_keeps_nobody_waiting_for_long() {
    let world = World::new([ding()]).await;
    world.accept(burst(&[Severity::High]).into_iter().take(ORDINARY)).await;
    world.pass(5 * SECOND).await;
    assert_eq!(world.count("delivered"), 12);
}

#[tokio::test(start_paused = true)]
async fn an_urgent_one_that_comes_later_does_not_wait_behind_the_burst() {
    let world = World::new([ding()]).await;
    world.accept(burst(&[Severity::High])).await;
    world.pass(30 * SECOND).await;
    assert_eq!(world.calls().len(), ORDINARY);
    world.accept([alarm("the worst", Severity::Urgent)]).await;
    let call = world.calls().pop().unwrap();
    assert_eq!((call.euis(), call.at), (vec!["the worst"], 30 * SECOND));
}

/// A kill after so much time, with sends under way if the provider is slow.
async fn check_restart(answer: Answer, before: Duration) {
    let ding = ding().at_once(3).answering(move |_| answer.clone());
    let mut world = World::new([ding]).await;
    world.accept(burst(&Severity::ALL)).await;
    world.pass(before).await;
    world.kill().await;
    world.start().await;
    world.pass(8 * MINUTE).await;
    check_budget(&world);
    assert_eq!(world.count("delivered"), 100);
    let calls = world.calls();
    let keys: BTreeSet<_> = calls.iter().map(|it| it.attempt.key.as_str()).collect();
    assert!(calls.len() - keys.len() <= 3); // only what was under way
}

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_open_a_new_budget() {
    check_restart(Answer::Take, Duration::ZERO).await;
    check_restart(Answer::Take, 30 * SECOND).await;
    check_restart(Answer::Take, 61 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn sends_that_were_under_way_when_it_was_killed_count() {
    check_restart(Answer::TakeAfter(SECOND), Duration::ZERO).await;
    check_restart(Answer::TakeAfter(SECOND), 2 * SECOND + SECOND / 2).await;
    check_restart(Answer::TakeAfter(9 * SECOND), 70 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn channels_of_one_account_share_its_budget_whichever_way_out_they_take() {
    let robot = |name| {
        let fake = Fake::new(name).of_account("robot").by_way_of("https://proxy.example.com");
        fake.twenty_a_minute().with_room_for(ROOM)
    };
    let world = World::new([robot("one"), robot("two").by_way_of("https://other.example.com")]).await;
    world.accept(burst(&[Severity::High]).into_iter().take(40)).await;
    assert_eq!(world.calls().len(), ORDINARY);
    world.pass(5 * MINUTE).await;
    check_budget(&world);
    assert_eq!(world.count("delivered"), 80);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_opens_no_new_budget() {
    for seconds in [60 * 60, -60 * 60] {
        let world = World::new([ding()]).await;
        world.accept(burst(&Severity::ALL)).await;
        world.pass(SECOND).await;
        world.set_clock_by(seconds);
        world.pass(6 * MINUTE).await;
        check_budget(&world);
        assert_eq!(world.count("delivered"), 100);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_budget_all_goes_at_once() {
    let world = World::new([Fake::new("hook").at_once(16)]).await;
    world.accept(burst(&Severity::ALL)).await;
    assert_eq!(world.times_of("hook"), [0.0; 100]);
    assert_eq!(world.number("SELECT count(*) FROM sends"), 0);
}
