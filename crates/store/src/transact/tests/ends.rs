//! Ends that fit no alarm of their own.

use fanfare_core::{
    AlarmNaming, Alert, AlertId, DeviceKey, Fingerprint, Labels, Severity, StateKey, Status, Why,
};

use crate::fixtures::{NOON, StoreFolder, accept, after_noon, alarm, end_of, reworded};
use crate::tables::incidents::OF_DEVICE;

/// An alarm without a name, as scripts send it.
fn nameless(eui: &str, text: &str) -> Alert {
    let identity: Labels = [("source", "thinklink"), ("eui", eui), ("text", text)].into_iter().collect();
    let mut alert = reworded(alarm(eui, Severity::High), text);
    alert.fingerprint = Fingerprint::from_labels(&identity);
    alert.naming = AlarmNaming::Text;
    alert
}

fn end(alarm: Alert) -> Alert {
    Alert { status: Status::Resolved, ..alarm }
}

#[tokio::test]
async fn an_end_with_another_text_ends_the_only_open_alarm_of_its_device_after_a_restart_too() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let hot = nameless("aa18", "Temperature too high");
    accept(&store, hot.clone(), NOON).await;
    accept(&store, nameless("bb19", "Door open"), NOON).await;
    drop(store);
    let store = folder.open();
    let ended = accept(&store, end(nameless("AA18", "Temperature is normal again")), after_noon(60)).await;
    assert_eq!(ended.owed[0].notification.why, Why::Resolved);
    assert_eq!(ended.owed[0].notification.incident, AlertId(1));
    assert_eq!(folder.number("SELECT incident FROM alerts WHERE id = 3"), 1);
    assert_eq!(folder.number("SELECT count(*) FROM incidents"), 1);
    let row = "SELECT count(*) FROM alerts a, alerts b WHERE a.id = 1 AND b.id = 3
               AND a.fingerprint = b.fingerprint AND a.identity = b.identity";
    assert_eq!(folder.number(row), 1);
    // After a restart the end still waits behind its beginning.
    drop(store);
    let pending = folder.open().pending_deliveries().await.unwrap();
    assert!(
        pending.iter().filter(|it| it.notification.0 != 2).all(|it| it.about == hot.incident_key().digest())
    );
}

#[tokio::test]
async fn open_alarms_of_a_device_are_read_only_where_the_end_has_none_of_its_own() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let hot = nameless("aa18", "Too warm");
    accept(&store, hot.clone(), NOON).await;
    accept(&store, nameless("aa18", "Door open"), NOON).await;
    let device = || StateKey::OpenOfDevice(hot.device_key().unwrap());
    let read = |keys| store.state(keys);
    let state = read(vec![device()]).await.unwrap();
    let ids: Vec<_> = state.open_of_device.iter().map(|it| it.incident.id.0).collect();
    assert_eq!(ids, [1, 2]);
    let texts: Vec<_> = state.open_of_device.iter().filter_map(|it| it.last_alert.as_ref()).collect();
    assert_eq!(texts[1].annotations.get("description"), Some("Door open"));
    let own = read(vec![StateKey::WholeIncident(hot.incident_key()), device()]).await.unwrap();
    assert!(own.incident.is_some() && own.open_of_device.is_empty());
}

#[tokio::test]
async fn an_alarm_that_goes_by_its_labels_stands_in_no_index_of_devices() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::High), NOON).await;
    assert_eq!(folder.number("SELECT count(*) FROM incidents WHERE device IS NULL"), 1);
    let device = DeviceKey { source: "thinklink".into(), device: "a".to_owned() };
    let state = store.state(vec![StateKey::OpenOfDevice(device)]).await.unwrap();
    assert_eq!(state.open_of_device, []);
}

#[tokio::test]
async fn the_newest_text_is_read_with_the_incident_that_ends() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, reworded(alarm("a", Severity::High), "Current -7.1"), NOON).await;
    accept(&store, reworded(alarm("a", Severity::High), "Current -3.0"), after_noon(60)).await;
    let ended = accept(&store, end_of("a"), after_noon(120)).await;
    assert_eq!(ended.owed[0].notification.alert.annotations.get("description"), Some("Current -3.0"));
    // What was said before the last telling is old.
    accept(&store, alarm("a", Severity::Mid), after_noon(180)).await;
    accept(&store, reworded(alarm("a", Severity::Mid), "Current -3.0"), after_noon(190)).await;
    accept(&store, reworded(alarm("a", Severity::Urgent), "Current 2.0"), after_noon(200)).await;
    let ended = accept(&store, end_of("a"), after_noon(240)).await;
    assert_eq!(ended.owed[0].notification.alert.annotations.get("description"), Some("Current 2.0"));
}

#[test]
fn the_open_alarms_of_a_device_are_found_by_a_search() {
    let folder = StoreFolder::new();
    drop(folder.open());
    let raw = folder.raw();
    let mut statement = raw.prepare(&format!("EXPLAIN QUERY PLAN {OF_DEVICE}")).unwrap();
    let plan: Vec<String> =
        statement.query_map(("thinklink", "a", 9), |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    assert!(
        plan.iter().all(|it| it.contains("SEARCH incidents USING INDEX incidents_by_device")),
        "{plan:?}"
    );
}
