use std::sync::Arc;

use super::decision_fixture::{DecisionFixture, alarm, end_of, notice, plain};
use crate::fixtures::after_noon;
use crate::{Alert, AlertId, ClockLeads, Decision, RepeatedAlert, Severity, Suppression, Verdict};

const FOUR_HOURS: i64 = 4 * 60 * 60;

/// The number of rows, and the repeats of each, after these alerts so many seconds after noon.
#[track_caller]
fn check(alerts: impl IntoIterator<Item = (i64, Alert)>, repeats: &[u32]) {
    let mut fixture = DecisionFixture::on(plain());
    for (seconds, alert) in alerts {
        fixture.accept(alert, seconds);
    }
    assert_eq!(fixture.ledger.alerts.values().map(|it| it.repeats.0).collect::<Vec<_>>(), repeats);
}

fn high() -> Alert {
    alarm("a", Severity::High)
}

#[test]
fn a_mere_repeat_is_counted_with_the_alert_that_it_repeats() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(high(), 0);
    let later = Alert { starts_at: after_noon(60), ..high() };
    let repeat = fixture.accept(later.clone(), 60);
    let [accepted] = &repeat.alerts[..] else { panic!("{repeat:?}") };
    assert_eq!((accepted.id, accepted.alert.as_ref()), (AlertId(1), &later));
    assert_eq!(accepted.decisions[0].verdict, Verdict::Suppress(Suppression::Unchanged));
    assert!(repeat.notifications.is_empty() && repeat.deliveries.is_empty() && repeat.rechecks.is_empty());
    assert_eq!(fixture.ledger.alerts.len(), 1);
    assert_eq!(fixture.ledger.alerts[&AlertId(1)].repeats, (1, Some(after_noon(60))));
}

#[test]
fn an_alert_that_is_told_again_is_no_repeat() {
    check([(0, high()), (60, high()), (FOUR_HOURS, high()), (FOUR_HOURS + 60, high())], &[1, 1]);
}

#[test]
fn an_alert_with_another_text_is_entered_though_nobody_is_told() {
    let mut other = high();
    other.annotations.set("description", "Current -7.1 °C");
    check([(0, high()), (60, other.clone()), (120, other), (180, high())], &[0, 1, 0]);
}

#[test]
fn an_alert_that_got_better_is_entered_though_nobody_is_told() {
    check([(0, high()), (60, alarm("a", Severity::Low)), (120, alarm("a", Severity::Low))], &[0, 1]);
}

#[test]
fn the_repeat_of_an_end_that_nobody_was_told_of_is_counted() {
    check([(0, end_of("a")), (60, end_of("a")), (120, end_of("a"))], &[2]);
}

#[test]
fn an_end_that_is_told_and_the_first_that_is_not_are_both_entered() {
    check([(0, high()), (60, end_of("a")), (120, end_of("a")), (180, end_of("a"))], &[0, 0, 1]);
}

#[test]
fn a_notice_is_never_a_repeat() {
    check([(0, notice("a", Severity::Low)), (60, notice("a", Severity::Low))], &[0, 0]);
}

#[test]
fn repeats_of_different_things_are_counted_apart() {
    let other = || alarm("b", Severity::High);
    check([(0, high()), (1, other()), (60, high()), (61, other()), (120, other())], &[1, 2]);
}

#[test]
fn repeats_that_are_suppressed_for_another_reason_are_entered_once_and_then_counted() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(high(), 0);
    fixture.acknowledge(1, "Ann", 1).unwrap();
    for seconds in [60, FOUR_HOURS, FOUR_HOURS + 60, FOUR_HOURS + 120] {
        fixture.accept(high(), seconds);
    }
    assert_eq!(fixture.ledger.alerts.values().map(|it| it.repeats.0).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn an_alert_that_was_written_before_repeats_were_counted_is_not_repeated() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(high(), 0);
    let incoming = crate::IncomingAlert::new(high(), &fixture.policy);
    let mut state = fixture.ledger.read(&incoming.keys());
    let newest = state.newest_alert.as_mut().unwrap();
    newest.repeat_key = None;
    let changes = fixture.decide(|context| crate::accept(&state, &incoming, context, after_noon(60)));
    assert_eq!((changes.alerts.len(), changes.repeats.len()), (1, 0));
}

#[test]
fn a_repeat_tells_each_reason_once_in_the_order_of_the_receivers() {
    let decision = |receiver: &str, verdict| Decision { receiver: receiver.into(), route: None, verdict };
    let repeat = RepeatedAlert {
        leads: ClockLeads::default(),
        id: AlertId(1),
        seen_at: after_noon(60),
        alert: Arc::new(high()),
        decisions: vec![
            decision("day", Verdict::Suppress(Suppression::Acknowledged)),
            decision("night", Verdict::Suppress(Suppression::Unchanged)),
            decision("team", Verdict::Suppress(Suppression::Acknowledged)),
        ],
    };
    assert_eq!(repeat.reasons(), [Suppression::Acknowledged, Suppression::Unchanged]);
}
