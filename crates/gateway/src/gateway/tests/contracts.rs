//! Contracts: enough channels confirm an alert in time, or the ladder is climbed.

use std::time::Duration;

use fanfare_core::{DeliveryTerms, Severity, Unless, Why};

use super::fake::{
    FakeAnswer, FakeChannel, blocked, misconfigured, quota, throttled, transient, unanswered, unsendable,
};
use super::harness::{GatewayHarness, HarnessConfig, alarm, resolved_alarm};
use super::terms::{at_least, in_turn, together, with_rung, within};
use super::times::{HOUR, MINUTE, SECOND};

fn always(name: &'static str, answer: FakeAnswer) -> FakeChannel {
    FakeChannel::new(name).answering(move |_| answer.clone())
}

fn failing_until(name: &'static str, end: Duration) -> FakeChannel {
    FakeChannel::new(name).answering(move |call| if call.at < end { transient() } else { FakeAnswer::Accept })
}

/// The steps of the first notification's contract, in order.
fn steps(harness: &GatewayHarness) -> Vec<String> {
    let sql = "SELECT coalesce(step ->> 'because', step ->> 'fulfilment') || ' ' || (step ->> 'step')
               FROM steps WHERE notification = 1 ORDER BY id";
    let mut statement = harness.ledger().prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn fulfilment(harness: &GatewayHarness) -> String {
    harness.query_text("SELECT fulfilment FROM notifications WHERE id = 1")
}

/// The self-alerts about broken contracts: the channel and the second of each.
fn broken_contract_alerts(harness: &GatewayHarness) -> Vec<(&'static str, u64)> {
    let calls = harness.all_calls().into_iter();
    let broken = calls
        .filter(|it| it.notifications.iter().any(|it| it.alert.text_of("alertname") == "ContractBroken"));
    let mut alerts: Vec<_> = broken.map(|it| (it.channel, it.at.as_secs())).collect();
    alerts.sort_unstable();
    alerts
}

/// Checks that the second of two channels is notified at once if the first gives this answer.
async fn check_next_at_once(answer: FakeAnswer) {
    let terms = within(MINUTE, in_turn(&["ding", "mail"]));
    let harness = GatewayHarness::with_terms(terms, [always("ding", answer), FakeChannel::new("mail")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    assert_eq!(harness.call_times("mail"), [0.0]);
    assert_eq!(fulfilment(&harness), "kept");
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_is_notified_at_once_after_any_failure_of_the_one_before() {
    for answer in [transient(), throttled(HOUR), quota(HOUR), blocked(HOUR), misconfigured(), unanswered()] {
        check_next_at_once(answer).await;
    }
    check_next_at_once(unsendable()).await;
    check_next_at_once(FakeAnswer::Panic).await;
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_is_not_notified_if_the_first_accepts() {
    let harness = GatewayHarness::with_terms(
        in_turn(&["ding", "mail"]),
        [FakeChannel::new("ding"), FakeChannel::new("mail")],
    )
    .await;
    harness.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Low)]).await;
    harness.advance(5 * MINUTE).await;
    assert_eq!((harness.calls_of("ding").len(), harness.calls_of("mail").len()), (2, 0));
    assert_eq!(harness.query_number("SELECT count(*) FROM notifications WHERE fulfilment = 'kept'"), 2);
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_is_notified_after_the_timeout_of_a_hanging_one() {
    for seconds in [3, 5] {
        let ding = always("ding", FakeAnswer::Hang).with_timeout(seconds * SECOND);
        let harness =
            GatewayHarness::with_terms(in_turn(&["ding", "mail"]), [ding, FakeChannel::new("mail")]).await;
        harness.accept([alarm("a", Severity::Urgent)]).await;
        harness.advance(30 * SECOND).await;
        assert_eq!(harness.call_times("mail"), [f64::from(seconds)]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_is_notified_after_ten_seconds_if_the_one_before_is_late() {
    let ding = always("ding", FakeAnswer::AcceptAfter(14 * SECOND)).with_timeout(MINUTE);
    let harness =
        GatewayHarness::with_terms(in_turn(&["ding", "mail"]), [ding, FakeChannel::new("mail")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(30 * SECOND).await;
    assert_eq!(harness.call_times("mail"), [10.0]);
    assert_eq!(steps(&harness), ["late take_turn", "kept settle"]);
    assert_eq!(harness.count_deliveries("delivered"), 2); // the first channel accepts it after all
}

#[tokio::test(start_paused = true)]
async fn deliveries_of_a_silenced_channel_fail_over_at_once() {
    let ding = FakeChannel::new("ding").answering(|call| match call.nth {
        0 => FakeAnswer::AcceptAfter(2 * SECOND),
        _ => throttled(10 * MINUTE),
    });
    let harness =
        GatewayHarness::with_terms(in_turn(&["ding", "mail"]), [ding, FakeChannel::new("mail")]).await;
    harness.accept(["a", "b", "c", "d"].map(|eui| alarm(eui, Severity::High))).await;
    harness.advance(4 * SECOND).await;
    assert_eq!(harness.call_times("ding"), [0.0, 2.0]);
    assert_eq!(harness.call_times("mail"), [2.0, 2.0, 2.0]);
}

/// Checks that `other` fails over to `mail` when `one`, which shares an account or an egress with it, gets this answer.
async fn check_shared_failover(first: FakeAnswer, one: FakeChannel, other: FakeChannel) {
    let slow = other.answering(|_| FakeAnswer::AcceptAfter(9 * SECOND));
    let one = one.answering(move |_| first.clone());
    let config =
        HarnessConfig::with_terms(in_turn(&["other", "mail"]), [one, slow, FakeChannel::new("mail")])
            .with_receiver("one", together(&["one"]));
    let harness = GatewayHarness::with_config(config).await;
    harness.accept([alarm("a", Severity::High), alarm("b", Severity::High)]).await;
    harness.advance(SECOND).await;
    harness.accept([super::harness::alarm_for("one", "c", Severity::High)]).await;
    let failed_over: Vec<_> =
        harness.calls_of("mail").iter().map(|it| (it.at.as_secs(), it.euis()[0].to_owned())).collect();
    // The attempt under way fails over too: the provider may not accept it any more.
    assert_eq!(failed_over, [(1, "a".to_owned()), (1, "b".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_silence_fails_over_all_channels_of_its_account_or_egress() {
    let (one, other) = (|| FakeChannel::new("one"), || FakeChannel::new("other"));
    check_shared_failover(throttled(HOUR), one().with_account("robot"), other().with_account("robot")).await;
    check_shared_failover(blocked(HOUR), one().with_egress("https://a"), other().with_egress("https://a"))
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_new_alert_does_not_wait_for_a_blocked_channel() {
    let harness = GatewayHarness::with_terms(
        in_turn(&["ding", "mail"]),
        [always("ding", transient()), FakeChannel::new("mail")],
    )
    .await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(20 * SECOND).await; // its circuit is open
    let before = harness.calls_of("ding").len();
    harness.accept([alarm("b", Severity::Low)]).await;
    assert_eq!(harness.call_times("mail"), [0.0, 20.0]);
    assert_eq!(harness.calls_of("ding").len(), before); // the delivery stays pending
    assert_eq!(harness.count_deliveries("pending"), 2);
}

#[tokio::test(start_paused = true)]
async fn as_many_channels_are_notified_as_must_confirm_and_one_more_for_each_failure() {
    let channels = ["a", "c"].map(FakeChannel::new).into_iter().chain([always("b", transient())]);
    let harness = GatewayHarness::with_terms(at_least(2, in_turn(&["a", "b", "c"])), channels).await;
    harness.accept([alarm("x", Severity::High)]).await;
    for channel in ["a", "b", "c"] {
        assert_eq!(harness.call_times(channel), [0.0], "{channel}");
    }
    assert_eq!(steps(&harness), ["troubled take_turn", "kept settle"]);
}

/// Terms with `ding` and `mail` within a minute, else `phone`, and `boss` after 15 minutes unless acknowledged.
fn ladder() -> DeliveryTerms {
    let terms = within(MINUTE, together(&["ding", "mail"]));
    let terms = with_rung(terms, MINUTE, Unless::Delivered, &["phone"]);
    with_rung(terms, 15 * MINUTE, Unless::Acknowledged, &["boss"])
}

fn with_ding(ding: FakeChannel) -> [FakeChannel; 4] {
    [ding, FakeChannel::new("mail"), FakeChannel::new("phone"), FakeChannel::new("boss")]
}

#[tokio::test(start_paused = true)]
async fn a_kept_contract_skips_delivery_rungs_but_not_acknowledgement_rungs() {
    let harness = GatewayHarness::with_terms(ladder(), with_ding(FakeChannel::new("ding"))).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(HOUR).await;
    assert_eq!((harness.call_times("phone"), harness.call_times("boss")), (vec![], vec![900.0]));
    assert_eq!(steps(&harness), ["delivered skip", "kept settle", "due climb"]);
    let to_boss = &harness.calls_of("boss")[0];
    assert_eq!(to_boss.notification().escalated, Some(Unless::Acknowledged));
    assert_eq!(to_boss.notification().why, Why::Started);
}

#[tokio::test(start_paused = true)]
async fn the_ladder_is_climbed_in_time_while_a_channel_hangs() {
    let harness = GatewayHarness::with_terms(
        ladder(),
        with_ding(always("ding", FakeAnswer::Hang).with_timeout(25 * SECOND)),
    )
    .await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!(harness.call_times("phone"), [60.0]);
    assert_eq!(steps(&harness), ["due climb", "broken settle", "late settle"]); // the phone confirms after the minute, not within it
}

#[tokio::test(start_paused = true)]
async fn a_contract_that_can_no_longer_be_kept_escalates_at_once() {
    let harness = GatewayHarness::with_terms(ladder(), with_ding(always("ding", transient()))).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!(harness.call_times("phone"), [3.0]); // when the circuit has opened
    assert_eq!(steps(&harness), ["hopeless climb", "kept settle"]);
    harness.accept([alarm("b", Severity::Urgent)]).await;
    assert_eq!(harness.call_times("phone"), [3.0, 120.0]); // and the next one at once
}

#[tokio::test(start_paused = true)]
async fn a_resolved_alarm_climbs_no_acknowledgement_rung() {
    let harness = GatewayHarness::with_terms(ladder(), with_ding(FakeChannel::new("ding"))).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(10 * MINUTE).await;
    harness.accept([resolved_alarm("a")]).await;
    harness.advance(10 * MINUTE).await;
    assert_eq!(harness.calls_of("boss").len(), 0);
    assert_eq!(steps(&harness), ["delivered skip", "kept settle", "resolved skip"]);
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_contract_is_announced_on_every_other_channel_and_its_dead_letter_waits() {
    let channels = [always("ding", transient()), FakeChannel::new("mail"), FakeChannel::new("wecom")];
    let harness = GatewayHarness::with_terms(within(MINUTE, together(&["ding"])), channels).await;
    let accepted = harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!(steps(&harness), ["abandoned settle"]);
    assert_eq!(broken_contract_alerts(&harness), [("mail", 62), ("self-alerts", 62), ("wecom", 62)]);
    let broken = "SELECT count(*) FROM main.alerts WHERE alert ->> '$.labels.alertname' = 'ContractBroken'";
    assert_eq!(harness.query_number(broken), 1);
    let to_mail = harness.all_calls().into_iter().find(|it| it.channel == "mail").unwrap();
    let text = |name| to_mail.notifications[0].alert.annotations.get(name).unwrap_or_default();
    assert!(text("description").contains(&format!("fanfare explain {}", accepted[0].alerts[0].id)));
    assert!(text("content").contains("Cold room 3"));
    assert_eq!(harness.count_deliveries("pending"), 1); // and is still retried
}

#[tokio::test(start_paused = true)]
async fn a_delivery_after_abandonment_makes_the_contract_late() {
    let channels = [failing_until("ding", 90 * SECOND), FakeChannel::new("mail")];
    let harness = GatewayHarness::with_terms(within(MINUTE, together(&["ding"])), channels).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(3 * MINUTE).await;
    assert_eq!(steps(&harness), ["abandoned settle", "late settle"]);
    assert_eq!(fulfilment(&harness), "late");
}

#[tokio::test(start_paused = true)]
async fn a_delivery_given_up_on_plain_terms_is_announced_on_every_other_channel() {
    let harness = GatewayHarness::new([always("ding", unsendable()), FakeChannel::new("mail")]).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(2 * SECOND).await; // what is abandoned together is gathered
    assert_eq!(broken_contract_alerts(&harness), [("self-alerts", 2)]); // mail has the notification anyway
    assert_eq!((harness.count_deliveries("dead"), harness.count_deliveries("delivered")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_new_policy_does_not_strand_the_ladder_of_an_earlier_one() {
    let mut harness = GatewayHarness::with_terms(
        ladder(),
        with_ding(always("ding", FakeAnswer::Hang).with_timeout(25 * SECOND)),
    )
    .await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(30 * SECOND).await;
    let config = HarnessConfig::with_terms(together(&["mail"]), with_ding(always("ding", FakeAnswer::Hang)));
    harness.reload(config).await;
    harness.accept([alarm("b", Severity::Urgent)]).await;
    harness.advance(20 * MINUTE).await;
    let notified = |channel| -> Vec<_> {
        harness.calls_of(channel).iter().map(|it| (it.at.as_secs(), it.euis()[0].to_owned())).collect()
    };
    assert_eq!(notified("phone"), [(60, "a".to_owned())]);
    assert_eq!(notified("boss"), [(900, "a".to_owned())]);
    assert_eq!(notified("mail"), [(0, "a".to_owned()), (30, "b".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_rung_of_a_removed_channel_is_announced_on_all_other_channels() {
    let terms = with_rung(within(MINUTE, together(&["ding"])), MINUTE, Unless::Delivered, &["phone"]);
    let hanging = || always("ding", FakeAnswer::Hang).with_timeout(50 * SECOND);
    let channels = [hanging(), FakeChannel::new("phone"), FakeChannel::new("mail")];
    let mut harness = GatewayHarness::with_terms(terms, channels).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(20 * SECOND).await;
    harness
        .reload(HarnessConfig::with_terms(together(&["mail"]), [hanging(), FakeChannel::new("mail")]))
        .await;
    harness.advance(3 * MINUTE).await;
    let steps = steps(&harness);
    assert_eq!(steps.first().map(String::as_str), Some("due climb"));
    assert_eq!(steps.last().map(String::as_str), Some("abandoned settle"));
    assert!(matches!(broken_contract_alerts(&harness)[..], [("mail", _), ("self-alerts", _)]));
}

#[tokio::test(start_paused = true)]
async fn deliveries_of_a_removed_channel_fail_over() {
    let slow = || always("ding", FakeAnswer::AcceptAfter(9 * SECOND));
    let mut harness =
        GatewayHarness::with_terms(in_turn(&["ding", "mail"]), [slow(), FakeChannel::new("mail")]).await;
    harness.accept([alarm("a", Severity::High), alarm("b", Severity::High)]).await;
    harness.advance(2 * SECOND).await;
    harness.reload(HarnessConfig::with_channels([FakeChannel::new("mail")])).await;
    assert_eq!(harness.call_times("mail"), [2.0, 2.0]);
}
