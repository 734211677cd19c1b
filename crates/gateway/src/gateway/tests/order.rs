//! Order: the deliveries of one incident go in the order of its events, the most severe incident first.

use fanfare_core::{Severity, Why};

use super::fake::{FakeAnswer, FakeChannel, transient};
use super::harness::{GatewayHarness, HarnessConfig, Restart, alarm, resolved_alarm};
use super::times::{MINUTE, SECOND};

fn whys(harness: &GatewayHarness) -> Vec<Why> {
    harness.calls().iter().map(|it| it.notification().why).collect()
}

#[tokio::test(start_paused = true)]
async fn a_resolution_is_never_delivered_before_the_start_of_its_incident() {
    let ding = FakeChannel::new("ding")
        .with_concurrency(8)
        .answering(|call| if call.nth < 3 { transient() } else { FakeAnswer::Accept });
    let mut harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Mid)]).await;
    harness.accept([resolved_alarm("a")]).await;
    harness.advance(2 * SECOND).await;
    harness.kill().await;
    harness.start().await;
    harness.advance(10 * SECOND).await;
    use Why::{Resolved, Started};
    assert_eq!(whys(&harness), [Started, Started, Started, Started, Resolved]);
    assert_eq!(harness.count_deliveries("delivered"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_resolution_waits_while_the_start_of_its_incident_is_under_way() {
    let ding = FakeChannel::new("ding").with_concurrency(8).answering(|call| match call.nth {
        0 => FakeAnswer::AcceptAfter(5 * SECOND),
        _ => FakeAnswer::Accept,
    });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Mid)]).await;
    harness.accept([resolved_alarm("a")]).await;
    harness.accept([alarm("b", Severity::Mid)]).await;
    harness.advance(6 * SECOND).await;
    assert_eq!(harness.call_times("ding"), [0.0, 0.0, 5.0]);
    assert_eq!(whys(&harness), [Why::Started, Why::Started, Why::Resolved]);
}

/// Checks that a recipient whose mailbox stays full does not delay the next deliveries of the others.
async fn check_full_mailbox(restart: Restart) {
    let mail = FakeChannel::new("mail").answering(|call| match (&call.attempt.only, call.nth) {
        (None, 0) => FakeAnswer::AcceptPart { refused: &[], deferred: &["full@example.com"] },
        (None, _) => FakeAnswer::Accept,
        (Some(_), _) => transient(),
    });
    let mut harness = GatewayHarness::new([mail]).await;
    harness.accept([alarm("a", Severity::Low)]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(10 * SECOND).await;
    harness.restart(restart).await;
    harness.accept([resolved_alarm("a")]).await;
    let to_all: Vec<_> = harness.calls().into_iter().filter(|it| it.attempt.only.is_none()).collect();
    let seconds: Vec<_> = to_all.iter().map(|it| it.at.as_secs()).collect();
    let whys: Vec<_> = to_all.iter().map(|it| it.notification().why).collect();
    assert_eq!(seconds, [0, 0, 10]);
    assert_eq!(whys, [Why::Started, Why::Worsened { from: Severity::Low }, Why::Resolved]);
    assert_eq!((harness.count_deliveries("delivered"), harness.count_deliveries("pending")), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_recipient_does_not_delay_the_others() {
    check_full_mailbox(Restart::Omitted).await;
    check_full_mailbox(Restart::AfterKill).await;
}

#[tokio::test(start_paused = true)]
async fn a_worsened_alarm_does_not_wait_for_the_retry_pause_of_its_start() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.nth < 6 { transient() } else { FakeAnswer::Accept });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Low)]).await;
    harness.advance(35 * SECOND).await; // the next attempt is due at 64, and the channel is probed at 49
    assert_eq!(harness.calls().len(), 6);
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(15 * SECOND).await;
    assert_eq!(harness.call_times("ding")[6..], [49.0, 49.0]);
    assert_eq!(whys(&harness)[6..], [Why::Started, Why::Worsened { from: Severity::Low }]);
}

#[tokio::test(start_paused = true)]
async fn the_most_severe_delivery_goes_next() {
    let ding = FakeChannel::new("ding").answering(|_| FakeAnswer::AcceptAfter(SECOND));
    let harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Low), alarm("b", Severity::Low)]).await;
    harness.accept([alarm("c", Severity::Urgent)]).await;
    harness.advance(MINUTE).await;
    let euis: Vec<_> =
        harness.calls().iter().map(|it| it.notification().alert.text_of("eui").to_owned()).collect();
    assert_eq!(euis, ["a", "c", "b"]);
}

#[tokio::test(start_paused = true)]
async fn a_new_incident_does_not_wait_for_the_retries_of_another() {
    let ding = FakeChannel::new("ding").answering(|call| match call.notification().alert.text_of("eui") {
        "a" => transient(),
        _ => FakeAnswer::Accept,
    });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(2 * SECOND).await;
    harness.accept([alarm("b", Severity::Low)]).await;
    assert_eq!(harness.calls().last().unwrap().at, 2 * SECOND);
    assert_eq!(harness.count_deliveries("delivered"), 1);
}

/// Checks the order in which an idle channel sends alerts of these severities that came in one request.
async fn check_first(severities: &[Severity], expected: &[Severity]) {
    let harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
    let alerts =
        severities.iter().enumerate().map(|(number, severity)| alarm(&number.to_string(), *severity));
    harness.accept(alerts).await;
    let order: Vec<_> = harness.calls().iter().map(|it| it.notification().alert.severity).collect();
    assert_eq!(order, expected);
}

#[tokio::test(start_paused = true)]
async fn the_most_severe_alert_of_one_request_goes_first() {
    use Severity::{High, Low, Mid, Urgent};
    for _ in 0..10 {
        check_first(&[Low, Mid, Urgent, High], &[Urgent, High, Mid, Low]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_the_most_severe_delivery_goes_first() {
    let broken = FakeChannel::new("ding").answering(|_| transient());
    let mut harness = GatewayHarness::new([broken]).await;
    harness.accept([alarm("a", Severity::Low), alarm("b", Severity::Urgent)]).await;
    harness.kill().await;
    harness.reconfigure(HarnessConfig::with_channels([FakeChannel::new("ding")]));
    harness.advance_while_down(MINUTE).await;
    harness.start().await;
    let order: Vec<_> = harness.calls()[2..].iter().map(|it| it.notification().alert.severity).collect();
    assert_eq!(order, [Severity::Urgent, Severity::Low]);
}
