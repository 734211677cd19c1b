//! Properties that hold whatever happens in whatever order.

use proptest::prelude::*;

use super::stage::{Stage, again, alarm, dead, end_of, in_turn, ladder, plain};
use crate::decide::*;
use crate::fixtures::after_noon;
use crate::{ContractStatus, DeliveryTerms, NotificationId, Severity, Step};

/// Something that happens.
#[derive(Debug, Clone)]
enum Event {
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

fn events() -> impl Strategy<Value = Vec<(i64, Event)>> {
    let event = prop_oneof![
        3 => severities().prop_map(Event::Fires),
        1 => Just(Event::Ends),
        6 => (0..CHANNELS.len(), outcomes()).prop_map(|(channel, outcome)| Event::Settled(channel, outcome)),
        4 => Just(Event::Due),
        2 => (0..=CHANNELS.len()).prop_map(Event::Blocked),
        1 => (0..9_usize).prop_map(Event::Acknowledged),
        1 => Just(Event::Retried),
        1 => Just(Event::Discarded),
    ];
    prop::collection::vec((1..400_i64, event), 1..30)
}

fn terms() -> impl Strategy<Value = DeliveryTerms> {
    prop::sample::select(vec![plain(), in_turn(), ladder()])
}

fn letters(stage: &Stage) -> Vec<(i64, String)> {
    let dead = stage.ledger.deliveries.values().filter(|(_, it)| it.status == DeliveryStatus::Dead);
    let dead = dead.map(|(of, it)| (of.0, format!("d{}", it.id)));
    let notifications = stage.ledger.notifications.keys().map(|id| (id.0, format!("n{id}")));
    dead.chain(notifications).collect()
}

/// Lets `event` happen so many seconds after noon.
fn play(stage: &mut Stage, event: &Event, seconds: i64) {
    match event {
        Event::Fires(severity) => drop(stage.accept(alarm("a", *severity), seconds)),
        Event::Ends => drop(stage.accept(end_of("a"), seconds)),
        Event::Settled(channel, outcome) => {
            let channel = CHANNELS[*channel];
            let is_pending = |(_, it): &(NotificationId, DeliveryState)| {
                it.channel.as_str() == channel && it.status == DeliveryStatus::Pending
            };
            if stage.ledger.deliveries.values().any(is_pending) {
                stage.settle(channel, outcome.clone(), seconds);
            }
        }
        Event::Due => due(stage, seconds),
        Event::Blocked(channel) => {
            stage.blocked = CHANNELS.get(*channel).map(|it| (*it).into()).into_iter().collect();
        }
        Event::Acknowledged(index) => {
            drop(stage.acknowledge(i64::try_from(*index).unwrap(), "Ann", seconds));
        }
        Event::Retried => {
            letters(stage).iter().for_each(|(id, letter)| drop(stage.retry(*id, &[letter])));
        }
        Event::Discarded => {
            letters(stage).iter().for_each(|(id, letter)| drop(stage.discard(*id, &[letter])));
        }
    }
}

fn due(stage: &mut Stage, seconds: i64) {
    let is_due = |at: Option<jiff::Timestamp>| at.is_some_and(|at| at <= after_noon(seconds));
    let due = stage.ledger.notifications.iter().filter(|(_, it)| is_due(it.next_check_at));
    let due: Vec<_> = due.map(|(id, _)| id.0).collect();
    due.into_iter().for_each(|id| drop(stage.recheck(id, seconds)));
}

/// True if a decision writes anything but the contract as it stands.
fn does_something(stage: &Stage, id: NotificationId, seconds: i64) -> bool {
    let state = stage.ledger.read(&[StateKey::Notification(id)]);
    let time = EvaluationTime::Scheduled(after_noon(seconds));
    let changes = stage.decide(|context| recheck(&state, time, context));
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

proptest! {
    #[test]
    fn evaluated_a_second_time_at_the_same_time_nothing_is_done_a_second_time(
        terms in terms(),
        events in events(),
    ) {
        let mut stage = Stage::on(terms).confiding_in("confidant");
        let mut seconds = 0;
        for (pause, event) in events {
            seconds += pause;
            play(&mut stage, &event, seconds);
            let all: Vec<_> = stage.ledger.notifications.keys().copied().collect();
            for id in all {
                stage.recheck(id.0, seconds);
                prop_assert!(!does_something(&stage, id, seconds), "{:?} after {:?}", id, event);
            }
        }
    }

    #[test]
    fn every_receiver_that_is_decided_about_is_told_on_some_channel_or_is_not_with_the_reason(
        terms in terms(),
        events in events(),
    ) {
        let mut stage = Stage::on(terms).confiding_in("confidant");
        let mut seconds = 0;
        for (pause, event) in events {
            seconds += pause;
            play(&mut stage, &event, seconds);
        }
        for (id, row) in &stage.ledger.notifications {
            prop_assert!(!stage.ledger.deliveries_of(*id).is_empty(), "{:?} is owed to nobody", row.told);
        }
        for (id, delivery) in stage.ledger.deliveries.values() {
            let has_reason = delivery.status == DeliveryStatus::Pending || delivery.reason.is_some();
            prop_assert!(has_reason, "{:?} of {:?}", delivery, id);
        }
    }

    #[test]
    fn a_promise_that_is_abandoned_is_said_once_unless_somebody_takes_care(
        terms in terms(),
        events in events(),
    ) {
        let mut stage = Stage::on(terms).confiding_in("confidant");
        let mut seconds = 0;
        for (pause, event) in events {
            seconds += pause;
            if matches!(event, Event::Acknowledged(_)) {
                continue;
            }
            play(&mut stage, &event, seconds);
        }
        let self_alert = alarm("fanfare", Severity::High).fingerprint;
        let abandoned = Step::Settle { fulfilment: ContractStatus::Abandoned };
        let about_others = |id: &NotificationId| {
            stage.ledger.notifications[id].told.alert.fingerprint != self_alert
        };
        let steps = stage.ledger.steps.iter().filter(|(id, _, step)| *step == abandoned && about_others(id));
        let said = stage.ledger.alerts.values().filter(|it| it.alert.fingerprint == self_alert);
        prop_assert_eq!(said.count(), steps.count());
    }
}
