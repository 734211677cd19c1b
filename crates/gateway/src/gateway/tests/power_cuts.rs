//! The machine was off, and nobody knows for how long but for the wall clock, which may be wrong.

use std::num::NonZeroU32;
use std::time::Duration;

use fanfare_core::{Budget, Severity, Unless};

use super::fake::{FakeAnswer, FakeChannel, throttled};
use super::harness::{GatewayHarness, HarnessConfig, alarm_for};
use super::terms::{together, with_rung};
use super::times::{HOUR, MINUTE, SECOND};

fn config() -> HarnessConfig {
    let held = FakeChannel::new("held").answering(|call| match call.nth {
        0 => throttled(10 * MINUTE),
        _ => FakeAnswer::Accept,
    });
    let budget = Budget { messages: NonZeroU32::new(2).unwrap(), per: 10 * MINUTE };
    let robot = FakeChannel::new("robot").with_budget(budget).with_capacity(1);
    let ladder = with_rung(together(&["ding"]), 15 * MINUTE, Unless::Acknowledged, &["boss"]);
    let channels = [FakeChannel::new("ding"), FakeChannel::new("boss"), held, robot];
    HarnessConfig::with_terms(ladder, channels)
        .with_receiver("held", together(&["held"]))
        .with_receiver("robot", together(&["robot"]))
}

/// A gateway whose machine loses its power a minute after alerts of all sorts, is off for this time, and starts with
/// its clock wrong by so many seconds.
async fn after_a_power_cut(off: Duration, wrong_by: i64) -> GatewayHarness {
    let mut harness = GatewayHarness::with_jumping_time(config()).await;
    let to = |receiver, eui| alarm_for(receiver, eui, Severity::Urgent);
    harness.accept([to("nobody", "a"), to("held", "b")]).await;
    harness.accept(["c", "d", "e"].map(|eui| to("robot", eui))).await;
    harness.advance(MINUTE).await;
    harness.kill().await;
    harness.advance_while_down(off).await;
    harness.boot();
    harness.advance_while_down(20 * SECOND).await;
    harness.set_clock_by(wrong_by);
    harness.start().await;
    harness
}

/// The seconds after the start of the test at which `channel` was called last.
fn last_call(harness: &GatewayHarness, channel: &str) -> f64 {
    *harness.call_times(channel).last().unwrap()
}

#[tokio::test(start_paused = true)]
async fn with_the_right_clock_a_rung_is_climbed_at_its_time_or_at_once() {
    let harness = after_a_power_cut(MINUTE, 0).await;
    harness.advance(20 * MINUTE).await;
    assert_eq!(harness.call_times("boss"), [900.0]);
    let harness = after_a_power_cut(HOUR, 0).await;
    harness.advance(SECOND).await;
    assert_eq!(harness.calls_of("boss").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn with_a_clock_that_is_behind_a_rung_is_climbed_rather_early_than_late() {
    for wrong_by in [-3_600, -86_400, -3_652 * 86_400] {
        let harness = after_a_power_cut(5 * MINUTE, wrong_by).await;
        harness.advance(SECOND).await;
        assert_eq!(harness.calls_of("boss").len(), 1, "wrong by {wrong_by} s");
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_clock_that_is_ahead_a_rung_is_climbed_rather_early_than_late() {
    for wrong_by in [3_600, 86_400] {
        let harness = after_a_power_cut(5 * MINUTE, wrong_by).await;
        harness.advance(SECOND).await;
        assert_eq!(harness.calls_of("boss").len(), 1, "wrong by {wrong_by} s");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_the_clock_shows_no_limit_is_broken() {
    for wrong_by in [120, -120, 3_600, -3_600, 86_400, -86_400, -3_652 * 86_400] {
        let harness = after_a_power_cut(SECOND, wrong_by).await;
        harness.advance(9 * MINUTE - 30 * SECOND).await;
        assert_eq!(harness.calls_of("held").len(), 1, "held, wrong by {wrong_by} s");
        assert_eq!(harness.calls_of("robot").len(), 2, "budget, wrong by {wrong_by} s");
        harness.advance(3 * MINUTE).await;
        for channel in ["held", "robot"] {
            let last = last_call(&harness, channel);
            assert!((600.0..720.0).contains(&last), "{channel}, wrong by {wrong_by} s: {last}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_ahead_after_a_power_cut_ends_no_link_and_deletes_nothing() {
    let harness = after_a_power_cut(MINUTE, 3_652 * 86_400).await;
    harness.advance(HOUR).await;
    let link = harness.calls_of("ding")[0].notification().ack_url.clone().unwrap();
    let token = link.rsplit('/').next().unwrap();
    assert!(harness.gateway().ack_key().read(token, harness.gateway().link_time()).is_ok());
    assert_eq!(harness.query_number("SELECT count(*) FROM alerts"), 5);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_right_after_a_power_cut_takes_nothing_back() {
    for wrong_by in [-3_600, 86_400] {
        let harness = after_a_power_cut(MINUTE, wrong_by).await;
        harness.advance(2 * SECOND).await;
        harness.set_clock_by(-wrong_by);
        harness.accept([alarm_for("nobody", "new", Severity::Urgent)]).await;
        harness.advance(20 * MINUTE).await;
        let of_new = harness.calls_of("boss");
        let of_new = of_new.iter().find(|it| it.notification().alert.text_of("eui") == "new").unwrap();
        let began = harness.calls_of("ding").iter().find(|it| it.euis() == ["new"]).unwrap().at;
        assert_eq!((of_new.at - began).as_secs(), 900, "wrong by {wrong_by} s");
    }
}
