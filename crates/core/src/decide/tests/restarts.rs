//! Properties of contracts while the gateway is down at random times, and events come before the timers of a new life.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::decision_fixture::{DecisionFixture, again, alarm, dead, in_turn, ladder};
use crate::decide::*;
use crate::fixtures::{NOON, after_noon};
use crate::{ContractStatus, DeliveryTerms, NotificationId, Severity, Step};

/// The event that ends a time in which the gateway was up, or down.
#[derive(Debug, Clone)]
enum Happening {
    /// An attempt on a channel ends, if one is owed there.
    Settled(&'static str, DeliveryOutcome),
    /// A person takes care of it.
    Acknowledged,
    /// Nothing happens but that the time has passed.
    Nothing,
}

/// The condition of the gateway for the time before an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    /// The timers go off when they are due.
    Up,
    /// No timer goes off; the first one of the new life does after the event.
    Down,
}

/// One event, so many seconds after the one before.
#[derive(Debug, Clone)]
struct Episode {
    pause: i64,
    life: Life,
    happening: Happening,
}

const FIRST: NotificationId = NotificationId(1);

fn episodes() -> impl Strategy<Value = Vec<Episode>> {
    let outcome = prop_oneof![
        4 => Just(DeliveryOutcome::Delivered),
        1 => Just(dead()),
        2 => (0..2_000_i64).prop_map(again),
    ];
    let channel = prop::sample::select(vec!["ding", "mail", "phone", "boss"]);
    let happening = prop_oneof![
        8 => (channel, outcome).prop_map(|(channel, outcome)| Happening::Settled(channel, outcome)),
        1 => Just(Happening::Acknowledged),
        2 => Just(Happening::Nothing),
    ];
    let life = prop::sample::select(vec![Life::Up, Life::Down]);
    let pause = prop_oneof![1..30_i64, 1..1_000_i64];
    let episode =
        (pause, life, happening).prop_map(|(pause, life, happening)| Episode { pause, life, happening });
    prop::collection::vec(episode, 1..12)
}

/// The second, after noon, of the next evaluation of the first notification.
fn next_check(fixture: &DecisionFixture) -> Option<i64> {
    let at = fixture.ledger.notifications[&FIRST].next_check_at?;
    // A share of a time may end between two seconds.
    Some(i64::try_from((at.duration_since(NOON).as_millis() + 999) / 1_000).unwrap())
}

/// Lets the timers go off until so many seconds after noon.
fn run_timers(fixture: &mut DecisionFixture, until: i64) {
    while let Some(at) = next_check(fixture).filter(|at| *at <= until) {
        fixture.recheck(FIRST.0, at);
    }
}

fn play(fixture: &mut DecisionFixture, happening: &Happening, now: i64) {
    match happening {
        Happening::Settled(channel, outcome) => {
            let is_owed = |(_, it): &(NotificationId, DeliveryState)| {
                it.channel.as_str() == *channel && it.status == DeliveryStatus::Pending
            };
            if fixture.ledger.deliveries.values().any(is_owed) {
                fixture.settle(channel, outcome.clone(), now);
            }
        }
        Happening::Acknowledged => drop(fixture.acknowledge(FIRST.0, "Ann", now)),
        Happening::Nothing => {}
    }
}

/// The times at which channels confirmed the first notification, each channel's first, the earliest first.
fn confirmations(fixture: &DecisionFixture) -> Vec<Timestamp> {
    let mut first: std::collections::BTreeMap<_, Timestamp> = std::collections::BTreeMap::new();
    for ((id, _), attempt) in fixture.ledger.attempts.iter().filter(|(_, it)| it.word == "delivered") {
        let (of, delivery) = &fixture.ledger.deliveries[id];
        if *of == FIRST {
            let time = first.entry(delivery.channel.clone()).or_insert(attempt.ended_at);
            *time = (*time).min(attempt.ended_at);
        }
    }
    let mut times: Vec<_> = first.into_values().collect();
    times.sort();
    times
}

/// The steps of the first notification, with their times.
fn steps(fixture: &DecisionFixture) -> impl Iterator<Item = (Timestamp, &Step)> {
    fixture.ledger.steps.iter().filter(|(of, _, _)| *of == FIRST).map(|(_, at, step)| (*at, step))
}

/// Checks the first notification against what the channels have said, and when.
fn check(fixture: &DecisionFixture, terms: &DeliveryTerms, now: i64) -> Result<(), TestCaseError> {
    let within: Duration = terms.contract.within.unwrap().0;
    let deadline = NOON + within;
    let told_at = confirmations(fixture).get(terms.needed() - 1).copied();
    let status = fixture.ledger.notifications[&FIRST].status;
    let expected_kept = told_at.is_some_and(|at| at < deadline);
    match status {
        ContractStatus::Kept => prop_assert!(expected_kept, "kept, but told at {told_at:?}"),
        ContractStatus::Late => {
            prop_assert!(told_at.is_some(), "late, and not told");
            // What can be kept no more before its time is over is given up, and may be told after all.
            let was_given_up = steps(fixture).any(|(at, step)| {
                *step == Step::Settle { status: ContractStatus::Abandoned } && at < deadline
            });
            prop_assert!(!expected_kept || was_given_up, "late, but told at {told_at:?}");
        }
        ContractStatus::Open | ContractStatus::Broken | ContractStatus::Abandoned => {
            prop_assert!(told_at.is_none(), "{status}, but told at {told_at:?}");
        }
    }
    prop_assert!(status != ContractStatus::Open || after_noon(now) < deadline, "open after its time");
    let climbed =
        steps(fixture).filter(|(_, it)| matches!(it, Step::Climb { .. } | Step::Skip { .. })).count();
    let due = terms.escalate.iter().filter(|it| NOON + it.after.0 <= after_noon(now)).count();
    prop_assert!(climbed >= due, "{climbed} rungs dealt with of {due} that are due");
    for (at, step) in steps(fixture) {
        if let Step::Skip { because: crate::Unless::Delivered, rung } = step {
            prop_assert!(told_at.is_some_and(|told| told <= at), "rung {rung} left out untold");
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_contract_is_kept_only_if_enough_confirmed_in_time_whenever_the_gateway_was_down(
        terms in prop::sample::select(vec![ladder(), in_turn()]),
        episodes in episodes(),
    ) {
        let mut fixture = DecisionFixture::on(terms.clone());
        fixture.accept(alarm("a", Severity::High), 0);
        let mut now = 0;
        for Episode { pause, life, happening } in episodes {
            now += pause;
            if life == Life::Up {
                run_timers(&mut fixture, now);
            }
            play(&mut fixture, &happening, now);
            run_timers(&mut fixture, now);
            check(&fixture, &terms, now)?;
        }
    }
}

/// The status and the steps of a contract of `terms` that was made at noon, if `ding` and `mail` confirm first thing
/// in a life that begins so many seconds later.
fn confirmed_in_a_new_life(terms: DeliveryTerms, seconds: i64) -> (ContractStatus, Vec<String>) {
    let mut fixture = DecisionFixture::on(terms);
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("ding", DeliveryOutcome::Delivered, seconds);
    if fixture.ledger.deliveries.values().any(|(_, it)| it.channel.as_str() == "mail") {
        fixture.settle("mail", DeliveryOutcome::Delivered, seconds);
    }
    (fixture.ledger.notifications[&FIRST].status, fixture.steps())
}

#[test]
fn what_is_told_first_thing_in_a_new_life_is_late_if_its_time_passed_before() {
    let (status, steps) = confirmed_in_a_new_life(ladder(), 490);
    assert_eq!(status, ContractStatus::Late);
    // One of two channels is too few: the rung is climbed by the first of them, as a timer would have done.
    assert_eq!(
        steps,
        [
            r#"490: {"step":"climb","rung":0,"unless":"delivered","to":["phone"],"because":"due"}"#,
            r#"490: {"step":"settle","fulfilment":"broken"}"#,
            r#"490: {"step":"settle","fulfilment":"late"}"#,
        ]
    );
    assert_eq!(confirmed_in_a_new_life(in_turn(), 490).0, ContractStatus::Late);
}

#[test]
fn what_is_told_first_thing_in_a_new_life_is_in_time_if_its_time_has_not_passed() {
    assert_eq!(confirmed_in_a_new_life(ladder(), 59).0, ContractStatus::Kept);
    assert_eq!(confirmed_in_a_new_life(in_turn(), 59).0, ContractStatus::Kept);
    assert_eq!(confirmed_in_a_new_life(in_turn(), 60).0, ContractStatus::Late);
}

#[test]
fn an_alert_that_ends_first_thing_in_a_new_life_leaves_no_rung_that_was_due_before_it() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.accept(super::decision_fixture::end_of("a"), 490);
    let climbed = r#"490: {"step":"climb","rung":0,"unless":"delivered","to":["phone"],"because":"due"}"#;
    assert!(fixture.steps().contains(&climbed.to_owned()), "{:?}", fixture.steps());
}
