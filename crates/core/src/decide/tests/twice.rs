//! Properties that hold whatever happens in whatever order.

use proptest::prelude::*;

use super::decision_fixture::{DecisionFixture, again, alarm, dead, end_of, in_turn, ladder, plain};
use crate::decide::*;
use crate::fixtures::after_noon;
use crate::{ContractStatus, DeliveryTerms, NotificationId, Severity, Step};

/// Something that happens.
#[derive(Debug, Clone)]
enum IncidentEvent {
    Fires(Severity),
    Ends,
    Settled(usize, DeliveryOutcome),
    Due,
    Blocked(usize),
    Acknowledged(usize),
    Retried,
    Discarded,
}

const CHANNELS: [&str; 4] = ["ding", "mail", "phone", "boss"];

fn severities() -> impl Strategy<Value = Severity> {
    prop::sample::select(Severity::ALL.to_vec())
}

fn outcomes() -> impl Strategy<Value = DeliveryOutcome> {
    prop_oneof![Just(DeliveryOutcome::Delivered), Just(dead()), (0..2_000_i64).prop_map(again)]
}

fn events() -> impl Strategy<Value = Vec<(i64, IncidentEvent)>> {
    let event = prop_oneof![
        3 => severities().prop_map(IncidentEvent::Fires),
        1 => Just(IncidentEvent::Ends),
        6 => (0..CHANNELS.len(), outcomes()).prop_map(|(channel, outcome)| IncidentEvent::Settled(channel, outcome)),
        4 => Just(IncidentEvent::Due),
        2 => (0..=CHANNELS.len()).prop_map(IncidentEvent::Blocked),
        1 => (0..9_usize).prop_map(IncidentEvent::Acknowledged),
        1 => Just(IncidentEvent::Retried),
        1 => Just(IncidentEvent::Discarded),
    ];
    prop::collection::vec((1..400_i64, event), 1..30)
}

fn terms() -> impl Strategy<Value = DeliveryTerms> {
    prop::sample::select(vec![plain(), in_turn(), ladder()])
}

fn letters(fixture: &DecisionFixture) -> Vec<(i64, String)> {
    let dead = fixture.ledger.deliveries.values().filter(|(_, it)| it.status == DeliveryStatus::Dead);
    let dead = dead.map(|(of, it)| (of.0, format!("d{}", it.id)));
    let notifications = fixture.ledger.notifications.keys().map(|id| (id.0, format!("n{id}")));
    dead.chain(notifications).collect()
}

/// Lets `event` happen so many seconds after noon.
fn play(fixture: &mut DecisionFixture, event: &IncidentEvent, seconds: i64) {
    match event {
        IncidentEvent::Fires(severity) => drop(fixture.accept(alarm("a", *severity), seconds)),
        IncidentEvent::Ends => drop(fixture.accept(end_of("a"), seconds)),
        IncidentEvent::Settled(channel, outcome) => {
            let channel = CHANNELS[*channel];
            let is_pending = |(_, it): &(NotificationId, DeliveryState)| {
                it.channel.as_str() == channel && it.status == DeliveryStatus::Pending
            };
            if fixture.ledger.deliveries.values().any(is_pending) {
                fixture.settle(channel, outcome.clone(), seconds);
            }
        }
        IncidentEvent::Due => due(fixture, seconds),
        IncidentEvent::Blocked(channel) => {
            fixture.blocked = CHANNELS.get(*channel).map(|it| (*it).into()).into_iter().collect();
        }
        IncidentEvent::Acknowledged(index) => {
            drop(fixture.acknowledge(i64::try_from(*index).unwrap(), "Ann", seconds));
        }
        IncidentEvent::Retried => {
            letters(fixture).iter().for_each(|(id, letter)| drop(fixture.retry(*id, &[letter])));
        }
        IncidentEvent::Discarded => {
            letters(fixture).iter().for_each(|(id, letter)| drop(fixture.discard(*id, &[letter])));
        }
    }
}

fn due(fixture: &mut DecisionFixture, seconds: i64) {
    let is_due = |at: Option<jiff::Timestamp>| at.is_some_and(|at| at <= after_noon(seconds));
    let due = fixture.ledger.notifications.iter().filter(|(_, it)| is_due(it.next_check_at));
    let due: Vec<_> = due.map(|(id, _)| id.0).collect();
    due.into_iter().for_each(|id| drop(fixture.recheck(id, seconds)));
}

/// True if a decision writes anything but the contract as it stands.
fn does_something(fixture: &DecisionFixture, id: NotificationId, seconds: i64) -> bool {
    let state = fixture.ledger.read(&[StateKey::Notification(id)]);
    let time = EvaluationTime::Scheduled(after_noon(seconds));
    let changes = fixture.decide(|context| recheck(&state, time, context));
    let Changes {
        alerts, notifications, deliveries, steps, updated_deliveries, updated_notifications, ..
    } = changes;
    !(alerts.is_empty()
        && notifications.is_empty()
        && deliveries.is_empty()
        && steps.is_empty()
        && updated_deliveries.is_empty()
        && updated_notifications.is_empty())
}

/// Lets `events` happen one after the other, with a check after each, and returns what they have made.
fn play_all(
    terms: DeliveryTerms,
    events: Vec<(i64, IncidentEvent)>,
    mut check: impl FnMut(&mut DecisionFixture, &IncidentEvent, i64) -> Result<(), TestCaseError>,
) -> Result<DecisionFixture, TestCaseError> {
    let mut fixture = DecisionFixture::on(terms);
    let mut seconds = 0;
    for (pause, event) in events {
        seconds += pause;
        play(&mut fixture, &event, seconds);
        check(&mut fixture, &event, seconds)?;
    }
    Ok(fixture)
}

proptest! {
    #[test]
    fn evaluated_a_second_time_at_the_same_time_nothing_is_done_a_second_time(
        terms in terms(),
        events in events(),
    ) {
        play_all(terms, events, |fixture, event, seconds| {
            let all: Vec<_> = fixture.ledger.notifications.keys().copied().collect();
            for id in all {
                fixture.recheck(id.0, seconds);
                prop_assert!(!does_something(fixture, id, seconds), "{:?} after {:?}", id, event);
            }
            Ok(())
        })?;
    }

    #[test]
    fn every_receiver_that_is_decided_about_is_told_on_some_channel_or_is_not_with_the_reason(
        terms in terms(),
        events in events(),
    ) {
        let fixture = play_all(terms, events, |_, _, _| Ok(()))?;
        for (id, row) in &fixture.ledger.notifications {
            prop_assert!(!fixture.ledger.deliveries_of(*id).is_empty(), "{:?} is owed to nobody", row.told);
        }
        for (id, delivery) in fixture.ledger.deliveries.values() {
            let has_reason = delivery.status == DeliveryStatus::Pending || delivery.reason.is_some();
            prop_assert!(has_reason, "{:?} of {:?}", delivery, id);
        }
    }

    #[test]
    fn a_promise_is_abandoned_as_often_as_it_was_open_before(terms in terms(), events in events()) {
        let fixture = play_all(terms, events, |_, _, _| Ok(()))?;
        for id in fixture.ledger.notifications.keys() {
            let steps = fixture.ledger.steps.iter().filter(|(of, _, _)| of == id).map(|(_, _, step)| step);
            let abandoned = Step::Settle { status: ContractStatus::Abandoned };
            let (mut times, mut openings) = (0, 1);
            for step in steps {
                times += i32::from(*step == abandoned);
                openings += i32::from(matches!(step, Step::Retried { .. }));
                prop_assert!(times <= openings, "{id:?} is abandoned {times} times");
            }
        }
    }
}
