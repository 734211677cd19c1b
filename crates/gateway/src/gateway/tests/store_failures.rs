//! Failures of the store, and unreadable rows in it.

use std::num::NonZeroU32;
use std::time::Duration;

use fanfare_core::{Budget, Severity};
use rusqlite::Connection;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::fake::{FakeAnswer, FakeChannel, transient};
use super::harness::{GatewayHarness, HarnessConfig, Restart, alarm, resolved_alarm};
use super::times::{HOUR, MINUTE, SECOND};

/// Makes SQLite refuse to write to `table`, as a full disk does.
fn fail_inserts_into(harness: &GatewayHarness, table: &str) {
    let sql = format!(
        "CREATE TRIGGER main.broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no room'); END"
    );
    harness.ledger().execute_batch(&sql).unwrap();
}

fn restore_inserts(harness: &GatewayHarness) {
    harness.ledger().execute_batch("DROP TRIGGER main.broken").unwrap();
}

#[tokio::test(start_paused = true)]
async fn alerts_that_cannot_be_stored_are_refused_and_not_delivered() {
    let harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
    fail_inserts_into(&harness, "deliveries");
    let err = harness.gateway().accept(vec![alarm("a", Severity::High)], harness.now()).await.unwrap_err();
    assert_eq!(err.to_string(), "not accepted, please send again: the store cannot be used: no room");
    restore_inserts(&harness);
    harness.advance(MINUTE).await;
    assert_eq!((harness.calls().len(), harness.query_number("SELECT count(*) FROM alerts")), (0, 0));
    harness.accept([alarm("a", Severity::High)]).await;
    assert_eq!(harness.count_deliveries("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_cannot_be_stored_is_stored_later_and_nothing_is_sent_twice() {
    let harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
    fail_inserts_into(&harness, "attempts");
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(5 * SECOND).await;
    assert_eq!((harness.calls().len(), harness.count_deliveries("pending")), (1, 1));
    restore_inserts(&harness);
    harness.advance(2 * SECOND).await;
    assert_eq!((harness.calls().len(), harness.count_deliveries("delivered")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_send_that_cannot_be_recorded_is_not_made_and_costs_no_budget() {
    let harness =
        GatewayHarness::new([FakeChannel::new("ding").with_twenty_per_minute().with_capacity(2)]).await;
    fail_inserts_into(&harness, "sends");
    harness.accept((0..30).map(|number| alarm(&number.to_string(), Severity::Urgent))).await;
    harness.advance(30 * SECOND).await;
    assert_eq!(harness.calls().len(), 0);
    restore_inserts(&harness);
    harness.advance(2 * SECOND).await;
    assert_eq!(harness.calls().len(), 15); // the last three of eighteen are spread over the minute
    harness.advance(2 * MINUTE).await;
    assert_eq!(harness.count_deliveries("delivered"), 30);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_with_an_unreadable_notification_becomes_a_dead_letter_and_delays_no_other() {
    let ding = FakeChannel::new("ding").with_twenty_per_minute().answering(|call| match call.nth {
        0 | 1 => transient(),
        _ => FakeAnswer::Accept,
    });
    let mut harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Low)]).await;
    harness.ledger().execute("UPDATE main.alerts SET alert = '{' WHERE id = 1", []).unwrap();
    harness.kill().await;
    harness.start().await;
    harness.advance(5 * SECOND).await;
    assert_eq!((harness.count_deliveries("dead"), harness.count_deliveries("delivered")), (1, 1));
    assert_eq!(harness.calls().len(), 3);
    let reason = harness.query_text("SELECT reason FROM deliveries WHERE state = 'dead'");
    assert!(
        reason.starts_with("the notification cannot be read; last answer: the store holds an alert"),
        "{reason}"
    );
}

#[tokio::test(start_paused = true)]
async fn finished_alerts_are_deleted_after_the_retention_and_firing_ones_are_not() {
    let ding = FakeChannel::new("ding").with_twenty_per_minute();
    let harness = GatewayHarness::with_jumping_time(HarnessConfig::with_channels([ding])).await;
    harness.accept([alarm("a", Severity::High), resolved_alarm("a"), alarm("b", Severity::High)]).await;
    harness.advance(12 * MINUTE).await;
    assert_eq!(harness.query_number("SELECT count(*) FROM alerts"), 3);
    assert_eq!(harness.query_number("SELECT count(*) FROM sends"), 0); // a budget of a minute needs no older sends
    harness.set_clock_by(24 * 60 * 60); // nothing is older for that
    harness.advance(HOUR / 4).await;
    assert_eq!(harness.query_number("SELECT count(*) FROM alerts"), 3);
    harness.advance(24 * HOUR).await;
    assert_eq!(harness.query_text("SELECT group_concat(id) FROM alerts"), "3");
}

/// A lock of another program on the store, which lasts until it is dropped: the disk does not answer in time.
fn lock(harness: &GatewayHarness) -> Connection {
    let other = harness.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

/// Lets `time` pass while the store is locked: whoever waits until it is idle would wait for the lock.
async fn advance_while_locked(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        tokio::time::advance(SECOND / 2).await;
        for _ in 0..100 {
            yield_now().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_digest_that_falls_due_while_the_disk_does_not_answer_is_neither_lost_nor_sent_twice() {
    const ALERTS: usize = 30;
    let budget = Budget { messages: NonZeroU32::new(3).unwrap(), per: 4 * SECOND };
    let ding = FakeChannel::new("ding").with_budget(budget).with_capacity(40);
    let mut harness = GatewayHarness::new([ding]).await;
    // The budget is spent one by one; the rest waits for its next window, and would then go out as one digest.
    for number in 0..3 {
        harness.accept([alarm(&number.to_string(), Severity::High)]).await;
    }
    harness.accept((3..ALERTS).map(|number| alarm(&number.to_string(), Severity::High))).await;
    let sent_before = harness.calls().len();
    let locked = lock(&harness);
    advance_while_locked(5 * SECOND).await;
    let while_locked = harness.calls().split_off(sent_before);
    assert!(!while_locked.is_empty(), "what is owed goes out");
    assert!(while_locked.iter().all(|it| it.notifications.len() == 1), "a new digest has no number");
    drop(locked);
    harness.advance(2 * MINUTE).await;
    assert!(harness.calls().iter().any(|it| it.notifications.len() > 1), "the rest is gathered afterwards");
    check_each_told_once(&harness, ALERTS);
    harness.restart(Restart::AfterKill).await;
    harness.advance(2 * MINUTE).await;
    check_each_told_once(&harness, ALERTS);
}

/// Each of so many alerts is in one message, and its delivery has one attempt.
#[track_caller]
fn check_each_told_once(harness: &GatewayHarness, alerts: usize) {
    let told: usize = harness.calls().iter().map(|it| it.notifications.len()).sum();
    let expected = i64::try_from(alerts).unwrap();
    let attempts = harness.query_number("SELECT count(*) FROM attempts");
    assert_eq!((told, harness.count_deliveries("delivered"), attempts), (alerts, expected, expected));
}

#[tokio::test(start_paused = true)]
async fn two_outcomes_of_one_delivery_that_are_recorded_late_settle_it_once() {
    let ding = FakeChannel::new("ding").answering(|call| match call.nth {
        0 | 1 => transient(),
        _ => FakeAnswer::Accept,
    });
    let mut harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    let locked = lock(&harness);
    advance_while_locked(4 * SECOND).await;
    let recorded = harness.query_number("SELECT count(*) FROM attempts WHERE delivery = 1");
    assert_eq!((harness.calls().len(), recorded), (3, 1), "two outcomes wait for the store");
    drop(locked);
    harness.advance(MINUTE).await;
    for _ in 0..2 {
        assert_eq!((harness.calls().len(), harness.count_deliveries("delivered")), (3, 1));
        let attempts = "SELECT group_concat(ordinal || ' ' || outcome) FROM attempts WHERE delivery = 1";
        let attempts = harness.query_text(attempts);
        assert_eq!(attempts, "1 transient,2 transient,3 delivered");
        harness.restart(Restart::AfterKill).await;
        harness.advance(MINUTE).await;
    }
}
