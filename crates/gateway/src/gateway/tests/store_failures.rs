//! Failures of the store, and unreadable rows in it.

use fanfare_core::Severity;

use super::fake::{FakeAnswer, FakeChannel, transient};
use super::harness::{GatewayHarness, HarnessConfig, alarm, resolved_alarm};
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
