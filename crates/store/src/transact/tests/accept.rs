use fanfare_core::{
    Alert, AlertId, DeliveryTerms, Incident, Kind, LastNotified, Severity, StateKey, Status, Suppression,
    Verdict, Why,
};

use crate::column::from_time;
use crate::fixtures::{
    Accepted, Decider, NOON, StoreFolder, accept, accept_by, after_noon, alarm, dead, deliveries, end_of,
    forget, ids, in_turn, ladder, plain, recheck_at, reworded, settle_by, settlement, try_accept,
};
use crate::tables;

const FOUR_HOURS: i64 = 4 * 60 * 60;

/// The reason for which `on-call` is told of `accepted`, or is not.
fn verdict(accepted: &Accepted) -> Result<Why, Suppression> {
    match &accepted.decisions[..] {
        [decision] => match &decision.verdict {
            Verdict::Notify { why, .. } => {
                assert_eq!(accepted.owed.len(), 1);
                assert_eq!(accepted.owed[0].notification.why, *why);
                Ok(*why)
            }
            Verdict::Suppress(hold) => {
                assert!(accepted.owed.is_empty());
                Err(*hold)
            }
        },
        decisions => panic!("{decisions:?}"),
    }
}

/// One after the other, `(seconds after noon, alert)` get these verdicts and belong to these incidents.
async fn check(told: impl IntoIterator<Item = (i64, Alert, Result<Why, Suppression>, i64)>) {
    let folder = StoreFolder::new();
    let store = folder.open();
    for (seconds, alert, expected, incident) in told {
        let accepted = accept(&store, alert, after_noon(seconds)).await;
        assert_eq!(verdict(&accepted), expected, "alert {}", accepted.id);
        let kept = folder.number(&format!("SELECT incident FROM alerts WHERE id = {}", accepted.id));
        assert_eq!(kept, incident, "alert {}", accepted.id);
        for owed in &accepted.owed {
            assert_eq!(owed.notification.incident, AlertId(incident));
        }
    }
}

#[tokio::test]
async fn an_incident_begins_goes_on_worsens_ends_and_begins_anew() {
    use Severity::{High, Mid, Urgent};
    check([
        (0, alarm("a", Mid), Ok(Why::Started), 1),
        (1, alarm("a", Mid), Err(Suppression::Unchanged), 1),
        (2, alarm("a", Urgent), Ok(Why::Worsened { from: Mid }), 1),
        (3, alarm("b", High), Ok(Why::Started), 3),
        (4, alarm("a", High), Err(Suppression::Unchanged), 1),
        (2 + FOUR_HOURS, alarm("a", High), Ok(Why::StillFiring), 1),
        (3 + FOUR_HOURS, end_of("a"), Ok(Why::Resolved), 1),
        (4 + FOUR_HOURS, end_of("a"), Err(Suppression::NeverTold), 7),
        (5 + FOUR_HOURS, alarm("a", Mid), Ok(Why::Started), 8),
    ])
    .await;
}

#[tokio::test]
async fn a_notice_is_told_every_time_and_is_no_incident() {
    let notice = Alert { kind: Kind::Notice, ..alarm("a", Severity::Low) };
    check([(0, notice.clone(), Ok(Why::Notice), 1), (1, notice, Ok(Why::Notice), 2)]).await;
}

#[tokio::test]
async fn a_notice_does_not_touch_the_incident_of_its_fingerprint() {
    let notice = Alert { kind: Kind::Notice, ..alarm("a", Severity::Urgent) };
    check([
        (0, alarm("a", Severity::Low), Ok(Why::Started), 1),
        (1, notice, Ok(Why::Notice), 2),
        (2, alarm("a", Severity::Low), Err(Suppression::Unchanged), 1),
        (3, end_of("a"), Ok(Why::Resolved), 1),
    ])
    .await;
}

#[tokio::test]
async fn alerts_of_one_request_see_each_other() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let alerts =
        vec![alarm("a", Severity::High), alarm("a", Severity::High), end_of("a"), alarm("a", Severity::Low)];
    let accepted = try_accept(&store, alerts, NOON).await.unwrap();
    let verdicts: Vec<_> = accepted.iter().map(verdict).collect();
    assert_eq!(
        verdicts,
        [Ok(Why::Started), Err(Suppression::Unchanged), Ok(Why::Resolved), Ok(Why::Started)]
    );
    let incidents: Vec<_> =
        accepted.iter().flat_map(|it| &it.owed).map(|it| it.notification.incident.0).collect();
    assert_eq!(incidents, [1, 1, 3]); // the repeat has no number of its own
}

#[tokio::test]
async fn a_resolution_is_completed_with_what_was_told_of_its_firing() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::Mid), NOON).await;
    accept(&store, alarm("a", Severity::Urgent), after_noon(1)).await;
    let mut told_nobody = alarm("a", Severity::Low);
    told_nobody.annotations.set("title", "Nobody read this");
    accept(&store, told_nobody, after_noon(2)).await;

    let mut end = end_of("a");
    end.annotations.set("description", "Back to -18 °C");
    end.starts_at = after_noon(60);
    let accepted = accept(&store, end, after_noon(60)).await;

    let notification = &accepted.owed[0].notification;
    let alert = &notification.alert;
    assert_eq!(alert.status, Status::Resolved);
    assert_eq!(alert.severity, Severity::Urgent);
    assert_eq!(alert.all_labels().get("severity"), Some("urgent"));
    assert_eq!(alert.labels.get("device"), Some("Cold room 3"));
    assert_eq!(alert.annotations.get("title"), Some("Temperature too high"));
    assert_eq!(alert.annotations.get("description"), Some("Back to -18 °C"));
    assert_eq!(notification.since, NOON);
    assert!(accepted.owed[0].deliveries.iter().all(|it| it.severity == Severity::Urgent));
}

#[tokio::test]
async fn a_resolution_of_something_unknown_stays_as_it_is() {
    let folder = StoreFolder::new();
    let accepted = accept(&folder.open(), end_of("a"), NOON).await;
    assert_eq!(*accepted.alert, end_of("a"));
}

#[tokio::test]
async fn who_was_not_told_and_why_is_kept() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, end_of("a"), NOON).await;
    let held: String = folder.raw().query_row("SELECT held FROM alerts", [], |row| row.get(0)).unwrap();
    assert_eq!(
        held,
        r#"[{"receiver":"on-call","route":"route","reason":"a resolution of something nobody was told of"}]"#
    );
}

#[tokio::test]
async fn what_is_handed_on_is_what_a_restart_reads() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let odd = NOON + jiff::SignedDuration::from_nanos(123_456_789);
    let mut alert = alarm("a", Severity::High);
    alert.starts_at = odd;
    let accepted = accept(&store, alert, odd).await;
    let copy = folder.copy();
    let restarted = copy.open();
    assert_eq!(restarted.pending_deliveries().await.unwrap(), accepted.owed[0].deliveries);
    let notification = &accepted.owed[0].notification;
    assert_eq!(restarted.notification(notification.id).await.unwrap().as_ref(), Some(notification.as_ref()));
}

#[tokio::test]
async fn what_was_told_survives_a_restart() {
    let folder = StoreFolder::new();
    accept(&folder.open(), alarm("a", Severity::High), NOON).await;
    let restarted = folder.open();
    assert_eq!(
        verdict(&accept(&restarted, alarm("a", Severity::High), after_noon(1)).await),
        Err(Suppression::Unchanged)
    );
    assert_eq!(verdict(&accept(&restarted, end_of("a"), after_noon(2)).await), Ok(Why::Resolved));
}

#[tokio::test]
async fn no_number_is_ever_given_twice() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::High), NOON).await;
    let last = accept(&store, end_of("a"), NOON).await;
    folder
        .raw()
        .execute_batch("DELETE FROM deliveries; DELETE FROM notifications; DELETE FROM alerts")
        .unwrap();
    drop(store);
    let next = accept(&folder.open(), alarm("b", Severity::High), NOON).await;
    assert_eq!(next.id, AlertId(last.id.0 + 1));
    assert_eq!(next.owed[0].notification.incident, next.id);
    assert!(next.owed[0].notification.id > last.owed[0].notification.id);
    assert!(ids(&deliveries(&next))[0] > ids(&deliveries(&last))[1]);
}

#[tokio::test]
async fn an_incident_whose_memory_is_damaged_begins_anew_and_costs_no_other() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::High), NOON).await;
    folder.raw().execute("UPDATE incidents SET told = 'gibberish'", []).unwrap();
    let requests = [alarm("b", Severity::High), alarm("a", Severity::High), alarm("c", Severity::High)]
        .map(|alert| try_accept(&store, vec![alert], after_noon(1)));
    let [b, a, c] = requests;
    let (b, a, c) = tokio::join!(b, a, c);
    assert!(b.is_ok() && c.is_ok());
    let anew = &a.unwrap()[0];
    assert_eq!(anew.owed[0].notification.incident, anew.id, "an incident of its own");
    assert_eq!(deliveries(anew).len(), 2, "everybody is told of it");
    assert_eq!(folder.number("SELECT count(*) FROM incidents WHERE told = 'gibberish'"), 0);
}

#[tokio::test]
async fn a_decision_sees_what_each_receiver_was_told() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::High), NOON).await;
    let key = StateKey::Incident(alarm("a", Severity::High).incident_key());
    let state = store.state(vec![key]).await.unwrap();
    let told = LastNotified { receiver: "on-call".into(), severity: Severity::High, at: NOON };
    let expected = Incident { id: AlertId(1), since: NOON, told: vec![told], acknowledged: None };
    assert_eq!(state.incident.map(|it| it.incident), Some(expected));
}

/// The end is told on these channels of an incident that was told on `terms`, whose first
/// channel was given up and whose ladder was climbed to the end.
async fn check_end(terms: DeliveryTerms, decider_then: Decider, expected: &[&str]) {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(terms);
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    settle_by(&store, &decider, settlement(&deliveries(&accepted)[0], dead())).await;
    recheck_at(&store, &decider, accepted.owed[0].notification.id, after_noon(900)).await;
    let ended = accept_by(&store, &decider_then, end_of("a"), after_noon(1000)).await;
    let channels = deliveries(&ended);
    assert_eq!(channels.iter().map(|it| it.channel.as_str()).collect::<Vec<_>>(), expected);
    assert!(channels.iter().all(|it| it.escalated.is_none()));
    assert_eq!(store.audit().await.unwrap().unaccounted, []);
}

#[tokio::test]
async fn who_was_called_in_by_a_turn_or_a_rung_hears_that_it_is_over() {
    check_end(ladder(), Decider::on(ladder()), &["ding", "mail", "phone", "boss"]).await;
    check_end(in_turn(), Decider::on(in_turn()), &["ding", "mail"]).await;
    check_end(plain(), Decider::on(plain()), &["ding", "mail"]).await;
}

#[tokio::test]
async fn the_end_is_not_told_on_a_channel_that_is_no_longer_in_the_config() {
    let without_boss = Decider::on(ladder()).without("boss");
    check_end(ladder(), without_boss, &["ding", "mail", "phone"]).await;
}

#[tokio::test]
async fn who_was_not_called_in_does_not_hear_that_it_is_over() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let other = accept_by(&store, &decider, alarm("b", Severity::High), NOON).await;
    recheck_at(&store, &decider, other.owed[0].notification.id, after_noon(900)).await;
    accept_by(&store, &decider, alarm("a", Severity::High), after_noon(990)).await;
    let ended = accept_by(&store, &decider, end_of("a"), after_noon(1000)).await;
    assert_eq!(deliveries(&ended).len(), 2);
}

#[tokio::test]
async fn what_is_decided_at_once_is_written_with_the_notification() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept_by(&store, &Decider::on(ladder()), alarm("a", Severity::High), NOON).await;
    let next_check_at = folder.number("SELECT look_at FROM notifications");
    assert_eq!(next_check_at, from_time(after_noon(60)));
}

/// The repeats and the last sight of each alert, as `id: repeats, seconds after noon`.
fn sights(folder: &StoreFolder) -> Vec<String> {
    let raw = folder.raw();
    let mut statement = raw.prepare("SELECT id, repeats, last_seen FROM alerts ORDER BY id").unwrap();
    let noon = from_time(NOON);
    let rows = statement.query_map([], |row| {
        let (id, repeats, seen): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!("{id}: {repeats}, {}", (seen - noon) / 1_000))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn a_mere_repeat_is_counted_in_the_row_that_it_repeats_and_answers_its_number() {
    let folder = StoreFolder::new();
    let store = folder.open();
    for seconds in [0, 60, 120] {
        assert_eq!(accept(&store, alarm("a", Severity::High), after_noon(seconds)).await.id, AlertId(1));
    }
    assert_eq!(sights(&folder), ["1: 2, 120"]);
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.alerts, audit.repeats, audit.unaccounted), (1, 2, Vec::new()));
}

#[tokio::test]
async fn what_somebody_is_told_of_or_says_something_new_has_a_row_of_its_own() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::High), NOON).await;
    accept(&store, reworded(alarm("a", Severity::High), "colder"), after_noon(60)).await;
    accept(&store, reworded(alarm("a", Severity::High), "colder"), after_noon(120)).await;
    accept(&store, reworded(alarm("a", Severity::High), "colder"), after_noon(FOUR_HOURS)).await; // told again
    accept(&store, alarm("b", Severity::High), after_noon(FOUR_HOURS)).await;
    let repeated_at = FOUR_HOURS;
    assert_eq!(
        sights(&folder),
        [
            "1: 0, 0".to_owned(),
            "2: 1, 120".to_owned(),
            format!("3: 0, {repeated_at}"),
            format!("4: 0, {repeated_at}")
        ]
    );
}

#[tokio::test]
async fn a_repeated_clear_of_which_nobody_was_told_is_counted_too() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, end_of("a"), NOON).await;
    accept(&store, end_of("a"), after_noon(60)).await;
    assert_eq!(sights(&folder), ["1: 1, 60"]);
}

#[tokio::test]
async fn what_was_seen_lately_is_not_forgotten_however_old_its_first_sight() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, end_of("a"), NOON).await;
    accept(&store, end_of("a"), after_noon(60)).await;
    assert_eq!(forget(&store, after_noon(60)).await, 0);
    assert_eq!(forget(&store, after_noon(61)).await, 1);
}

#[tokio::test]
async fn a_notice_between_an_alarm_and_its_repeat_keeps_nothing_from_being_counted() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::High), NOON).await;
    accept(&store, Alert { kind: Kind::Notice, ..alarm("a", Severity::High) }, after_noon(1)).await;
    accept(&store, alarm("a", Severity::High), after_noon(60)).await;
    assert_eq!(sights(&folder), ["1: 1, 60", "2: 0, 1"]);
}

#[test]
fn the_newest_alarm_is_found_by_searches_however_many_alerts_there_are() {
    let folder = StoreFolder::new();
    drop(folder.open());
    let raw = folder.raw();
    let mut statement = raw.prepare(&format!("EXPLAIN QUERY PLAN {}", tables::alerts::NEWEST)).unwrap();
    let plan: Vec<String> = statement
        .query_map(rusqlite::params![1, 1, "thinklink", [0_u8; 16]], |row| row.get(3))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(plan.iter().any(|it| it.contains("INDEX alerts_untold")), "{plan:?}");
    assert!(!plan.iter().any(|it| it.starts_with("SCAN")), "{plan:?}");
}

#[tokio::test]
async fn an_alerts_end_is_a_column_and_a_group_of_one_is_no_further_row() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let mut ending = alarm("a", Severity::High);
    ending.ends_at = Some(after_noon(300));
    accept(&store, ending, NOON).await;
    accept(&store, alarm("b", Severity::High), NOON).await;
    assert_eq!(folder.number("SELECT ends_at FROM alerts WHERE id = 1"), from_time(after_noon(300)));
    assert_eq!(folder.number("SELECT count(*) FROM alerts WHERE ends_at IS NULL"), 1);
    assert_eq!(folder.number("SELECT count(*) FROM notifications WHERE alert_count = 1"), 2);
    assert_eq!(folder.number("SELECT count(*) FROM notification_alerts"), 0);
}
