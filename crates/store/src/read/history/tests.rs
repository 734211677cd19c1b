use fanfare_core::{DeliveryOutcome, EscalationReason, Settlement, Severity, Step};
use serde_json::json;

use super::*;
use crate::fixtures::{
    Decider, NOON, StoreFolder, accept, accept_by, acknowledge, after_noon, again, alarm, deliveries, end_of,
    ladder, recheck_at, reworded, settle_by, settlement,
};
use crate::tables::{acknowledgements, attempts, steps};

async fn told(store: &Store, id: i64) -> AlertHistory {
    store.history(AlertId(id)).await.unwrap().unwrap()
}

/// A store with an alert whose ladder was climbed to `phone`, a repeat that was
/// held, a worse one, and the end; after the first Ann has acknowledged.
async fn filled(folder: &StoreFolder) -> Store {
    let store = folder.open();
    let decider = Decider::on(ladder());
    let first = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let [ding, mail] = &deliveries(&first)[..] else { panic!() };
    settle_by(&store, &decider, settlement(ding, again(9))).await;
    let second = Settlement {
        ordinal: 2,
        started_at: after_noon(9),
        ended_at: after_noon(10),
        ..settlement(ding, DeliveryOutcome::Delivered)
    };
    settle_by(&store, &decider, second).await;
    recheck_at(&store, &decider, mail.notification, after_noon(60)).await;
    acknowledge(&store, &decider, mail.notification, ("Ann", after_noon(70))).await.0.unwrap();
    accept_by(&store, &decider, reworded(alarm("a", Severity::High), "again"), after_noon(80)).await;
    recheck_at(&store, &decider, mail.notification, after_noon(90)).await;
    accept_by(&store, &decider, alarm("a", Severity::Urgent), after_noon(90)).await;
    accept_by(&store, &decider, end_of("a"), after_noon(100)).await;
    store
}

#[tokio::test]
async fn a_story_tells_who_was_told_by_which_route_on_what_terms_and_what_was_done() {
    let folder = StoreFolder::new();
    let story = told(&filled(&folder).await, 1).await;
    assert_eq!((story.incident, story.received_at, story.since), (AlertId(1), NOON, NOON));
    let [first, acknowledged] = &story.notifications[..] else { panic!("{story:?}") };
    assert_eq!((first.route.as_deref(), first.why.as_str()), (Some("route"), "started"));
    assert_eq!((first.terms.as_ref(), first.owed_at), (Some(&ladder()), NOON));
    assert_eq!(first.contract, ContractStatus::Abandoned); // mail has had its minute, and phone half of one
    let climbed = Step::Climb {
        rung: 0,
        unless: Unless::Delivered,
        to: vec!["phone".into()],
        because: EscalationReason::Due,
    };
    assert_eq!(first.steps[0], StepRow { at: after_noon(60), step: climbed });
    assert_eq!((acknowledged.why.as_str(), acknowledged.route.as_deref()), ("acknowledged", None));
    let by = Acknowledgement { by: "Ann".to_owned(), at: after_noon(70) };
    assert_eq!((acknowledged.acknowledgement.as_ref(), acknowledged.terms.as_ref()), (Some(&by), None));
}

#[tokio::test]
async fn a_story_tells_each_delivery_and_each_attempt() {
    let folder = StoreFolder::new();
    let story = told(&filled(&folder).await, 1).await;
    let [ding, mail, phone] = &story.notifications[0].deliveries[..] else { panic!("{story:?}") };
    assert_eq!(
        (ding.state.as_str(), ding.attempted, ding.settled_at),
        ("delivered", 2, Some(after_noon(10)))
    );
    let attempts: Vec<_> = ding.attempts.iter().map(|it| (it.started_at, it.outcome.as_str())).collect();
    assert_eq!(attempts, [(NOON, "transient"), (after_noon(9), "delivered")]);
    assert_eq!((mail.state.as_str(), mail.next_at, mail.attempts.len()), ("pending", Some(NOON), 0));
    assert_eq!((phone.added_at, phone.escalated), (after_noon(60), Some(Unless::Delivered)));
    assert_eq!((ding.added_at, ding.escalated, ding.next_at), (NOON, None, None));
}

#[tokio::test]
async fn a_story_tells_who_was_not_told_and_why() {
    let folder = StoreFolder::new();
    let story = told(&filled(&folder).await, 2).await;
    let held = SuppressionRecord {
        receiver: "on-call".into(),
        route: Some("route".to_owned()),
        reason: "already told, and the repeat interval has not passed".to_owned(),
    };
    assert_eq!((story.suppressed, story.notifications.len()), (vec![held], 0));
}

/// The history of the alert `id` has the acknowledgements of these people.
async fn check_acknowledged(id: i64, expected: &[&str]) {
    let folder = StoreFolder::new();
    let story = told(&filled(&folder).await, id).await;
    let by: Vec<_> = story.acknowledgements.iter().map(|it| it.by.as_str()).collect();
    assert_eq!(by, expected);
}

#[tokio::test]
async fn an_acknowledgement_stands_in_the_stories_it_covers_and_not_in_later_ones() {
    check_acknowledged(1, &["Ann"]).await;
    check_acknowledged(2, &["Ann"]).await; // told nobody, since Ann took care of it
    check_acknowledged(3, &[]).await; // got worse
    check_acknowledged(4, &[]).await;
}

#[tokio::test]
async fn a_story_names_the_others_of_its_incident_that_were_told() {
    let folder = StoreFolder::new();
    let store = filled(&folder).await;
    accept_by(&store, &Decider::on(ladder()), alarm("b", Severity::High), after_noon(200)).await;
    let sibling =
        |id, seconds, status| RelatedAlert { id: AlertId(id), received_at: after_noon(seconds), status };
    let (first, worse, end) =
        (sibling(1, 0, Status::Firing), sibling(3, 90, Status::Firing), sibling(4, 100, Status::Resolved));
    let story = told(&store, 3).await;
    assert_eq!((story.before, story.after), (vec![first.clone()], vec![end]));
    let story = told(&store, 4).await;
    assert_eq!((story.before, story.after), (vec![worse, first], vec![]));
}

#[tokio::test]
async fn of_a_long_incident_a_story_names_the_nearest() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let day = 24 * 60 * 60;
    for number in 0..=250 {
        accept_by(&store, &Decider::on(ladder()), alarm("a", Severity::High), after_noon(number * day)).await;
    }
    let story = told(&store, 126).await;
    let ids = |siblings: &[RelatedAlert]| (siblings.len(), siblings[0].id.0, siblings[99].id.0);
    assert_eq!((ids(&story.before), ids(&story.after)), ((100, 125, 26), (100, 127, 226)));
}

#[tokio::test]
async fn there_is_no_story_of_what_never_came() {
    assert!(StoreFolder::new().open().history(AlertId(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_story_tells_its_times_its_contracts_and_its_steps() {
    let folder = StoreFolder::new();
    let story = told(&filled(&folder).await, 1).await;
    assert_eq!(story.received_at.to_string(), "2026-03-08T12:00:00Z");
    assert_eq!(story.notifications[0].contract, ContractStatus::Abandoned);
    let first = &story.notifications[0].steps[0];
    assert_eq!(first.at.to_string(), "2026-03-08T12:01:00Z");
    assert_eq!(
        serde_json::to_value(&first.step).unwrap(),
        json!({"step": "climb", "rung": 0, "unless": "delivered", "to": ["phone"], "because": "due"})
    );
}

#[tokio::test]
async fn no_part_of_a_story_reads_more_than_its_own_rows() {
    let folder = StoreFolder::new();
    drop(folder.open());
    let raw = folder.raw();
    for sql in [
        ALERT,
        &notifications_sql(),
        DELIVERIES,
        NOTIFICATIONS,
        DELIVERY,
        attempts::ORDINALS,
        attempts::READ,
        steps::IDS,
        acknowledgements::IDS,
        BEFORE,
        AFTER,
    ] {
        let mut statement = raw.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = vec![1; statement.parameter_count()];
        let plan = statement.query_map(rusqlite::params_from_iter(parameters), |row| row.get(3)).unwrap();
        let plan: Vec<String> = plan.collect::<Result<_, _>>().unwrap();
        assert!(plan.iter().any(|it| it.starts_with("SEARCH")), "{sql}: {plan:?}");
        assert!(!plan.iter().any(|it| it.starts_with("SCAN")), "{sql}: {plan:?}");
    }
}

/// Puts `count` copies of rows into a table, by this statement, in which `n` counts them.
fn multiply(folder: &StoreFolder, count: i64, insert: &str) {
    let numbers =
        format!("WITH RECURSIVE ns (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM ns WHERE n < {count})");
    folder.raw().execute(&format!("{numbers} {insert}"), []).unwrap();
}

#[tokio::test]
async fn a_story_of_very_many_attempts_steps_and_acknowledgements_has_both_ends_of_each_and_says_what_is_left_out()
 {
    let folder = StoreFolder::new();
    let store = filled(&folder).await;
    let before = told(&store, 1).await;
    assert_eq!(before.left_out, OmittedRows::default());
    for insert in [
        "INSERT INTO attempts SELECT 1, n + 2, 0, 0, 'transient', 'busy ' || n FROM ns",
        "INSERT INTO steps (notification, at, step) SELECT 1, s.at, s.step FROM ns, (SELECT * FROM steps LIMIT 1) s",
        "INSERT INTO acknowledgements (incident, notification, up_to, by, at) SELECT 1, 1, 1, 'Ann', n FROM ns",
    ] {
        multiply(&folder, 100_000, insert);
    }
    let story = told(&store, 1).await;
    let first = &story.notifications[0];
    let ordinals: Vec<_> = first.deliveries[0].attempts.iter().map(|it| it.ordinal).collect();
    assert_eq!(ordinals.len(), 100);
    assert_eq!((ordinals[0], ordinals[9], ordinals[10], ordinals[99]), (1, 10, 99_913, 100_002));
    assert_eq!((first.steps.len(), story.acknowledgements.len()), (100, 100));
    let OmittedRows { notifications, alerts, deliveries, attempts, steps, acknowledgements } = story.left_out;
    assert_eq!((notifications, alerts, deliveries, attempts), (0, 0, 0, 99_902));
    let steps_before: usize = before.notifications[0].steps.len();
    assert_eq!(usize::try_from(steps).unwrap(), 99_900 + steps_before);
    assert_eq!(acknowledgements, 99_901);
    assert_eq!(store.attempts(DeliveryId(1)).await.unwrap().len(), 1_000);
}

#[tokio::test]
async fn a_story_of_very_many_notifications_keeps_the_newest_with_all_that_belongs_to_them() {
    let folder = StoreFolder::new();
    let store = filled(&folder).await;
    multiply(
        &folder,
        5_000,
        "INSERT INTO notifications (alert, receiver, why, owed_at) SELECT 1, f.receiver, f.why, 0 FROM ns, (SELECT * FROM notifications LIMIT 1) f",
    );
    multiply(
        &folder,
        100_000,
        "INSERT INTO deliveries (notification, channel, severity, next_at)
         SELECT id, 'ding', 'high', 0 FROM ns, (SELECT max(id) AS id FROM notifications)",
    );
    let story = told(&store, 1).await;
    assert_eq!((story.notifications.len(), story.left_out.notifications), (100, 4_902));
    let newest = story.notifications.last().unwrap();
    assert_eq!((newest.deliveries.len(), story.left_out.deliveries), (100, 99_900));
    assert_eq!(story.notifications[0].id, NotificationId(1));
}

/// The numbers and the descriptions of the reports of the incident of the alert `id`.
async fn reports(store: &Store, id: i64) -> Vec<(i64, String)> {
    let history = store.history(AlertId(id)).await.unwrap().unwrap();
    let text = |it: &ReportedAlert| it.alert.annotations.get("description").unwrap_or_default().to_owned();
    history.reports.iter().map(|it| (it.id.0, text(it))).collect()
}

#[tokio::test]
async fn the_reports_of_an_incident_are_those_of_which_nobody_was_told_too_and_no_others() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let said = |words: &str| reworded(alarm("a", Severity::High), words);
    accept(&store, said("-7.1"), NOON).await;
    accept(&store, said("-3.0"), after_noon(60)).await;
    accept(&store, said("-3.0"), after_noon(61)).await; // a mere repeat
    accept(&store, reworded(alarm("b", Severity::High), "another"), after_noon(62)).await;
    let open = [(1, "-7.1".to_owned()), (2, "-3.0".to_owned())];
    assert_eq!(reports(&store, 1).await, open);
    accept(&store, reworded(end_of("a"), "normal"), after_noon(120)).await;
    accept(&store, said("-5.5"), after_noon(180)).await;
    accept(&store, said("-4.4"), after_noon(240)).await;
    let first: Vec<_> = open.into_iter().chain([(4, "normal".to_owned())]).collect();
    assert_eq!(reports(&store, 2).await, first);
    assert_eq!(reports(&store, 1).await, first);
    assert_eq!(reports(&store, 6).await, [(5, "-5.5".to_owned()), (6, "-4.4".to_owned())]);
}

#[test]
fn the_reports_of_an_incident_are_found_by_searches() {
    let folder = StoreFolder::new();
    drop(folder.open());
    let raw = folder.raw();
    for (sql, values) in [(END, vec![1]), (REPORTS, vec![1, 2, 3, 4])] {
        let mut statement = raw.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let rows =
            statement.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<String> = rows.map(Result::unwrap).collect();
        assert!(
            !plan.iter().any(|it| it.starts_with("SCAN alerts") || it.starts_with("SCAN notif")),
            "{plan:?}"
        );
    }
}
