//! Acknowledgements: they end ladders and repeats, and are announced to all notified channels.

use fanfare_core::{Acknowledgement, DeliveryTerms, NotificationId, Obstacle, Severity, Unless, Why};

use super::fake::{FakeAnswer, FakeChannel};
use super::harness::{GatewayHarness, alarm, resolved_alarm};
use super::invariants::check_ledger;
use super::terms::{together, with_rung};
use super::times::{HOUR, MINUTE};

/// Terms with `ding`, and rungs to `boss` after 15 minutes and to `owner` after an hour, unless acknowledged.
fn ladder() -> DeliveryTerms {
    let terms = with_rung(together(&["ding"]), 15 * MINUTE, Unless::Acknowledged, &["boss"]);
    with_rung(terms, HOUR, Unless::Acknowledged, &["owner"])
}

async fn harness_with_ladder() -> GatewayHarness {
    GatewayHarness::with_terms(ladder(), ["ding", "boss", "owner"].map(FakeChannel::new)).await
}

/// Accepts an alarm, and returns the id of its notification.
async fn notify(harness: &GatewayHarness, severity: Severity) -> NotificationId {
    harness.accept([alarm("a", severity)]).await[0].notifications[0].id
}

/// The notifications of a channel: the second and the reason of each.
fn whys(harness: &GatewayHarness, channel: &str) -> Vec<(u64, Why)> {
    let calls = harness.calls_of(channel).into_iter();
    calls.map(|it| (it.at.as_secs(), it.notification().why)).collect()
}

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_stops_the_ladder_and_is_announced_to_all_notified_channels() {
    let harness = harness_with_ladder().await;
    let id = notify(&harness, Severity::Urgent).await;
    harness.advance(20 * MINUTE).await;
    let acknowledged = harness.acknowledge(id, "Wang Min").await;
    assert_eq!(acknowledged, Ok(()));
    harness.advance(2 * HOUR).await;
    assert_eq!(whys(&harness, "ding"), [(0, Why::Started), (1200, Why::Acknowledged)]);
    assert_eq!(whys(&harness, "boss"), [(900, Why::Started), (1200, Why::Acknowledged)]);
    assert_eq!(whys(&harness, "owner"), []);
    let acknowledgement =
        harness.calls_of("ding").pop().unwrap().notification().acknowledged_by.clone().unwrap();
    assert_eq!(
        acknowledgement,
        Acknowledgement { by: "Wang Min".to_owned(), at: harness.started_at() + 20 * MINUTE }
    );
    check_ledger(&harness, "acknowledged");
}

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_stops_repeats_but_not_the_resolution() {
    let harness = harness_with_ladder().await;
    let id = notify(&harness, Severity::Urgent).await;
    harness.acknowledge(id, "Wang Min").await.unwrap();
    harness.advance(5 * HOUR).await;
    harness.accept([alarm("a", Severity::Urgent)]).await; // a repeat would be due
    harness.accept([resolved_alarm("a")]).await;
    let whys: Vec<_> = whys(&harness, "ding").into_iter().map(|(_, why)| why).collect();
    assert_eq!(whys, [Why::Started, Why::Acknowledged, Why::Resolved]);
    assert!(harness.query_text("SELECT held FROM alerts WHERE id = 2").contains("takes care"));
}

#[tokio::test(start_paused = true)]
async fn a_worsened_alarm_must_be_acknowledged_again() {
    let harness = harness_with_ladder().await;
    let id = notify(&harness, Severity::Mid).await;
    harness.acknowledge(id, "Wang Min").await.unwrap();
    let worse = notify(&harness, Severity::Urgent).await;
    harness.advance(16 * MINUTE).await;
    assert_eq!(whys(&harness, "boss"), [(900, Why::Worsened { from: Severity::Mid })]);
    assert!(matches!(harness.acknowledge(id, "Li Na").await, Err(Obstacle::Already(_))));
    assert_eq!(harness.acknowledge(worse, "Li Na").await, Ok(()));
    harness.advance(2 * HOUR).await;
    assert_eq!(whys(&harness, "owner"), []);
}

#[tokio::test(start_paused = true)]
async fn a_second_acknowledgement_is_refused_with_the_first_and_announced_once() {
    let mut harness = harness_with_ladder().await;
    let id = notify(&harness, Severity::Urgent).await;
    harness.acknowledge(id, "Wang Min").await.unwrap();
    harness.kill().await;
    harness.start().await;
    let Err(Obstacle::Already(first)) = harness.acknowledge(id, "Li Na").await else { panic!() };
    assert_eq!(first.by, "Wang Min");
    harness.advance(2 * HOUR).await;
    assert_eq!(whys(&harness, "ding").len(), 2);
    assert_eq!(harness.query_number("SELECT count(*) FROM acknowledgements"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_resolved_or_unknown_notification_cannot_be_acknowledged() {
    let harness = harness_with_ladder().await;
    let id = notify(&harness, Severity::Urgent).await;
    harness.accept([resolved_alarm("a")]).await;
    assert_eq!(harness.acknowledge(id, "Wang Min").await, Err(Obstacle::Over));
    assert_eq!(harness.acknowledge(NotificationId(999), "Wang Min").await, Err(Obstacle::Unknown));
    assert_eq!(whys(&harness, "ding").len(), 2); // its start and its resolution
}

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_survives_a_kill_and_is_then_announced() {
    let mut harness = harness_with_ladder().await;
    let id = notify(&harness, Severity::Urgent).await;
    harness.advance(14 * MINUTE).await;
    let acknowledgement = Acknowledgement { by: "Wang Min".to_owned(), at: harness.now() };
    harness.gateway().acknowledge(id, acknowledgement).await.unwrap().unwrap();
    harness.kill().await;
    harness.advance_while_down(2 * MINUTE).await;
    harness.start().await;
    harness.advance(2 * HOUR).await;
    assert_eq!((whys(&harness, "boss"), whys(&harness, "owner")), (vec![], vec![]));
    assert!(whys(&harness, "ding").iter().any(|(_, why)| *why == Why::Acknowledged));
    check_ledger(&harness, "killed after the answer");
}

#[tokio::test(start_paused = true)]
async fn every_message_that_asks_for_acknowledgement_carries_the_same_link_and_no_other_does() {
    let ding = FakeChannel::new("ding").answering(|call| match call.nth {
        0 => super::fake::transient(),
        _ => FakeAnswer::Accept,
    });
    let mut harness =
        GatewayHarness::with_terms(ladder(), [ding, FakeChannel::new("boss"), FakeChannel::new("owner")])
            .await;
    let id = notify(&harness, Severity::Urgent).await;
    harness.kill().await;
    harness.start().await;
    harness.advance(16 * MINUTE).await;
    harness.accept([resolved_alarm("a")]).await;
    let links: Vec<_> = harness.calls().iter().map(|it| it.notification().ack_url.clone()).collect();
    let [first, repeat, to_boss, end, end_to_boss] = &links[..] else { panic!("{links:?}") };
    assert!(first == repeat && repeat == to_boss && end.is_none() && end_to_boss.is_none());
    let token = first.as_ref().unwrap().strip_prefix("https://alerts.example.com/ack/").unwrap();
    let token = harness.gateway().ack_key().read(token, harness.now()).unwrap();
    assert_eq!(token.notification, id);
}
