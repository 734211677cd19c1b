use super::decision_fixture::{DecisionFixture, alarm, ladder, plain};
use crate::decide::*;
use crate::fixtures::after_noon;
use crate::{DeliveryId, NotificationId, Severity};

fn withdraw_at(fixture: &mut DecisionFixture, id: i64, seconds: i64) -> Committed {
    let state = fixture.ledger.read(&[StateKey::Notification(NotificationId(1))]);
    let changes = withdraw(&state, DeliveryId(id), "nobody waits for it", after_noon(seconds));
    fixture.ledger.write(changes)
}

#[test]
fn a_pending_delivery_is_withdrawn_with_its_reason_and_is_no_dead_letter() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::Low), 0);
    let withdrawn = withdraw_at(&mut fixture, 1, 60);
    assert_eq!(withdrawn.withdrawn, [DeliveryId(1)]);
    let delivery = fixture.delivery(1);
    assert_eq!(
        (delivery.status, delivery.reason.as_deref()),
        (DeliveryStatus::Discarded, Some("nobody waits for it"))
    );
    assert_eq!(fixture.delivery(2).status, DeliveryStatus::Pending, "the other one goes on");
    assert_eq!(withdraw_at(&mut fixture, 1, 61), Committed::default(), "once");
}

#[test]
fn a_delivery_that_has_ended_is_not_withdrawn() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::Low), 0);
    fixture.settle("ding", DeliveryOutcome::Delivered, 1);
    assert_eq!(withdraw_at(&mut fixture, 1, 60), Committed::default());
    assert_eq!(fixture.delivery(1).status, DeliveryStatus::Delivered);
}

#[test]
fn a_failure_that_a_person_was_told_ends_the_delivery_and_breaks_no_promise() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::Low), 0);
    let answered = DeliveryOutcome::Answered { reason: "a test".to_owned() };
    let ended = fixture.settle("ding", answered.clone(), 1);
    assert_eq!((ended.abandoned().count(), ended.deliveries.len()), (0, 0));
    let delivery = fixture.delivery(1);
    assert_eq!(
        (delivery.status, delivery.reason.as_deref(), delivery.attempts),
        (DeliveryStatus::Discarded, Some("a test; last answer: errcode 0: ok"), 1)
    );
    // Where there is a contract it counts as one that will not confirm.
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::Low), 0);
    assert_eq!(super::decision_fixture::names(&fixture.settle("ding", answered, 1)), ["phone"]);
}
