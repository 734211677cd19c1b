use std::sync::Arc;

use fanfare_core::{
    Acknowledgement, ClockLeads, Delivery, DeliveryId, MessageForm, NotificationId, ReceiverName, Severity,
    Suppression, Unless, Verdict, Why,
};
use fanfare_testkit::{NOON, logged, notification as fixture};

use super::*;

fn told() -> Arc<Notification> {
    Arc::new(fixture(Severity::Urgent, Why::Started))
}

fn lines(committed: &Committed) -> Vec<String> {
    logged(|| log(committed)).lines().map(|it| it.trim().to_owned()).collect()
}

/// Checks that `committed` leaves one line, which begins with `level` and holds each of `parts`.
#[track_caller]
fn check(committed: &Committed, level: &str, parts: &[&str]) {
    let lines = lines(committed);
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(line.starts_with(level), "{line}");
    for part in parts {
        assert!(line.contains(part), "{part} is not in {line}");
    }
}

#[track_caller]
fn check_step(step: Step, level: &str, parts: &[&str]) {
    let notification = told();
    let alert = format!("alert.id={}", notification.alert_id);
    let receiver = format!("receiver.name={}", notification.receiver);
    let steps = vec![CommittedStep { notification, step }];
    let committed = Committed { steps, ..Committed::default() };
    check(&committed, level, parts);
    check(&committed, level, &[&alert, &receiver, "alert.title="]);
}

#[test]
fn each_state_of_a_contract_is_logged_by_its_stored_word_and_as_gravely_as_it_is() {
    let settled = |status| Step::Settle { status };
    check_step(settled(ContractStatus::Kept), "INFO", &["Contract kept", r#"contract="kept""#]);
    check_step(settled(ContractStatus::Broken), "WARN", &["Contract broken", r#"contract="broken""#]);
    check_step(settled(ContractStatus::Late), "WARN", &["Contract late", r#"contract="late""#]);
    let abandoned = ["Contract abandoned", r#"contract="abandoned""#];
    check_step(settled(ContractStatus::Abandoned), "ERROR", &abandoned);
}

#[test]
fn a_rung_is_logged_with_its_number_its_channels_and_its_reason() {
    let climb = Step::Climb {
        rung: 0,
        unless: Unless::Acknowledged,
        to: vec!["boss-mail".into(), "boss-phone".into()],
        because: EscalationReason::Due,
    };
    let parts = ["Rung climbed", "rung=1", "unless=acknowledged", r#"because="due""#, "boss-mail,boss-phone"];
    check_step(climb, "INFO", &parts);
}

#[test]
fn the_turn_of_the_next_channel_names_the_one_that_failed() {
    let turn = Step::TakeTurn {
        channel: "second".into(),
        instead_of: "first".into(),
        because: ChannelFailure::Blocked,
    };
    let parts = ["channel.name=second", "channel.instead_of=first", r#"because="blocked""#];
    check_step(turn, "INFO", &parts);
}

#[test]
fn a_dead_letter_that_a_person_deals_with_names_the_person() {
    let (by, on) = ("Li Na".to_owned(), vec!["ops".into()]);
    let retried = Step::Retried { by: by.clone(), on: on.clone() };
    check_step(retried, "INFO", &["Dead letter retried", r#"by="Li Na""#, "ops"]);
    let reason = "told by phone".to_owned();
    let discarded = Step::Discarded { by, reason, on };
    check_step(discarded, "INFO", &["Dead letter discarded", "told by phone"]);
}

#[test]
fn a_needless_rung_is_not_logged_at_info() {
    let step = Step::Skip { rung: 0, because: Unless::Acknowledged };
    let steps = vec![CommittedStep { notification: told(), step }];
    assert_eq!(lines(&Committed { steps, ..Committed::default() }), [] as [String; 0]);
}

fn accepted(entry: AlertEntry, decisions: Vec<Decision>) -> Committed {
    let alert = Arc::clone(&told().alert);
    let alerts = vec![CommittedAlert { id: AlertId(42), alert, decisions, entry, ended: None }];
    Committed { alerts, ..Committed::default() }
}

#[test]
fn an_alert_is_logged_once_with_its_number_title_and_source() {
    let parts = ["Alert accepted", "alert.id=42", "alert.title=", "severity=urgent", "source.name="];
    check(&accepted(AlertEntry::New, Vec::new()), "INFO", &parts);
}

#[test]
fn a_mere_repeat_is_not_logged_at_info() {
    assert_eq!(lines(&accepted(AlertEntry::Repeat, Vec::new())), [] as [String; 0]);
}

#[test]
fn an_alert_of_which_a_receiver_is_not_notified_says_why() {
    let receiver: ReceiverName = "on-call".into();
    let verdict = Verdict::Suppress(Suppression::NeverTold);
    let decisions = vec![Decision { receiver, route: None, verdict }];
    let parts = ["on-call: a resolution of something nobody was told of"];
    check(&accepted(AlertEntry::New, decisions), "INFO", &parts);
}

#[test]
fn a_receiver_is_logged_with_the_channels_on_which_it_is_notified() {
    let committed = Committed { notifications: vec![told()], ..Committed::default() };
    check(&committed, "INFO", &["Receiver notified", "why=started", "receiver.name=", "channel.names="]);
}

#[test]
fn an_accepted_alert_and_whoever_is_notified_of_it_stand_in_one_line() {
    let notification = told();
    let mut committed = accepted(AlertEntry::New, Vec::new());
    committed.alerts[0].id = notification.alert_id;
    let delivery = |channel: &str| Delivery {
        id: DeliveryId(1),
        notification: notification.id,
        source: notification.alert.source.clone(),
        about: notification.alert.incident_key().digest(),
        channel: channel.into(),
        severity: Severity::Urgent,
        owed_at: NOON,
        next_at: NOON,
        leads: ClockLeads::default(),
        attempts: 0,
        failures: 0,
        form: MessageForm::Full,
        only: None,
        escalated: None,
        asks: false,
        needs_recheck: false,
        digest: None,
    };
    committed.deliveries = vec![delivery("ops-dingtalk"), delivery("ops-mail")];
    let notified = format!("notified={}:ops-dingtalk,ops-mail", notification.receiver);
    committed.notifications = vec![notification];
    check(&committed, "INFO", &["Alert accepted", &notified]);
}

#[test]
fn an_acknowledgement_names_the_alert_and_the_person() {
    let entered = NewAcknowledgement {
        incident: AlertId(7),
        notification: NotificationId(9),
        up_to: NotificationId(9),
        acknowledgement: Acknowledgement { by: "Li Na".to_owned(), at: NOON },
    };
    let committed = Committed { acknowledgements: vec![entered], ..Committed::default() };
    check(&committed, "INFO", &["Alert acknowledged", "alert.id=7", r#"by="Li Na""#]);
}

#[test]
fn a_title_with_line_breaks_stays_on_one_line() {
    let mut notification = fixture(Severity::Urgent, Why::Started);
    let mut alert = Arc::unwrap_or_clone(notification.alert);
    alert.annotations.set("title", "a\n2026-03-08T12:00:00Z ERROR forged");
    notification.alert = Arc::new(alert);
    let committed = Committed { notifications: vec![Arc::new(notification)], ..Committed::default() };
    check(&committed, "INFO", &["Receiver notified"]);
}
