use std::sync::Arc;

use jiff::SignedDuration;

use super::decision_fixture::{
    DecisionFixture, again, alarm, dead, end_of, in_turn, ladder, names, notice, plain,
};
use crate::decide::*;
use crate::fixtures::{NOON, after_noon};
use crate::{
    Alert, AlertId, ContractStatus, DeliveryTerms, IncidentChange, PolicyId, Severity, Status, Suppression,
    Verdict, Why,
};

const FOUR_HOURS: i64 = 4 * 60 * 60;

/// The reason for which `on-call` is told of the one alert, or not.
fn verdict(committed: &Committed) -> Result<Why, Suppression> {
    let [alert] = &committed.alerts[..] else { panic!("{committed:?}") };
    let [decision] = &alert.decisions[..] else { panic!("{alert:?}") };
    match &decision.verdict {
        Verdict::Notify { why, .. } => {
            let told: Vec<_> = committed.notifications.iter().map(|it| it.why).collect();
            assert_eq!(told, [*why]);
            Ok(*why)
        }
        Verdict::Suppress(suppression) => {
            assert!(committed.notifications.is_empty() && committed.deliveries.is_empty());
            Err(*suppression)
        }
    }
}

/// One after the other, `(seconds after noon, alert)` get these verdicts and belong to these incidents.
fn check(told: impl IntoIterator<Item = (i64, Alert, Result<Why, Suppression>, i64)>) {
    let mut fixture = DecisionFixture::on(plain());
    for (seconds, alert, expected, incident) in told {
        let accepted = fixture.accept(alert, seconds);
        let id = accepted.alerts[0].id;
        assert_eq!(verdict(&accepted), expected, "alert {id}");
        assert_eq!(fixture.ledger.alerts[&id].incident, AlertId(incident), "alert {id}");
        assert!(accepted.notifications.iter().all(|it| it.incident == AlertId(incident)));
    }
}

#[test]
fn an_incident_begins_goes_on_worsens_ends_and_begins_anew() {
    use Severity::{High, Mid, Urgent};
    check([
        (0, alarm("a", Mid), Ok(Why::Started), 1),
        (1, alarm("a", Mid), Err(Suppression::Unchanged), 1),
        (2, alarm("a", Urgent), Ok(Why::Worsened { from: Mid }), 1),
        (3, alarm("b", High), Ok(Why::Started), 3), // the second alert was a mere repeat of the first
        (4, alarm("a", High), Err(Suppression::Unchanged), 1),
        (2 + FOUR_HOURS, alarm("a", High), Ok(Why::StillFiring), 1),
        (3 + FOUR_HOURS, end_of("a"), Ok(Why::Resolved), 1),
        (4 + FOUR_HOURS, end_of("a"), Err(Suppression::NeverTold), 7),
        (5 + FOUR_HOURS, alarm("a", Mid), Ok(Why::Started), 8),
    ]);
}

#[test]
fn a_notice_is_told_every_time_and_is_no_incident() {
    let notice = notice("a", Severity::Low);
    check([(0, notice.clone(), Ok(Why::Notice), 1), (1, notice, Ok(Why::Notice), 2)]);
}

#[test]
fn a_notice_does_not_touch_the_incident_of_its_fingerprint() {
    check([
        (0, alarm("a", Severity::Low), Ok(Why::Started), 1),
        (1, notice("a", Severity::Urgent), Ok(Why::Notice), 2),
        (2, alarm("a", Severity::Low), Err(Suppression::Unchanged), 1),
        (3, end_of("a"), Ok(Why::Resolved), 1),
    ]);
}

#[test]
fn a_resolution_is_completed_with_what_was_told_of_its_firing() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::Mid), 0);
    fixture.accept(alarm("a", Severity::Urgent), 1);
    let mut told_nobody = alarm("a", Severity::Low);
    told_nobody.annotations.set("title", "Nobody read this");
    fixture.accept(told_nobody, 2);

    let mut end = end_of("a");
    end.annotations.set("description", "Back to -18 °C");
    end.starts_at = after_noon(60);
    let accepted = fixture.accept(end, 60);

    let [notification] = &accepted.notifications[..] else { panic!("{accepted:?}") };
    let alert = &notification.alert;
    assert_eq!((alert.status, alert.severity), (Status::Resolved, Severity::Urgent));
    assert_eq!(alert.all_labels().get("severity"), Some("urgent"));
    assert_eq!(alert.labels.get("device"), Some("Cold room 3"));
    assert_eq!(alert.annotations.get("title"), Some("Temperature too high"));
    assert_eq!(alert.annotations.get("description"), Some("Back to -18 °C"));
    assert_eq!(notification.since, NOON);
    assert_eq!(accepted.alerts[0].alert, *alert);
    assert!(accepted.deliveries.iter().all(|it| it.severity == Severity::Urgent));
}

#[test]
fn a_resolution_of_something_unknown_stays_as_it_is() {
    let accepted = DecisionFixture::on(plain()).accept(end_of("a"), 0);
    assert_eq!(*accepted.alerts[0].alert, end_of("a"));
}

#[test]
fn json_made_before_is_kept_with_the_alert_unless_a_resolution_is_completed() {
    let mut fixture = DecisionFixture::on(plain());
    let json_of = |fixture: &DecisionFixture, alert: Alert| {
        let json: Option<Arc<str>> = Some("the alert".into());
        let mut incoming = IncomingAlert::new(alert, &fixture.policy);
        incoming.json = json;
        let state = fixture.ledger.read(&incoming.keys());
        fixture.decide(|context| accept(&state, &incoming, context, NOON)).alerts[0].json.clone()
    };
    assert_eq!(json_of(&fixture, alarm("a", Severity::High)).as_deref(), Some("the alert"));
    assert_eq!(json_of(&fixture, end_of("a")).as_deref(), Some("the alert"));
    fixture.accept(alarm("a", Severity::High), 0);
    assert_eq!(json_of(&fixture, end_of("a")), None);
}

#[test]
fn times_are_those_that_a_restart_reads() {
    let mut fixture = DecisionFixture::on(ladder());
    let odd = NOON + SignedDuration::from_nanos(123_456_789);
    let kept = NOON + SignedDuration::from_millis(123);
    let accepted = fixture.accept_at(Alert { starts_at: odd, ..alarm("a", Severity::High) }, odd);
    let [notification] = &accepted.notifications[..] else { panic!("{accepted:?}") };
    assert_eq!((notification.since, notification.owed_at), (kept, kept));
    assert!(accepted.deliveries.iter().all(|it| (it.owed_at, it.next_at) == (kept, kept)));
    let due = kept + SignedDuration::from_secs(60);
    assert_eq!(accepted.rechecks, [Recheck { notification: notification.id, at: Some(due) }]);
}

#[test]
fn an_alert_is_entered_with_the_policy_that_decided() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    assert_eq!(fixture.ledger.alerts[&AlertId(1)].policy, Some(PolicyId(7)));
}

#[test]
fn the_incident_remembers_what_each_receiver_was_told() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    let key = alarm("a", Severity::High).incident_key();
    let known = fixture.ledger.read(&[StateKey::Incident(key)]).incident.unwrap();
    let told = crate::LastNotified { receiver: "on-call".into(), severity: Severity::High, at: NOON };
    let expected = crate::Incident { id: AlertId(1), since: NOON, told: vec![told], acknowledged: None };
    assert_eq!((known.incident, known.last_alert), (expected, None));
}

/// The end of an incident is told on `expected` that was told on `terms`, whose first
/// channel was given up and whose ladder was climbed to the end.
#[track_caller]
fn check_end(terms: DeliveryTerms, gone: Option<&str>, expected: &[&str]) {
    let mut fixture = DecisionFixture::on(terms);
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("ding", dead(), 1);
    fixture.recheck(1, 900);
    fixture.gone.extend(gone.map(Into::into));
    let ended = fixture.accept(end_of("a"), 1000);
    let of_the_end: Vec<_> = ended.deliveries.iter().filter(|it| it.notification.0 == 2).collect();
    assert_eq!(of_the_end.iter().map(|it| it.channel.as_str()).collect::<Vec<_>>(), expected);
    assert!(of_the_end.iter().all(|it| it.escalated.is_none()));
}

#[test]
fn the_end_is_told_to_those_who_were_added_by_a_turn_or_a_rung() {
    check_end(ladder(), None, &["ding", "mail", "phone", "boss"]);
    check_end(in_turn(), None, &["ding", "mail"]);
    check_end(plain(), None, &["ding", "mail"]);
}

#[test]
fn the_end_is_not_told_on_a_channel_that_is_no_longer_in_the_config() {
    check_end(ladder(), Some("boss"), &["ding", "mail", "phone"]);
}

#[test]
fn the_end_is_not_told_to_those_who_were_added_for_another_incident() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("b", Severity::High), 0);
    fixture.recheck(1, 900);
    fixture.accept(alarm("a", Severity::High), 990);
    assert_eq!(names(&fixture.accept(end_of("a"), 1000)), ["ding", "mail"]);
}

#[test]
fn the_end_is_told_to_those_who_are_added_by_a_rung_that_is_found_due_at_the_end() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    let ended = fixture.accept(end_of("a"), 1000); // the first event of a new life
    let told: Vec<_> = ended.deliveries.iter().map(|it| (it.notification.0, it.channel.as_str())).collect();
    assert_eq!(told, [(1, "phone"), (2, "ding"), (2, "mail"), (2, "phone")]);
    assert_eq!(ended.deliveries[0].escalated, Some(crate::Unless::Delivered));
}

#[test]
fn an_alert_without_a_time_limit_is_told_and_never_evaluated_again() {
    let mut fixture = DecisionFixture::on(plain());
    let accepted = fixture.accept(alarm("a", Severity::High), 0);
    assert!(accepted.rechecks.is_empty());
    assert!(accepted.deliveries.iter().all(|it| !it.needs_recheck && !it.asks));
    assert_eq!(fixture.ledger.notifications.values().next().unwrap().next_check_at, None);
}

#[test]
fn a_first_channel_that_is_blocked_is_passed_over_in_the_decision_that_accepts() {
    let mut fixture = DecisionFixture::on(in_turn()).while_blocked("ding");
    assert_eq!(names(&fixture.accept(alarm("a", Severity::High), 0)), ["ding", "mail"]);
    let step = r#"{"step":"take_turn","channel":"mail","instead_of":"ding","because":"blocked"}"#;
    assert_eq!(fixture.steps(), [format!("0: {step}")]);
}

#[test]
fn a_first_channel_that_is_gone_is_passed_over_like_a_blocked_one() {
    let mut fixture = DecisionFixture::on(in_turn()).without("ding");
    assert_eq!(names(&fixture.accept(alarm("a", Severity::High), 0)), ["ding", "mail"]);
}

#[test]
fn a_promise_that_nobody_can_keep_from_the_start_is_abandoned_at_once() {
    let mut terms = in_turn();
    terms.contract.within = Some(crate::HumanDuration(std::time::Duration::ZERO));
    let mut fixture = DecisionFixture::on(terms);
    let accepted = fixture.accept(alarm("a", Severity::High), 0);
    assert_eq!((accepted.abandoned().count(), names(&accepted)), (1, vec!["ding", "mail"]));
    assert_eq!(fixture.ledger.notifications[&crate::NotificationId(1)].status, ContractStatus::Abandoned);
    assert_eq!(fixture.recheck(1, 0).abandoned().count(), 0);
}

#[test]
fn the_end_of_an_incident_ends_the_wait_for_an_acknowledgement_with_it() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("ding", DeliveryOutcome::Delivered, 1);
    let last = fixture.settle("mail", DeliveryOutcome::Delivered, 2);
    assert_eq!(last.rechecks[0].at, Some(after_noon(900)));
    let ended = fixture.accept(end_of("a"), 30);
    assert_eq!(ended.notifications[0].why, Why::Resolved);
    assert!(ended.rechecks.iter().any(|it| (it.notification.0, it.at) == (1, None)), "{ended:?}");
    assert!(fixture.recheck(1, 900).deliveries.is_empty());
    let skipped = r#"30: {"step":"skip","rung":1,"because":"resolved"}"#;
    assert!(fixture.steps().iter().any(|it| it == skipped), "{:?}", fixture.steps());
}

#[test]
fn a_clock_that_is_set_ahead_breaks_no_promise_when_its_incident_is_over() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    let mut fixture = fixture.with_clock_set(30, 3600);
    let ended = fixture.accept(end_of("a"), 3600);
    assert!(ended.deliveries.iter().all(|it| it.notification.0 == 2), "{:?}", ended.deliveries);
    assert!(ended.rechecks.iter().any(|it| (it.notification.0, it.at) == (1, Some(after_noon(60)))));
    assert_eq!(fixture.steps(), [] as [String; 0]);
    assert_eq!(names(&fixture.recheck(1, 60)), ["phone"]);
}

#[test]
fn a_planned_alert_goes_where_its_plan_says_and_touches_no_incident() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(alarm("a", Severity::High), 0);
    let terms = Arc::new(DeliveryTerms::plain(vec!["phone".into()]));
    let verdict = Verdict::Notify { why: Why::Notice, terms };
    let decision = crate::Decision { receiver: "channel test".into(), route: None, verdict };
    let plan = crate::Plan { decisions: vec![decision], incident: IncidentChange::Leave };
    let alert = Arc::new(notice("a", Severity::Low));
    let changes = fixture.decide(|context| accept_planned(alert, plan, context, after_noon(1)));
    assert!(changes.incidents.is_empty());
    let committed = fixture.ledger.write(changes);
    assert_eq!(names(&committed), ["phone"]);
    assert_eq!(committed.notification(committed.deliveries[0].notification).unwrap().incident, AlertId(2));
}

#[test]
fn what_follows_for_earlier_notifications_is_handed_in_before_what_is_new() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(alarm("a", Severity::High), 0);
    fixture.settle("mail", again(70), 5);
    fixture.blocked = vec!["ding".into(), "mail".into()];
    let ended = fixture.accept(end_of("a"), 30);
    let order: Vec<_> = ended.deliveries.iter().map(|it| it.notification.0).collect();
    assert!(order.is_sorted(), "{order:?}");
    assert_eq!(order.first(), Some(&1), "the ladder of the first one is climbed early");
}
