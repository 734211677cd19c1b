use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare_core::{
    Acknowledgement, Alert, Changes, ChannelAvailability, ChannelName, ClockLeads, Committed, ContractStatus,
    DeadLetterId, DecisionContext, DecisionState, Delivery, DeliveryId, DeliveryOutcome, DeliveryStatus,
    DiscardReason, EvaluationTime, IncomingAlert, NotificationId, Obstacle, Policy, Settlement, Severity,
    StateKey, accept, acknowledge, discard, give_up, recheck, retry, settle,
};
use jiff::Timestamp;

use crate::DeadLetters;
use crate::fixtures::{NOON, StoreFolder, after_noon, alarm, end_of, in_turn, ladder, plain, policy_of};
use crate::{Commit, Store, StoreError, Unit};

/// Runs `decide` in a context in which all channels are open but those called `down`, and no
/// self-alert is raised.
fn with_context<T>(policy: &Policy, decide: impl FnOnce(&DecisionContext<'_>) -> T) -> T {
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

fn accepting(policy: Policy, alert: Alert, now: Timestamp) -> Unit {
    let incoming = IncomingAlert::new(alert, &policy);
    let further = incoming.clone();
    Unit::new(incoming.keys(), move |state| {
        with_context(&policy, |context| accept(state, &incoming, context, now))
    })
    .reading(move |state| further.further_keys(state))
}

fn settling(settlement: Settlement) -> Unit {
    let policy = policy_of(plain());
    Unit::new(settlement.keys(), move |state| {
        with_context(&policy, |context| settle(state, &settlement, context))
    })
}

fn about(
    id: NotificationId,
    mut decide: impl FnMut(&DecisionState, &DecisionContext<'_>) -> Changes + Send + 'static,
) -> Unit {
    let policy = policy_of(plain());
    Unit::new(vec![StateKey::Notification(id)], move |state| {
        with_context(&policy, |context| decide(state, context))
    })
}

fn settlement(delivery: &Delivery, ordinal: u32, outcome: DeliveryOutcome) -> Settlement {
    Settlement {
        delivery: delivery.id,
        notification: delivery.notification,
        needs_recheck: delivery.needs_recheck,
        ordinal,
        started_at: NOON,
        ended_at: after_noon(1),
        word: if outcome == DeliveryOutcome::Delivered { "delivered" } else { "transient" },
        words: "busy".to_owned(),
        outcome,
        send: None,
        hold: None,
    }
}

async fn one(store: &Store, unit: Unit) -> Arc<Committed> {
    store.transact(vec![unit]).await.unwrap().remove(0).unwrap()
}

fn dead() -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: "too late".to_owned() }
}

#[tokio::test]
async fn what_was_decided_is_there_again_after_a_restart() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = one(&store, accepting(policy_of(ladder()), alarm("a", Severity::High), NOON)).await;
    assert_eq!(accepted.alerts.len(), 1);
    drop(store);
    let store = folder.open();
    assert_eq!(store.pending_deliveries().await.unwrap(), accepted.deliveries);
    assert_eq!(store.rechecks().await.unwrap(), accepted.rechecks);
    let id = accepted.notifications[0].id;
    let state = store.state(vec![StateKey::Notification(id)]).await.unwrap();
    let record = state.notifications[0].record().unwrap();
    assert_eq!(record.notification, accepted.notifications[0]);
    assert_eq!(record.status, ContractStatus::Open);
}

#[tokio::test]
async fn a_unit_sees_what_the_ones_before_it_in_the_same_call_have_written() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let policy = policy_of(plain());
    let units = vec![
        accepting(policy.clone(), alarm("a", Severity::High), NOON),
        accepting(policy.clone(), alarm("a", Severity::High), after_noon(1)),
        accepting(policy, end_of("a"), after_noon(2)),
    ];
    let outcomes = store.transact(units).await.unwrap();
    let told: Vec<_> = outcomes.iter().map(|it| it.as_ref().unwrap().notifications.len()).collect();
    assert_eq!(told, [1, 0, 1]); // it began; it is known; it has ended
    let end = &outcomes[2].as_ref().unwrap().notifications[0];
    assert_eq!((end.incident.0, end.alert.severity), (1, Severity::High));
}

#[tokio::test]
async fn a_decision_that_panics_leaves_nothing_of_its_call_and_costs_nobody_else_anything() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let policy = policy_of(plain());
    let good = accepting(policy.clone(), alarm("a", Severity::High), NOON);
    let bad = Unit::new(Vec::new(), |_| panic!("a bug"));
    let other = accepting(policy, alarm("b", Severity::High), NOON);
    let (broken, whole) = tokio::join!(store.transact(vec![good, bad]), store.transact(vec![other]));
    assert!(matches!(broken, Err(StoreError::Panicked)));
    assert!(whole.is_ok());
    assert_eq!(folder.number("SELECT count(*) FROM alerts"), 1);
}

#[tokio::test]
async fn commits_are_told_in_their_order_also_when_their_callers_have_gone() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let mut commits = store.commits().unwrap();
    assert!(store.commits().is_none());
    let policy = policy_of(plain());
    for name in ["a", "b", "c"] {
        let unit = accepting(policy.clone(), alarm(name, Severity::High), NOON);
        let mut call = Box::pin(store.transact(vec![unit]));
        assert!(futures_poll(&mut call).is_pending()); // handed over, and nobody waits for it
    }
    store.hand_over(["ding".into()].into()).await.unwrap();
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(match commits.recv().await.unwrap() {
            Commit::Changes(changes) => changes[0].alerts[0].alert.text_of("eui").to_owned(),
            Commit::TakenUp(pending) => format!("{} on ding", pending.len()),
        });
    }
    assert_eq!(told, ["a", "b", "c", "3 on ding"]);
}

fn futures_poll<T>(future: &mut (impl Future<Output = T> + Unpin)) -> std::task::Poll<T> {
    std::pin::Pin::new(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
}

#[tokio::test]
async fn an_obstacle_writes_nothing_and_is_the_answer() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = one(&store, accepting(policy_of(plain()), alarm("a", Severity::High), NOON)).await;
    let id = accepted.notifications[0].id;
    let acknowledging = |by: &'static str| {
        let policy = policy_of(plain());
        Unit::with_obstacles(vec![StateKey::IncidentOf(id)], move |state| {
            let acknowledgement = Acknowledgement { by: by.to_owned(), at: after_noon(9) };
            with_context(&policy, |context| {
                acknowledge(state, id, &acknowledgement, &fanfare_core::AckAudience::Told, context)
            })
        })
    };
    let told = one(&store, acknowledging("Li")).await;
    assert_eq!(told.deliveries.len(), 2); // both channels hear of it
    let again = store.transact(vec![acknowledging("Wang")]).await.unwrap().remove(0);
    assert_eq!(again, Err(Obstacle::Already(Acknowledgement { by: "Li".to_owned(), at: after_noon(9) })));
    assert_eq!(folder.number("SELECT count(*) FROM acknowledgements"), 1);
}

#[tokio::test]
async fn the_next_channel_is_told_in_the_transaction_that_settles_the_first() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = one(&store, accepting(policy_of(in_turn()), alarm("a", Severity::High), NOON)).await;
    let [ding] = &accepted.deliveries[..] else { panic!("{:?}", accepted.deliveries) };
    let settled = one(&store, settling(settlement(ding, 1, dead()))).await;
    assert_eq!(settled.deliveries[0].channel.as_str(), "mail");
    assert_eq!(settled.deliveries[0].id.0, 2);
    let state = store.state(vec![StateKey::Notification(ding.notification)]).await.unwrap();
    let statuses: Vec<_> = state.notifications[0].deliveries.iter().map(|it| it.status).collect();
    assert_eq!(statuses, [DeliveryStatus::Dead, DeliveryStatus::Pending]);
    assert_eq!(state.notifications[0].deliveries[0].reason.as_deref(), Some("too late; last answer: busy"));
}

#[tokio::test]
async fn what_is_settled_twice_is_as_if_it_was_settled_once() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = one(&store, accepting(policy_of(in_turn()), alarm("a", Severity::High), NOON)).await;
    let settlement = settlement(&accepted.deliveries[0], 1, dead());
    one(&store, settling(settlement.clone())).await;
    one(&store, settling(settlement)).await;
    assert_eq!(folder.number("SELECT count(*) FROM deliveries"), 2);
    assert_eq!(folder.number("SELECT count(*) FROM attempts"), 1);
}

#[tokio::test]
async fn a_rung_is_climbed_once_when_it_is_due() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = one(&store, accepting(policy_of(ladder()), alarm("a", Severity::High), NOON)).await;
    let id = accepted.notifications[0].id;
    let check = |seconds| {
        about(id, move |state, context| {
            recheck(state, EvaluationTime::Scheduled(after_noon(seconds)), context)
        })
    };
    assert!(one(&store, check(59)).await.deliveries.is_empty());
    let climbed = one(&store, check(60)).await;
    assert_eq!(climbed.deliveries[0].channel.as_str(), "phone");
    assert!(one(&store, check(61)).await.deliveries.is_empty());
    assert_eq!(folder.number("SELECT climbed FROM notifications"), 1);
}

#[tokio::test]
async fn dead_letters_are_found_by_notification_and_retried_or_discarded_once() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = one(&store, accepting(policy_of(plain()), alarm("a", Severity::High), NOON)).await;
    for delivery in &accepted.deliveries {
        one(&store, settling(settlement(delivery, 1, dead()))).await;
    }
    let all = || DeadLetters::All(crate::DeadLetterFilter::default());
    let found = store.dead_letters_by_notification(all(), None, 9).await.unwrap();
    let [(id, letters)] = &found[..] else { panic!("{found:?}") };
    let letters = letters.clone();
    assert_eq!(letters.iter().map(DeadLetterId::to_string).collect::<Vec<_>>(), ["d2", "d1"]);
    assert!(store.dead_letters_by_notification(all(), Some(letters[1]), 9).await.unwrap().is_empty());

    let (first, second) = (vec![letters[0]], vec![letters[1]]);
    let retried =
        one(&store, about(*id, move |state, context| retry(state, &first, "Li", context, after_noon(60))))
            .await;
    assert_eq!((retried.dead_letters.len(), retried.deliveries[0].id.0), (1, 2));
    assert_eq!(retried.deliveries, store.pending_deliveries().await.unwrap());
    let discarding = DiscardReason { by: "Li".to_owned(), reason: "known".to_owned() };
    let discarded =
        one(&store, about(*id, move |state, _| discard(state, &second, &discarding, after_noon(60)))).await;
    assert_eq!(discarded.dead_letters.len(), 1);
    let left = store.dead_letters_by_notification(all(), None, 9).await.unwrap();
    assert_eq!(left, [(*id, vec![DeadLetterId::Notification(*id)])]); // abandoned, while one is tried again
    assert_eq!(store.audit().await.unwrap().unaccounted, []);
}

#[tokio::test]
async fn deliveries_on_channels_that_left_are_found_and_given_up() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let terms = fanfare_core::DeliveryTerms::plain(vec!["ding".into(), "gone".into()]);
    let accepted = one(&store, accepting(policy_of(terms), alarm("a", Severity::High), NOON)).await;
    let known = vec!["ding".into()];
    assert!(store.on_unknown_channels(known.clone(), NOON, DeliveryId(0), 9).await.unwrap().is_empty());
    let found = store.on_unknown_channels(known, after_noon(1), DeliveryId(0), 9).await.unwrap();
    let id = accepted.notifications[0].id;
    assert_eq!(found, [(id, vec![accepted.deliveries[1].id])]);
    let lost = found[0].1.clone();
    one(&store, about(id, move |state, context| give_up(state, &lost, context, after_noon(60)))).await;
    assert_eq!(folder.number("SELECT count(*) FROM deliveries WHERE state = 'dead'"), 1);
}

#[tokio::test]
async fn a_notification_that_cannot_be_read_is_left_to_its_deliveries() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = one(&store, accepting(policy_of(in_turn()), alarm("a", Severity::High), NOON)).await;
    while folder.raw().execute("UPDATE notifications SET terms = 'torn'", []).is_err() {}
    one(&store, settling(settlement(&accepted.deliveries[0], 1, dead()))).await;
    assert!(store.rechecks().await.unwrap().is_empty());
    assert_eq!(folder.number("SELECT count(*) FROM deliveries WHERE state = 'dead'"), 1);
}

#[tokio::test]
async fn a_decision_runs_again_if_a_neighbour_spoiled_the_commit() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let counting = Unit::new(Vec::new(), move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Changes::default()
    });
    let bad = Unit::new(Vec::new(), |_| panic!("a bug"));
    let stand = Unit::new(Vec::new(), |_| {
        std::thread::sleep(std::time::Duration::from_millis(50)); // the two others meet behind it
        Changes::default()
    });
    let (_, good, broken) =
        tokio::join!(store.transact(vec![stand]), store.transact(vec![counting]), store.transact(vec![bad]));
    assert!(good.is_ok() && broken.is_err());
    assert!(runs.load(Ordering::SeqCst) >= 2);
}
