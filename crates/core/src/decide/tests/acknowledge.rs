use std::sync::Arc;

use super::decision_fixture::{DecisionFixture, alarm, end_of, ladder, names, notice};
use crate::decide::*;
use crate::fixtures::{NOON, after_noon, receiver};
use crate::{
    Acknowledgement, DeliveryTerms, GroupKey, GroupedAlert, Notification, NotificationId, Policy, Severity,
    Suppression, Unless, Verdict, Why,
};

const DAY: i64 = 24 * 60 * 60;

/// A fixture with an alert on a ladder.
fn told() -> DecisionFixture {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture
}

fn ann(seconds: i64) -> Acknowledgement {
    Acknowledgement { by: "Ann".to_owned(), at: after_noon(seconds) }
}

/// The receivers that hear of an acknowledgement, and the channels.
fn told_by(committed: &Committed) -> Vec<(&str, Vec<&str>)> {
    let channels = |id| {
        let of_it = committed.deliveries.iter().filter(move |it| it.notification == id);
        of_it.map(|it| it.channel.as_str()).collect()
    };
    committed.notifications.iter().map(|it| (it.receiver.as_str(), channels(it.id))).collect()
}

#[test]
fn whoever_was_told_hears_of_the_acknowledgement_on_every_channel_that_told_them() {
    let mut fixture = told();
    fixture.recheck(1, 60); // phone is told
    let committed = fixture.acknowledge(1, "Ann", 70).unwrap();
    assert_eq!(told_by(&committed), [("on-call", vec!["ding", "mail", "phone"])]);
    let notification = &committed.notifications[0];
    assert_eq!((notification.why, &notification.acknowledged_by), (Why::Acknowledged, &Some(ann(70))));
    assert!(committed.deliveries.iter().all(|it| !it.asks && !it.needs_recheck));
}

#[test]
fn whoever_was_told_of_a_group_hears_of_the_acknowledgement_of_all_its_alerts() {
    let mut fixture = told();
    let [second, third] = ["b", "c"].map(|eui| {
        let id = fixture.accept(notice(eui, Severity::Low), 1).alerts[0].id;
        GroupedAlert { id, alert: Arc::new(notice(eui, Severity::Low)) }
    });
    let group = GroupKey::from_bits(42);
    let row = fixture.ledger.notifications.get_mut(&NotificationId(1)).unwrap();
    let notification = Notification { group, others: vec![second, third], ..Notification::clone(&row.told) };
    row.told = Arc::new(notification.clone());
    let committed = fixture.acknowledge(1, "Ann", 70).unwrap();
    let heard = &committed.notifications[0];
    assert_eq!((heard.group, heard.alert_id), (group, notification.alert_id));
    assert_eq!((&heard.alert, &heard.others), (&notification.alert, &notification.others));
}

#[test]
fn each_receiver_hears_of_it_by_itself() {
    let mut fixture = told();
    let team =
        crate::Receiver { terms: Arc::new(DeliveryTerms::plain(vec!["wecom".into()])), ..receiver("team") };
    let also_team = crate::fixtures::and_on(crate::fixtures::route("team", &["severity >= urgent"], vec![]));
    let root = crate::fixtures::route(
        "on-call",
        &[],
        vec![also_team, crate::fixtures::route("on-call", &[], vec![])],
    );
    let on_call = fixture.policy.receivers().next().unwrap().clone();
    fixture.policy = Policy::new(root, vec![on_call, team]).unwrap();
    fixture.accept(alarm("a", Severity::Urgent), 1);
    let committed = fixture.acknowledge(2, "Ann", 2).unwrap();
    assert_eq!(told_by(&committed), [("on-call", vec!["ding", "mail"]), ("team", vec!["wecom"])]);
}

#[test]
fn acknowledging_ends_the_ladder_for_good() {
    let mut fixture = told();
    for channel in ["ding", "mail"] {
        fixture.settle(channel, DeliveryOutcome::Delivered, 1);
    }
    let committed = fixture.acknowledge(1, "Ann", 50).unwrap();
    assert_eq!(committed.rechecks, [Recheck { notification: NotificationId(1), at: None }]);
    assert!(fixture.recheck(1, 900).deliveries.is_empty());
    let skipped = format!("\"because\":\"{}\"", Unless::Acknowledged);
    assert!(fixture.steps().iter().any(|it| it.contains("skip") && it.contains(&skipped)));
}

#[test]
fn the_second_who_acknowledges_hears_who_was_first_and_nobody_else_hears_anything() {
    let mut fixture = told();
    fixture.acknowledge(1, "Ann", 1).unwrap();
    let before = fixture.ledger.deliveries.len();
    assert_eq!(fixture.acknowledge(1, "Bob", 2), Err(Obstacle::Already(ann(1))));
    let state = fixture.ledger.read(&[StateKey::Notification(NotificationId(1))]);
    assert_eq!(obstacle(&state, NotificationId(1)), Some(Obstacle::Already(ann(1))));
    assert_eq!(fixture.ledger.deliveries.len(), before);
}

#[test]
fn an_incident_that_has_ended_needs_nobody_to_take_care_of_it() {
    let mut fixture = told();
    let state = fixture.ledger.read(&[StateKey::Notification(NotificationId(1))]);
    assert_eq!(obstacle(&state, NotificationId(1)), None);
    fixture.accept(end_of("a"), 1);
    for id in [1, 2] {
        assert_eq!(fixture.acknowledge(id, "Ann", 2), Err(Obstacle::Over), "{id}");
    }
    assert!(fixture.ledger.acknowledgements.is_empty());
}

#[test]
fn a_notification_of_an_acknowledgement_cannot_be_acknowledged() {
    let mut fixture = told();
    fixture.acknowledge(1, "Ann", 1).unwrap();
    assert_eq!(fixture.acknowledge(2, "Bob", 2), Err(Obstacle::Over));
}

#[test]
fn a_notification_that_does_not_exist_cannot_be_acknowledged() {
    assert_eq!(DecisionFixture::on(ladder()).acknowledge(1, "Ann", 0), Err(Obstacle::Unknown));
}

#[test]
fn a_message_that_was_passed_on_can_be_acknowledged_once() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(notice("a", Severity::High), 0);
    assert!(fixture.acknowledge(1, "Ann", 1).is_ok());
    assert_eq!(fixture.acknowledge(1, "Bob", 2), Err(Obstacle::Already(ann(1))));
}

#[test]
fn repeats_are_covered_by_an_acknowledgement_and_what_got_worse_is_not() {
    let mut fixture = told();
    fixture.accept(alarm("a", Severity::High), DAY); // a repeat, notification 2
    fixture.acknowledge(1, "Ann", DAY + 1).unwrap();
    assert!(matches!(fixture.acknowledge(2, "Bob", DAY + 2), Err(Obstacle::Already(_))));

    let repeat = fixture.accept(alarm("a", Severity::High), 2 * DAY);
    let verdict = &repeat.alerts[0].decisions[0].verdict;
    assert_eq!(*verdict, Verdict::Suppress(Suppression::Acknowledged));
    let worse = fixture.accept(alarm("a", Severity::Urgent), 2 * DAY + 1);
    let id = worse.notifications[0].id.0;
    assert_eq!(worse.rechecks[0].at, Some(after_noon(2 * DAY + 61)));
    assert_eq!(names(&fixture.recheck(id, 2 * DAY + 61)), ["phone"]);
    assert!(fixture.acknowledge(id, "Bob", 2 * DAY + 70).is_ok());
}

#[test]
fn nothing_is_told_on_a_channel_that_is_no_longer_in_the_config() {
    let mut fixture = told();
    fixture.gone = vec!["ding".into()];
    assert_eq!(told_by(&fixture.acknowledge(1, "Ann", 1).unwrap()), [("on-call", vec!["mail"])]);
}

#[test]
fn a_clock_that_is_set_ahead_climbs_nothing_when_somebody_acknowledges() {
    let committed = told().acknowledge(1, "Ann", 3600).unwrap();
    assert!(committed.deliveries.iter().all(|it| it.notification.0 == 2), "{committed:?}");
}

#[test]
fn an_acknowledgement_is_entered_to_the_millisecond_with_all_that_it_covers() {
    let mut fixture = told();
    fixture.accept(alarm("a", Severity::Urgent), 1);
    let state = fixture.ledger.read(&[StateKey::IncidentOf(NotificationId(1))]);
    let odd = NOON + jiff::SignedDuration::from_nanos(1_999_999);
    let acknowledgement = Acknowledgement { by: "Ann".to_owned(), at: odd };
    let changes = fixture
        .decide(|it| acknowledge(&state, NotificationId(1), &acknowledgement, &AckAudience::Told, it))
        .unwrap();
    let [entered] = &changes.acknowledgements[..] else { panic!("{changes:?}") };
    let whole = NOON + jiff::SignedDuration::from_millis(1);
    assert_eq!((entered.acknowledgement.at, entered.up_to), (whole, NotificationId(2)));
}
