//! Restarts: accepted alerts are delivered after shutdowns and kills.

use std::future::Future;
use std::task::Poll;

use fanfare_core::{DeliveryTerms, Severity, Unless};

use super::fake::{FakeAnswer, FakeChannel, transient};
use super::harness::{GatewayHarness, HarnessConfig, alarm};
use super::terms::{together, with_rung, within};
use super::times::{HOUR, MINUTE, SECOND};

/// Terms to be kept within 90 s on `ding`, else `phone`, and `boss` after two minutes unless acknowledged.
fn within_ninety_seconds() -> DeliveryTerms {
    let terms = within(90 * SECOND, together(&["ding"]));
    let terms = with_rung(terms, 90 * SECOND, Unless::Delivered, &["phone"]);
    with_rung(terms, 2 * MINUTE, Unless::Acknowledged, &["boss"])
}

/// The contract's end, and the seconds of the calls of all channels, where the gateway is killed ten seconds after an
/// alert and comes back after so many seconds more; `ding` answers from then on.
async fn killed_for(seconds: u32) -> (String, [Vec<f64>; 3]) {
    let ding = FakeChannel::new("ding").with_timeout(HOUR).answering(|call| match call.nth {
        0 => FakeAnswer::Hang,
        _ => FakeAnswer::Accept,
    });
    let channels = [ding, FakeChannel::new("phone"), FakeChannel::new("boss")];
    let mut harness = GatewayHarness::with_terms(within_ninety_seconds(), channels).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(10 * SECOND).await;
    harness.kill().await;
    harness.advance_while_down(seconds * SECOND).await;
    harness.start().await;
    harness.advance(5 * MINUTE).await;
    let status = harness.query_text("SELECT fulfilment FROM notifications WHERE id = 1");
    (status, ["ding", "phone", "boss"].map(|it| harness.call_times(it)))
}

#[tokio::test(start_paused = true)]
async fn a_contract_whose_time_passes_while_the_gateway_is_down_is_late_though_it_is_told_first_thing() {
    for down in [80, 81, 105, 480, 86_400] {
        let (status, [ding, phone, boss]) = killed_for(down).await;
        assert_eq!(status, "late", "down for {down} s");
        let back = 10.0 + f64::from(down);
        assert_eq!(ding, [0.0, back]);
        // Told, though late: the rung for when it is not told may be left out. The other is not late twice.
        assert!(phone.is_empty() || phone == [back], "down for {down} s: {phone:?}");
        assert_eq!(boss, [back.max(120.0)], "down for {down} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_contract_whose_time_has_not_passed_when_the_gateway_is_back_is_kept() {
    for down in [1, 40, 79] {
        let (status, [ding, phone, boss]) = killed_for(down).await;
        assert_eq!((status.as_str(), phone, boss), ("kept", vec![], vec![120.0]), "down for {down} s");
        assert_eq!(ding, [0.0, 10.0 + f64::from(down)]);
    }
}

const THREE: [&str; 3] = ["a", "b", "c"];

/// The device of each message, in order.
fn euis(harness: &GatewayHarness) -> Vec<String> {
    harness.calls().iter().map(|it| it.notification().alert.text_of("eui").to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_attempts_under_way_starts_none_and_keeps_the_rest_on_the_disk() {
    let slow = FakeChannel::new("slow").answering(|_| FakeAnswer::AcceptAfter(2 * SECOND));
    let mut harness = GatewayHarness::new([slow]).await;
    harness.accept(THREE.map(|eui| alarm(eui, Severity::High))).await;
    harness.shut_down(10 * SECOND).await;
    assert_eq!(euis(&harness), ["a"]);
    harness.start().await;
    assert_eq!((harness.count_deliveries("delivered"), harness.count_deliveries("pending")), (1, 2));
    harness.advance(10 * SECOND).await;
    assert_eq!(euis(&harness), THREE);
    assert_eq!(harness.count_deliveries("delivered"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_takes_no_longer_than_its_grace_period_and_repeats_interrupted_attempts() {
    let ding = FakeChannel::new("ding")
        .answering(|call| if call.nth == 0 { FakeAnswer::Hang } else { FakeAnswer::Accept });
    let mut harness = GatewayHarness::new([ding]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    let began = harness.now();
    harness.shut_down(3 * SECOND).await;
    assert_eq!(harness.now().duration_since(began).as_secs(), 3);
    harness.start().await;
    let calls = harness.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].attempt.key, calls[1].attempt.key);
    assert_eq!(harness.count_deliveries("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_kill_all_is_delivered_and_only_attempts_under_way_are_repeated() {
    let slow = FakeChannel::new("slow").answering(|_| FakeAnswer::AcceptAfter(SECOND));
    let mut harness = GatewayHarness::new([slow, FakeChannel::new("ding")]).await;
    harness.accept(["a", "b", "c", "d"].map(|eui| alarm(eui, Severity::High))).await;
    harness.advance(SECOND + SECOND / 2).await; // on `slow`, a is delivered and b under way
    harness.kill().await;
    harness.start().await;
    harness.advance(10 * SECOND).await;
    let of_slow: Vec<_> =
        harness.calls_of("slow").iter().map(|it| it.notification().alert.text_of("eui").to_owned()).collect();
    assert_eq!(of_slow, ["a", "b", "b", "c", "d"]);
    assert_eq!(harness.calls_of("ding").len(), 4);
    assert_eq!(harness.count_deliveries("delivered"), 8);
}

#[tokio::test(start_paused = true)]
async fn alerts_accepted_right_before_a_kill_are_sent_after_the_restart() {
    let mut harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
    let alerts = THREE.map(|eui| alarm(eui, Severity::High)).to_vec();
    harness.gateway().accept(alerts, harness.now()).await.unwrap();
    harness.kill().await;
    harness.start().await;
    for eui in THREE {
        assert!(euis(&harness).iter().any(|it| it == eui), "{eui}");
    }
    assert_eq!(harness.count_deliveries("delivered"), 3);
}

#[tokio::test(start_paused = true)]
async fn alerts_whose_caller_stopped_waiting_are_delivered() {
    let harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
    let mut accepted = Vec::new();
    // The store's thread may answer within the first poll; then the next caller stops waiting.
    loop {
        let eui = format!("eui-{}", accepted.len());
        let mut accepting =
            Box::pin(harness.gateway().accept(vec![alarm(&eui, Severity::High)], harness.now()));
        let answer = std::future::poll_fn(|context| Poll::Ready(accepting.as_mut().poll(context))).await;
        accepted.push(eui);
        if answer.is_pending() {
            break;
        }
        assert!(accepted.len() < 100, "every answer came within the first poll");
    }
    harness.run_until_idle().await;
    assert_eq!(harness.count_deliveries("delivered"), i64::try_from(accepted.len()).unwrap());
    assert_eq!(euis(&harness), accepted);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_not_in_the_config_keeps_its_deliveries_until_it_is_back() {
    let (ding, mail) = (FakeChannel::new("ding"), FakeChannel::new("mail"));
    let broken = mail.clone().answering(|_| transient());
    let mut harness = GatewayHarness::new([ding.clone(), broken]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.kill().await;
    harness.reconfigure(HarnessConfig::with_channels([ding.clone()]));
    harness.start().await;
    harness.advance(MINUTE).await;
    assert_eq!((harness.count_deliveries("delivered"), harness.count_deliveries("pending")), (1, 1));
    harness.kill().await;
    harness.reconfigure(HarnessConfig::with_channels([ding, mail]));
    harness.start().await;
    assert_eq!((harness.count_deliveries("delivered"), harness.count_deliveries("pending")), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn the_texts_of_a_large_backlog_stay_in_the_store() {
    const IN_MEMORY: usize = 5_000;
    const UNDER_WAY: usize = 16;
    let ding = FakeChannel::new("ding").with_concurrency(UNDER_WAY).answering(|call| match call.nth {
        0..UNDER_WAY => FakeAnswer::AcceptAfter(SECOND),
        _ => FakeAnswer::Accept,
    });
    let harness = GatewayHarness::new([ding]).await;
    let many = IN_MEMORY + UNDER_WAY + 50;
    harness.accept((0..many).map(|number| alarm(&number.to_string(), Severity::High))).await;
    harness
        .ledger()
        .execute("UPDATE main.alerts SET alert = replace(alert, 'Cold room 3', 'as the store has it')", [])
        .unwrap();
    harness.advance(SECOND).await;
    let mut calls = harness.calls();
    calls.sort_by_key(|it| it.notification().id);
    let from_the_store: Vec<_> =
        calls.iter().map(|it| it.notification().alert.text_of("device") == "as the store has it").collect();
    assert_eq!(from_the_store.len(), many);
    assert!(!from_the_store[..IN_MEMORY].contains(&true));
    assert!(!from_the_store[IN_MEMORY + UNDER_WAY..].contains(&false));
    assert_eq!(usize::try_from(harness.count_deliveries("delivered")), Ok(many));
}
