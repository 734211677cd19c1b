use super::decision_fixture::{DecisionFixture, again, alarm, channels, dead, in_turn, ladder, plain};
use crate::decide::*;
use crate::fixtures::{NOON, after_noon};
use crate::{Account, ContractStatus, DeliveryId, DeliveryTerms, MessageForm, Severity, Unless};

/// The change of a delivery whose first attempt ended with `outcome`.
fn change_after(outcome: DeliveryOutcome) -> DeliveryChange {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    let settlement = fixture.settlement("ding", outcome, 1);
    let state = fixture.ledger.read(&settlement.keys());
    let changes = fixture.decide(|context| settle(&state, &settlement, context));
    let [attempt] = &changes.attempts[..] else { panic!("{changes:?}") };
    assert_eq!((attempt.ordinal, attempt.started_at, attempt.ended_at), (1, NOON, after_noon(1)));
    assert_eq!(attempt.words, "errcode 0: ok");
    let [update] = &changes.updated_deliveries[..] else { panic!("{changes:?}") };
    assert_eq!(update.id, DeliveryId(1));
    update.change.clone()
}

#[test]
fn a_delivered_delivery_keeps_the_providers_words() {
    let expected = DeliveryChange::Settled {
        status: DeliveryStatus::Delivered,
        attempts: 1,
        settled_at: after_noon(1),
        reason: "errcode 0: ok".to_owned(),
    };
    assert_eq!(change_after(DeliveryOutcome::Delivered), expected);
}

#[test]
fn a_delivery_that_is_given_up_keeps_the_reason_and_the_last_answer() {
    let expected = DeliveryChange::Settled {
        status: DeliveryStatus::Dead,
        attempts: 1,
        settled_at: after_noon(1),
        reason: "too late; last answer: errcode 0: ok".to_owned(),
    };
    assert_eq!(change_after(dead()), expected);
}

#[test]
fn a_delivery_that_is_tried_again_keeps_time_form_and_recipients() {
    let only = Some(vec!["boss@example.com".to_owned()]);
    let digest = Some(DigestRef { id: 3, made_at: NOON });
    let outcome = DeliveryOutcome::Pending {
        next_at: after_noon(9),
        failures: 3,
        form: MessageForm::Plain,
        only: only.clone(),
        digest,
    };
    let expected = DeliveryChange::Again {
        attempts: 1,
        next_at: after_noon(9),
        failures: 3,
        form: MessageForm::Plain,
        only,
        reason: "errcode 0: ok".to_owned(),
        digest,
    };
    assert_eq!(change_after(outcome), expected);
}

#[test]
fn the_end_of_a_send_and_the_silence_its_provider_asks_for_are_entered_with_the_attempt() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    let hold = AccountHold {
        account: Account::new("dingtalk", &["robot"]),
        since: after_noon(1),
        until: after_noon(600),
        reason: "130101".to_owned(),
    };
    let settlement = fixture.settlement("ding", again(601), 1);
    fixture.enter(&Settlement { send: Some(SendId(5)), hold: Some(hold.clone()), ..settlement });
    assert_eq!(fixture.ledger.ended_sends, [SendEnd { send: SendId(5), ended_at: after_noon(1) }]);
    assert_eq!(fixture.ledger.holds, [hold]);
}

#[test]
fn each_attempt_is_kept() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("ding", again(5), 1);
    fixture.settle("ding", DeliveryOutcome::Delivered, 6);
    let attempts: Vec<_> = fixture.ledger.attempts.values().map(|it| (it.ordinal, it.word)).collect();
    assert_eq!(attempts, [(1, "transient"), (2, "delivered")]);
}

#[test]
fn nothing_is_read_for_an_attempt_after_which_nobody_else_may_have_to_be_told() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    assert_eq!(fixture.settlement("ding", DeliveryOutcome::Delivered, 1).keys(), []);
    assert_eq!(fixture.settlement("ding", again(9), 1).keys(), []);
    let given_up = fixture.settlement("ding", dead(), 1);
    assert_eq!(given_up.keys(), [StateKey::Notification(given_up.notification)]);
    let mut promised = DecisionFixture::on(ladder());
    promised.accept(alarm("a", Severity::High), 0);
    assert_eq!(promised.settlement("ding", DeliveryOutcome::Delivered, 1).keys().len(), 1);
}

#[test]
fn told_in_turn_the_second_channel_hears_nothing_while_the_first_may_still_confirm() {
    let mut fixture = DecisionFixture::on(in_turn());
    assert_eq!(channels(&fixture.accept(alarm("a", Severity::High), 0)), [("ding", None)]);
    let more = fixture.settle("ding", DeliveryOutcome::Delivered, 2);
    assert_eq!((more.deliveries.len(), more.rechecks[0].at), (0, None));
    assert_eq!(fixture.steps(), [r#"2: {"step":"settle","fulfilment":"kept"}"#]);
}

#[test]
fn told_in_turn_the_second_channel_is_owed_with_the_first_ones_failure() {
    let mut fixture = DecisionFixture::on(in_turn());
    fixture.accept(alarm("a", Severity::High), 0);
    let more = fixture.settle("ding", again(9), 3);
    assert_eq!(channels(&more), [("mail", None)]);
    let mail = &more.deliveries[0];
    assert_eq!((mail.owed_at, mail.next_at, mail.needs_recheck), (after_noon(3), after_noon(3), true));
}

#[test]
fn a_channel_that_has_served_some_recipients_is_not_passed_over_for_the_others() {
    let mut fixture = DecisionFixture::on(in_turn());
    fixture.accept(alarm("a", Severity::High), 0);
    let partly = DeliveryOutcome::Pending {
        next_at: after_noon(5),
        failures: 1,
        form: MessageForm::Full,
        only: Some(vec!["boss@example.com".to_owned()]),
        digest: None,
    };
    assert!(fixture.settle("ding", partly, 3).deliveries.is_empty());
}

/// On a ladder, `ding` is settled ten seconds after noon, when the clock was set to so many seconds after noon; these
/// are told then, and the next evaluation is at this time.
#[track_caller]
fn check_settled_at(shown: i64, outcome: DeliveryOutcome, told: &[&str], next_check_at: Option<i64>) {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    let mut fixture = fixture.with_clock_set(10, shown);
    let more = fixture.settle("ding", outcome, shown);
    assert_eq!(super::decision_fixture::names(&more), told);
    assert_eq!(more.rechecks[0].at, next_check_at.map(after_noon));
}

#[test]
fn a_clock_that_is_set_ahead_climbs_nothing_when_an_attempt_ends() {
    for shown in [-3600, 10, 59, 60, 61, 3600] {
        check_settled_at(shown, DeliveryOutcome::Delivered, &[], Some(60));
        check_settled_at(shown, again(shown), &[], Some(60));
    }
}

#[test]
fn a_delivery_that_is_given_up_is_followed_up_at_once_whatever_the_clock_says() {
    check_settled_at(10, dead(), &["phone"], Some(60));
    check_settled_at(3600, dead(), &["phone"], Some(60));
}

#[test]
fn a_clock_that_is_set_back_leaves_nothing_that_is_due_when_an_attempt_ends() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    let mut fixture = fixture.with_clock_set(3600, 10);
    let more = fixture.settle("ding", DeliveryOutcome::Delivered, 10);
    assert_eq!(super::decision_fixture::names(&more), ["phone", "boss"]);
}

#[test]
fn a_promise_is_abandoned_once() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    assert_eq!(fixture.settle("mail", DeliveryOutcome::Delivered, 1).abandoned().count(), 0);
    let told = fixture.settle("ding", dead(), 1);
    assert_eq!(told.abandoned().map(|it| it.notification.id.0).collect::<Vec<_>>(), [1]);
    assert!(told.deliveries.is_empty());
    assert_eq!(fixture.steps(), [r#"1: {"step":"settle","fulfilment":"abandoned"}"#]);
    assert_eq!(fixture.recheck(1, 2).abandoned().count(), 0, "it is said once");
}

#[test]
fn a_promise_in_turn_is_abandoned_when_the_last_channel_has_given_up() {
    let mut terms = in_turn();
    terms.contract.within = None;
    let mut fixture = DecisionFixture::on(terms);
    fixture.accept(alarm("a", Severity::High), 0);
    assert_eq!(channels(&fixture.settle("ding", dead(), 1)), [("mail", None)]);
    let told = fixture.settle("mail", dead(), 2);
    assert_eq!(told.abandoned().count(), 1);
}

#[test]
fn a_promise_that_somebody_takes_care_of_is_abandoned_all_the_same() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("mail", DeliveryOutcome::Delivered, 1);
    fixture.acknowledge(1, "Ann", 1).unwrap();
    fixture.settle("ding", dead(), 1);
    assert_eq!(fixture.ledger.notifications.values().next().unwrap().status, ContractStatus::Abandoned);
}

#[test]
fn a_delivery_is_settled_though_its_notification_cannot_be_read_any_more() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.ledger.notifications.values_mut().for_each(|it| it.is_readable = false);
    let settlement = Settlement { needs_recheck: true, ..fixture.settlement("ding", dead(), 1) };
    let more = fixture.enter(&settlement);
    assert_eq!(fixture.delivery(1).status, DeliveryStatus::Dead);
    assert!(more.deliveries.is_empty() && more.alerts.is_empty());
    assert_eq!(more.rechecks.iter().map(|it| it.at).collect::<Vec<_>>(), [None]);
    let row = fixture.ledger.notifications.values().next().unwrap();
    assert_eq!((row.status, row.next_check_at), (ContractStatus::Abandoned, None));
}

#[test]
fn a_rung_asks_for_an_acknowledgement_in_its_message_too() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    let more = fixture.settle("ding", dead(), 10);
    assert_eq!(channels(&more), [("phone", Some(Unless::Delivered))]);
    assert!(more.deliveries[0].asks);
}

#[test]
fn a_step_comes_no_earlier_than_the_attempt_that_leads_to_it_though_its_timer_is_late() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("mail", dead(), 65); // the rung was due at 60
    assert_eq!(
        fixture.steps()[0],
        r#"65: {"step":"climb","rung":0,"unless":"delivered","to":["phone"],"because":"due"}"#
    );
}

#[test]
fn a_step_comes_no_earlier_than_an_attempt_that_ended_later_and_was_settled_first() {
    let mut fixture = DecisionFixture::on(DeliveryTerms { escalate: Vec::new(), ..ladder() });
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("ding", again(90), 21);
    fixture.settle("mail", dead(), 20);
    assert_eq!(fixture.steps(), [r#"21: {"step":"settle","fulfilment":"abandoned"}"#]);
}
