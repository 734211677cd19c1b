//! The events that the suite has decided and written.

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    Acknowledgement, Alert, AlertId, AlertRef, Changes, ChannelAvailability, ChannelName, ClockLeads,
    Committed, DecisionContext, DecisionState, Delivery, DeliveryOutcome, DeliveryTerms, EvaluationTime,
    Fingerprint, HumanDuration, IncidentUpdate, IncomingAlert, Labels, NewAlert, NewGroupedAlert,
    NotificationId, Obstacle, Policy, Receiver, Route, Rung, Settlement, Severity, StateKey, Status, Unless,
};
use fanfare_store::{Store, Unit};
use jiff::Timestamp;

/// Deletes all that may be deleted of what is older than `before`, as the gateway does; how many alerts.
pub(super) async fn forget(store: &Store, before: Timestamp) -> usize {
    let (mut deleted, mut after) = (0, Some(AlertId(0)));
    while let Some(from) = after {
        let expired = store.expired_alerts(from, before).await.unwrap();
        for part in expired.parts {
            deleted += store.forget_alerts(part, before).await.unwrap();
        }
        after = expired.next;
    }
    deleted
}

/// An alarm about the device `eui`.
pub(super) fn alarm(eui: &str) -> Alert {
    let identity: Labels = [("eui", eui)].into_iter().collect();
    Alert { fingerprint: Fingerprint::from_labels(&identity), ..crate::alert(Severity::High) }
}

/// The end of [`alarm`].
pub(super) fn end_of(eui: &str) -> Alert {
    Alert { status: Status::Resolved, ..alarm(eui) }
}

/// The terms of a receiver that is told on `ding` and `mail`.
pub(super) fn plain() -> DeliveryTerms {
    DeliveryTerms::plain(vec!["ding".into(), "mail".into()])
}

/// The same terms, and `boss` is told unless somebody acknowledges within a minute.
pub(super) fn ladder() -> DeliveryTerms {
    let rung = Rung {
        after: HumanDuration(Duration::from_secs(60)),
        unless: Unless::Acknowledged,
        to: vec!["boss".into()],
    };
    DeliveryTerms { escalate: vec![rung], ..plain() }
}

/// The policy that tells `on-call` of everything on `terms`, and again after an hour.
fn policy(terms: DeliveryTerms) -> Policy {
    let route = Route {
        matchers: Vec::new(),
        receiver: "on-call".into(),
        r#continue: false,
        repeat_interval: Duration::from_secs(3_600),
        routes: Vec::new(),
    };
    Policy::new(route, vec![Receiver { name: "on-call".into(), terms: Arc::new(terms) }]).unwrap()
}

/// Decides while all channels are open, but for `gone`, which the config has not.
fn decide<T>(policy: &Policy, decide: impl FnOnce(&DecisionContext<'_>) -> T) -> T {
    let availability = |channel: &ChannelName| match channel.as_str() {
        "gone" => ChannelAvailability::NotConfigured,
        _ => ChannelAvailability::Open,
    };
    decide(&DecisionContext {
        policy,
        policy_id: None,
        availability: &availability,
        leads: ClockLeads::default(),
    })
}

/// A unit that accepts `alert` on `terms`.
pub(super) fn accepting(terms: DeliveryTerms, alert: Alert, now: Timestamp) -> Unit {
    let policy = policy(terms);
    let incoming = IncomingAlert::new(alert, &policy);
    let further = incoming.clone();
    Unit::new(incoming.keys(), move |state| {
        decide(&policy, |context| fanfare_core::accept(state, &incoming, context, now))
    })
    .reading(move |state| further.further_keys(state))
}

/// A unit that accepts `alerts` and tells of all of them in one notification on `terms`.
pub(super) fn grouping(terms: DeliveryTerms, alerts: Vec<Alert>, now: Timestamp) -> Unit {
    let policy = policy(terms);
    Unit::new(Vec::new(), move |_| {
        let accepted = alerts.iter().map(|alert| {
            let incoming = IncomingAlert::new(alert.clone(), &policy);
            decide(&policy, |context| {
                fanfare_core::accept(&DecisionState::default(), &incoming, context, now)
            })
        });
        grouped(accepted)
    })
}

/// The changes of several new alerts as those of one group: what the first one calls for tells of the others too.
fn grouped(accepted: impl Iterator<Item = Changes>) -> Changes {
    let mut group = Changes::default();
    for (index, changes) in accepted.enumerate() {
        let id = AlertRef::New(index);
        let Changes { alerts, incidents, notifications, deliveries, .. } = changes;
        match group.notifications.first_mut() {
            Some(notification) => {
                let grouped = |it: &NewAlert| NewGroupedAlert { id, alert: Arc::clone(&it.alert) };
                notification.others.extend(alerts.iter().map(grouped));
            }
            None => (group.notifications, group.deliveries) = (notifications, deliveries),
        }
        group.alerts.extend(alerts.into_iter().map(|it| NewAlert { incident: id, ..it }));
        group.incidents.extend(incidents.into_iter().map(|it| incident_of(it, id)));
    }
    group
}

fn incident_of(update: IncidentUpdate, alert: AlertRef) -> IncidentUpdate {
    match update {
        IncidentUpdate::Keep { key, first: _, last: _, since, device, told, acknowledged } => {
            IncidentUpdate::Keep { key, first: alert, last: alert, since, device, told, acknowledged }
        }
        other @ (IncidentUpdate::Acknowledge { .. } | IncidentUpdate::Close(_)) => other,
    }
}

/// A unit that enters that the first attempt of `delivery` ended at `at` with `outcome`.
pub(super) fn settling(delivery: &Delivery, outcome: DeliveryOutcome, at: Timestamp) -> Unit {
    let settlement = Settlement {
        delivery: delivery.id,
        notification: delivery.notification,
        needs_recheck: delivery.needs_recheck,
        ordinal: 1,
        started_at: at,
        ended_at: at,
        word: if outcome == DeliveryOutcome::Delivered { "delivered" } else { "transient" },
        words: "the provider's words".to_owned(),
        outcome,
        send: None,
        hold: None,
    };
    let policy = policy(plain());
    Unit::new(settlement.keys(), move |state| {
        decide(&policy, |context| fanfare_core::settle(state, &settlement, context))
    })
}

/// A unit that checks the notification `id` by its own clock.
pub(super) fn rechecking(id: NotificationId, now: Timestamp) -> Unit {
    let policy = policy(plain());
    Unit::new(vec![StateKey::Notification(id)], move |state| {
        decide(&policy, |context| fanfare_core::recheck(state, EvaluationTime::Scheduled(now), context))
    })
}

/// A unit by which `by` acknowledges the notification `id`.
pub(super) fn acknowledging(id: NotificationId, by: &str, at: Timestamp) -> Unit {
    let acknowledgement = Acknowledgement { by: by.to_owned(), at };
    let policy = policy(plain());
    Unit::with_obstacles(vec![StateKey::IncidentOf(id)], move |state| {
        decide(&policy, |context| {
            fanfare_core::acknowledge(state, id, &acknowledgement, &fanfare_core::AckAudience::Told, context)
        })
    })
}

/// A unit whose decision panics.
pub(super) fn panicking() -> Unit {
    Unit::new(Vec::new(), |_| panic!("a bug that the suite makes"))
}

/// The outcome of one unit by itself.
pub(super) async fn run(store: &Store, unit: Unit) -> Result<Arc<Committed>, Obstacle> {
    store.transact(vec![unit]).await.unwrap().remove(0)
}

/// One alert, accepted on `terms` by itself.
pub(super) async fn accept(
    store: &Store,
    terms: DeliveryTerms,
    alert: Alert,
    now: Timestamp,
) -> Arc<Committed> {
    run(store, accepting(terms, alert, now)).await.unwrap()
}

/// Settles `delivery` by itself.
pub(super) async fn settle(store: &Store, delivery: &Delivery, outcome: DeliveryOutcome, at: Timestamp) {
    run(store, settling(delivery, outcome, at)).await.unwrap();
}

/// The outcome of a delivery that is given up.
pub(super) fn dead() -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: "too late".to_owned() }
}
