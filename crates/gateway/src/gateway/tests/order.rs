//! What people read is in the order in which it happened.

use fanfare_core::{Severity, Why};

use super::fake::{Answer, Fake, transient};
use super::harness::{Config, MINUTE, SECOND, World, alarm, end_of};

fn whys(world: &World) -> Vec<Why> {
    world.calls().iter().map(|it| it.notification().why).collect()
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_that_it_is_over_before_being_told_that_it_began() {
    let ding =
        Fake::new("ding").at_once(8).answering(|call| if call.nth < 3 { transient() } else { Answer::Take });
    let mut world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Mid)]).await;
    world.accept([end_of("a")]).await;
    world.pass(2 * SECOND).await;
    world.kill().await;
    world.start().await;
    world.pass(10 * SECOND).await;
    use Why::{Resolved, Started};
    assert_eq!(whys(&world), [Started, Started, Started, Started, Resolved]);
    assert_eq!(world.count("delivered"), 2);
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_also_while_the_beginning_is_under_way() {
    let ding = Fake::new("ding").at_once(8).answering(|call| match call.nth {
        0 => Answer::TakeAfter(5 * SECOND),
        _ => Answer::Take,
    });
    let world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Mid)]).await;
    world.accept([end_of("a")]).await;
    world.accept([alarm("b", Severity::Mid)]).await;
    world.pass(6 * SECOND).await;
    assert_eq!(world.times_of("ding"), [0.0, 0.0, 5.0]);
    assert_eq!(whys(&world), [Why::Started, Why::Started, Why::Resolved]);
}

/// The mailbox of one recipient is full all day; everybody else is told what follows at once.
async fn check_full_mailbox(restart: Restart) {
    let mail = Fake::new("mail").answering(|call| match (&call.attempt.only, call.nth) {
        (None, 0) => Answer::TakePart { refused: &[], deferred: &["full@example.com"] },
        (None, _) => Answer::Take,
        (Some(_), _) => transient(),
    });
    let mut world = World::new([mail]).await;
    world.accept([alarm("a", Severity::Low)]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(10 * SECOND).await;
    match restart {
        Restart::Kill => {
            world.kill().await;
            world.start().await;
        }
        Restart::None => {}
    }
    world.accept([end_of("a")]).await;
    let to_all: Vec<_> = world.calls().into_iter().filter(|it| it.attempt.only.is_none()).collect();
    let seconds: Vec<_> = to_all.iter().map(|it| it.at.as_secs()).collect();
    let whys: Vec<_> = to_all.iter().map(|it| it.notification().why).collect();
    assert_eq!(seconds, [0, 0, 10]);
    assert_eq!(whys, [Why::Started, Why::Worsened { from: Severity::Low }, Why::Resolved]);
    assert_eq!((world.count("delivered"), world.count("pending")), (2, 1));
}

enum Restart {
    None,
    Kill,
}

#[tokio::test(start_paused = true)]
async fn a_recipient_who_cannot_be_reached_costs_the_others_nothing() {
    check_full_mailbox(Restart::None).await;
    check_full_mailbox(Restart::Kill).await;
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_worsens_does_not_wait_for_the_pause_of_its_own_beginning() {
    let ding = Fake::new("ding").answering(|call| if call.nth < 6 { transient() } else { Answer::Take });
    let world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Low)]).await;
    world.pass(35 * SECOND).await; // the next attempt is due at 64, and the channel is probed at 49
    assert_eq!(world.calls().len(), 6);
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(15 * SECOND).await;
    assert_eq!(world.times_of("ding")[6..], [49.0, 49.0]);
    assert_eq!(whys(&world)[6..], [Why::Started, Why::Worsened { from: Severity::Low }]);
}

#[tokio::test(start_paused = true)]
async fn the_worst_goes_next() {
    let ding = Fake::new("ding").answering(|_| Answer::TakeAfter(SECOND));
    let world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Low), alarm("b", Severity::Low)]).await;
    world.accept([alarm("c", Severity::Urgent)]).await;
    world.pass(MINUTE).await;
    let euis: Vec<_> =
        world.calls().iter().map(|it| it.notification().alert.text_of("eui").to_owned()).collect();
    assert_eq!(euis, ["a", "c", "b"]);
}

#[tokio::test(start_paused = true)]
async fn a_new_incident_does_not_wait_for_the_retries_of_another() {
    let ding = Fake::new("ding").answering(|call| match call.notification().alert.text_of("eui") {
        "a" => transient(),
        _ => Answer::Take,
    });
    let world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(2 * SECOND).await;
    world.accept([alarm("b", Severity::Low)]).await;
    assert_eq!(world.calls().last().unwrap().at, 2 * SECOND);
    assert_eq!(world.count("delivered"), 1);
}

/// The order in which these severities of one request go, on a channel that has nothing to do.
async fn check_first(severities: &[Severity], expected: &[Severity]) {
    let world = World::new([Fake::new("ding")]).await;
    let alerts =
        severities.iter().enumerate().map(|(number, severity)| alarm(&number.to_string(), *severity));
    world.accept(alerts).await;
    let went: Vec<_> = world.calls().iter().map(|it| it.notification().alert.severity).collect();
    assert_eq!(went, expected);
}

#[tokio::test(start_paused = true)]
async fn the_worst_of_one_request_goes_first() {
    use Severity::{High, Low, Mid, Urgent};
    for _ in 0..10 {
        check_first(&[Low, Mid, Urgent, High], &[Urgent, High, Mid, Low]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_the_worst_goes_first() {
    let broken = Fake::new("ding").answering(|_| transient());
    let mut world = World::new([broken]).await;
    world.accept([alarm("a", Severity::Low), alarm("b", Severity::Urgent)]).await;
    world.kill().await;
    world.reconfigure(Config::plain([Fake::new("ding")]));
    world.pass_while_down(MINUTE).await;
    world.start().await;
    let went: Vec<_> = world.calls()[2..].iter().map(|it| it.notification().alert.severity).collect();
    assert_eq!(went, [Severity::Urgent, Severity::Low]);
}
