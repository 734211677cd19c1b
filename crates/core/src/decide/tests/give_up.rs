use super::decision_fixture::{DecisionFixture, again, alarm, ladder, names, plain};
use crate::decide::*;
use crate::{NotificationId, Severity};

#[test]
fn a_delivery_on_a_channel_that_is_gone_is_given_up_and_its_promise_abandoned() {
    let mut fixture = DecisionFixture::on(plain()).without("ding");
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("mail", DeliveryOutcome::Delivered, 1);
    let given_up = fixture.give_up(1);
    assert_eq!(given_up.abandoned().count(), 1);
    let ding = fixture.delivery(1);
    let reason = "the channel is no longer in the config";
    assert_eq!((ding.status, ding.reason.as_deref()), (DeliveryStatus::Dead, Some(reason)));
    assert_eq!((ding.attempts, fixture.give_up(1)), (0, Committed::default()));
}

#[test]
fn the_last_answer_is_kept_with_the_reason() {
    let mut fixture = DecisionFixture::on(plain()).without("ding");
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("ding", again(9), 1);
    fixture.give_up(1);
    let reason = "the channel is no longer in the config; last answer: errcode 0: ok";
    assert_eq!((fixture.delivery(1).reason.as_deref(), fixture.delivery(1).attempts), (Some(reason), 1));
}

#[test]
fn on_a_ladder_the_next_rung_is_climbed_for_a_channel_that_is_gone() {
    let mut fixture = DecisionFixture::on(ladder()).without("ding");
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.ledger = {
        // The rung is climbed early when the alert is accepted: begin when the channel was there.
        let mut before = DecisionFixture::on(ladder());
        before.accept(alarm("a", Severity::High), 0);
        before.ledger
    };
    let more = fixture.give_up(1);
    assert_eq!((names(&more), more.abandoned().count()), (vec!["phone"], 0));
}

#[test]
fn a_channel_that_is_back_keeps_what_waits() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    assert_eq!(fixture.give_up(1), Committed::default());
    assert_eq!(fixture.delivery(1).status, DeliveryStatus::Pending);
}

#[test]
fn deliveries_of_a_notification_that_cannot_be_read_are_given_up_all_the_same() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.gone = vec!["ding".into()];
    fixture.ledger.notifications.get_mut(&NotificationId(1)).unwrap().is_readable = false;
    let more = fixture.give_up(1);
    assert_eq!((more.deliveries.len(), fixture.delivery(1).status), (0, DeliveryStatus::Dead));
}
