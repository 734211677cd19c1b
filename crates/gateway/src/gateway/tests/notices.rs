//! Notices of abandoned contracts: one for each receiver and cause.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{DeliveryTerms, NotificationId, Severity, Why};

use super::fake::{FakeAnswer, FakeChannel, transient, unsendable};
use super::harness::{GatewayHarness, HarnessConfig, alarm, alarm_for, resolved_alarm};
use super::terms::{at_least, together, within};
use super::times::{HOUR, MINUTE, SECOND};

/// A channel that fails until `end`.
fn failing_until(name: &'static str, end: Duration) -> FakeChannel {
    FakeChannel::new(name).answering(move |call| if call.at < end { transient() } else { FakeAnswer::Accept })
}

fn dead(name: &'static str) -> FakeChannel {
    failing_until(name, Duration::MAX)
}

/// A message about a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NoticeMessage {
    channel: &'static str,
    second: u64,
    why: String,
    title: String,
    notification: NotificationId,
    has_link: bool,
}

/// The messages about notices that channels took, by time and channel.
fn messages(harness: &GatewayHarness) -> Vec<NoticeMessage> {
    let mut messages = Vec::new();
    for call in harness.all_calls().into_iter().filter(|it| it.was_accepted()) {
        for it in &call.notifications {
            if it.alert.text_of("alertname") == "ContractBroken" {
                messages.push(NoticeMessage {
                    channel: call.channel,
                    second: call.at.as_secs(),
                    why: it.why.to_string(),
                    title: it.alert.annotations.get("title").unwrap_or_default().to_owned(),
                    notification: it.id,
                    has_link: it.ack_url.is_some(),
                });
            }
        }
    }
    messages.sort_by_key(|it| (it.second, it.channel));
    messages
}

/// The channels and the reasons of all messages about notices.
fn told(harness: &GatewayHarness) -> Vec<(&'static str, u64, String)> {
    messages(harness).into_iter().map(|it| (it.channel, it.second, it.why)).collect()
}

fn many(number: usize) -> impl Iterator<Item = fanfare_core::Alert> {
    (0..number).map(|it| alarm(&format!("eui-{it}"), Severity::Urgent))
}

/// Two dead channels, one that works and is told too, and one to which nothing else goes.
fn two_dead_of_three() -> (DeliveryTerms, [FakeChannel; 4]) {
    let terms = within(MINUTE, together(&["ding", "wecom", "mail"]));
    (terms, [dead("ding"), dead("wecom"), FakeChannel::new("mail"), FakeChannel::new("phone")])
}

async fn thirty_alerts() -> GatewayHarness {
    let (terms, channels) = two_dead_of_three();
    let harness = GatewayHarness::with_terms(terms, channels).await;
    harness.accept(many(30)).await;
    harness.advance(2 * MINUTE).await;
    harness
}

#[tokio::test(start_paused = true)]
async fn thirty_alerts_with_two_dead_channels_are_thirty_alerts_and_then_one_notice() {
    let harness = thirty_alerts().await;
    let on_mail = harness.calls_of("mail").iter().map(|it| it.notifications.len()).sum::<usize>();
    assert_eq!(on_mail, 30, "the channel that works has the alerts, and no word more");
    let started = |channel| (channel, 62, Why::Started.to_string());
    assert_eq!(told(&harness), [started("phone"), started("self-alerts")]);
    for message in messages(&harness) {
        assert!(
            message.title.starts_with("everyone could not be told as promised of 30 alerts, the newest: ")
        );
        assert!(message.has_link, "{message:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_link_of_a_notice_acknowledges_the_alerts_that_it_is_about() {
    let harness = thirty_alerts().await;
    let notice = messages(&harness)[0].notification;
    assert_eq!(harness.gateway().acknowledged_with(notice).await.unwrap().len(), 30);
    harness.acknowledge(notice, "Wang Min").await.unwrap();
    harness.advance(5 * SECOND).await;
    // The notice and thirty incidents, by one name; everybody who was told hears it once.
    assert_eq!(harness.query_number("SELECT count(DISTINCT incident) FROM acknowledgements"), 31);
    let acknowledged = messages(&harness).into_iter().filter(|it| it.why == Why::Acknowledged.to_string());
    let channels: Vec<_> = acknowledged.map(|it| it.channel).collect();
    assert_eq!(channels, ["mail", "phone", "self-alerts"]);
    let more = harness.calls_of("mail").iter().flat_map(|it| it.notifications.clone()).skip(30).count();
    assert_eq!(more, 0, "no acknowledgement of each single alert");
    // Then it is over, and said to be so to those who were told of it.
    harness.advance(5 * MINUTE).await;
    let resolved: Vec<_> =
        told(&harness).into_iter().filter(|it| it.2 == Why::Resolved.to_string()).collect();
    assert_eq!(resolved.iter().map(|it| it.0).collect::<BTreeSet<_>>(), ["phone", "self-alerts"].into());
    assert_eq!(harness.gateway().acknowledged_with(notice).await.unwrap(), []);
    harness.advance(12 * HOUR).await;
    assert_eq!(messages(&harness).len(), 7, "nobody hears more: {:?}", told(&harness));
}

#[tokio::test(start_paused = true)]
async fn one_broken_receiver_of_two_is_one_notice() {
    let (terms, channels) = two_dead_of_three();
    let config =
        HarnessConfig::with_terms(terms, channels).with_receiver("team", within(MINUTE, together(&["mail"])));
    let harness = GatewayHarness::with_config(config).await;
    harness.accept([alarm("a", Severity::High), alarm_for("team", "b", Severity::High)]).await;
    harness.advance(2 * MINUTE).await;
    let titles: BTreeSet<_> = messages(&harness).into_iter().map(|it| it.title).collect();
    assert_eq!(titles.len(), 1, "{titles:?}");
    assert!(titles.first().unwrap().starts_with("everyone could not be told as promised: "), "{titles:?}");
}

#[tokio::test(start_paused = true)]
async fn two_causes_are_two_notices() {
    // What `ding` refuses as it is, `mail` has, and the other way round.
    let refusing = |name: &'static str, eui: &'static str| {
        FakeChannel::new(name).answering(move |call| match call.notifications[0].alert.text_of("eui") {
            it if it == eui => unsendable(),
            _ => FakeAnswer::Accept,
        })
    };
    let terms = within(MINUTE, together(&["ding", "mail"]));
    let channels = [refusing("ding", "a"), refusing("mail", "b"), FakeChannel::new("phone")];
    let harness = GatewayHarness::with_terms(terms, channels).await;
    harness.accept([alarm("a", Severity::High), alarm("b", Severity::High)]).await;
    harness.advance(2 * MINUTE).await;
    let on_phone: Vec<_> = messages(&harness).into_iter().filter(|it| it.channel == "phone").collect();
    assert_eq!(on_phone.len(), 2, "{on_phone:?}");
    let causes = "SELECT group_concat(cause, ' and ') FROM
                    (SELECT alert ->> '$.labels.cause' AS cause FROM main.alerts
                     WHERE alert ->> '$.labels.alertname' = 'ContractBroken' ORDER BY 1)";
    assert_eq!(harness.query_text(causes), "ding and mail");
}

#[tokio::test(start_paused = true)]
async fn a_notice_grows_after_five_minutes_and_repeats_by_the_routes_interval() {
    let (terms, channels) = two_dead_of_three();
    let harness = GatewayHarness::with_terms(terms, channels).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(2 * MINUTE).await;
    harness.accept([alarm("b", Severity::Urgent), alarm("c", Severity::High)]).await;
    harness.advance(10 * MINUTE).await;
    harness.advance(9 * HOUR).await; // in steps of ten seconds
    let on_phone: Vec<_> = messages(&harness).into_iter().filter(|it| it.channel == "phone").collect();
    let times: Vec<_> = on_phone.iter().map(|it| it.second).collect();
    let grown = 62 + 5 * 60;
    let expected = [62, grown, grown + 4 * 3600, grown + 8 * 3600];
    let is_near = |(time, expected): (&u64, &u64)| (*expected..expected + 10).contains(time);
    assert!(times.len() == 4 && times.iter().zip(&expected).all(is_near), "{times:?} and not {expected:?}");
    let count = |index: usize| on_phone[index].title.contains("of 3 alerts");
    assert!(!count(0) && count(1) && count(2), "{on_phone:?}");
    assert!(on_phone[1..].iter().all(|it| it.why == Why::StillFiring.to_string()));
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_gets_worse_is_told_at_once() {
    let (terms, channels) = two_dead_of_three();
    let harness = GatewayHarness::with_terms(terms, channels).await;
    harness.accept([alarm("a", Severity::Mid)]).await;
    harness.advance(2 * MINUTE).await;
    harness.accept([alarm("b", Severity::Urgent)]).await;
    harness.advance(65 * SECOND).await;
    let on_phone: Vec<_> = told(&harness).into_iter().filter(|it| it.0 == "phone").collect();
    let worsened = Why::Worsened { from: Severity::Mid }.to_string();
    assert_eq!(on_phone, [("phone", 62, Why::Started.to_string()), ("phone", 182, worsened)]);
}

#[tokio::test(start_paused = true)]
async fn after_a_kill_a_notice_is_not_told_again_before_its_time() {
    let (terms, channels) = two_dead_of_three();
    let mut harness = GatewayHarness::with_terms(terms, channels).await;
    harness.accept(many(3)).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!(messages(&harness).len(), 2);
    for _ in 0..3 {
        harness.kill().await;
        harness.start().await;
        harness.advance(MINUTE).await;
    }
    assert_eq!(messages(&harness).len(), 2, "{:?}", told(&harness));
    harness.accept([alarm("one-more", Severity::Urgent)]).await;
    harness.advance(7 * MINUTE).await;
    let last = messages(&harness).pop().unwrap();
    assert!(last.title.contains("of 4 alerts") && last.why == Why::StillFiring.to_string(), "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn a_contract_that_is_abandoned_right_before_a_kill_is_told_after_the_start() {
    let (terms, channels) = two_dead_of_three();
    let mut harness = GatewayHarness::with_terms(terms, channels).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(61 * SECOND).await; // it is abandoned, and still being gathered
    assert_eq!(harness.query_text("SELECT fulfilment FROM notifications WHERE id = 1"), "abandoned");
    harness.kill().await;
    harness.advance_while_down(20 * SECOND).await;
    harness.start().await;
    harness.advance(SECOND).await;
    assert_eq!(
        told(&harness).iter().map(|it| (it.0, it.1)).collect::<Vec<_>>(),
        [("phone", 81), ("self-alerts", 81)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_notice_is_over_once_its_alerts_were_confirmed_or_have_ended() {
    let terms = within(MINUTE, together(&["ding", "mail"]));
    let channels = [failing_until("ding", 10 * MINUTE), FakeChannel::new("mail"), FakeChannel::new("phone")];
    for ends in [false, true] {
        let harness = GatewayHarness::with_terms(terms.clone(), channels.clone()).await;
        harness.accept([alarm("a", Severity::Urgent)]).await;
        harness.advance(2 * MINUTE).await;
        if ends {
            harness.accept([resolved_alarm("a")]).await;
        }
        harness.advance(12 * MINUTE).await;
        let on_phone: Vec<_> = told(&harness).into_iter().filter(|it| it.0 == "phone").collect();
        let [(_, 62, _), (_, over_at, why)] = &on_phone[..] else { panic!("{on_phone:?}") };
        assert_eq!(*why, Why::Resolved.to_string());
        let expected = if ends { 120..=185 } else { 600..=700 };
        assert!(expected.contains(over_at), "{over_at}");
        assert!(told(&harness).iter().all(|it| it.0 != "mail"), "{:?}", told(&harness));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_where_every_other_channel_has_confirmed() {
    let terms = within(MINUTE, together(&["ding", "mail", "self-alerts"]));
    let harness = GatewayHarness::with_terms(terms, [dead("ding"), FakeChannel::new("mail")]).await;
    harness.accept(many(3)).await;
    harness.advance(HOUR).await;
    assert_eq!(harness.query_number("SELECT count(*) FROM notifications WHERE fulfilment = 'abandoned'"), 3);
    assert_eq!(told(&harness), []);
    let letters = harness.gateway().store().dead_letters(Default::default(), None, 10).await.unwrap().letters;
    assert_eq!(letters.len(), 3, "a person finds them all the same");
}

#[tokio::test(start_paused = true)]
async fn a_contract_that_breaks_after_an_acknowledgement_begins_a_notice_of_its_own() {
    let harness = thirty_alerts().await;
    harness.acknowledge(messages(&harness)[0].notification, "Wang Min").await.unwrap();
    harness.accept([alarm("another", Severity::Urgent)]).await;
    harness.advance(2 * MINUTE).await;
    let started: Vec<_> =
        messages(&harness).into_iter().filter(|it| it.why == Why::Started.to_string()).collect();
    assert_eq!(started.len(), 4, "{started:?}");
    assert!(started[2..].iter().all(|it| it.title.starts_with("everyone could not be told as promised: ")));
}

#[tokio::test(start_paused = true)]
async fn a_link_acknowledges_nothing_that_a_later_message_tells_of() {
    let (terms, channels) = two_dead_of_three();
    let harness = GatewayHarness::with_terms(terms, channels).await;
    harness.accept([alarm("a", Severity::Urgent)]).await;
    harness.advance(10 * MINUTE).await;
    harness.accept([alarm("b", Severity::Urgent)]).await;
    harness.advance(10 * MINUTE).await;
    let on_phone: Vec<_> = messages(&harness).into_iter().filter(|it| it.channel == "phone").collect();
    let [first, second] = &on_phone[..] else { panic!("{on_phone:?}") };
    assert_eq!(covered_by(&harness, first.notification).await, 1);
    harness.acknowledge(first.notification, "Wang Min").await.unwrap();
    let open = "SELECT count(*) FROM notifications n WHERE fulfilment = 'abandoned' AND NOT EXISTS
                  (SELECT 1 FROM acknowledgements k WHERE k.incident = n.incident AND k.up_to >= n.id)";
    assert_eq!(harness.query_number(open), 1, "the later one is still open");
    assert_eq!(covered_by(&harness, second.notification).await, 1);
    harness.acknowledge(second.notification, "Wang Min").await.unwrap();
    assert_eq!(harness.query_number(open), 0);
}

/// The number of alerts that are acknowledged with a message.
async fn covered_by(harness: &GatewayHarness, id: NotificationId) -> usize {
    harness.gateway().acknowledged_with(id).await.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn those_who_were_told_elsewhere_of_an_alert_hear_who_takes_care_of_the_notice() {
    // Two of three must confirm; another receiver was told of the same alert and got it.
    let terms = within(MINUTE, at_least(2, together(&["ding", "wecom", "mail"])));
    let (_, channels) = two_dead_of_three();
    let harness = GatewayHarness::with_terms(terms, channels).await;
    harness.accept(many(2)).await;
    harness.advance(2 * MINUTE).await;
    let notice = messages(&harness)[0].notification;
    harness.acknowledge(notice, "Wang Min").await.unwrap();
    harness.advance(5 * SECOND).await;
    let heard = messages(&harness).into_iter().filter(|it| it.why == Why::Acknowledged.to_string());
    assert!(heard.map(|it| it.channel).any(|it| it == "mail"));
    let again = harness.acknowledge(notice, "Li Lei").await;
    assert!(again.is_err(), "somebody was first: {again:?}");
}
