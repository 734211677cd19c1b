use fanfare_core::Severity;

use super::*;
use crate::DeadLetterFilter;
use crate::fixtures::{NOON, StoreFolder, accept, alarm, dead, deliveries, settle, settlement};

#[tokio::test]
async fn named_dead_letters_are_found_as_far_as_they_still_wait_newest_first() {
    let folder = StoreFolder::new();
    let store = folder.open();
    for eui in ["a", "b"] {
        let accepted = accept(&store, alarm(eui, Severity::High), NOON).await;
        settle(&store, settlement(&deliveries(&accepted)[0], dead())).await;
    }
    let named = |ids: &[&str]| DeadLetters::These(ids.iter().map(|it| it.parse().unwrap()).collect());
    let find = |which| store.dead_letters_by_notification(which, None, 9);
    let found = find(named(&["d1", "d2", "d3", "d99", "n9", "d1"])).await.unwrap();
    let letters = |number| vec![DeadLetterId::Delivery(DeliveryId(number))];
    assert_eq!(found, [(NotificationId(2), letters(3)), (NotificationId(1), letters(1))]);
    let all = DeadLetters::All(DeadLetterFilter::default());
    assert_eq!(find(all.clone()).await.unwrap(), found);
    let first = store.dead_letters_by_notification(all, None, 1).await.unwrap();
    assert_eq!(first, found[..1]);
}
