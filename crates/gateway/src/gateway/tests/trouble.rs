//! The store fails, or holds what cannot be read.

use fanfare_core::Severity;

use super::fake::{Answer, Fake, transient};
use super::harness::{HOUR, MINUTE, SECOND, World, alarm, end_of};

/// Makes SQLite refuse to write to `table`, as a full disk does.
fn break_down(world: &World, table: &str) {
    let sql = format!(
        "CREATE TRIGGER main.broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no room'); END"
    );
    world.sql().execute_batch(&sql).unwrap();
}

fn mend(world: &World) {
    world.sql().execute_batch("DROP TRIGGER main.broken").unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_kept_is_refused_and_nobody_is_told() {
    let world = World::new([Fake::new("ding")]).await;
    break_down(&world, "deliveries");
    let err = world.gateway().accept(vec![alarm("a", Severity::High)], world.now()).await.unwrap_err();
    assert_eq!(err.to_string(), "not accepted, please send again: the store cannot be used: no room");
    mend(&world);
    world.pass(MINUTE).await;
    assert_eq!((world.calls().len(), world.number("SELECT count(*) FROM alerts")), (0, 0));
    world.accept([alarm("a", Severity::High)]).await;
    assert_eq!(world.count("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_cannot_be_written_down_is_written_later_and_nothing_is_sent_twice() {
    let world = World::new([Fake::new("ding")]).await;
    break_down(&world, "attempts");
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(5 * SECOND).await;
    assert_eq!((world.calls().len(), world.count("pending")), (1, 1));
    mend(&world);
    world.pass(2 * SECOND).await;
    assert_eq!((world.calls().len(), world.count("delivered")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_send_that_cannot_be_entered_is_not_made_and_costs_no_budget() {
    let world = World::new([Fake::new("ding").twenty_a_minute().with_room_for(2)]).await;
    break_down(&world, "sends");
    world.accept((0..30).map(|number| alarm(&number.to_string(), Severity::Urgent))).await;
    world.pass(30 * SECOND).await;
    assert_eq!(world.calls().len(), 0);
    mend(&world);
    world.pass(2 * SECOND).await;
    assert_eq!(world.calls().len(), 15); // of eighteen the last few are spread over the minute
    world.pass(2 * MINUTE).await;
    assert_eq!(world.count("delivered"), 30);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_whose_text_cannot_be_read_waits_for_a_person_and_keeps_nobody_waiting() {
    let ding = Fake::new("ding").twenty_a_minute().answering(|call| match call.nth {
        0 | 1 => transient(),
        _ => Answer::Take,
    });
    let mut world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Low)]).await;
    world.sql().execute("UPDATE main.alerts SET alert = '{' WHERE id = 1", []).unwrap();
    world.kill().await;
    world.start().await;
    world.pass(5 * SECOND).await;
    assert_eq!((world.count("dead"), world.count("delivered")), (1, 1));
    assert_eq!(world.calls().len(), 3);
    let reason = world.text("SELECT reason FROM deliveries WHERE state = 'dead'");
    assert!(
        reason.starts_with("what was to be told cannot be read; last answer: the store holds an alert"),
        "{reason}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_forgotten_after_the_retention_and_what_fires_is_not() {
    let world = World::new([Fake::new("ding").twenty_a_minute()]).await;
    world.accept([alarm("a", Severity::High), end_of("a"), alarm("b", Severity::High)]).await;
    world.pass(12 * MINUTE).await;
    assert_eq!(world.number("SELECT count(*) FROM alerts"), 3);
    assert_eq!(world.number("SELECT count(*) FROM sends"), 0); // a budget of a minute looks no further back
    world.set_clock_by(24 * 60 * 60);
    world.pass(HOUR / 4).await;
    assert_eq!(world.text("SELECT group_concat(id) FROM alerts"), "3");
}
