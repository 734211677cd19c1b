//! Alerts whose fingerprints are equal: of two sources, and of one.

use fanfare_core::{Alert, AlertId, Fingerprint, Labels, Severity, Status, Why};

use crate::fixtures::{Accepted, NOON, StoreFolder, accept, after_noon, alarm};
use crate::tables::incidents;

/// The texts of two alerts without a name, of the sources `thinklink` and `visitors`, for which Prometheus' rule
/// computes the same fingerprint, `4d6f1bcf9ec38731`. Found in ten minutes on two cores by the method of van Oorschot
/// and Wiener (1999): walks from one checksum to the text whose letters its bits choose, and on to the checksum of
/// that, some 2^32 steps in all, until two end in the same point.
const OF_TWO_SOURCES: [(&str, &str); 2] = [("thinklink", "apvpfgxEBvibc"), ("visitors", "cpDhDsgigEgij")];

/// An alert without a name, as ThinkLink's format identifies it.
fn nameless((source, text): (&str, &str)) -> Alert {
    let identity: Labels =
        [("alertname", "Device Alert"), ("eui", "24e124136b502217"), ("source", source), ("text", text)]
            .into_iter()
            .collect();
    let mut alert = alarm("24e124136b502217", Severity::High);
    alert.source = source.into();
    alert.fingerprint = Fingerprint::from_labels(&identity);
    alert.annotations.set("description", text);
    alert
}

fn end(of: &Alert) -> Alert {
    Alert { status: Status::Resolved, ..of.clone() }
}

/// The reasons for which receivers are told of `accepted`.
fn told(accepted: &Accepted) -> Vec<Why> {
    accepted.owed.iter().map(|it| it.notification.why).collect()
}

async fn check_apart([one, other]: [Alert; 2]) {
    assert_eq!(one.fingerprint.to_string(), other.fingerprint.to_string(), "it is a collision");
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, one.clone(), NOON).await;
    assert_eq!(told(&accept(&store, end(&other), after_noon(1)).await), [], "it has not begun");
    assert_eq!(told(&accept(&store, other.clone(), after_noon(2)).await), [Why::Started]);
    assert_eq!(told(&accept(&store, one.clone(), after_noon(3)).await), [], "a repeat");
    let ended = accept(&store, end(&other), after_noon(4)).await;
    assert_eq!(ended.owed[0].notification.alert.annotations, other.annotations);
    drop(store);
    let store = folder.open();
    let ended = accept(&store, end(&one), after_noon(5)).await;
    assert_eq!((told(&ended), ended.owed[0].notification.incident), (vec![Why::Resolved], AlertId(1)));
    assert_eq!(folder.number("SELECT count(*) FROM incidents"), 0);
    let queues = store.pending_deliveries().await.unwrap();
    let queues: std::collections::BTreeSet<_> = queues.iter().map(|it| it.about).collect();
    // The order of a channel goes by source and checksum: rows of earlier versions have no more.
    let expected = if one.source == other.source { 1 } else { 2 };
    assert_eq!(queues.len(), expected, "no source's messages wait for another's");
}

#[tokio::test]
async fn no_source_touches_an_incident_of_another_by_a_computed_name() {
    check_apart(OF_TWO_SOURCES.map(nameless)).await;
}

#[tokio::test]
async fn two_things_of_one_source_with_one_fingerprint_are_two_incidents() {
    let (door, gate) = (nameless(("thinklink", "door")), nameless(("thinklink", "gate")));
    let fingerprint = door.fingerprint.with_identity(gate.fingerprint.identity()); // as if it were a collision
    check_apart([door, Alert { fingerprint, ..gate }]).await;
}

#[tokio::test]
async fn two_sources_that_identify_a_thing_alike_have_an_incident_each() {
    let ours = nameless(("thinklink", "door"));
    let theirs = Alert { source: "visitors".into(), ..ours.clone() };
    let other_text = Alert { annotations: Labels::default(), ..theirs };
    check_apart([ours, other_text]).await;
}

/// A store in which an earlier version began an incident of `alert`.
async fn began_before(alert: Alert) -> StoreFolder {
    let folder = StoreFolder::new();
    accept(&folder.open(), alert, NOON).await;
    folder
        .raw()
        .execute_batch("UPDATE incidents SET identity = x''; UPDATE alerts SET identity = NULL")
        .unwrap();
    folder
}

#[tokio::test]
async fn an_incident_that_an_earlier_version_began_goes_on_and_ends() {
    let alert = nameless(("thinklink", "door"));
    let folder = began_before(alert.clone()).await;
    let store = folder.open();
    assert_eq!(told(&accept(&store, alert.clone(), after_noon(1)).await), []);
    let worse = Alert { severity: Severity::Urgent, ..alert.clone() };
    let worsened = accept(&store, worse, after_noon(2)).await;
    assert_eq!(worsened.owed[0].notification.incident, AlertId(1));
    assert_eq!(folder.number("SELECT count(*) FROM incidents"), 1);
    assert_eq!(told(&accept(&store, end(&alert), after_noon(3)).await), [Why::Resolved]);
    assert_eq!(folder.number("SELECT count(*) FROM incidents"), 0);
    assert_eq!(told(&accept(&store, alert.clone(), after_noon(4)).await), [Why::Started]);
    let key = alert.incident_key();
    assert_eq!(incidents::find(&folder.raw(), &key).unwrap().unwrap().key, key);
}

#[tokio::test]
async fn an_incident_that_an_earlier_version_began_is_not_another_sources() {
    let [ours, theirs] = OF_TWO_SOURCES.map(nameless);
    let folder = began_before(ours.clone()).await;
    let store = folder.open();
    assert_eq!(told(&accept(&store, end(&theirs), after_noon(1)).await), []);
    assert_eq!(told(&accept(&store, theirs, after_noon(2)).await), [Why::Started]);
    assert_eq!(told(&accept(&store, end(&ours), after_noon(3)).await), [Why::Resolved]);
}
