use fanfare_core::{AlertId, ContractStatus, DeliveryOutcome, NotificationId, Severity, Why};
use fanfare_testkit::logged;

use super::*;
use crate::fixtures::{
    Decider, NOON, StoreFolder, accept, after_noon, alarm, end_of, plain, settle_by, settlement,
};
use crate::{AlertFilter, Store};

/// An alert as versions 1 and 2 wrote it: its source and the word for its severity were labels.
fn as_then(alert: &fanfare_core::Alert) -> String {
    let mut json = serde_json::to_value(alert).unwrap();
    let source = json.as_object_mut().unwrap().remove("source").unwrap();
    let severity = json["severity"].clone();
    json["labels"]["source"] = source;
    json["labels"]["severity"] = severity;
    json.to_string()
}

/// A store as version 1 wrote it: `a` began, and one of its channels was told and the
/// other given up; `b` fires and is owed on two channels; of `c` nobody was told.
fn written_by_version_1() -> StoreFolder {
    let folder = StoreFolder::new();
    let mut db = folder.raw();
    let step = db.transaction().unwrap();
    step.execute_batch(MIGRATIONS[0]).unwrap();
    step.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    step.pragma_update(None, "user_version", 1).unwrap();
    step.commit().unwrap();
    db.execute("INSERT INTO instance (id) VALUES ('an old store')", []).unwrap();
    let noon = NOON.as_millisecond();
    for (id, eui) in [(1, "a"), (2, "b"), (3, "c")] {
        let alert = alarm(eui, Severity::High);
        let held = (id == 3).then_some(r#"[{"receiver":"on-call","reason":"already told"}]"#);
        db.execute(
            "INSERT INTO alerts (id, received_at, fingerprint, incident, since, alert, held) VALUES (?1, ?2, ?3, ?1, ?2, ?4, ?5)",
            (id, noon, alert.fingerprint.to_bits().cast_signed(), as_then(&alert), held),
        )
        .unwrap();
        let told = r#"[{"receiver":"on-call","severity":"high","at":"2026-03-08T12:00:00Z"}]"#;
        db.execute(
            "INSERT INTO incidents (fingerprint, first_alert, last_alert, since, told) VALUES (?1, ?2, ?2, ?3, ?4)",
            (alert.fingerprint.to_bits().cast_signed(), id, noon, told),
        )
        .unwrap();
    }
    db.execute_batch(&format!(
        "INSERT INTO notifications (alert, receiver, why, owed_at)
           VALUES (1, 'on-call', '{{\"why\":\"started\"}}', {noon}), (2, 'on-call', '{{\"why\":\"started\"}}', {noon});
         INSERT INTO deliveries (notification, channel, severity, state, next_at, attempts, settled_at, reason)
           VALUES (1, 'ding', 'high', 'delivered', {noon}, 1, {noon}, 'ok'), (1, 'mail', 'high', 'dead', {noon}, 1, {noon}, 'too late'),
                  (2, 'ding', 'high', 'pending', {noon}, 0, NULL, NULL), (2, 'mail', 'high', 'pending', {noon}, 3, NULL, 'busy');
         INSERT INTO attempts VALUES (1, 1, {noon}, {noon}, 'delivered', 'ok'), (2, 1, {noon}, {noon}, 'transient', 'busy')"
    ))
    .unwrap();
    folder
}

#[tokio::test]
async fn a_store_of_the_first_version_keeps_its_name_and_all_that_is_pending() {
    let folder = written_by_version_1();
    let store = folder.open();
    assert_eq!(store.instance(), "an old store");
    assert_eq!(folder.number("PRAGMA user_version"), NEWEST);
    let pending = store.pending_deliveries().await.unwrap();
    let read: Vec<_> = pending.iter().map(|it| (it.id.0, it.channel.as_str(), it.attempts)).collect();
    assert_eq!(read, [(3, "ding", 0), (4, "mail", 3)]);
    assert!(
        pending.iter().all(|it| !it.needs_recheck && !it.asks && it.digest.is_none() && it.owed_at == NOON)
    );
    let notification = store.notification(NotificationId(2)).await.unwrap().unwrap();
    assert_eq!((notification.incident, notification.why), (AlertId(2), Why::Started));
    assert!(store.rechecks().await.unwrap().is_empty());
}

#[tokio::test]
async fn its_alerts_can_be_read_their_stories_told_and_its_books_balance() {
    let folder = written_by_version_1();
    let store = folder.open();
    let all = AlertFilter { before: None, fingerprint: None, limit: 9 };
    assert_eq!(store.alerts(all).await.unwrap().len(), 3);
    let story = store.history(AlertId(1)).await.unwrap().unwrap();
    assert_eq!(story.notifications[0].contract, ContractStatus::Abandoned); // one of two channels was given up
    assert_eq!((story.policy, story.notifications[0].terms.as_ref()), (None, None));
    let held = store.history(AlertId(3)).await.unwrap().unwrap().suppressed;
    assert_eq!((held[0].receiver.as_str(), held[0].route.as_deref()), ("on-call", None));
    assert_eq!(store.dead_letters(Default::default(), None, 9).await.unwrap().letters.len(), 1);
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.alerts, audit.unaccounted), (3, Vec::new()));
}

#[tokio::test]
async fn what_it_owed_is_settled_and_what_it_told_goes_on() {
    let folder = written_by_version_1();
    let store = folder.open();
    for delivery in store.pending_deliveries().await.unwrap() {
        let settlement = settlement(&delivery, DeliveryOutcome::Delivered);
        settle_by(
            &store,
            &Decider::on(plain()),
            fanfare_core::Settlement { ordinal: delivery.attempts + 1, ..settlement },
        )
        .await;
    }
    assert!(store.pending_deliveries().await.unwrap().is_empty());
    let end = accept(&store, end_of("a"), after_noon(5)).await;
    assert_eq!(
        (end.owed[0].notification.why, end.owed[0].notification.incident),
        (Why::Resolved, AlertId(1))
    );
    assert_eq!(end.id, AlertId(4));
}

/// A store as version 2 wrote it. Beside the rows of version 1 it has a contract that is open and
/// one that is abandoned, a digest under way, a message that somebody acknowledged, and a step that settled.
fn written_by_version_2() -> StoreFolder {
    let folder = written_by_version_1();
    let mut db = folder.raw();
    let step = db.transaction().unwrap();
    step.execute_batch(MIGRATIONS[1]).unwrap();
    step.pragma_update(None, "user_version", 2).unwrap();
    step.commit().unwrap();
    let noon = NOON.as_millisecond();
    let terms = serde_json::to_string(&crate::fixtures::ladder()).unwrap();
    let insert = "INSERT INTO notifications (alert, incident, receiver, why, owed_at, owed, terms, asks, fulfilment, look_at)
                  VALUES (2, 2, ?1, '{\"why\":\"started\"}', ?2, 2, ?3, 1, ?4, ?5)";
    db.execute(insert, ("night", noon, &terms, "open", noon + 60_000)).unwrap();
    db.execute(insert, ("day", noon, &terms, "abandoned", None::<i64>)).unwrap();
    db.execute_batch(&format!(
        "INSERT INTO digests (made_at) VALUES ({noon});
         INSERT INTO deliveries (notification, channel, severity, next_at, attempts, digest)
           VALUES (3, 'ding', 'high', {noon}, 1, 1), (3, 'mail', 'high', {noon}, 1, 1);
         INSERT INTO deliveries (notification, channel, severity, state, next_at, attempts, settled_at, reason)
           VALUES (4, 'ding', 'high', 'discarded', {noon}, 1, {noon}, 'too late');
         UPDATE notifications SET owed = 1 WHERE id = 4;
         INSERT INTO steps (notification, at, step) VALUES (4, {noon}, '{{\"step\":\"settle\",\"fulfilment\":\"abandoned\"}}');
         INSERT INTO acknowledgements (incident, notification, up_to, by, at) VALUES (1, 1, 2, 'Li', {noon});"
    ))
    .unwrap();
    folder
}

#[tokio::test]
async fn a_store_of_the_second_version_goes_on_with_its_contracts_digests_and_dead_letters() {
    let folder = written_by_version_2();
    let store = folder.open();
    let pending = store.pending_deliveries().await.unwrap();
    let in_digest: Vec<_> = pending.iter().filter(|it| it.digest.is_some()).map(|it| it.id.0).collect();
    assert_eq!((pending.len(), in_digest), (4, vec![5, 6]));
    let rechecks = store.rechecks().await.unwrap();
    assert_eq!(
        rechecks,
        [fanfare_core::Recheck { notification: NotificationId(3), at: Some(after_noon(60)) }]
    );
    let letters = store.dead_letters(Default::default(), None, 9).await.unwrap().letters;
    let names: Vec<_> = letters.iter().map(|it| (it.id.to_string(), it.given_up_at)).collect();
    assert_eq!(names, [("n4".to_owned(), NOON), ("d2".to_owned(), NOON)]);
    let history = store.history(AlertId(1)).await.unwrap().unwrap();
    assert_eq!(history.acknowledgements[0].by, "Li");
    assert_eq!(store.audit().await.unwrap().unaccounted, []);
}

#[tokio::test]
async fn what_is_searched_is_in_columns_of_old_rows_too() {
    let folder = written_by_version_2();
    folder.raw().execute("UPDATE alerts SET alert = 'torn' WHERE id = 3", []).unwrap();
    drop(folder.open());
    let columns = "SELECT source || ' ' || severity || ' ' || status || ' ' || kind || ' ' || repeats FROM alerts ORDER BY id";
    let raw = folder.raw();
    let mut statement = raw.prepare(columns).unwrap();
    let rows: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows, ["thinklink high firing alarm 0", "thinklink high firing alarm 0", "    0"]);
    assert_eq!(folder.number("SELECT count(*) FROM alerts WHERE last_seen = received_at"), 3);
    assert_eq!(folder.number("SELECT count(*) FROM steps WHERE fulfilment = 'abandoned'"), 1);
}

#[test]
fn alarms_that_are_open_already_are_found_by_their_device() {
    let folder = StoreFolder::new();
    let mut db = folder.raw();
    let step = db.transaction().unwrap();
    MIGRATIONS.iter().take(11).for_each(|it| step.execute_batch(it).unwrap());
    step.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    step.pragma_update(None, "user_version", 11).unwrap();
    step.commit().unwrap();
    db.execute("INSERT INTO instance (id) VALUES ('an old store')", []).unwrap();
    let alerts = [
        r#"{"labels":{"eui":"63:53:01:2A:F1:09:30:62","device":"Cold room 3"}}"#,
        r#"{"labels":{"eui":"Pump-3"}}"#,
        r#"{"labels":{"device":"Cold room 3"}}"#,
        r#"{"labels":{}}"#,
        "torn",
    ];
    for (id, alert) in (1..).zip(alerts) {
        db.execute(
            "INSERT INTO alerts (id, received_at, fingerprint, incident, since, alert) VALUES (?1, 0, ?1, ?1, 0, ?2)",
            (id, alert),
        )
        .unwrap();
        db.execute("INSERT INTO incidents VALUES (?1, 'tkl', x'', ?1, ?1, 0, '[]', NULL)", [id]).unwrap();
    }
    db.execute("INSERT INTO incidents VALUES (9, 'tkl', x'', 9, 9, 0, '[]', NULL)", []).unwrap();
    drop(db);
    drop(folder.open());
    let raw = folder.raw();
    let mut statement =
        raw.prepare("SELECT coalesce(device, 'by its key') FROM incidents ORDER BY fingerprint").unwrap();
    let devices: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(devices, ["6353012af1093062", "pump-3", "Cold room 3", "", "by its key", "by its key"]);
}

#[test]
fn a_migration_is_logged_with_both_versions_and_the_number_of_rows_and_only_once() {
    let folder = written_by_version_2();
    let first = logged(|| drop(folder.open()));
    let (copy, migrated) = first.trim().split_once('\n').unwrap();
    assert!(copy.starts_with("INFO A copy of the store is kept"), "{copy}");
    assert_eq!(
        migrated.trim(),
        "INFO Store migrated version.from=2 version.to=13 rows.alerts=3 rows.notifications=4 rows.deliveries=7"
    );
    assert_eq!(logged(|| drop(folder.open())), "");
    assert_eq!(logged(|| drop(StoreFolder::new().open())), "");
    let of_one = "SELECT count(*) FROM notifications n JOIN alerts a ON a.id = n.alert
                  WHERE n.group_key = a.fingerprint AND n.alert_count = 1";
    assert_eq!(folder.number(of_one), 4);
}

/// The tables with their columns and options, and the indexes with their statements, by name.
fn schema_of(scripts: &[&str]) -> Vec<String> {
    let db = Connection::open_in_memory().unwrap();
    scripts.iter().for_each(|it| db.execute_batch(it).unwrap());
    let rows = |sql: &str| -> Vec<String> {
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let tables = rows(
        "SELECT format('%s.%s %s %d %s %d %d %d %d', t.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, t.wr, t.strict, instr(s.sql, 'AUTOINCREMENT') > 0)
         FROM pragma_table_list t JOIN sqlite_schema s ON s.name = t.name JOIN pragma_table_xinfo(t.name) c
         WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid",
    );
    let indexes = rows(
        "SELECT name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE type = 'index' ORDER BY name",
    );
    let one_line = |sql: String| sql.split_whitespace().collect::<Vec<_>>().join(" ");
    tables.into_iter().chain(indexes.into_iter().map(one_line)).collect()
}

#[test]
fn a_new_store_has_the_schema_that_the_migrations_give_an_old_one() {
    let (new, migrated) = (schema_of(&[SCHEMA]), schema_of(MIGRATIONS));
    assert_eq!(new, migrated);
    assert!(new.iter().any(|it| it.starts_with("alerts.id INTEGER")), "{new:?}");
    assert!(new.iter().any(|it| it.starts_with("alerts_untold alerts CREATE INDEX")), "{new:?}");
}

#[tokio::test]
async fn dropped_indexes_and_tables_are_made_anew_at_the_start_and_a_dropped_ledger_is_not() {
    let whole = StoreFolder::new();
    drop(whole.open());
    let schema = |folder: &StoreFolder| -> Vec<String> {
        let raw = folder.raw();
        let sql =
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY name";
        let mut statement = raw.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let folder = StoreFolder::new();
    drop(folder.open());
    let damage = "DROP INDEX deliveries_pending; DROP INDEX steps_by_notification; DROP TABLE heartbeat;
                  DROP TABLE attempts; DROP TABLE usage; DROP TABLE instance; DROP TABLE incidents";
    folder.raw().execute_batch(damage).unwrap();
    let store = folder.open();
    crate::fixtures::try_accept(&store, vec![alarm("a", Severity::High)], NOON).await.unwrap();
    assert_eq!(schema(&folder), schema(&whole));

    for table in ["alerts", "notifications", "deliveries"] {
        let folder = StoreFolder::new();
        drop(folder.open());
        folder.raw().execute_batch(&format!("DROP TABLE {table}")).unwrap();
        drop(Store::open(&folder.path(), "another"));
        assert!(!schema(&folder).iter().any(|it| it.contains(&format!("TABLE {table} "))), "{table}");
    }
}
