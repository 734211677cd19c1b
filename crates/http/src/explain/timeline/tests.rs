use fanfare_api::{EventDetails, TimelineEvent};
use fanfare_core::{
    AlertId, ContractStatus, DeliveryId, DeliveryTerms, EscalationReason, NotificationId, Sending, Step,
    Unless,
};
use fanfare_gateway::{
    AcknowledgementRow, AlertHistory, AttemptRow, DeliveryHistory, DeliveryOutlook, NotificationHistory,
    StepRow, SuppressionRecord,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::explain::explain;
use crate::explain::fixtures::{NOON, outlook, story};

fn after_noon(milliseconds: i64) -> Timestamp {
    NOON + SignedDuration::from_millis(milliseconds)
}

fn told(channels: &[&str]) -> NotificationHistory {
    let channels: Vec<_> = channels.iter().map(|it| (*it).into()).collect();
    NotificationHistory {
        id: NotificationId(5),
        alerts: vec![AlertId(1)],
        receiver: "on-call".into(),
        route: Some("route.routes[0]".to_owned()),
        why: "started".to_owned(),
        owed_at: NOON,
        terms: Some(DeliveryTerms { send: Sending::InTurn, ..DeliveryTerms::plain(channels) }),
        contract: ContractStatus::Open,
        next_check_at: None,
        handled: None,
        acknowledgement: None,
        deliveries: Vec::new(),
        steps: Vec::new(),
    }
}

fn delivery(id: i64, channel: &str, attempts: Vec<AttemptRow>) -> DeliveryHistory {
    DeliveryHistory {
        id: DeliveryId(id),
        channel: channel.into(),
        added_at: NOON,
        escalated: None,
        state: "delivered".to_owned(),
        next_at: None,
        attempted: 1,
        settled_at: attempts.last().map(|it| it.ended_at),
        reason: None,
        digest: None,
        attempts,
    }
}

/// From `began` to `ended`, in milliseconds after noon.
fn attempt(ordinal: i64, began: i64, ended: i64, outcome: &str) -> AttemptRow {
    AttemptRow {
        ordinal,
        started_at: after_noon(began),
        ended_at: after_noon(ended),
        outcome: outcome.to_owned(),
        words: "its words".to_owned(),
    }
}

fn timeline(story: &AlertHistory) -> Vec<TimelineEvent> {
    explain(story.clone(), &outlook()).unwrap().timeline
}

/// The events of `story`, each with the milliseconds since noon.
fn order(story: &AlertHistory) -> Vec<(i64, String)> {
    let events = timeline(story).into_iter().map(|event| {
        let TimelineEvent { at, .. } = &event;
        let milliseconds = at.duration_since(NOON).as_millis();
        let json = serde_json::to_value(&event).unwrap();
        let text = |name: &str| json[name].as_str().map(|it| format!(" {it}")).unwrap_or_default();
        let words = ["event", "step", "receiver", "channel", "outcome"].map(text).concat();
        (i64::try_from(milliseconds).unwrap(), words.trim().to_owned())
    });
    events.collect()
}

#[track_caller]
fn check(story: &AlertHistory, expected: &[(i64, &str)]) {
    let found = order(story);
    let found: Vec<(i64, &str)> = found.iter().map(|(at, what)| (*at, what.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_happened_is_told_in_the_order_in_which_it_happened() {
    let steps = [
        (
            20,
            Step::TakeTurn {
                channel: "mail".into(),
                instead_of: "ops".into(),
                because: fanfare_core::ChannelFailure::AttemptFailed,
            },
        ),
        (
            900,
            Step::Climb {
                rung: 0,
                unless: Unless::Acknowledged,
                to: vec!["boss".into()],
                because: EscalationReason::Due,
            },
        ),
        (1_000, Step::Skip { rung: 1, because: Unless::Acknowledged }),
    ];
    let notification = NotificationHistory {
        deliveries: vec![
            delivery(1, "ops", vec![attempt(1, 5, 20, "transient"), attempt(2, 500, 800, "delivered")]),
            delivery(2, "mail", vec![attempt(1, 25, 60, "delivered")]),
        ],
        steps: steps.map(|(at, step)| StepRow { at: after_noon(at), step }).into(),
        ..told(&["ops", "mail"])
    };
    let acknowledged = AcknowledgementRow {
        by: "Wang".to_owned(),
        at: after_noon(1_000),
        notification: NotificationId(5),
        up_to: NotificationId(5),
    };
    let story =
        AlertHistory { notifications: vec![notification], acknowledgements: vec![acknowledged], ..story() };
    check(
        &story,
        &[
            (0, "accepted"),
            (0, "owed on-call"),
            (20, "attempt on-call ops transient"),
            (20, "step take_turn on-call mail"),
            (60, "attempt on-call mail delivered"),
            (800, "attempt on-call ops delivered"),
            (900, "step climb on-call"),
            (1_000, "acknowledged"),
            (1_000, "step skip on-call"),
        ],
    );
}

#[test]
fn who_was_not_told_is_told_too() {
    let held = SuppressionRecord { receiver: "team".into(), route: None, reason: "already told".to_owned() };
    check(&AlertHistory { suppressed: vec![held], ..story() }, &[(0, "accepted"), (0, "held team")]);
}

#[test]
fn a_delivery_that_was_given_up_ends_with_its_reason() {
    let dead = DeliveryHistory {
        state: "dead".to_owned(),
        reason: Some("rejected".to_owned()),
        ..delivery(1, "ops", vec![attempt(1, 5, 20, "unsendable")])
    };
    let notification = NotificationHistory { deliveries: vec![dead], ..told(&["ops"]) };
    let story = AlertHistory { notifications: vec![notification], ..story() };
    check(
        &story,
        &[
            (0, "accepted"),
            (0, "owed on-call"),
            (20, "attempt on-call ops unsendable"),
            (20, "given_up on-call ops"),
        ],
    );
    let last = timeline(&story).pop().unwrap();
    assert_eq!(serde_json::to_value(last).unwrap()["reason"], "rejected");
}

#[test]
fn whoever_knew_before_the_alert_came_stands_before_it() {
    let before = AcknowledgementRow {
        by: "Wang".to_owned(),
        at: after_noon(-60_000),
        notification: NotificationId(1),
        up_to: NotificationId(1),
    };
    check(
        &AlertHistory { acknowledgements: vec![before], ..story() },
        &[(-60_000, "acknowledged"), (0, "accepted")],
    );
}

#[test]
fn an_attempt_tells_how_long_it_took_and_its_last_one_the_digest_that_carried_it() {
    let gathered = DeliveryHistory {
        digest: Some(3),
        ..delivery(1, "ops", vec![attempt(1, 5, 20, "throttled"), attempt(2, 100, 350, "delivered")])
    };
    let notification = NotificationHistory { deliveries: vec![gathered], ..told(&["ops"]) };
    let story = AlertHistory { notifications: vec![notification], ..story() };
    let told: Vec<Value> = timeline(&story).iter().map(|it| serde_json::to_value(it).unwrap()).collect();
    let of = |index: usize| (&told[index]["latency_ms"], &told[index]["digest"], &told[index]["words"]);
    assert_eq!(of(2), (&json!(15), &json!(null), &json!("its words")));
    assert_eq!(of(3), (&json!(250), &json!(3), &json!("its words")));
}

/// The command line reads what the API tells.
#[test]
fn every_event_can_be_read_back() {
    let steps = [
        Step::Settle { status: ContractStatus::Abandoned },
        Step::Retried { by: "Wang".to_owned(), on: vec!["ops".into()] },
        Step::Discarded { by: "Wang".to_owned(), reason: "an exercise".to_owned(), on: Vec::new() },
    ];
    let notification = NotificationHistory {
        deliveries: vec![delivery(1, "ops", vec![attempt(1, 5, 20, "delivered")])],
        steps: steps.map(|step| StepRow { at: NOON, step }).into(),
        ..told(&["ops", "mail"])
    };
    let held = SuppressionRecord {
        receiver: "team".into(),
        route: Some("route".to_owned()),
        reason: "…".to_owned(),
    };
    let story =
        AlertHistory { id: AlertId(7), notifications: vec![notification], suppressed: vec![held], ..story() };
    let events = timeline(&story);
    let read: Vec<TimelineEvent> = serde_json::from_str(&serde_json::to_string(&events).unwrap()).unwrap();
    assert_eq!(read, events);
}

#[test]
fn each_start_of_the_gateway_while_something_was_still_to_be_done_is_told() {
    let deliveries = vec![delivery(1, "robot", vec![attempt(1, 100, 5_000, "delivered")])];
    let story = AlertHistory {
        notifications: vec![NotificationHistory { deliveries, ..told(&["robot"]) }],
        ..story()
    };
    let outlook = DeliveryOutlook {
        earlier_starts: [-1_000, 0, 1_000, 2_000, 5_000, 6_000].map(after_noon).to_vec(),
        started_at: after_noon(3_000),
        cut_off: [DeliveryId(1)].into(),
        ..outlook()
    };
    let events = explain(story, &outlook).unwrap().timeline;
    let restarts: Vec<_> = events
        .iter()
        .filter_map(|it| {
            let EventDetails::Restarted { cut_off } = &it.what else { return None };
            Some((it.at, cut_off.concat()))
        })
        .collect();
    let expected = [(1_000, ""), (2_000, ""), (3_000, "robot")];
    assert_eq!(restarts, expected.map(|(at, cut_off)| (after_noon(at), cut_off.to_owned())));
}
