//! Digests: deliveries beyond the budget are gathered in one message, and none is lost.

use std::collections::BTreeMap;
use std::time::Duration;

use fanfare_core::{Alert, MessageForm, Severity, Why};

use super::fake::{FakeAnswer, FakeChannel, RecordedCall, transient, unanswered, unsendable};
use super::harness::{GatewayHarness, HarnessConfig, alarm, resolved_alarm};
use super::invariants::{check_budget, check_ledger, check_order, check_urgent_first};
use super::times::{MINUTE, SECOND};

fn ding() -> FakeChannel {
    FakeChannel::new("ding").with_twenty_per_minute().with_capacity(40)
}

fn alarms(severity: Severity, numbers: std::ops::Range<usize>) -> impl Iterator<Item = Alert> {
    numbers.map(move |number| alarm(&number.to_string(), severity))
}

/// The attempts of each digest, in the order of the first attempts.
fn digests(harness: &GatewayHarness) -> Vec<Vec<RecordedCall>> {
    let mut digests: BTreeMap<String, Vec<RecordedCall>> = BTreeMap::new();
    for call in harness.calls().into_iter().filter(|it| it.notifications.len() > 1) {
        digests.entry(call.attempt.key.as_str().to_owned()).or_default().push(call);
    }
    let mut digests: Vec<_> = digests.into_values().collect();
    digests.sort_by_key(|calls| calls[0].at);
    digests
}

/// An alert of a large burst: one of twenty is urgent, and one of ten resolves an earlier one.
fn burst_alert(number: usize) -> Alert {
    match number % 20 {
        0 => alarm(&number.to_string(), Severity::Urgent),
        10 | 19 => resolved_alarm(&(number - 9).to_string()),
        other => alarm(&number.to_string(), Severity::ALL[other % 3]),
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_alerts_in_a_minute_are_delivered_within_the_budget_the_urgent_ones_first() {
    const MANY: usize = 10_000;
    let harness = GatewayHarness::new([ding()]).await;
    for request in 0..200 {
        harness.accept((0..MANY / 200).map(|number| burst_alert(request * MANY / 200 + number))).await;
        harness.advance(MINUTE / 200).await;
    }
    let urgent = harness.calls().into_iter().find(|it| it.severity() == Severity::Urgent).unwrap();
    assert!(urgent.at <= 5 * SECOND, "{:?}", urgent.at);
    for _ in 0..28 {
        check_ledger(&harness, "in the burst");
        harness.advance_in_steps(2 * SECOND, MINUTE).await;
    }
    let owed = harness.query_number("SELECT count(*) FROM deliveries");
    assert!(owed > 9_000);
    assert_eq!(harness.count_deliveries("delivered"), owed);
    assert_eq!(
        harness.calls().iter().map(|it| it.notifications.len()).sum::<usize>(),
        usize::try_from(owed).unwrap()
    );
    assert!(harness.calls().iter().all(|it| it.notifications.len() <= 40));
    check_budget(&harness, &["ding"], "a burst");
    check_order(&harness, "a burst");
    check_urgent_first(&harness, "ding");
}

#[tokio::test(start_paused = true)]
async fn a_digest_lists_the_most_urgent_first() {
    let harness = GatewayHarness::new([ding()]).await;
    harness
        .accept(
            Severity::ALL
                .into_iter()
                .cycle()
                .take(100)
                .enumerate()
                .map(|(number, severity)| alarm(&number.to_string(), severity)),
        )
        .await;
    harness.advance(MINUTE).await;
    for digest in digests(&harness) {
        let severities: Vec<_> =
            digest[0].notifications.iter().map(|it| std::cmp::Reverse(it.alert.severity)).collect();
        assert!(severities.is_sorted(), "{severities:?}");
    }
}

/// Checks that each digest was repeated unchanged, with `times` attempts in all.
#[track_caller]
fn check_repeated(harness: &GatewayHarness, times: usize) {
    let digests = digests(harness);
    assert!(!digests.is_empty());
    for calls in &digests {
        assert_eq!(calls.len(), times);
        assert!(calls.iter().all(|it| it.ids() == calls[0].ids()));
    }
    assert_eq!(harness.count_deliveries("pending"), 0);
    check_order(harness, "a repeated digest");
}

#[tokio::test(start_paused = true)]
async fn a_digest_whose_answer_was_lost_goes_out_again_under_the_same_key_with_the_same_alerts() {
    let ding = ding().answering(|call| match (call.notifications.len(), call.attempt.ordinal) {
        (1, _) | (_, 2..) => FakeAnswer::Accept,
        _ => unanswered(),
    });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept(alarms(Severity::High, 0..30)).await;
    harness.advance(SECOND).await;
    harness.accept(alarms(Severity::Low, 30..40).chain(alarms(Severity::Urgent, 40..41))).await;
    harness.advance(3 * MINUTE).await;
    check_repeated(&harness, 2);
}

#[tokio::test(start_paused = true)]
async fn a_digest_under_way_at_a_kill_goes_out_again_under_the_same_key_with_the_same_alerts() {
    let ding = ding().answering(|call| match (call.notifications.len(), call.at) {
        (2.., Duration::ZERO) => FakeAnswer::AcceptAfter(5 * SECOND),
        _ => FakeAnswer::Accept,
    });
    let mut harness = GatewayHarness::new([ding]).await;
    let mixed = alarms(Severity::Low, 0..15).chain(alarms(Severity::High, 15..30));
    harness.accept(mixed.chain(["0", "20"].map(resolved_alarm))).await;
    harness.advance(SECOND).await;
    harness.kill().await;
    harness.start().await;
    harness.accept(alarms(Severity::High, 40..43)).await;
    harness.advance(3 * MINUTE).await;
    let first = digests(&harness).remove(0);
    assert_eq!((first.len(), first[0].ids()), (2, first[1].ids()));
    assert_eq!(harness.count_deliveries("pending"), 0);
    check_order(&harness, "a kill in a digest");
    check_ledger(&harness, "a kill in a digest");
}

#[tokio::test(start_paused = true)]
async fn an_urgent_alert_does_not_wait_for_the_pause_of_a_digest_with_the_start_of_its_incident() {
    let ding = ding().answering(|call| {
        if call.notifications.len() > 1 && call.at < 20 * SECOND { unanswered() } else { FakeAnswer::Accept }
    });
    let harness = GatewayHarness::new([ding]).await;
    harness.accept(alarms(Severity::Low, 0..30)).await;
    harness.advance(20 * SECOND).await; // two attempts failed; the third time would be at 24
    harness.accept([alarm("29", Severity::Urgent)]).await;
    let calls = harness.calls();
    let [.., digest, urgent] = &calls[..] else { panic!() };
    assert_eq!((digest.at, urgent.at), (20 * SECOND, 20 * SECOND));
    assert_eq!(urgent.notification().why, Why::Worsened { from: Severity::Low });
    check_order(&harness, "an urgent one behind a digest");
}

/// Checks a digest of thirty in which the notifications of these devices are unsendable in any form.
async fn check_unsendable(euis: &'static [&'static str]) {
    let ding = ding().answering(|call| {
        if call.euis().iter().any(|it| euis.contains(it)) { unsendable() } else { FakeAnswer::Accept }
    });
    let mut harness = GatewayHarness::new([ding]).await;
    harness.accept(alarms(Severity::High, 0..30).chain([resolved_alarm("11"), resolved_alarm("12")])).await;
    harness.advance(5 * SECOND).await;
    harness.kill().await;
    harness.start().await;
    harness.advance(6 * MINUTE).await;
    assert_eq!(harness.count_deliveries("pending"), 0);
    let dead = "SELECT count(DISTINCT a.fingerprint) FROM alerts a JOIN notifications n ON n.alert = a.id
                JOIN deliveries d ON d.notification = n.id WHERE d.state = 'dead'";
    assert_eq!(usize::try_from(harness.query_number(dead)), Ok(euis.len()));
    for call in harness.calls().iter().filter(|it| it.attempt.form == MessageForm::Plain) {
        assert!(call.notifications.len() == 1 && euis.contains(&call.euis()[0]), "{call:?}");
    }
    check_order(&harness, "an unsendable digest");
    check_budget(&harness, &["ding"], "an unsendable digest");
    check_ledger(&harness, "an unsendable digest");
}

#[tokio::test(start_paused = true)]
async fn an_unsendable_digest_is_split_until_each_unsendable_notification_is_alone() {
    check_unsendable(&["17"]).await;
    check_unsendable(&["29"]).await;
    check_unsendable(&["11"]).await;
    check_unsendable(&["8", "9", "25"]).await;
}

#[tokio::test(start_paused = true)]
async fn an_unsendable_notification_joins_no_further_digest() {
    let ding =
        ding().answering(|call| if call.euis().contains(&"17") { unsendable() } else { FakeAnswer::Accept });
    let harness = GatewayHarness::new([ding]).await;
    for second in 0..60 {
        harness.accept(alarms(Severity::High, second * 10..second * 10 + 10)).await;
        harness.advance_in_steps(SECOND / 2, SECOND).await;
    }
    harness.advance(4 * MINUTE).await;
    assert_eq!((harness.count_deliveries("dead"), harness.count_deliveries("delivered")), (1, 599));
    let with_unsendable: Vec<_> =
        harness.calls().into_iter().filter(|it| it.euis().contains(&"17")).collect();
    let sizes: Vec<_> = with_unsendable.iter().map(|it| it.notifications.len()).collect();
    assert!(sizes.is_sorted_by(|before, after| before >= after), "{sizes:?}");
    let forms: Vec<_> =
        with_unsendable.iter().filter(|it| it.notifications.len() == 1).map(|it| it.attempt.form).collect();
    assert_eq!(forms, [MessageForm::Full, MessageForm::Plain]);
}

#[tokio::test(start_paused = true)]
async fn digests_grow_again_when_messages_have_room_for_more() {
    let mut harness = GatewayHarness::new([ding().with_capacity(3)]).await;
    harness.accept(alarms(Severity::High, 0..60)).await;
    harness.advance(2 * MINUTE).await;
    harness.reload(HarnessConfig::with_channels([ding().with_version(1)])).await;
    harness.accept(alarms(Severity::High, 100..500)).await;
    harness.advance(4 * MINUTE).await;
    let sizes = digests(&harness).into_iter().map(|calls| calls[0].notifications.len());
    assert_eq!(sizes.max(), Some(40));
    assert_eq!(harness.count_deliveries("pending"), 0);
}

#[tokio::test(start_paused = true)]
async fn incidents_that_start_and_end_during_an_outage_are_delivered_afterwards() {
    let outage = 10 * MINUTE;
    let ding = ding().answering(move |call| if call.at < outage { transient() } else { FakeAnswer::Accept });
    let harness = GatewayHarness::new([ding]).await;
    for ten in 0..50 {
        harness.accept(alarms(Severity::High, ten * 10..ten * 10 + 10)).await;
        harness.advance_in_steps(SECOND, 5 * SECOND).await;
        harness.accept((ten * 10..ten * 10 + 10).map(|number| resolved_alarm(&number.to_string()))).await;
        harness.advance_in_steps(SECOND, 5 * SECOND).await;
    }
    assert!(harness.calls().iter().all(|it| !it.was_accepted()));
    harness.advance_in_steps(SECOND, outage - 500 * SECOND + 30 * SECOND).await;
    assert!(harness.calls().last().unwrap().was_accepted());
    harness.advance(3 * MINUTE).await;
    assert_eq!(harness.count_deliveries("delivered"), 1_000);
    check_order(&harness, "after an outage");
    check_budget(&harness, &["ding"], "after an outage");
}
