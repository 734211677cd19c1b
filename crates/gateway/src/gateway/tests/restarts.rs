//! What is accepted is sent, whatever happens to the process.

use std::future::Future;
use std::task::Poll;

use fanfare_core::Severity;

use super::fake::{Answer, Fake, transient};
use super::harness::{Config, MINUTE, SECOND, World, alarm};

const THREE: [&str; 3] = ["a", "b", "c"];

/// Whom each message was about, in order.
fn euis(world: &World) -> Vec<String> {
    world.calls().iter().map(|it| it.notification().alert.text_of("eui").to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_lets_what_is_under_way_end_starts_nothing_and_leaves_the_rest_on_the_disk() {
    let slow = Fake::new("slow").answering(|_| Answer::TakeAfter(2 * SECOND));
    let mut world = World::new([slow]).await;
    world.accept(THREE.map(|eui| alarm(eui, Severity::High))).await;
    world.shut_down(10 * SECOND).await;
    assert_eq!(euis(&world), ["a"]);
    world.start().await;
    assert_eq!((world.count("delivered"), world.count("pending")), (1, 2));
    world.pass(10 * SECOND).await;
    assert_eq!(euis(&world), THREE);
    assert_eq!(world.count("delivered"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_takes_no_longer_than_its_grace_and_what_it_cuts_off_is_made_again() {
    let ding = Fake::new("ding").answering(|call| if call.nth == 0 { Answer::Hang } else { Answer::Take });
    let mut world = World::new([ding]).await;
    world.accept([alarm("a", Severity::High)]).await;
    let began = world.now();
    world.shut_down(3 * SECOND).await;
    assert_eq!(world.now().duration_since(began).as_secs(), 3);
    world.start().await;
    let calls = world.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].attempt.key, calls[1].attempt.key);
    assert_eq!(world.count("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_kill_all_is_delivered_and_only_what_was_under_way_is_repeated() {
    let slow = Fake::new("slow").answering(|_| Answer::TakeAfter(SECOND));
    let mut world = World::new([slow, Fake::new("ding")]).await;
    world.accept(["a", "b", "c", "d"].map(|eui| alarm(eui, Severity::High))).await;
    world.pass(SECOND + SECOND / 2).await; // slow: a is told, b under way
    world.kill().await;
    world.start().await;
    world.pass(10 * SECOND).await;
    let of_slow: Vec<_> =
        world.calls_of("slow").iter().map(|it| it.notification().alert.text_of("eui").to_owned()).collect();
    assert_eq!(of_slow, ["a", "b", "b", "c", "d"]);
    assert_eq!(world.calls_of("ding").len(), 4);
    assert_eq!(world.count("delivered"), 8);
}

#[tokio::test(start_paused = true)]
async fn what_was_killed_right_after_the_answer_is_sent_after_the_restart() {
    let mut world = World::new([Fake::new("ding")]).await;
    let alerts = THREE.map(|eui| alarm(eui, Severity::High)).to_vec();
    world.gateway().accept(alerts, world.now()).await.unwrap();
    world.kill().await;
    world.start().await;
    for eui in THREE {
        assert!(euis(&world).iter().any(|it| it == eui), "{eui}");
    }
    assert_eq!(world.count("delivered"), 3);
}

#[tokio::test(start_paused = true)]
async fn what_the_caller_stopped_waiting_for_is_sent_all_the_same() {
    let world = World::new([Fake::new("ding")]).await;
    let mut accepted = Vec::new();
    // The store's own thread may answer within the first poll; then another caller stops waiting.
    loop {
        let eui = format!("eui-{}", accepted.len());
        let mut accepting = Box::pin(world.gateway().accept(vec![alarm(&eui, Severity::High)], world.now()));
        let answer = std::future::poll_fn(|context| Poll::Ready(accepting.as_mut().poll(context))).await;
        accepted.push(eui);
        if answer.is_pending() {
            break;
        }
        assert!(accepted.len() < 100, "every answer came within the first poll");
    }
    world.settle().await;
    assert_eq!(world.count("delivered"), i64::try_from(accepted.len()).unwrap());
    assert_eq!(euis(&world), accepted);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_not_in_the_config_keeps_its_deliveries_until_it_is_back() {
    let (ding, mail) = (Fake::new("ding"), Fake::new("mail"));
    let broken = mail.clone().answering(|_| transient());
    let mut world = World::new([ding.clone(), broken]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.kill().await;
    world.reconfigure(Config::plain([ding.clone()]));
    world.start().await;
    world.pass(MINUTE).await;
    assert_eq!((world.count("delivered"), world.count("pending")), (1, 1));
    world.kill().await;
    world.reconfigure(Config::plain([ding, mail]));
    world.start().await;
    assert_eq!((world.count("delivered"), world.count("pending")), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn of_a_large_backlog_the_texts_wait_in_the_store() {
    const IN_MEMORY: usize = 5_000;
    const UNDER_WAY: usize = 16;
    let ding = Fake::new("ding").at_once(UNDER_WAY).answering(|call| match call.nth {
        0..UNDER_WAY => Answer::TakeAfter(SECOND),
        _ => Answer::Take,
    });
    let world = World::new([ding]).await;
    let many = IN_MEMORY + UNDER_WAY + 50;
    world.accept((0..many).map(|number| alarm(&number.to_string(), Severity::High))).await;
    world
        .sql()
        .execute("UPDATE main.alerts SET alert = replace(alert, 'Cold room 3', 'as the store has it')", [])
        .unwrap();
    world.pass(SECOND).await;
    let mut calls = world.calls();
    calls.sort_by_key(|it| it.notification().id);
    let from_the_store: Vec<_> =
        calls.iter().map(|it| it.notification().alert.text_of("device") == "as the store has it").collect();
    assert_eq!(from_the_store.len(), many);
    assert!(!from_the_store[..IN_MEMORY].contains(&true));
    assert!(!from_the_store[IN_MEMORY + UNDER_WAY..].contains(&false));
    assert_eq!(usize::try_from(world.count("delivered")), Ok(many));
}
