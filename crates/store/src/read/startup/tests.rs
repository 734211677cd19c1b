use fanfare_core::{Severity, Why};

use super::*;
use crate::fixtures::{NOON, StoreFolder, accept, after_noon, alarm, deliveries, end_of, settle, settlement};
use fanfare_core::DeliveryOutcome;

#[tokio::test]
async fn what_is_owed_is_told_oldest_first() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let first = accept(&store, alarm("a", Severity::Low), NOON).await;
    let second = accept(&store, alarm("b", Severity::Urgent), after_noon(1)).await;
    settle(&store, settlement(&deliveries(&first)[0], DeliveryOutcome::Delivered)).await;
    let [_, of_first] = &deliveries(&first)[..] else { panic!() };
    assert_eq!(
        store.pending_deliveries().await.unwrap(),
        [std::slice::from_ref(of_first), &deliveries(&second)].concat()
    );
}

#[tokio::test]
async fn what_is_owed_on_some_channels_is_taken_up_oldest_first() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let first = accept(&store, alarm("a", Severity::Low), NOON).await;
    let second = accept(&store, alarm("b", Severity::Urgent), after_noon(1)).await;
    let mut commits = store.commits().unwrap();
    store.hand_over(["mail".into()].into()).await.unwrap();
    let on_mail = |accepted| deliveries(accepted).into_iter().find(|it| it.channel.as_str() == "mail");
    let Some(Commit::TakenUp(pending)) = commits.recv().await else { panic!("nothing is handed over") };
    assert_eq!(pending, [on_mail(&first).unwrap(), on_mail(&second).unwrap()]);
}

#[tokio::test]
async fn to_take_up_nothing_nothing_is_read() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::Low), NOON).await;
    folder.raw().execute("UPDATE deliveries SET severity = 'unheard of'", []).unwrap();
    let mut commits = store.commits().unwrap();
    for channels in [vec![], vec!["phone".into()]] {
        store.hand_over(channels.into_iter().collect()).await.unwrap();
        let Some(Commit::TakenUp(pending)) = commits.recv().await else { panic!("nothing is handed over") };
        assert_eq!(pending, []);
    }
}

#[tokio::test]
async fn of_several_notifications_each_is_read_for_itself() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let first = accept(&store, alarm("a", Severity::Low), NOON).await;
    accept(&store, alarm("b", Severity::Urgent), after_noon(1)).await;
    folder.raw().execute("UPDATE alerts SET alert = '{' WHERE id = 2", []).unwrap();
    let read = store.notifications([1, 2, 3].map(NotificationId).to_vec()).await.unwrap();
    let [Ok(Some(one)), Err(StoreError::Damaged { .. }), Ok(None)] = &read[..] else { panic!("{read:?}") };
    assert_eq!(*one, *first.owed[0].notification);
}

#[tokio::test]
async fn a_notification_reads_as_it_was_told() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::Mid), NOON).await;
    accept(&store, alarm("a", Severity::Urgent), after_noon(1)).await;
    let end = accept(&store, end_of("a"), after_noon(2)).await;
    let notification = store.notification(end.owed[0].notification.id).await.unwrap().unwrap();
    assert_eq!(notification, *end.owed[0].notification);
    assert_eq!(notification.why, Why::Resolved);
    let worsened = store.notification(NotificationId(2)).await.unwrap().unwrap();
    assert_eq!(worsened.why, Why::Worsened { from: Severity::Mid });
}

#[tokio::test]
async fn there_is_no_notification_of_another_number() {
    let folder = StoreFolder::new();
    assert_eq!(folder.open().notification(NotificationId(1)).await.unwrap(), None);
}

#[tokio::test]
async fn a_damaged_text_is_an_error_that_says_so() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::Mid), NOON).await;
    folder.raw().execute("UPDATE alerts SET alert = '{'", []).unwrap();
    let err = store.notification(NotificationId(1)).await.unwrap_err();
    assert!(matches!(err, StoreError::Damaged { what: "an alert", .. }), "{err}");
}
