//! Somebody takes care of it: that is enough, and everybody who was told hears so.

use fanfare_core::{Acknowledgement, DeliveryTerms, NotificationId, Obstacle, Severity, Unless, Why};

use super::fake::{Answer, Fake};
use super::harness::{HOUR, MINUTE, World, alarm, end_of};
use super::laws::check_ledger;
use super::terms::{or_else, together};

/// `ding`; and `boss` after a quarter of an hour, and `owner` after an hour.
fn ladder() -> DeliveryTerms {
    let terms = or_else(together(&["ding"]), 15 * MINUTE, Unless::Acknowledged, &["boss"]);
    or_else(terms, HOUR, Unless::Acknowledged, &["owner"])
}

async fn world() -> World {
    World::promising(ladder(), ["ding", "boss", "owner"].map(Fake::new)).await
}

/// Where an alarm is told, and the number of its notification.
async fn told(world: &World, severity: Severity) -> NotificationId {
    world.accept([alarm("a", severity)]).await[0].notifications[0].id
}

/// What a channel was told of, and when, in seconds.
fn whys(world: &World, channel: &str) -> Vec<(u64, Why)> {
    let calls = world.calls_of(channel).into_iter();
    calls.map(|it| (it.at.as_secs(), it.notification().why)).collect()
}

#[tokio::test(start_paused = true)]
async fn it_stops_the_ladder_and_is_told_to_everybody_who_was_told() {
    let world = world().await;
    let id = told(&world, Severity::Urgent).await;
    world.pass(20 * MINUTE).await;
    let acknowledged = world.acknowledge(id, "Wang Min").await;
    assert_eq!(acknowledged, Ok(()));
    world.pass(2 * HOUR).await;
    assert_eq!(whys(&world, "ding"), [(0, Why::Started), (1200, Why::Acknowledged)]);
    assert_eq!(whys(&world, "boss"), [(900, Why::Started), (1200, Why::Acknowledged)]);
    assert_eq!(whys(&world, "owner"), []);
    let said = world.calls_of("ding").pop().unwrap().notification().acknowledged_by.clone().unwrap();
    assert_eq!(said, Acknowledgement { by: "Wang Min".to_owned(), at: world.began() + 20 * MINUTE });
    check_ledger(&world, "acknowledged");
}

#[tokio::test(start_paused = true)]
async fn it_stops_the_repeats_and_the_end_is_told() {
    let world = world().await;
    let id = told(&world, Severity::Urgent).await;
    world.acknowledge(id, "Wang Min").await.unwrap();
    world.pass(5 * HOUR).await;
    world.accept([alarm("a", Severity::Urgent)]).await; // a repeat would be due
    world.accept([end_of("a")]).await;
    let whys: Vec<_> = whys(&world, "ding").into_iter().map(|(_, why)| why).collect();
    assert_eq!(whys, [Why::Started, Why::Acknowledged, Why::Resolved]);
    assert!(world.text("SELECT held FROM alerts WHERE id = 2").contains("takes care"));
}

#[tokio::test(start_paused = true)]
async fn what_gets_worse_must_be_acknowledged_anew() {
    let world = world().await;
    let id = told(&world, Severity::Mid).await;
    world.acknowledge(id, "Wang Min").await.unwrap();
    let worse = told(&world, Severity::Urgent).await;
    world.pass(16 * MINUTE).await;
    assert_eq!(whys(&world, "boss"), [(900, Why::Worsened { from: Severity::Mid })]);
    assert!(matches!(world.acknowledge(id, "Li Na").await, Err(Obstacle::Already(_))));
    assert_eq!(world.acknowledge(worse, "Li Na").await, Ok(()));
    world.pass(2 * HOUR).await;
    assert_eq!(whys(&world, "owner"), []);
}

#[tokio::test(start_paused = true)]
async fn who_comes_second_is_told_who_was_first_and_nobody_hears_of_it_twice() {
    let mut world = world().await;
    let id = told(&world, Severity::Urgent).await;
    world.acknowledge(id, "Wang Min").await.unwrap();
    world.kill().await;
    world.start().await;
    let Err(Obstacle::Already(first)) = world.acknowledge(id, "Li Na").await else { panic!() };
    assert_eq!(first.by, "Wang Min");
    world.pass(2 * HOUR).await;
    assert_eq!(whys(&world, "ding").len(), 2);
    assert_eq!(world.number("SELECT count(*) FROM acknowledgements"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_over_or_was_never_told_cannot_be_acknowledged() {
    let world = world().await;
    let id = told(&world, Severity::Urgent).await;
    world.accept([end_of("a")]).await;
    assert_eq!(world.acknowledge(id, "Wang Min").await, Err(Obstacle::Over));
    assert_eq!(world.acknowledge(NotificationId(999), "Wang Min").await, Err(Obstacle::Unknown));
    assert_eq!(whys(&world, "ding").len(), 2); // of its beginning and its end
}

/// A kill at once after the acknowledgement was answered.
#[tokio::test(start_paused = true)]
async fn it_survives_a_kill_and_is_then_told() {
    let mut world = world().await;
    let id = told(&world, Severity::Urgent).await;
    world.pass(14 * MINUTE).await;
    let acknowledgement = Acknowledgement { by: "Wang Min".to_owned(), at: world.now() };
    world.gateway().acknowledge(id, acknowledgement).await.unwrap().unwrap();
    world.kill().await;
    world.pass_while_down(2 * MINUTE).await;
    world.start().await;
    world.pass(2 * HOUR).await;
    assert_eq!((whys(&world, "boss"), whys(&world, "owner")), (vec![], vec![]));
    assert!(whys(&world, "ding").iter().any(|(_, why)| *why == Why::Acknowledged));
    check_ledger(&world, "killed after the answer");
}

#[tokio::test(start_paused = true)]
async fn every_message_that_asks_for_it_carries_the_same_link_and_no_other_does() {
    let ding = Fake::new("ding").answering(|call| match call.nth {
        0 => super::fake::transient(),
        _ => Answer::Take,
    });
    let mut world = World::promising(ladder(), [ding, Fake::new("boss"), Fake::new("owner")]).await;
    let id = told(&world, Severity::Urgent).await;
    world.kill().await;
    world.start().await;
    world.pass(16 * MINUTE).await;
    world.accept([end_of("a")]).await;
    let links: Vec<_> = world.calls().iter().map(|it| it.notification().ack_url.clone()).collect();
    let [first, repeat, to_boss, end, end_to_boss] = &links[..] else { panic!("{links:?}") };
    assert!(first == repeat && repeat == to_boss && end.is_none() && end_to_boss.is_none());
    let token = first.as_ref().unwrap().strip_prefix("https://alerts.example.com/ack/").unwrap();
    let token = world.gateway().ack_key().read(token, world.now()).unwrap();
    assert_eq!(token.notification, id);
}
