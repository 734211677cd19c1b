use super::decision_fixture::{DecisionFixture, again, alarm, dead, in_turn, names, plain};
use crate::decide::*;
use crate::fixtures::after_noon;
use crate::{ContractStatus, DeliveryId, DeliveryTerms, MessageForm, NotificationId, Severity, Step};

/// An alert on `terms` whose channels `ding` and `mail` have both given up.
fn all_dead(terms: DeliveryTerms) -> DecisionFixture {
    let mut fixture = DecisionFixture::on(terms);
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("ding", dead(), 1);
    fixture.settle("mail", dead(), 1);
    assert_eq!(status(&fixture), ContractStatus::Abandoned);
    fixture
}

/// An alert that was abandoned while `ding` and `mail` still try.
fn hanging() -> DecisionFixture {
    let mut fixture = DecisionFixture::on(in_turn());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("ding", again(3_600), 1);
    fixture.recheck(1, 60);
    assert_eq!(status(&fixture), ContractStatus::Abandoned);
    fixture
}

fn status(fixture: &DecisionFixture) -> ContractStatus {
    fixture.ledger.notifications[&NotificationId(1)].status
}

fn handled(fixture: &DecisionFixture) -> Option<Handled> {
    fixture.ledger.notifications[&NotificationId(1)].handled
}

fn dead_deliveries(fixture: &DecisionFixture) -> Vec<i64> {
    let of_it = fixture.ledger.deliveries_of(NotificationId(1));
    of_it.iter().filter(|it| it.status == DeliveryStatus::Dead).map(|it| it.id.0).collect()
}

#[test]
fn a_retried_delivery_is_owed_again_at_once_and_with_its_past() {
    let mut fixture = all_dead(plain());
    let retried = fixture.retry(1, &["d2", "d1"]);
    assert_eq!((retried.dead_letters.len(), retried.retry_now.len()), (2, 0));
    let read = |it: &Delivery| (it.id.0, it.attempts, it.failures, it.next_at, it.form);
    let back: Vec<_> = retried.deliveries.iter().map(read).collect();
    let at = after_noon(100);
    assert_eq!(back, [(1, 1, 0, at, MessageForm::Full), (2, 1, 0, at, MessageForm::Full)]);
    assert_eq!(dead_deliveries(&fixture), [] as [i64; 0]);
}

#[test]
fn the_person_who_retried_stands_in_the_ledger() {
    let mut fixture = all_dead(plain());
    fixture.retry(1, &["d1", "d2"]);
    let step = Step::Retried { by: "Ann".to_owned(), on: vec!["ding".into(), "mail".into()] };
    assert!(fixture.ledger.steps.contains(&(NotificationId(1), after_noon(100), step)));
}

#[test]
fn a_promise_without_a_time_is_open_again_and_can_be_kept() {
    let mut fixture = all_dead(plain());
    fixture.retry(1, &["d1", "d2"]);
    assert_eq!((status(&fixture), handled(&fixture)), (ContractStatus::Open, None));
    // The lane has the notification as abandoned: whatever comes of the attempts is evaluated.
    for channel in ["ding", "mail"] {
        let settlement = fixture.settlement(channel, DeliveryOutcome::Delivered, 110);
        fixture.enter(&Settlement { needs_recheck: true, ..settlement });
    }
    assert_eq!(status(&fixture), ContractStatus::Kept);
}

#[test]
fn a_promise_whose_delivery_fails_a_second_time_is_abandoned_a_second_time() {
    let mut fixture = all_dead(plain());
    fixture.retry(1, &["d1", "d2"]);
    assert_eq!(fixture.settle("ding", dead(), 110).abandoned().count(), 1);
    assert_eq!((status(&fixture), dead_deliveries(&fixture)), (ContractStatus::Abandoned, vec![1]));
}

#[test]
fn retrying_one_of_two_tells_nobody_that_the_promise_is_broken_still() {
    let mut fixture = all_dead(plain());
    let retried = fixture.retry(1, &["d1"]);
    assert_eq!(retried.abandoned().count(), 0);
    assert!(retried.deliveries[0].needs_recheck, "an abandoned promise may yet be late");
    assert_eq!(fixture.settle("ding", DeliveryOutcome::Delivered, 110).abandoned().count(), 0);
    assert_eq!((status(&fixture), dead_deliveries(&fixture)), (ContractStatus::Abandoned, vec![2]));
    assert_eq!(handled(&fixture), None);
}

#[test]
fn a_promise_whose_time_has_passed_stays_abandoned_until_it_is_late() {
    let mut fixture = all_dead(in_turn());
    fixture.retry(1, &["d1", "d2"]);
    assert_eq!((status(&fixture), handled(&fixture)), (ContractStatus::Abandoned, Some(Handled::Retried)));
    fixture.settle("ding", DeliveryOutcome::Delivered, 110);
    assert_eq!(status(&fixture), ContractStatus::Late);
}

#[test]
fn pending_deliveries_of_an_abandoned_promise_need_wait_no_longer() {
    let mut fixture = hanging();
    let retried = fixture.retry(1, &["n1"]);
    assert_eq!(
        (retried.dead_letters.len(), &retried.retry_now[..]),
        (1, &[DeliveryId(1), DeliveryId(2)][..])
    );
    assert!(retried.deliveries.is_empty()); // their lanes have them
    assert!(fixture.ledger.deliveries.values().all(|(_, it)| it.next_at <= after_noon(100)));
    assert_eq!(handled(&fixture), Some(Handled::Retried));
    assert_eq!(fixture.retry(1, &["n1"]), Committed::default(), "it waits for nobody any more");
}

#[test]
fn retrying_a_whole_notification_revives_its_dead_deliveries_too() {
    let mut fixture = all_dead(plain());
    assert_eq!(names(&fixture.retry(1, &["n1"])), ["ding", "mail"]);
}

#[test]
fn a_delivery_is_owed_again_only_to_the_recipients_that_lack_it() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    let only = Some(vec!["boss@example.com".to_owned()]);
    let partly = DeliveryOutcome::Pending {
        next_at: after_noon(2),
        failures: 1,
        form: MessageForm::Plain,
        only: only.clone(),
        digest: None,
    };
    fixture.settle("mail", partly, 1);
    fixture.settle("mail", dead(), 2);
    let retried = fixture.retry(1, &["d2"]);
    assert_eq!((retried.deliveries[0].only.clone(), retried.deliveries[0].attempts), (only, 2));
}

#[test]
fn a_discarded_delivery_says_who_let_it_be_and_why() {
    let mut fixture = all_dead(plain());
    assert_eq!(fixture.discard(1, &["d2"]).dead_letters.len(), 1);
    let mail = fixture.delivery(2);
    let reason = "too late; last answer: errcode 0: ok; discarded by Ann: known";
    assert_eq!((mail.status, mail.reason.as_deref()), (DeliveryStatus::Discarded, Some(reason)));
    assert_eq!((dead_deliveries(&fixture), status(&fixture)), (vec![1], ContractStatus::Abandoned));
    assert_eq!(handled(&fixture), None);
    let step = Step::Discarded { by: "Ann".to_owned(), reason: "known".to_owned(), on: vec!["mail".into()] };
    assert_eq!(fixture.ledger.steps.last().unwrap().2, step);
}

#[test]
fn with_its_last_dead_delivery_a_promise_is_dealt_with() {
    let mut fixture = all_dead(plain());
    assert_eq!(fixture.discard(1, &["d1", "d2", "d2"]).dead_letters.len(), 2);
    assert_eq!(handled(&fixture), Some(Handled::Discarded));
}

#[test]
fn a_promise_is_not_dealt_with_while_something_of_it_is_pending() {
    let mut fixture = all_dead(plain());
    fixture.retry(1, &["d1"]);
    fixture.discard(1, &["d2"]);
    assert_eq!((status(&fixture), handled(&fixture)), (ContractStatus::Abandoned, None));
}

#[test]
fn a_discarded_promise_is_late_all_the_same_once_it_is_confirmed() {
    let mut fixture = hanging();
    assert_eq!(fixture.discard(1, &["n1"]).dead_letters.len(), 1);
    assert_eq!(handled(&fixture), Some(Handled::Discarded));
    fixture.settle("ding", DeliveryOutcome::Delivered, 110);
    assert_eq!(status(&fixture), ContractStatus::Late);
}

#[test]
fn whatever_lives_is_neither_retried_nor_discarded() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("ding", DeliveryOutcome::Delivered, 1);
    let living = ["d1", "d2", "n1", "d99", "n99"];
    assert_eq!(fixture.retry(1, &living), Committed::default());
    assert_eq!(fixture.discard(1, &living), Committed::default());
    assert!(fixture.ledger.steps.is_empty());
}

#[test]
fn deliveries_of_a_notification_that_cannot_be_read_can_be_discarded() {
    let mut fixture = all_dead(plain());
    fixture.ledger.notifications.get_mut(&NotificationId(1)).unwrap().is_readable = false;
    fixture.discard(1, &["d1"]);
    assert_eq!(fixture.delivery(1).status, DeliveryStatus::Discarded);
}

#[test]
fn an_abandoned_notification_that_cannot_be_read_can_be_discarded() {
    let mut fixture = all_dead(plain());
    fixture.ledger.notifications.get_mut(&NotificationId(1)).unwrap().is_readable = false;
    fixture.discard(1, &["n1"]);
    let row = &fixture.ledger.notifications[&NotificationId(1)];
    assert_eq!((row.status, row.handled), (ContractStatus::Abandoned, Some(Handled::Discarded)));
    assert_eq!(fixture.discard(1, &["n1"]), Committed::default());
}

#[test]
fn a_dead_letter_is_named_by_a_letter_and_a_number() {
    assert_eq!("d17".parse(), Ok(DeadLetterId::Delivery(DeliveryId(17))));
    assert_eq!("n5".parse(), Ok(DeadLetterId::Notification(NotificationId(5))));
    assert_eq!(DeadLetterId::Delivery(DeliveryId(17)).to_string(), "d17");
    assert_eq!(serde_json::to_value(DeadLetterId::Notification(NotificationId(5))).unwrap(), "n5");
    for wrong in ["", "17", "d", "d0", "d-1", "x5", "dd5", "d5 "] {
        let err = wrong.parse::<DeadLetterId>().unwrap_err();
        assert_eq!(
            err.to_string(),
            format!(
                "`{wrong}` is not the number of a dead letter: expected one like d17 (a delivery) or n5 (a notification)"
            )
        );
    }
}
