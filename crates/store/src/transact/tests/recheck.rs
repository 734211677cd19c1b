use fanfare_core::{
    AlertId, Delivery, DeliveryOutcome, DeliveryTerms, NotificationId, Recheck, Settlement, Severity, Unless,
    Why,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Row;

use crate::Store;
use crate::column::from_time;
use crate::fixtures::{
    Decider, NOON, StoreFolder, accept_by, acknowledge, after_noon, again, alarm, dead, deliveries, end_of,
    in_turn, ladder, plain, recheck_at, settle_by, settlement,
};

/// The channels of deliveries, with the rung they stand on.
fn channels(deliveries: &[Delivery]) -> Vec<(&str, Option<Unless>)> {
    deliveries.iter().map(|it| (it.channel.as_str(), it.escalated)).collect()
}

/// Everything that was done, as `seconds after noon: JSON`.
fn steps(folder: &StoreFolder) -> Vec<String> {
    let raw = folder.raw();
    let mut statement = raw.prepare("SELECT at, step FROM steps ORDER BY id").unwrap();
    let noon = from_time(NOON);
    let step = |row: &Row<'_>| {
        Ok(format!("{}: {}", (row.get::<_, i64>(0)? - noon) / 1_000, row.get::<_, String>(1)?))
    };
    statement.query_map([], step).unwrap().collect::<Result<_, _>>().unwrap()
}

fn settled_at(seconds: i64, settlement: Settlement) -> Settlement {
    Settlement { ended_at: after_noon(seconds), ..settlement }
}

#[tokio::test]
async fn a_first_channel_that_cannot_send_is_passed_over_in_the_transaction_that_accepts() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(in_turn()).while_blocked("ding");
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    assert_eq!(channels(&accepted.owed[0].deliveries), [("ding", None), ("mail", None)]);
    assert_eq!(folder.copy().open().pending_deliveries().await.unwrap(), accepted.owed[0].deliveries);
    let step = r#"{"step":"take_turn","channel":"mail","instead_of":"ding","because":"blocked"}"#;
    assert_eq!(steps(&folder), [format!("0: {step}")]);
}

#[tokio::test]
async fn told_in_turn_the_second_channel_hears_nothing_while_the_first_may_still_confirm() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(in_turn());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    assert_eq!(channels(&accepted.owed[0].deliveries), [("ding", None)]);
    let ding = &deliveries(&accepted)[0];
    let more = settle_by(&store, &decider, settled_at(2, settlement(ding, DeliveryOutcome::Delivered))).await;
    assert_eq!((more.deliveries.len(), more.rechecks[0].at), (0, None));
    assert_eq!(steps(&folder), [r#"2: {"step":"settle","fulfilment":"kept"}"#]);
    assert!(store.rechecks().await.unwrap().is_empty());
}

#[tokio::test]
async fn told_in_turn_the_second_channel_is_owed_with_the_first_ones_failure() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(in_turn());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let ding = &deliveries(&accepted)[0];
    let more = settle_by(&store, &decider, settled_at(3, settlement(ding, again(9)))).await;
    assert_eq!(channels(&more.deliveries), [("mail", None)]);
    let mail = &more.deliveries[0];
    assert_eq!((mail.owed_at, mail.next_at, mail.needs_recheck), (after_noon(3), after_noon(3), true));
    let pending = folder.copy().open().pending_deliveries().await.unwrap();
    assert_eq!(pending.last(), Some(mail));
}

#[tokio::test]
async fn what_is_watched_is_known_after_a_restart_to_the_millisecond() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let odd = NOON + SignedDuration::from_millis(123);
    let accepted = accept_by(&store, &Decider::on(ladder()), alarm("a", Severity::High), odd).await;
    let due = odd + SignedDuration::from_secs(60);
    assert_eq!(accepted.consequences.rechecks[0].at, Some(due));
    assert_eq!(folder.copy().open().rechecks().await.unwrap(), accepted.consequences.rechecks);
}

#[tokio::test]
async fn nothing_is_watched_that_was_promised_at_leisure() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = accept_by(&store, &Decider::on(plain()), alarm("a", Severity::High), NOON).await;
    assert!(accepted.consequences.rechecks.is_empty() && store.rechecks().await.unwrap().is_empty());
    assert_eq!(folder.number("SELECT count(*) FROM notifications WHERE terms IS NULL"), 1);
}

#[tokio::test]
async fn those_who_wait_for_a_channel_are_found_while_their_promise_is_open() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    accept_by(&store, &Decider::on(plain()), alarm("b", Severity::High), NOON).await;
    let [ding, mail] = &deliveries(&accepted)[..] else { panic!() };
    assert_eq!(store.waiting_for("ding".into()).await.unwrap(), [ding.notification]);
    settle_by(&store, &decider, settlement(ding, DeliveryOutcome::Delivered)).await;
    assert!(store.waiting_for("ding".into()).await.unwrap().is_empty());
    assert_eq!(store.waiting_for("mail".into()).await.unwrap(), [mail.notification]);
}

#[tokio::test]
async fn those_who_wait_for_a_channel_with_nothing_left_to_count_are_found_too() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(DeliveryTerms { contract: Default::default(), ..in_turn() });
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    assert!(store.rechecks().await.unwrap().is_empty()); // all of its channels were called, and it may take its time
    assert_eq!(store.waiting_for("mail".into()).await.unwrap(), [accepted.owed[0].notification.id]);
}

/// On a ladder, `ding` is settled ten seconds after noon, when the clock was set to so many seconds after noon;
/// whatever that calls for, and when to look again, is as here.
async fn check_settled_at(shown: i64, outcome: DeliveryOutcome, added: &[&str], next_check_at: Option<i64>) {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let ding = &deliveries(&accepted)[0];
    let decider = decider.with_clock_set(10, shown);
    let more = settle_by(&store, &decider, settled_at(shown, settlement(ding, outcome))).await;
    let channels: Vec<_> = more.deliveries.iter().map(|it| it.channel.as_str()).collect();
    assert_eq!(channels, added);
    assert_eq!(more.rechecks[0].at, next_check_at.map(after_noon));
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_climbs_nothing_when_an_attempt_ends() {
    for shown in [-3600, 10, 59, 60, 61, 3600] {
        check_settled_at(shown, DeliveryOutcome::Delivered, &[], Some(60)).await;
        check_settled_at(shown, again(shown), &[], Some(60)).await;
    }
}

#[tokio::test]
async fn what_is_given_up_is_followed_up_at_once_whatever_the_clock_says() {
    check_settled_at(10, dead(), &["phone"], Some(60)).await;
    check_settled_at(3600, dead(), &["phone"], Some(60)).await;
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_breaks_no_promise_when_it_is_over() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let first = accepted.owed[0].notification.id;
    let set = decider.clone().with_clock_set(30, 3600);
    let ended = accept_by(&store, &set, end_of("a"), after_noon(3600)).await;
    assert!(ended.consequences.deliveries.is_empty(), "{:?}", ended.consequences.deliveries);
    assert!(ended.consequences.rechecks.contains(&Recheck { notification: first, at: Some(after_noon(60)) }));
    assert_eq!(steps(&folder), [] as [String; 0]);
    let climbed = recheck_at(&store, &decider, first, after_noon(60)).await;
    assert_eq!(channels(&climbed.deliveries), [("phone", Some(Unless::Delivered))]);
}

#[tokio::test]
async fn what_somebody_takes_care_of_is_abandoned_and_waits_for_nobody() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(plain());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let [ding, mail] = &deliveries(&accepted)[..] else { panic!() };
    settle_by(&store, &decider, settlement(mail, DeliveryOutcome::Delivered)).await;
    acknowledge(&store, &decider, ding.notification, ("Ann", after_noon(1))).await.0.unwrap();
    settle_by(&store, &decider, settlement(ding, dead())).await;
    assert_eq!(store.abandoned_contracts("fanfare", None, 10).await.unwrap(), []);
    assert_eq!(folder.number("SELECT count(*) FROM notifications WHERE fulfilment = 'abandoned'"), 1);
}

#[tokio::test]
async fn a_delivery_in_no_known_state_is_damage_and_not_a_failure() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let id = accepted.owed[0].notification.id;
    folder.raw().execute("UPDATE deliveries SET state = 'delievered'", []).unwrap();
    let more = recheck_at(&store, &decider, id, after_noon(60)).await;
    // Nobody is known to have been told: those on the ladder are.
    assert_eq!(channels(&more.deliveries), [("phone", Some(Unless::Delivered))]);
}

#[tokio::test]
async fn looking_again_when_nothing_has_changed_does_nothing_again() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let id = accepted.owed[0].notification.id;
    let climbed = recheck_at(&store, &decider, id, after_noon(60)).await;
    assert_eq!(channels(&climbed.deliveries), [("phone", Some(Unless::Delivered))]);
    let done = steps(&folder);
    let idle = recheck_at(&store, &decider, id, after_noon(60)).await;
    assert!(idle.deliveries.is_empty() && idle.abandoned.is_empty());
    assert_eq!((idle.rechecks, steps(&folder)), (climbed.rechecks, done));
}

#[tokio::test]
async fn the_end_of_an_incident_ends_the_wait_for_an_acknowledgement_with_it() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let [ding, mail] = &deliveries(&accepted)[..] else { panic!() };
    for delivery in [ding, mail] {
        settle_by(&store, &decider, settlement(delivery, DeliveryOutcome::Delivered)).await;
    }
    assert_eq!(store.rechecks().await.unwrap()[0].at, Some(after_noon(900)));
    let ended = accept_by(&store, &decider, end_of("a"), after_noon(30)).await;
    assert_eq!(ended.owed[0].notification.why, Why::Resolved);
    let watch = Recheck { notification: ding.notification, at: None };
    assert!(ended.consequences.rechecks.contains(&watch), "{:?}", ended.consequences.rechecks);
    let late = recheck_at(&store, &decider, ding.notification, after_noon(900)).await;
    assert!(late.deliveries.is_empty());
    let skipped = r#"30: {"step":"skip","rung":1,"because":"resolved"}"#;
    assert!(steps(&folder).iter().any(|it| it == skipped), "{:?}", steps(&folder));
}

#[tokio::test]
async fn what_is_given_up_at_leisure_is_abandoned_in_the_same_transaction() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(plain());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let [ding, mail] = &deliveries(&accepted)[..] else { panic!() };
    assert!(
        settle_by(&store, &decider, settlement(mail, DeliveryOutcome::Delivered)).await.abandoned.is_empty()
    );

    let told = settle_by(&store, &decider, settlement(ding, dead())).await.abandoned;
    assert_eq!(told, [ding.notification]);
    assert_eq!(steps(&folder), [r#"1: {"step":"settle","fulfilment":"abandoned"}"#]);
    let killed = folder.copy();
    assert_eq!(killed.open().abandoned_contracts("fanfare", None, 10).await.unwrap().len(), 1);

    let again = recheck_at(&store, &decider, ding.notification, after_noon(2)).await;
    assert!(again.abandoned.is_empty());
}

#[tokio::test]
async fn what_nobody_can_keep_from_the_start_is_abandoned_at_once() {
    let mut terms = in_turn();
    terms.contract.within = Some(fanfare_core::HumanDuration(std::time::Duration::ZERO));
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(terms);
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    assert_eq!(accepted.consequences.abandoned, [accepted.owed[0].notification.id]);
    assert_eq!(accepted.consequences.rechecks[0].at, None);
}

/// Something that happens so many seconds after noon.
enum LadderEvent {
    Accepted,
    Rechecked,
    Settled(&'static str, DeliveryOutcome),
}

/// A ladder that is climbed to its end, by and by.
fn climb() -> Vec<(i64, LadderEvent)> {
    use LadderEvent::{Accepted, Rechecked, Settled};
    vec![
        (0, Accepted),
        (5, Settled("ding", again(70))),
        (20, Settled("mail", dead())),
        (30, Settled("phone", DeliveryOutcome::Delivered)),
        (59, Rechecked),
        (60, Rechecked),
        (70, Settled("ding", DeliveryOutcome::Delivered)),
        (900, Rechecked),
        (905, Settled("boss", DeliveryOutcome::Delivered)),
        (2000, Rechecked),
    ]
}

/// The steps of [`climb`].
const CLIMBED: [&str; 4] = [
    r#"20: {"step":"climb","rung":0,"unless":"delivered","to":["phone"],"because":"hopeless"}"#,
    r#"60: {"step":"settle","fulfilment":"abandoned"}"#,
    r#"70: {"step":"settle","fulfilment":"late"}"#,
    r#"900: {"step":"climb","rung":1,"unless":"acknowledged","to":["boss"],"because":"due"}"#,
];

async fn play(store: &Store, decider: &Decider, (seconds, event): (i64, LadderEvent)) {
    match event {
        LadderEvent::Accepted => {
            accept_by(store, decider, alarm("a", Severity::High), after_noon(seconds)).await;
        }
        LadderEvent::Rechecked => recheck_all(store, decider, seconds).await,
        LadderEvent::Settled(channel, outcome) => {
            let pending = store.pending_deliveries().await.unwrap();
            let delivery = pending.iter().find(|it| it.channel.as_str() == channel).unwrap();
            let settlement = Settlement { ordinal: delivery.attempts + 1, ..settlement(delivery, outcome) };
            settle_by(store, decider, settled_at(seconds, settlement)).await;
        }
    }
}

async fn recheck_all(store: &Store, decider: &Decider, seconds: i64) {
    for watch in store.rechecks().await.unwrap() {
        recheck_at(store, decider, watch.notification, after_noon(seconds)).await;
    }
}

#[tokio::test]
async fn killed_between_any_two_transactions_a_ladder_goes_on_with_no_step_lost_or_doubled() {
    let decider = Decider::on(ladder());
    for killed_after in 0..climb().len() {
        let folder = StoreFolder::new();
        let store = folder.open();
        let mut events = climb().into_iter();
        for event in events.by_ref().take(killed_after) {
            play(&store, &decider, event).await;
        }
        let killed = folder.copy();
        let store = killed.open();
        let now = climb().get(killed_after.saturating_sub(1)).map_or(0, |it| it.0);
        recheck_all(&store, &decider, now).await; // as at every start
        for event in events {
            play(&store, &decider, event).await;
        }
        assert_eq!(steps(&killed), CLIMBED, "killed after {killed_after}");
        assert_eq!(killed.number("SELECT count(*) FROM deliveries"), 4, "killed after {killed_after}");
        assert!(store.rechecks().await.unwrap().is_empty(), "killed after {killed_after}");
    }
}

/// An alert on a ladder whose first two channels have given up nothing yet, with `damage` in its history.
async fn damaged_ladder(damage: &str) -> (StoreFolder, Store, Decider) {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    settle_by(&store, &decider, settled_at(1, settlement(&deliveries(&accepted)[0], again(9)))).await;
    folder.raw().execute_batch(damage).unwrap();
    (folder, store, decider)
}

#[tokio::test]
async fn damage_in_what_was_tried_ends_no_ladder() {
    for damage in [
        "UPDATE attempts SET ended_at = 9000000000000000000",
        "UPDATE attempts SET started_at = -9000000000000000000, ended_at = 9000000000000000000",
        "UPDATE deliveries SET called_at = 9000000000000000000",
        "UPDATE deliveries SET next_at = -9000000000000000000",
        "UPDATE deliveries SET attempts = -1",
        "UPDATE deliveries SET only_to = '{'",
        "UPDATE deliveries SET escalated = 'never'",
        "UPDATE deliveries SET reason = CAST(x'ff' AS TEXT)",
        "UPDATE deliveries SET state = 'delievered'",
        "UPDATE notifications SET fulfilment = 'opne'",
        "UPDATE notifications SET look_at = 9000000000000000000",
        "UPDATE notifications SET climbed = 77",
        "UPDATE notifications SET climbed = -1",
        "UPDATE notifications SET dealt_with = 'eaten'",
        "INSERT INTO acknowledgements (incident, notification, up_to, by, at) VALUES (1, 1, 9, 'Ann', 9000000000000000000)",
        "INSERT INTO acknowledgements (incident, notification, up_to, by, at) VALUES (1, 1, 9, CAST(x'ff' AS BLOB) || '', 9000000000000000000)",
    ] {
        let (_folder, store, decider) = damaged_ladder(damage).await;
        let id = NotificationId(1);
        let climbed = recheck_at(&store, &decider, id, after_noon(60)).await;
        assert_eq!(channels(&climbed.deliveries), [("phone", Some(Unless::Delivered))], "{damage}");
    }
}

#[tokio::test]
async fn a_contract_that_cannot_be_read_is_told_as_abandoned_and_can_be_discarded() {
    for damage in [
        "UPDATE notifications SET terms = '{'",
        "UPDATE notifications SET terms = '[]'",
        "UPDATE notifications SET why = '\"because\"'",
        "UPDATE notifications SET owed_at = 9000000000000000000",
        "UPDATE notifications SET receiver = CAST(x'ff' AS TEXT)",
        "UPDATE alerts SET alert = '{\"labels\":'",
    ] {
        let (folder, store, decider) = damaged_ladder(damage).await;
        recheck_at(&store, &decider, NotificationId(1), after_noon(60)).await;
        let told = store.abandoned_contracts("fanfare", None, 10).await.unwrap();
        assert_eq!(
            told.iter().map(|it| it.notification).collect::<Vec<_>>(),
            [NotificationId(1)],
            "{damage}"
        );
        assert_eq!(steps(&folder).len(), 1, "{damage}: {:?}", steps(&folder));
    }
}

#[tokio::test]
async fn a_check_that_is_ages_away_is_made_at_the_start() {
    let (folder, store, _) =
        damaged_ladder("UPDATE notifications SET look_at = owed_at + 32 * 86400000").await;
    let copy = folder.copy(); // before the last connection takes the log away
    drop(store);
    let rechecks = copy.open().rechecks().await.unwrap();
    assert_eq!(rechecks, [Recheck { notification: NotificationId(1), at: Some(Timestamp::UNIX_EPOCH) }]);
}

#[tokio::test]
async fn an_alert_of_an_incident_with_a_damaged_history_is_accepted() {
    for damage in [
        "UPDATE deliveries SET channel = CAST(x'ff' AS TEXT) WHERE id = 1",
        "UPDATE notifications SET receiver = CAST(x'ff' AS TEXT)",
        "UPDATE notifications SET terms = '{'",
        "UPDATE alerts SET repeats = 9223372036854775807",
    ] {
        let (_folder, store, decider) = damaged_ladder(damage).await;
        let again = accept_by(&store, &decider, alarm("a", Severity::High), after_noon(2)).await;
        assert_eq!(again.id, AlertId(1), "{damage}");
        let ended = accept_by(&store, &decider, end_of("a"), after_noon(30)).await;
        assert_eq!(ended.id, AlertId(2), "{damage}");
    }
}
