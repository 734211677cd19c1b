//! The wall clock is set by minutes, hours, days and years, and nothing that is owed or limited moves.

use std::num::NonZeroU32;
use std::time::Duration;

use fanfare_core::{Budget, Quota, QuotaPeriod, RetryPolicy, Severity, Unless};
use jiff::tz::TimeZone;

use super::fake::{FakeAnswer, FakeChannel, throttled, transient};
use super::harness::{GatewayHarness, HarnessConfig, alarm_for, resolved_alarm};
use super::terms::{together, with_rung, within};
use super::times::{MINUTE, SECOND};

/// The steps of the wall clock, in seconds: two minutes, an hour and a day either way, and ten years back.
const STEPS: [i64; 7] = [120, -120, 3_600, -3_600, 86_400, -86_400, -3_652 * 86_400];

/// The moment at which the clock is set.
#[derive(Debug, Clone, Copy)]
enum When {
    /// While the gateway runs.
    Running,
    /// While it is killed and started again.
    AcrossKill,
    /// Before a start, and set right two seconds after it.
    SetRightAfterStart,
}

/// The pause after the first failure, twice that after the second.
const FIRST_DELAY: Duration = Duration::from_secs(240);

/// The channels that show one sort of due time each.
fn channels() -> Vec<FakeChannel> {
    let fails_once = |call: &super::fake::RecordedCall| match call.nth {
        0 => transient(),
        _ => FakeAnswer::Accept,
    };
    let held = |call: &super::fake::RecordedCall| match call.at {
        at if at < 10 * MINUTE => throttled(10 * MINUTE),
        _ => FakeAnswer::Accept,
    };
    let two_in_ten_minutes = Budget { messages: NonZeroU32::new(2).unwrap(), per: 10 * MINUTE };
    let one_in_five_minutes = Budget { messages: NonZeroU32::MIN, per: 5 * MINUTE };
    let counted = |per| Quota {
        pool: format!("{per:?}"),
        messages: NonZeroU32::new(100).unwrap(),
        per,
        zone: TimeZone::UTC,
    };
    vec![
        FakeChannel::new("retry").answering(fails_once),
        FakeChannel::new("hangs").answering(|_| FakeAnswer::Hang).with_timeout(60 * MINUTE),
        FakeChannel::new("phone"),
        FakeChannel::new("ding").with_quota(counted(QuotaPeriod::Day)),
        FakeChannel::new("boss").with_quota(counted(QuotaPeriod::Month)),
        FakeChannel::new("held").answering(held),
        FakeChannel::new("robot").with_budget(two_in_ten_minutes).with_capacity(1),
        FakeChannel::new("gather").with_budget(one_in_five_minutes).answering(|call| match call.nth {
            0 => transient(), // a digest of all
            _ => FakeAnswer::Accept,
        }),
    ]
}

fn config() -> HarnessConfig {
    let retry =
        RetryPolicy { first_delay: FIRST_DELAY, max_delay: 10 * FIRST_DELAY, ..RetryPolicy::default() };
    let ladder = with_rung(together(&["ding"]), 15 * MINUTE, Unless::Acknowledged, &["boss"]);
    let contract = within(5 * MINUTE, together(&["hangs"]));
    let contract = with_rung(contract, 5 * MINUTE, Unless::Delivered, &["phone"]);
    let config = HarnessConfig { retry, ..HarnessConfig::with_terms(together(&["retry"]), channels()) };
    config
        .with_receiver("ladder", ladder)
        .with_receiver("contract", contract)
        .with_receiver("held", together(&["held"]))
        .with_receiver("robot", together(&["robot"]))
        .with_receiver("gather", together(&["gather"]))
}

/// A gateway a minute after alerts of all sorts, at which the clock was set by `step` seconds.
async fn set_after_a_minute(step: i64, when: When) -> GatewayHarness {
    let mut harness = GatewayHarness::with_jumping_time(config()).await;
    let to = |receiver, eui| alarm_for(receiver, eui, Severity::Urgent);
    let alerts = [to("nobody", "a"), to("ladder", "b"), to("contract", "c"), to("held", "d")];
    let of_robots = ["e", "f", "g"].map(|eui| to("robot", eui));
    harness.accept(alerts.into_iter().chain(of_robots)).await;
    harness.accept(["h", "i", "j"].map(|eui| to("gather", eui))).await;
    harness.accept([resolved_alarm("long-ago")]).await; // told to nobody, and finished
    harness.advance(MINUTE).await;
    match when {
        When::Running => harness.set_clock_by(step),
        When::AcrossKill => {
            harness.kill().await;
            harness.set_clock_by(step);
            harness.advance_while_down(20 * SECOND).await;
            harness.start().await;
        }
        When::SetRightAfterStart => {
            harness.kill().await;
            harness.set_clock_by(step);
            harness.start().await;
            harness.advance(2 * SECOND).await;
            harness.set_clock_by(-step);
        }
    }
    harness
}

#[track_caller]
fn check_near(times: &[f64], expected: &[f64], case: &str) {
    let is_near = |(time, expected): (&f64, &f64)| (time - expected).abs() < 3.0;
    let all = times.len() == expected.len() && times.iter().zip(expected).all(is_near);
    assert!(all, "{case}: {times:?} instead of {expected:?}");
}

async fn check(step: i64, when: When) {
    let case = format!("set by {step} s, {when:?}");
    let harness = set_after_a_minute(step, when).await;
    // A repeat within its interval is told to nobody, whatever the clock shows.
    harness.accept([alarm_for("ladder", "b", Severity::Urgent)]).await;
    harness.advance(20 * MINUTE).await;

    check_near(&harness.call_times("retry"), &[0.0, 240.0], &format!("retry, {case}"));
    check_near(&harness.call_times("phone"), &[300.0], &format!("contract, {case}"));
    check_near(&harness.call_times("ding"), &[0.0], &format!("repeat, {case}"));
    check_near(&harness.call_times("boss"), &[900.0], &format!("rung, {case}"));
    check_near(&harness.call_times("held"), &[0.0, 600.0], &format!("hold, {case}"));
    check_near(&harness.call_times("robot"), &[0.0, 0.0, 600.0], &format!("budget, {case}"));
    check_near(&harness.call_times("gather"), &[0.0, 300.0], &format!("digest, {case}"));
    let digests: Vec<_> =
        harness.calls_of("gather").iter().map(|it| (it.euis().len(), it.attempt.key.clone())).collect();
    assert!(digests[0] == digests[1] && digests[0].0 == 3, "digest, {case}: {digests:?}");

    let used = |channels: &[crate::ChannelView], name: &str| {
        let view = channels.iter().find(|it| it.name.as_str() == name);
        view.and_then(|it| it.quota.as_ref().map(|quota| quota.used))
    };
    let channels = harness.gateway().channels().await.unwrap();
    assert_eq!((used(&channels, "ding"), used(&channels, "boss")), (Some(1), Some(1)), "quota, {case}");
    let finished = "SELECT count(*) FROM alerts WHERE instr(alert, 'long-ago') > 0";
    assert_eq!(harness.query_number(finished), 1, "retention, {case}");
    let link = harness.calls_of("ding")[0].notification().ack_url.clone().unwrap();
    let token = link.rsplit('/').next().unwrap();
    let read = harness.gateway().ack_key().read(token, harness.gateway().link_time());
    assert!(read.is_ok(), "link, {case}: {read:?}");
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_while_the_gateway_runs_moves_nothing() {
    for step in STEPS {
        check(step, When::Running).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_while_the_gateway_is_restarted_moves_nothing() {
    for step in STEPS {
        check(step, When::AcrossKill).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_right_after_the_start_moves_nothing() {
    for step in STEPS {
        check(step, When::SetRightAfterStart).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_notification_that_begins_between_two_steps_of_the_clock_keeps_its_times() {
    for (first, second) in
        [(3_600, -3_600), (-3_600, 3_600), (-86_400, 120), (-3_652 * 86_400, 3_652 * 86_400)]
    {
        let mut harness = GatewayHarness::with_jumping_time(config()).await;
        harness.set_clock_by(first);
        harness.accept([alarm_for("ladder", "b", Severity::Urgent)]).await;
        harness.advance(MINUTE).await;
        harness.set_clock_by(second);
        harness.advance(MINUTE).await;
        harness.kill().await;
        harness.start().await;
        harness.advance(20 * MINUTE).await;
        check_near(&harness.call_times("boss"), &[900.0], &format!("set by {first} s, then by {second} s"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_is_good_for_seven_days_that_have_passed() {
    const TEN_YEARS: i64 = 3_652 * 86_400;
    let harness = GatewayHarness::with_jumping_time(config()).await;
    harness.set_clock_by(-TEN_YEARS);
    harness.accept([alarm_for("ladder", "b", Severity::Urgent)]).await;
    let link = harness.calls_of("ding")[0].notification().ack_url.clone().unwrap();
    let is_good = || {
        let gateway = harness.gateway();
        gateway.ack_key().read(link.rsplit('/').next().unwrap(), gateway.link_time()).is_ok()
    };
    harness.set_clock_by(TEN_YEARS);
    harness.advance(167 * 60 * MINUTE).await;
    assert!(is_good());
    harness.advance(2 * 60 * MINUTE).await;
    assert!(!is_good());
}

/// A gateway that is suspended a minute after alerts of all sorts, and wakes after this time.
async fn suspended_for(time: Duration) -> GatewayHarness {
    let harness = set_after_a_minute(0, When::Running).await;
    harness.suspend(time);
    harness.advance(10 * SECOND).await;
    harness
}

#[tokio::test(start_paused = true)]
async fn what_fell_due_while_the_machine_was_suspended_is_done_when_it_wakes() {
    let harness = suspended_for(30 * MINUTE).await;
    for channel in ["retry", "boss", "phone", "held", "robot"] {
        let last = *harness.call_times(channel).last().unwrap();
        assert!((60.0..72.0).contains(&last), "{channel}: {:?}", harness.call_times(channel));
    }
}

#[tokio::test(start_paused = true)]
async fn a_suspend_counts_for_what_falls_due_after_it() {
    for minutes in [2, 8] {
        let harness = suspended_for(minutes * MINUTE).await;
        harness.advance(20 * MINUTE).await;
        let suspended = f64::from(minutes) * 60.0;
        check_near(&harness.call_times("boss"), &[900.0 - suspended], &format!("{minutes} minutes"));
        check_near(&harness.call_times("held")[..1], &[0.0], "hold");
    }
}
