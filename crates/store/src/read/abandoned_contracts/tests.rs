use fanfare_core::{AbandonedContract, Confirmation, DeliveryOutcome, NotificationId, Settlement, Severity};

use crate::fixtures::{
    Decider, NOON, StoreFolder, accept, accept_by, acknowledge, after_noon, alarm, dead, deliveries,
    discard_as_known, end_of, ladder, plain, recheck_at, settle, settle_by, settlement,
};
use crate::{DeadLetterFilter, DeadLetters, Store};

async fn broken(store: &Store) -> Vec<AbandonedContract> {
    store.abandoned_contracts("fanfare", None, 100).await.unwrap()
}

fn confirmations(contract: &AbandonedContract) -> Vec<(&str, Confirmation)> {
    contract.channels.iter().map(|it| (it.channel.as_str(), it.confirmation)).collect()
}

/// An alert of which `mail` was told, and `ding` has given up.
async fn with_dead_ding(store: &Store, eui: &str) -> NotificationId {
    let [ding, mail] = &deliveries(&accept(store, alarm(eui, Severity::Urgent), NOON).await)[..] else {
        panic!()
    };
    settle(store, settlement(mail, DeliveryOutcome::Delivered)).await;
    settle(store, settlement(ding, dead())).await;
    ding.notification
}

#[tokio::test]
async fn an_abandoned_contract_is_read_with_what_was_confirmed_and_when() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let (first, second) = (with_dead_ding(&store, "a").await, with_dead_ding(&store, "b").await);
    let found = broken(&store).await;
    assert_eq!(found.iter().map(|it| it.notification).collect::<Vec<_>>(), [second, first]);
    assert!(found[0].place > found[1].place);
    assert_eq!((found[1].receiver.as_str(), found[1].severity), ("on-call", Severity::Urgent));
    assert_eq!(found[1].abandoned_at, after_noon(1));
    assert_eq!(confirmations(&found[1]), [("ding", Confirmation::Missing), ("mail", Confirmation::InTime)]);
    assert!(found[1].channels[0].words.as_deref().unwrap().contains("too late"));
    let older = store.abandoned_contracts("fanfare", Some(second), 100).await.unwrap();
    assert_eq!(older.iter().map(|it| it.notification).collect::<Vec<_>>(), [first]);
    assert_eq!(store.abandoned_contracts("fanfare", None, 1).await.unwrap().len(), 1);
    assert_eq!(store.abandoned_contracts("thinklink", None, 100).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_confirmed_after_a_contract_was_abandoned_is_late() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(ladder());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let [ding, _mail] = &deliveries(&accepted)[..] else { panic!() };
    recheck_at(&store, &decider, ding.notification, after_noon(60)).await;
    recheck_at(&store, &decider, ding.notification, after_noon(90)).await;
    let settlement = settlement(ding, DeliveryOutcome::Delivered);
    settle_by(&store, &decider, Settlement { ended_at: after_noon(95), ..settlement }).await;
    let found = broken(&store).await;
    let expected =
        [("ding", Confirmation::Late), ("mail", Confirmation::Missing), ("phone", Confirmation::Missing)];
    assert_eq!(confirmations(&found[0]), expected);
}

#[tokio::test]
async fn a_contract_of_which_somebody_takes_care_or_whose_alert_is_over_waits_for_nobody() {
    let folder = StoreFolder::new();
    let store = folder.open();
    with_dead_ding(&store, "over").await;
    let acknowledged = with_dead_ding(&store, "acknowledged").await;
    with_dead_ding(&store, "discarded").await;
    assert_eq!(broken(&store).await.len(), 3);
    accept(&store, end_of("over"), after_noon(5)).await;
    assert_eq!(broken(&store).await.len(), 2);
    let ann = ("Ann", after_noon(6));
    acknowledge(&store, &Decider::on(plain()), acknowledged, ann).await.0.unwrap();
    assert_eq!(broken(&store).await.len(), 1);
    discard_as_known(&store, DeadLetters::All(DeadLetterFilter::default())).await;
    assert_eq!(broken(&store).await, []);
}

#[tokio::test]
async fn a_contract_with_a_severity_or_a_time_that_cannot_be_read_is_told_all_the_same() {
    let folder = StoreFolder::new();
    let store = folder.open();
    with_dead_ding(&store, "a").await;
    with_dead_ding(&store, "b").await;
    folder.raw().execute("UPDATE alerts SET severity = 'dire' WHERE id = 1", []).unwrap();
    folder.raw().execute("UPDATE steps SET at = 9000000000000000000 WHERE notification = 2", []).unwrap();
    let found = broken(&store).await;
    assert_eq!(
        found.iter().map(|it| (it.notification.0, it.severity)).collect::<Vec<_>>(),
        [(2, Severity::Urgent), (1, Severity::High)]
    );
}
