use super::stage::{Stage, again, alarm, ladder, names, plain};
use crate::decide::*;
use crate::{NotificationId, Severity};

#[test]
fn a_delivery_on_a_channel_that_is_gone_is_given_up_and_told_to_everybody_else() {
    let mut stage = Stage::on(plain()).confiding_in("confidant").without("ding");
    stage.accept(alarm("a", Severity::High), 0);
    stage.settle("mail", DeliveryOutcome::Delivered, 1);
    let given_up = stage.give_up(1);
    assert_eq!(given_up.alerts.len(), 1);
    let ding = stage.delivery(1);
    let reason = "the channel is no longer in the config";
    assert_eq!((ding.status, ding.reason.as_deref()), (DeliveryStatus::Dead, Some(reason)));
    assert_eq!((ding.attempts, stage.give_up(1)), (0, Committed::default()));
}

#[test]
fn the_last_answer_is_kept_with_the_reason() {
    let mut stage = Stage::on(plain()).without("ding");
    stage.accept(alarm("a", Severity::High), 0);
    stage.settle("ding", again(9), 1);
    stage.give_up(1);
    let reason = "the channel is no longer in the config; last answer: errcode 0: ok";
    assert_eq!((stage.delivery(1).reason.as_deref(), stage.delivery(1).attempts), (Some(reason), 1));
}

#[test]
fn on_a_ladder_the_next_rung_is_climbed_for_a_channel_that_is_gone() {
    let mut stage = Stage::on(ladder()).without("ding");
    stage.accept(alarm("a", Severity::High), 0);
    stage.ledger = {
        // The rung is climbed early when the alert is accepted: begin when the channel was there.
        let mut before = Stage::on(ladder());
        before.accept(alarm("a", Severity::High), 0);
        before.ledger
    };
    let more = stage.give_up(1);
    assert_eq!((names(&more), more.alerts.len()), (vec!["phone"], 0));
}

#[test]
fn a_channel_that_is_back_keeps_what_waits() {
    let mut stage = Stage::on(plain());
    stage.accept(alarm("a", Severity::High), 0);
    assert_eq!(stage.give_up(1), Committed::default());
    assert_eq!(stage.delivery(1).status, DeliveryStatus::Pending);
}

#[test]
fn deliveries_of_a_notification_that_cannot_be_read_are_given_up_all_the_same() {
    let mut stage = Stage::on(ladder());
    stage.accept(alarm("a", Severity::High), 0);
    stage.gone = vec!["ding".into()];
    stage.ledger.notifications.get_mut(&NotificationId(1)).unwrap().is_readable = false;
    let more = stage.give_up(1);
    assert_eq!((more.deliveries.len(), stage.delivery(1).status), (0, DeliveryStatus::Dead));
}
