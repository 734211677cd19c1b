//! Reloads: a new config takes effect under load, and nothing is lost or repeated.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{Budget, Severity};

use super::fake::{FakeAnswer, FakeChannel, misconfigured, throttled};
use super::harness::{GatewayHarness, HarnessConfig, alarm};
use super::invariants::{check_budget, check_ledger, check_order};
use super::times::{MINUTE, SECOND};

fn slow(name: &'static str) -> FakeChannel {
    FakeChannel::new(name).answering(|_| FakeAnswer::AcceptAfter(5 * SECOND))
}

/// Checks that each delivery was made exactly once.
#[track_caller]
fn check_once(harness: &GatewayHarness) {
    let calls = harness.all_calls();
    let keys: BTreeSet<_> = calls.iter().map(|it| it.attempt.key.as_str()).collect();
    assert_eq!(calls.len(), keys.len());
    assert_eq!(harness.count_deliveries("pending"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_reloads_under_load_lose_nothing_and_repeat_nothing() {
    let channels = |round: u32| {
        let unchanged = FakeChannel::new("ding").with_twenty_per_minute().with_capacity(40);
        let rotated = FakeChannel::new("hook")
            .with_concurrency(2)
            .with_version(round)
            .answering(|_| FakeAnswer::AcceptAfter(SECOND));
        let comes_and_goes = slow("mail").with_concurrency(3);
        let mut channels = vec![unchanged, rotated];
        if round % 10 < 6 {
            channels.push(comes_and_goes);
        }
        channels
    };
    let mut harness = GatewayHarness::new(channels(0)).await;
    for round in 1..=100 {
        for number in 0..2 {
            let eui = format!("{round}-{number}");
            harness.gateway().accept(vec![alarm(&eui, Severity::ALL[number])], harness.now()).await.unwrap();
        }
        harness.reload_over(HarnessConfig::with_channels(channels(round)), SECOND).await;
        check_ledger(&harness, &format!("after the new config no. {round}"));
    }
    harness.reload(HarnessConfig::with_channels(channels(105))).await;
    harness.accept([alarm("the last", Severity::High)]).await;
    harness.advance(10 * MINUTE).await;
    check_once(&harness);
    check_order(&harness, "under reloads");
    check_budget(&harness, &["ding"], "under reloads");
    let newest = harness.calls_of("hook").last().unwrap().version;
    assert_eq!(newest, 105);
}

#[tokio::test(start_paused = true)]
async fn a_reload_does_not_disturb_a_channel_with_unchanged_settings() {
    let mut harness = GatewayHarness::new([slow("mail"), FakeChannel::new("ding")]).await;
    harness.accept(["a", "b", "c"].map(|eui| alarm(eui, Severity::High))).await;
    for round in 1..10 {
        harness
            .reload_over(
                HarnessConfig::with_channels([slow("mail"), FakeChannel::new("ding").with_version(round)]),
                SECOND,
            )
            .await;
    }
    harness.advance(MINUTE).await;
    assert_eq!(harness.call_times("mail"), [0.0, 5.0, 10.0]);
    check_once(&harness);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_under_way_keeps_its_settings_and_the_next_has_the_new_ones() {
    let mut harness = GatewayHarness::new([slow("mail")]).await;
    harness.accept(["a", "b"].map(|eui| alarm(eui, Severity::High))).await;
    harness.advance(SECOND).await;
    harness.reload(HarnessConfig::with_channels([slow("mail").with_version(1)])).await;
    harness.advance(MINUTE).await;
    let calls = harness.calls();
    assert_eq!(calls.iter().map(|it| (it.at.as_secs(), it.version)).collect::<Vec<_>>(), [(0, 0), (5, 1)]);
    check_once(&harness);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_removed_and_returns_repeats_no_attempt_and_loses_none() {
    for away in [Duration::ZERO, SECOND, 20 * SECOND] {
        let both = || HarnessConfig::with_channels([slow("mail"), FakeChannel::new("ding")]);
        let mut harness = GatewayHarness::new(both().channels).await;
        harness.accept(["a", "b", "c"].map(|eui| alarm(eui, Severity::High))).await;
        harness.advance(SECOND).await;
        harness.reload(HarnessConfig::with_channels([FakeChannel::new("ding")])).await;
        harness.advance(away).await;
        assert_eq!(harness.calls_of("mail").len(), 1);
        harness.reload_over(both(), 10 * SECOND).await;
        harness.accept([alarm("d", Severity::High)]).await;
        harness.advance(MINUTE).await;
        assert_eq!(harness.calls_of("mail").len(), 4, "{away:?}");
        check_once(&harness);
    }
}

#[tokio::test(start_paused = true)]
async fn deliveries_created_while_a_channel_was_removed_go_after_its_return() {
    let both = || HarnessConfig::with_channels([FakeChannel::new("mail"), FakeChannel::new("ding")]);
    let mut harness = GatewayHarness::new(both().channels).await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.reload(HarnessConfig::with_channels([FakeChannel::new("ding")])).await;
    harness.accept([super::harness::resolved_alarm("a")]).await;
    harness.advance(SECOND).await;
    harness.reload(both()).await;
    harness.accept([alarm("b", Severity::High)]).await;
    assert_eq!(harness.call_times("mail"), [0.0, 1.0]);
    check_once(&harness);
}

#[tokio::test(start_paused = true)]
async fn a_reload_with_corrected_settings_does_not_wait_for_the_next_probe() {
    let broken = FakeChannel::new("ding").answering(|_| misconfigured());
    let mut harness = GatewayHarness::new([broken]).await;
    harness.accept(["a", "b"].map(|eui| alarm(eui, Severity::High))).await;
    harness.advance(10 * SECOND).await;
    harness.reload(HarnessConfig::with_channels([FakeChannel::new("ding").with_version(1)])).await;
    assert_eq!(harness.call_times("ding"), [0.0, 10.0, 10.0]);
}

#[tokio::test(start_paused = true)]
async fn a_reload_ends_no_silence_and_opens_no_new_budget() {
    let throttled = FakeChannel::new("ding").answering(|_| throttled(MINUTE));
    let mut harness = GatewayHarness::new([throttled]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(10 * SECOND).await;
    harness.reload(HarnessConfig::with_channels([FakeChannel::new("ding").with_version(1)])).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!(harness.call_times("ding"), [0.0, 60.0]);

    let ding =
        |version| FakeChannel::new("ding").with_twenty_per_minute().with_capacity(2).with_version(version);
    let mut harness = GatewayHarness::new([ding(0)]).await;
    for round in 1..20 {
        harness.accept((0..4).map(|number| alarm(&format!("{round}-{number}"), Severity::Urgent))).await;
        harness.reload_over(HarnessConfig::with_channels([ding(round)]), SECOND).await;
    }
    harness.advance(5 * MINUTE).await;
    check_budget(&harness, &["ding"], "new settings");
    check_once(&harness);
}

#[tokio::test(start_paused = true)]
async fn a_smaller_budget_holds_at_once() {
    let ding = |messages| {
        let budget = Budget { messages: std::num::NonZeroU32::new(messages).unwrap(), per: MINUTE };
        FakeChannel::new("ding").with_budget(budget).with_capacity(2)
    };
    let mut harness = GatewayHarness::new([ding(40)]).await;
    harness.accept((0..10).map(|number| alarm(&number.to_string(), Severity::High))).await;
    assert_eq!(harness.calls().len(), 10);
    harness.reload(HarnessConfig::with_channels([ding(9).with_version(1)])).await;
    harness.accept([alarm("urgent", Severity::Urgent)]).await;
    harness.advance(MINUTE - SECOND).await;
    assert_eq!(harness.calls().len(), 10);
    harness.advance(SECOND).await;
    assert_eq!(harness.calls().len(), 11);
}

#[tokio::test(start_paused = true)]
async fn a_reload_that_cannot_be_stored_changes_nothing() {
    let harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
    let sql =
        "CREATE TRIGGER main.broken BEFORE INSERT ON policies BEGIN SELECT RAISE(ABORT, 'no room'); END";
    harness.ledger().execute_batch(sql).unwrap();
    let refused = harness.try_reload(&HarnessConfig::with_channels([FakeChannel::new("mail")])).await;
    assert!(refused.is_err());
    harness.accept([alarm("a", Severity::High)]).await;
    assert_eq!((harness.calls_of("ding").len(), harness.calls_of("mail").len()), (1, 0));
}
