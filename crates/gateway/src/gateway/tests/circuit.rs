//! Circuits: a broken channel is probed with pauses until it works again.

use std::time::Duration;

use fanfare_core::{Alert, Severity};

use super::fake::{FakeAnswer, FakeChannel, local_fault, misconfigured, throttled, transient};
use super::harness::{GatewayHarness, alarm};
use super::terms::in_turn;
use super::times::{HOUR, MINUTE, SECOND};

fn alarms(number: usize) -> impl Iterator<Item = Alert> {
    (0..number).map(|number| alarm(&number.to_string(), Severity::High))
}

/// The channel `ding`, which answers with `how` until `end`.
fn down_until(end: Duration, how: FakeAnswer) -> FakeChannel {
    FakeChannel::new("ding")
        .answering(move |call| if call.at < end { how.clone() } else { FakeAnswer::Accept })
}

#[tokio::test(start_paused = true)]
async fn a_circuit_opens_after_three_failures_in_a_row_and_lets_one_probe_through_after_each_pause() {
    let harness = GatewayHarness::new([down_until(HOUR, transient()).with_concurrency(4)]).await;
    harness.accept(alarms(2)).await;
    harness.advance(SECOND / 2).await;
    harness.accept([alarm("third", Severity::High)]).await;
    harness.advance(40 * SECOND).await;
    assert_eq!(harness.call_times("ding"), [0.0, 0.0, 0.5, 5.5, 15.5, 30.5]);
}

#[tokio::test(start_paused = true)]
async fn one_of_a_thousand_waiting_deliveries_probes_in_each_pause_and_all_go_after_the_recovery() {
    let harness = GatewayHarness::new([down_until(2 * MINUTE, transient())]).await;
    harness.accept(alarms(1_000)).await;
    harness.advance_in_steps(5 * SECOND, 2 * MINUTE - SECOND).await;
    assert_eq!(harness.call_times("ding"), [0.0, 0.0, 0.0, 5.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0, 105.0]);
    harness.advance_in_steps(SECOND, 31 * SECOND).await;
    assert_eq!(harness.count_deliveries("delivered"), 1_000);
}

#[tokio::test(start_paused = true)]
async fn occasional_failures_open_no_circuit() {
    let flaky = FakeChannel::new("ding")
        .answering(|call| if call.nth % 3 < 2 { transient() } else { FakeAnswer::Accept });
    let harness = GatewayHarness::new([flaky]).await;
    for eui in ["a", "b", "c", "d"] {
        harness.accept([alarm(eui, Severity::High)]).await;
        harness.advance(10 * SECOND).await;
    }
    let expected: Vec<f64> =
        [0.0, 10.0, 20.0, 30.0].into_iter().flat_map(|at| [at, at + 1.0, at + 3.0]).collect();
    assert_eq!(harness.call_times("ding"), expected);
}

#[tokio::test(start_paused = true)]
async fn wrong_settings_open_the_circuit_at_once() {
    let harness = GatewayHarness::new([down_until(HOUR, misconfigured())]).await;
    harness.accept(alarms(10)).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!(harness.call_times("ding"), [0.0, 60.0]);
}

#[tokio::test(start_paused = true)]
async fn a_silence_opens_no_circuit() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.nth < 5 { throttled(SECOND) } else { FakeAnswer::Accept });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept(alarms(3)).await;
    harness.advance(10 * SECOND).await;
    assert_eq!(harness.call_times("ding"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_this_machine_opens_no_circuit_blames_no_channel_and_costs_no_budget() {
    let ding = down_until(2 * MINUTE, local_fault()).with_twenty_per_minute();
    let mail = FakeChannel::new("mail");
    let harness = GatewayHarness::new([ding, mail]).await;
    harness.accept(alarms(9)).await;
    harness.advance_in_steps(SECOND, 2 * MINUTE).await;
    let failed = harness.call_times("ding").len();
    assert!(
        (40..=121).contains(&failed),
        "more than the budget has, and no more than one a second: {failed}"
    );
    assert!(harness.calls().iter().all(|call| !call.is_self_alert()), "nobody is told that `ding` is broken");
    harness.advance_in_steps(SECOND, 31 * SECOND).await;
    assert_eq!(harness.count_deliveries("delivered"), 18);
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_this_machine_is_no_storm_of_attempts() {
    let harness = GatewayHarness::new([down_until(MINUTE, local_fault())]).await;
    harness.accept(alarms(500)).await;
    harness.advance_in_steps(SECOND, MINUTE - SECOND).await;
    assert!(harness.call_times("ding").len() <= 61, "{:?}", harness.call_times("ding"));
    harness.advance_in_steps(SECOND, 32 * SECOND).await;
    assert_eq!(harness.count_deliveries("delivered"), 500);
}

#[tokio::test(start_paused = true)]
async fn one_full_mailbox_opens_no_circuit() {
    let mail = FakeChannel::new("mail").answering(|call| match call.attempt.only {
        None => FakeAnswer::AcceptPart { refused: &[], deferred: &["full@example.com"] },
        Some(_) => transient(),
    });
    let harness = GatewayHarness::new([mail]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(95 * SECOND).await; // the last attempt failed at 91
    harness.accept([alarm("b", Severity::High)]).await;
    assert_eq!(harness.calls().last().unwrap().at, 95 * SECOND);
}

/// Checks that a recovered channel is used again in time, with an alert every five seconds.
async fn check_recovery(how: FakeAnswer) {
    let back = 100 * SECOND;
    let harness = GatewayHarness::with_terms(
        in_turn(&["ding", "mail"]),
        [down_until(back, how), FakeChannel::new("mail")],
    )
    .await;
    for eui in 0..30 {
        harness.accept([alarm(&eui.to_string(), Severity::High)]).await;
        harness.advance_in_steps(SECOND, 5 * SECOND).await;
    }
    let used_again = harness.calls_of("ding").iter().find(|it| it.was_accepted()).unwrap().at;
    assert!(used_again <= back + 30 * SECOND, "{used_again:?}");
    // No alert failed over later than after ten seconds, and none after the recovery.
    assert_eq!(harness.calls_of("mail").iter().filter(|it| it.at > used_again).count(), 0);
    assert_eq!(harness.query_number("SELECT count(*) FROM notifications WHERE fulfilment = 'kept'"), 30);
    let waited = "SELECT count(*) FROM deliveries WHERE channel = 'mail' AND called_at IS NOT NULL
                  AND called_at - (SELECT owed_at FROM notifications n WHERE n.id = notification) > 10_000";
    assert_eq!(harness.query_number(waited), 0);
}

#[tokio::test(start_paused = true)]
async fn a_recovered_provider_is_noticed_within_half_a_minute() {
    check_recovery(transient()).await;
    check_recovery(FakeAnswer::Hang).await;
}

#[tokio::test(start_paused = true)]
async fn an_unstable_provider_raises_one_self_alert() {
    let flapping = FakeChannel::new("ding").answering(|call| match call.at.as_secs() / 20 % 2 {
        0 => transient(),
        _ => FakeAnswer::Accept,
    });
    let harness =
        GatewayHarness::with_terms(in_turn(&["ding", "mail"]), [flapping, FakeChannel::new("mail")]).await;
    for eui in 0..120 {
        harness.accept([alarm(&eui.to_string(), Severity::High)]).await;
        harness.advance_in_steps(SECOND, 5 * SECOND).await;
    }
    let alerts = "SELECT count(*) FROM main.alerts WHERE alert ->> '$.labels.alertname' = 'ChannelBroken'";
    assert_eq!(harness.query_number(alerts), 1);
    assert_eq!(harness.query_number("SELECT count(*) FROM notifications WHERE fulfilment = 'kept'"), 120);
}
