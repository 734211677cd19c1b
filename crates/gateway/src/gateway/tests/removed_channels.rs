//! Channels that are removed from the config, rungs that were not climbed, and retries by people.

use std::num::NonZeroU32;

use fanfare_core::{Budget, DeadLetterId, Severity, Unless, Why};
use fanfare_store::DeadLetters;

use super::fake::{FakeAnswer, FakeChannel, transient, unanswered};
use super::harness::{GatewayHarness, HarnessConfig, Restart, alarm, resolved_alarm};
use super::terms::{together, with_rung, within};
use super::times::{HOUR, MINUTE, SECOND};

#[tokio::test(start_paused = true)]
async fn deliveries_to_a_channel_that_stays_removed_are_given_up_and_announced_elsewhere() {
    let dead = FakeChannel::new("ding").answering(|_| transient());
    let mut harness = GatewayHarness::new([dead]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(20 * SECOND).await;
    harness.reload(HarnessConfig::with_channels([FakeChannel::new("mail")])).await;
    harness.advance(26 * HOUR).await;
    assert_eq!((harness.count_deliveries("pending"), harness.count_deliveries("dead")), (0, 1));
    assert_eq!(harness.query_text("SELECT fulfilment FROM notifications WHERE id = 1"), "abandoned");
    let on_mail = harness.all_calls().into_iter().filter(|it| it.channel == "mail");
    let alerts = on_mail
        .flat_map(|it| it.notifications)
        .filter(|it| it.alert.text_of("alertname") == "ContractBroken");
    assert_eq!(alerts.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_channel_notified_by_a_rung_is_notified_of_the_resolution() {
    let terms = with_rung(together(&["ding"]), 15 * MINUTE, Unless::Acknowledged, &["boss"]);
    let harness =
        GatewayHarness::with_terms(terms, [FakeChannel::new("ding"), FakeChannel::new("boss")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(20 * MINUTE).await;
    harness.accept([resolved_alarm("a")]).await;
    harness.advance(MINUTE).await;
    for channel in ["ding", "boss"] {
        let whys: Vec<_> = harness.calls_of(channel).iter().map(|call| call.notification().why).collect();
        assert_eq!(whys, [Why::Started, Why::Resolved], "{channel}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_channel_whose_rung_was_not_climbed_is_not_notified_of_the_resolution() {
    let terms = with_rung(together(&["ding"]), 15 * MINUTE, Unless::Acknowledged, &["boss"]);
    let harness =
        GatewayHarness::with_terms(terms, [FakeChannel::new("ding"), FakeChannel::new("boss")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(MINUTE).await;
    harness.accept([resolved_alarm("a")]).await;
    harness.advance(20 * MINUTE).await;
    assert_eq!(harness.calls_of("boss").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn failures_of_earlier_settings_do_not_count_against_the_new_ones() {
    let old = FakeChannel::new("ding")
        .with_concurrency(3)
        .answering(|_| FakeAnswer::Hang)
        .with_timeout(10 * SECOND);
    let new = FakeChannel::new("ding").with_concurrency(3).with_version(1);
    let mut harness = GatewayHarness::new([old]).await;
    harness.accept(["a", "b", "c"].map(|eui| alarm(eui, Severity::High))).await;
    harness.advance(5 * SECOND).await;
    harness.reload(HarnessConfig::with_channels([new])).await;
    harness.advance(5 * SECOND + SECOND / 2).await;
    harness.accept([alarm("d", Severity::Urgent)]).await;
    harness.advance(SECOND).await;
    let is_sent = harness.calls_of("ding").iter().any(|call| call.euis().contains(&"d"));
    assert!(is_sent, "{:?}", harness.call_times("ding"));
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_retried_by_a_person_ends_its_pause() {
    let script = |call: &super::fake::RecordedCall| {
        if call.at < 10 * MINUTE { unanswered() } else { FakeAnswer::Accept }
    };
    let ding = FakeChannel::new("ding").answering(script);
    let harness = GatewayHarness::with_terms(within(MINUTE, together(&["ding"])), [ding]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(11 * MINUTE).await;
    let before = harness.call_times("ding").len();
    let letter = DeadLetterId::Notification(fanfare_core::NotificationId(1));
    harness.gateway().retry_dead_letters(DeadLetters::These(vec![letter]), "the engineer").await.unwrap();
    harness.advance(SECOND).await;
    assert_eq!(harness.call_times("ding").len(), before + 1);
    assert_eq!(harness.query_text("SELECT fulfilment FROM notifications WHERE id = 1"), "late");
}

/// Checks that a channel whose budget is spent keeps to it after it was out of the config for a while.
async fn check_budget_of_a_channel_that_returns(restart: Restart) {
    let three = Budget { messages: NonZeroU32::new(3).unwrap(), per: 20 * MINUTE };
    let ding = || FakeChannel::new("ding").with_budget(three);
    let without = || HarnessConfig::with_channels([FakeChannel::new("mail")]);
    let mut harness = GatewayHarness::new([ding()]).await;
    harness.accept(["a", "b", "c"].map(|eui| alarm(eui, Severity::Urgent))).await;
    harness.advance(MINUTE).await;
    harness.reload(without()).await;
    harness.restart(restart).await;
    // Long enough for old sends to be deleted.
    harness.advance(14 * MINUTE).await;
    harness.reload(HarnessConfig::with_channels([ding()])).await;
    harness.accept([alarm("d", Severity::Urgent)]).await;
    harness.advance(10 * MINUTE).await;
    let times = harness.call_times("ding");
    assert!(matches!(times[..], [0.0, 0.0, 0.0, last] if last >= 1200.0), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_returns_to_the_config_finds_its_budget_as_it_left_it() {
    check_budget_of_a_channel_that_returns(Restart::Omitted).await;
    check_budget_of_a_channel_that_returns(Restart::AfterKill).await;
}
