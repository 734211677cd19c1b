//! A channel that does not work is left alone, and tried again before anybody asks.

use std::time::Duration;

use fanfare_core::{Alert, Severity};

use super::fake::{Answer, Fake, misconfigured, throttled, transient};
use super::harness::{HOUR, MINUTE, SECOND, World, alarm};
use super::terms::in_turn;

fn alarms(number: usize) -> impl Iterator<Item = Alert> {
    (0..number).map(|number| alarm(&number.to_string(), Severity::High))
}

/// A channel that is down until then.
fn down_until(end: Duration, how: Answer) -> Fake {
    Fake::new("ding").answering(move |call| if call.at < end { how.clone() } else { Answer::Take })
}

#[tokio::test(start_paused = true)]
async fn it_opens_after_three_failures_in_a_row_and_lets_one_probe_through_after_each_pause() {
    let world = World::new([down_until(HOUR, transient()).at_once(4)]).await;
    world.accept(alarms(2)).await;
    world.pass(SECOND / 2).await;
    world.accept([alarm("third", Severity::High)]).await;
    world.pass(40 * SECOND).await;
    assert_eq!(world.times_of("ding"), [0.0, 0.0, 0.5, 5.5, 15.5, 30.5]);
}

#[tokio::test(start_paused = true)]
async fn of_a_thousand_that_wait_one_is_tried_in_each_pause_and_all_go_when_it_is_back() {
    let world = World::new([down_until(2 * MINUTE, transient())]).await;
    world.accept(alarms(1_000)).await;
    world.pass_by(5 * SECOND, 2 * MINUTE - SECOND).await;
    assert_eq!(world.times_of("ding"), [0.0, 0.0, 0.0, 5.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0, 105.0]);
    world.pass_by(SECOND, 31 * SECOND).await;
    assert_eq!(world.count("delivered"), 1_000);
}

#[tokio::test(start_paused = true)]
async fn a_failure_now_and_then_opens_nothing() {
    let flaky = Fake::new("ding").answering(|call| if call.nth % 3 < 2 { transient() } else { Answer::Take });
    let world = World::new([flaky]).await;
    for eui in ["a", "b", "c", "d"] {
        world.accept([alarm(eui, Severity::High)]).await;
        world.pass(10 * SECOND).await;
    }
    let expected: Vec<f64> =
        [0.0, 10.0, 20.0, 30.0].into_iter().flat_map(|at| [at, at + 1.0, at + 3.0]).collect();
    assert_eq!(world.times_of("ding"), expected);
}

#[tokio::test(start_paused = true)]
async fn wrong_settings_open_it_at_once() {
    let world = World::new([down_until(HOUR, misconfigured())]).await;
    world.accept(alarms(10)).await;
    world.pass(2 * MINUTE).await;
    assert_eq!(world.times_of("ding"), [0.0, 60.0]);
}

#[tokio::test(start_paused = true)]
async fn a_silence_that_was_asked_for_opens_nothing() {
    let ding =
        Fake::new("ding").answering(|call| if call.nth < 5 { throttled(SECOND) } else { Answer::Take });
    let world = World::new([ding]).await;
    world.accept(alarms(3)).await;
    world.pass(10 * SECOND).await;
    assert_eq!(world.times_of("ding"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0]);
}

#[tokio::test(start_paused = true)]
async fn one_mailbox_that_is_full_does_not_open_it_for_the_others() {
    let mail = Fake::new("mail").answering(|call| match call.attempt.only {
        None => Answer::TakePart { refused: &[], deferred: &["full@example.com"] },
        Some(_) => transient(),
    });
    let world = World::new([mail]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(95 * SECOND).await; // the last attempt failed at 91
    world.accept([alarm("b", Severity::High)]).await;
    assert_eq!(world.calls().last().unwrap().at, 95 * SECOND);
}

/// With an alert every few seconds, a channel that is back is used again in time.
async fn check_noticed(how: Answer) {
    let back = 100 * SECOND;
    let world =
        World::promising(in_turn(&["ding", "mail"]), [down_until(back, how), Fake::new("mail")]).await;
    for eui in 0..30 {
        world.accept([alarm(&eui.to_string(), Severity::High)]).await;
        world.pass_by(SECOND, 5 * SECOND).await;
    }
    let noticed = world.calls_of("ding").iter().find(|it| it.was_taken()).unwrap().at;
    assert!(noticed <= back + 30 * SECOND, "{noticed:?}");
    // Nobody was told late, and from then on nobody is told elsewhere.
    assert_eq!(world.calls_of("mail").iter().filter(|it| it.at > noticed).count(), 0);
    assert_eq!(world.number("SELECT count(*) FROM notifications WHERE fulfilment = 'kept'"), 30);
    let waited = "SELECT count(*) FROM deliveries WHERE channel = 'mail' AND called_at IS NOT NULL
                  AND called_at - (SELECT owed_at FROM notifications n WHERE n.id = notification) > 10_000";
    assert_eq!(world.number(waited), 0);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_back_is_noticed_within_half_a_minute() {
    check_noticed(transient()).await;
    check_noticed(Answer::Hang).await;
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_comes_and_goes_is_said_to_be_broken_once() {
    let flapping = Fake::new("ding").answering(|call| match call.at.as_secs() / 20 % 2 {
        0 => transient(),
        _ => Answer::Take,
    });
    let world = World::promising(in_turn(&["ding", "mail"]), [flapping, Fake::new("mail")]).await;
    for eui in 0..120 {
        world.accept([alarm(&eui.to_string(), Severity::High)]).await;
        world.pass_by(SECOND, 5 * SECOND).await;
    }
    let said = "SELECT count(*) FROM main.alerts WHERE alert ->> '$.labels.alertname' = 'ChannelBroken'";
    assert_eq!(world.number(said), 1);
    assert_eq!(world.number("SELECT count(*) FROM notifications WHERE fulfilment = 'kept'"), 120);
}
