use super::decision_fixture::{DecisionFixture, again, alarm, channels, dead, ladder, names};
use crate::decide::*;
use crate::fixtures::after_noon;
use crate::{ContractStatus, NotificationId, Severity, Unless};

#[test]
fn evaluating_again_when_nothing_has_changed_does_nothing_again() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    let climbed = fixture.recheck(1, 60);
    assert_eq!(channels(&climbed), [("phone", Some(Unless::Delivered))]);
    let done = fixture.steps();
    let idle = fixture.recheck(1, 60);
    assert!(idle.deliveries.is_empty() && idle.alerts.is_empty());
    assert_eq!((idle.rechecks, fixture.steps()), (climbed.rechecks, done));
}

#[test]
fn a_rung_is_climbed_at_its_time_and_not_before() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    assert_eq!(names(&fixture.recheck(1, 59)), [] as [&str; 0]);
    assert_eq!(names(&fixture.recheck(1, 60)), ["phone"]);
}

#[test]
fn all_that_is_due_is_done_whether_a_timer_or_an_event_comes_first() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    let state = fixture.ledger.read(&[StateKey::Notification(NotificationId(1))]);
    let at = |time: EvaluationTime| {
        let changes = fixture.decide(|context| recheck(&state, time, context));
        (changes.deliveries.len(), changes.rechecks[0].at)
    };
    for time in [EvaluationTime::Event(after_noon(3600)), EvaluationTime::Scheduled(after_noon(3600))] {
        // Those who were told last have half a minute of their own.
        assert_eq!(at(time), (2, Some(after_noon(3630))), "{time:?}");
    }
}

#[test]
fn a_contract_that_cannot_be_read_any_more_is_abandoned_once() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.ledger.notifications.values_mut().for_each(|it| it.is_readable = false);
    let more = fixture.recheck(1, 60);
    assert!(more.has_abandoned && more.deliveries.is_empty() && more.alerts.is_empty());
    assert_eq!(more.rechecks, [Recheck { notification: NotificationId(1), at: None }]);
    let row = &fixture.ledger.notifications[&NotificationId(1)];
    assert_eq!((row.status, row.next_check_at), (ContractStatus::Abandoned, None));
    assert_eq!(fixture.ledger.steps.len(), 1, "{:?}", fixture.ledger.steps);
    assert_eq!(fixture.recheck(1, 61), Committed::default());
    assert_eq!(fixture.ledger.steps.len(), 1);
}

#[test]
fn a_kept_contract_that_cannot_be_read_any_more_is_abandoned_with_what_is_left_of_its_ladder() {
    for (next_check_at, expected) in
        [(Some(after_noon(900)), ContractStatus::Abandoned), (None, ContractStatus::Kept)]
    {
        let mut fixture = DecisionFixture::on(ladder());
        fixture.accept(alarm("a", Severity::High), 0);
        let row = fixture.ledger.notifications.get_mut(&NotificationId(1)).unwrap();
        (row.is_readable, row.status, row.next_check_at) = (false, ContractStatus::Kept, next_check_at);
        fixture.recheck(1, 900);
        let row = &fixture.ledger.notifications[&NotificationId(1)];
        assert_eq!((row.status, row.next_check_at), (expected, None));
    }
}

#[test]
fn a_notification_that_is_gone_is_evaluated_to_nothing() {
    let mut fixture = DecisionFixture::on(ladder());
    assert_eq!(fixture.recheck(9, 60), Committed::default());
}

/// Something that happens so many seconds after noon.
#[derive(Debug, Clone)]
enum TimedEvent {
    Accepted,
    Evaluated,
    Settled(&'static str, DeliveryOutcome),
}

/// A ladder that is climbed to its end, by and by.
fn climb() -> Vec<(i64, TimedEvent)> {
    use TimedEvent::{Accepted, Evaluated, Settled};
    vec![
        (0, Accepted),
        (5, Settled("ding", again(70))),
        (20, Settled("mail", dead())),
        (30, Settled("phone", DeliveryOutcome::Delivered)),
        (59, Evaluated),
        (60, Evaluated),
        (70, Settled("ding", DeliveryOutcome::Delivered)),
        (900, Evaluated),
        (905, Settled("boss", DeliveryOutcome::Delivered)),
        (2000, Evaluated),
    ]
}

/// The steps of [`climb`].
const CLIMBED: [&str; 4] = [
    r#"20: {"step":"climb","rung":0,"unless":"delivered","to":["phone"],"because":"hopeless"}"#,
    r#"60: {"step":"settle","fulfilment":"abandoned"}"#,
    r#"70: {"step":"settle","fulfilment":"late"}"#,
    r#"900: {"step":"climb","rung":1,"unless":"acknowledged","to":["boss"],"because":"due"}"#,
];

fn play(fixture: &mut DecisionFixture, (seconds, event): (i64, TimedEvent)) {
    match event {
        TimedEvent::Accepted => drop(fixture.accept(alarm("a", Severity::High), seconds)),
        TimedEvent::Evaluated => evaluate_all(fixture, seconds),
        TimedEvent::Settled(channel, outcome) => drop(fixture.settle(channel, outcome, seconds)),
    }
}

fn evaluate_all(fixture: &mut DecisionFixture, seconds: i64) {
    let scheduled = fixture.ledger.notifications.iter().filter(|(_, it)| it.next_check_at.is_some());
    let scheduled: Vec<_> = scheduled.map(|(id, _)| id.0).collect();
    scheduled.into_iter().for_each(|id| drop(fixture.recheck(id, seconds)));
}

#[test]
fn evaluated_once_more_after_any_event_a_ladder_goes_on_with_no_step_lost_or_doubled() {
    for killed_after in 0..climb().len() {
        let mut fixture = DecisionFixture::on(ladder());
        for (index, event) in climb().into_iter().enumerate() {
            let seconds = event.0;
            play(&mut fixture, event);
            if index == killed_after {
                evaluate_all(&mut fixture, seconds); // as at every start
            }
        }
        assert_eq!(fixture.steps(), CLIMBED, "killed after {killed_after}");
        assert_eq!(fixture.ledger.deliveries.len(), 4, "killed after {killed_after}");
        assert!(fixture.ledger.notifications.values().all(|it| it.next_check_at.is_none()));
    }
}
