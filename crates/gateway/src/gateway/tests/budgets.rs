//! A provider's limit is kept, the worst goes first, and nothing is lost over it.

use std::time::Duration;

use fanfare_core::{Alert, Severity};

use super::harness::{Answer, Fake, MINUTE, SECOND, World, alarm};

/// Nine tenths of twenty: some air for the provider's own clock.
const A_MINUTE: usize = 18;

/// A hundred alarms, of all severities in turn.
fn burst() -> Vec<Alert> {
    (0..100).map(|number| alarm(&format!("{number:016x}"), Severity::ALL[number % 4])).collect()
}

/// In no stretch of a minute did more than the budget arrive.
#[track_caller]
fn check_budget(world: &World) {
    let times: Vec<_> = world.calls().iter().map(|it| it.at).collect();
    for stretch in times.windows(A_MINUTE + 1) {
        let took = stretch[A_MINUTE] - stretch[0];
        assert!(took >= MINUTE, "{} messages from {:?} to {:?}", A_MINUTE + 1, stretch[0], stretch[A_MINUTE]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_burst_keeps_to_the_budget_the_worst_first_and_none_is_lost() {
    let world = World::new([Fake::new("ding").twenty_a_minute()]).await;
    world.accept(burst()).await;
    assert_eq!(world.calls().len(), A_MINUTE);
    world.pass(6 * MINUTE).await;
    check_budget(&world);
    let went: Vec<_> =
        world.calls().iter().map(|it| (it.notification.alert.severity, it.notification.id.0)).collect();
    let mut worst_first = went.clone();
    worst_first.sort_by_key(|(severity, id)| (std::cmp::Reverse(*severity), *id));
    assert_eq!(went, worst_first);
    assert_eq!((world.count("delivered"), world.calls().len()), (100, 100));
    assert_eq!(world.calls()[90].at, 5 * MINUTE); // and it is used: five times eighteen, and then the rest
}

#[tokio::test(start_paused = true)]
async fn an_urgent_one_that_comes_later_does_not_wait_behind_the_burst() {
    let world = World::new([Fake::new("ding").twenty_a_minute()]).await;
    world.accept(burst()).await;
    world.pass(30 * SECOND).await;
    world.accept([alarm("the worst", Severity::Urgent)]).await;
    world.pass(31 * SECOND).await;
    let urgent_before = 25 - A_MINUTE;
    let call = &world.calls()[A_MINUTE + urgent_before];
    assert_eq!(call.notification.alert.labels.get("eui"), Some("the worst"));
    assert_eq!(call.at, MINUTE);
}

/// A kill after so much time, with sends under way if the provider is slow.
async fn check_restart(answer: Answer, before: Duration) {
    let ding = Fake::new("ding").twenty_a_minute().at_once(3).answering(move |_| answer.clone());
    let mut world = World::new([ding]).await;
    world.accept(burst()).await;
    world.pass(before).await;
    world.kill().await;
    world.start().await;
    world.pass(8 * MINUTE).await;
    check_budget(&world);
    assert_eq!(world.count("delivered"), 100);
    let repeated = world.calls().len() - 100;
    assert!(repeated <= 3, "{repeated}"); // only what was under way
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
async fn channels_of_one_account_share_its_budget() {
    let robot = |name| Fake::new(name).of_account("robot").twenty_a_minute();
    let world = World::new([robot("one"), robot("two")]).await;
    world.accept(burst().into_iter().take(40)).await;
    assert_eq!(world.calls().len(), A_MINUTE);
    world.pass(5 * MINUTE).await;
    check_budget(&world);
    assert_eq!(world.count("delivered"), 80);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_opens_no_new_budget() {
    for seconds in [60 * 60, -60 * 60] {
        let world = World::new([Fake::new("ding").twenty_a_minute()]).await;
        world.accept(burst()).await;
        world.pass(SECOND).await;
        world.set_clock_by(seconds);
        world.pass(6 * MINUTE).await;
        check_budget(&world);
        assert_eq!(world.calls()[90].at, 5 * MINUTE);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_budget_all_goes_at_once() {
    let world = World::new([Fake::new("hook").at_once(16)]).await;
    world.accept(burst()).await;
    assert_eq!(world.times_of("hook"), [0.0; 100]);
    assert_eq!(world.number("SELECT count(*) FROM sends"), 0);
}
