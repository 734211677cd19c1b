use fanfare_core::{Alert, Fingerprint, Labels, Severity, Status};

use crate::fixtures::{
    NOON, StoreFolder, accept, after_noon, alarm, dead, deliveries, discard_as_known, settle, settlement,
};
use crate::{DeadLetterFilter, DeadLetters, Store};

/// An alarm of the source `fanfare` about `subject`.
fn about_us(subject: &str) -> Alert {
    let mut alert = alarm(subject, Severity::High);
    let identity: Labels = [("source", "fanfare"), ("subject", subject)].into_iter().collect();
    alert.fingerprint = Fingerprint::from_labels(&identity);
    alert.source = "fanfare".into();
    alert
}

async fn give_up_on_all_channels(store: &Store, alert: Alert) {
    for delivery in deliveries(&accept(store, alert, NOON).await) {
        settle(store, settlement(&delivery, dead())).await;
    }
}

async fn counts(store: &Store) -> Vec<(String, u64)> {
    let counts = store.dead_letters_by_channel("fanfare").await.unwrap();
    counts.into_iter().map(|(channel, letters)| (channel.to_string(), letters)).collect()
}

#[tokio::test]
async fn dead_letters_are_counted_by_channel_until_a_person_has_dealt_with_them() {
    let folder = StoreFolder::new();
    let store = folder.open();
    assert_eq!(counts(&store).await, []);
    give_up_on_all_channels(&store, alarm("a", Severity::High)).await;
    give_up_on_all_channels(&store, alarm("b", Severity::High)).await;
    assert_eq!(counts(&store).await, [("ding".to_owned(), 2), ("mail".to_owned(), 2)]);
    let on_mail = DeadLetterFilter { channel: Some("mail".into()), ..DeadLetterFilter::default() };
    discard_as_known(&store, DeadLetters::All(on_mail)).await;
    assert_eq!(counts(&store).await, [("ding".to_owned(), 2)]);
}

#[tokio::test]
async fn what_is_self_alerts_does_not_count() {
    let folder = StoreFolder::new();
    let store = folder.open();
    give_up_on_all_channels(&store, about_us("ding")).await;
    assert_eq!(counts(&store).await, []);
}

#[tokio::test]
async fn what_cannot_be_read_counts_and_keeps_the_rest_from_nothing() {
    let folder = StoreFolder::new();
    let store = folder.open();
    give_up_on_all_channels(&store, alarm("a", Severity::High)).await;
    give_up_on_all_channels(&store, alarm("b", Severity::High)).await;
    folder.raw().execute("UPDATE alerts SET alert = '{' WHERE id = 1", []).unwrap();
    assert_eq!(counts(&store).await, [("ding".to_owned(), 2), ("mail".to_owned(), 2)]);
    assert!(store.firing_of("fanfare").await.unwrap().is_empty());
}

#[tokio::test]
async fn what_fires_of_a_source_is_known_until_it_has_ended() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::High), NOON).await;
    accept(&store, about_us("ding"), NOON).await;
    accept(&store, about_us("mail"), NOON).await;
    let end = Alert { status: Status::Resolved, ..about_us("ding") };
    accept(&store, end, after_noon(9)).await;
    let firing = store.firing_of("fanfare").await.unwrap();
    assert_eq!(firing.iter().map(|it| it.text_of("eui")).collect::<Vec<_>>(), ["mail"]);
}
