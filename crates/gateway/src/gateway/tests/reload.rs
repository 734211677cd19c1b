//! A new config takes effect while everything runs, and nothing is lost or doubled by it.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{Budget, Severity};

use super::fake::{Answer, Fake, misconfigured, throttled};
use super::harness::{Config, MINUTE, SECOND, World, alarm};
use super::laws::{check_budget, check_ledger, check_order};

fn slow(name: &'static str) -> Fake {
    Fake::new(name).answering(|_| Answer::TakeAfter(5 * SECOND))
}

/// Each delivery was made once.
#[track_caller]
fn check_once(world: &World) {
    let calls = world.all_calls();
    let keys: BTreeSet<_> = calls.iter().map(|it| it.attempt.key.as_str()).collect();
    assert_eq!(calls.len(), keys.len());
    assert_eq!(world.count("pending"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_new_configs_under_load_lose_nothing_and_double_nothing() {
    let fakes = |round: u32| {
        let unchanged = Fake::new("ding").twenty_a_minute().with_room_for(40);
        let rotated = Fake::new("hook").at_once(2).of_version(round).answering(|_| Answer::TakeAfter(SECOND));
        let comes_and_goes = slow("mail").at_once(3);
        let mut fakes = vec![unchanged, rotated];
        if round % 10 < 6 {
            fakes.push(comes_and_goes);
        }
        fakes
    };
    let mut world = World::new(fakes(0)).await;
    for round in 1..=100 {
        for number in 0..2 {
            let eui = format!("{round}-{number}");
            world.gateway().accept(vec![alarm(&eui, Severity::ALL[number])], world.now()).await.unwrap();
        }
        world.reload_for(Config::plain(fakes(round)), SECOND).await;
        check_ledger(&world, &format!("after the new config no. {round}"));
    }
    world.reload(Config::plain(fakes(105))).await;
    world.accept([alarm("the last", Severity::High)]).await;
    world.pass(10 * MINUTE).await;
    check_once(&world);
    check_order(&world, "under reloads");
    check_budget(&world, &["ding"], "under reloads");
    let newest = world.calls_of("hook").last().unwrap().version;
    assert_eq!(newest, 105);
}

#[tokio::test(start_paused = true)]
async fn a_channel_whose_settings_are_the_same_notices_nothing() {
    let mut world = World::new([slow("mail"), Fake::new("ding")]).await;
    world.accept(["a", "b", "c"].map(|eui| alarm(eui, Severity::High))).await;
    for round in 1..10 {
        world.reload_for(Config::plain([slow("mail"), Fake::new("ding").of_version(round)]), SECOND).await;
    }
    world.pass(MINUTE).await;
    assert_eq!(world.times_of("mail"), [0.0, 5.0, 10.0]);
    check_once(&world);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_under_way_ends_with_the_settings_it_began_with_and_the_next_has_the_new_ones() {
    let mut world = World::new([slow("mail")]).await;
    world.accept(["a", "b"].map(|eui| alarm(eui, Severity::High))).await;
    world.pass(SECOND).await;
    world.reload(Config::plain([slow("mail").of_version(1)])).await;
    world.pass(MINUTE).await;
    let calls = world.calls();
    assert_eq!(calls.iter().map(|it| (it.at.as_secs(), it.version)).collect::<Vec<_>>(), [(0, 0), (5, 1)]);
    check_once(&world);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_leaves_and_is_back_makes_no_attempt_twice_and_forgets_none() {
    for away in [Duration::ZERO, SECOND, 20 * SECOND] {
        let both = || Config::plain([slow("mail"), Fake::new("ding")]);
        let mut world = World::new(both().fakes).await;
        world.accept(["a", "b", "c"].map(|eui| alarm(eui, Severity::High))).await;
        world.pass(SECOND).await;
        world.reload(Config::plain([Fake::new("ding")])).await;
        world.pass(away).await;
        assert_eq!(world.calls_of("mail").len(), 1);
        world.reload_for(both(), 10 * SECOND).await;
        world.accept([alarm("d", Severity::High)]).await;
        world.pass(MINUTE).await;
        assert_eq!(world.calls_of("mail").len(), 4, "{away:?}");
        check_once(&world);
    }
}

#[tokio::test(start_paused = true)]
async fn what_came_to_be_while_a_channel_was_away_goes_when_it_is_back() {
    let both = || Config::plain([Fake::new("mail"), Fake::new("ding")]);
    let mut world = World::new(both().fakes).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.reload(Config::plain([Fake::new("ding")])).await;
    world.accept([super::harness::end_of("a")]).await;
    world.pass(SECOND).await;
    world.reload(both()).await;
    world.accept([alarm("b", Severity::High)]).await;
    assert_eq!(world.times_of("mail"), [0.0, 1.0]);
    check_once(&world);
}

#[tokio::test(start_paused = true)]
async fn whoever_mends_the_settings_and_reloads_does_not_wait_for_the_next_probe() {
    let broken = Fake::new("ding").answering(|_| misconfigured());
    let mut world = World::new([broken]).await;
    world.accept(["a", "b"].map(|eui| alarm(eui, Severity::High))).await;
    world.pass(10 * SECOND).await;
    world.reload(Config::plain([Fake::new("ding").of_version(1)])).await;
    assert_eq!(world.times_of("ding"), [0.0, 10.0, 10.0]);
}

#[tokio::test(start_paused = true)]
async fn new_settings_end_no_silence_and_open_no_new_budget() {
    let throttled = Fake::new("ding").answering(|_| throttled(MINUTE));
    let mut world = World::new([throttled]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(10 * SECOND).await;
    world.reload(Config::plain([Fake::new("ding").of_version(1)])).await;
    world.pass(2 * MINUTE).await;
    assert_eq!(world.times_of("ding"), [0.0, 60.0]);

    let ding = |version| Fake::new("ding").twenty_a_minute().with_room_for(2).of_version(version);
    let mut world = World::new([ding(0)]).await;
    for round in 1..20 {
        world.accept((0..4).map(|number| alarm(&format!("{round}-{number}"), Severity::Urgent))).await;
        world.reload_for(Config::plain([ding(round)]), SECOND).await;
    }
    world.pass(5 * MINUTE).await;
    check_budget(&world, &["ding"], "new settings");
    check_once(&world);
}

#[tokio::test(start_paused = true)]
async fn a_smaller_budget_holds_at_once() {
    let ding = |messages| {
        let budget = Budget { messages: std::num::NonZeroU32::new(messages).unwrap(), per: MINUTE };
        Fake::new("ding").with_budget(budget).with_room_for(2)
    };
    let mut world = World::new([ding(40)]).await;
    world.accept((0..10).map(|number| alarm(&number.to_string(), Severity::High))).await;
    assert_eq!(world.calls().len(), 10);
    world.reload(Config::plain([ding(9).of_version(1)])).await;
    world.accept([alarm("urgent", Severity::Urgent)]).await;
    world.pass(MINUTE - SECOND).await;
    assert_eq!(world.calls().len(), 10);
    world.pass(SECOND).await;
    assert_eq!(world.calls().len(), 11);
}

#[tokio::test(start_paused = true)]
async fn a_config_that_cannot_be_entered_changes_nothing() {
    let world = World::new([Fake::new("ding")]).await;
    let sql =
        "CREATE TRIGGER main.broken BEFORE INSERT ON policies BEGIN SELECT RAISE(ABORT, 'no room'); END";
    world.sql().execute_batch(sql).unwrap();
    let refused = world.try_reload(&Config::plain([Fake::new("mail")])).await;
    assert!(refused.is_err());
    world.accept([alarm("a", Severity::High)]).await;
    assert_eq!((world.calls_of("ding").len(), world.calls_of("mail").len()), (1, 0));
}
