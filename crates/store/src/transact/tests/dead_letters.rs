use fanfare_core::{
    AlertId, ContractStatus, Delivery, DeliveryId, DeliveryOutcome, DeliveryTerms, MessageForm, Settlement,
    Severity, Step,
};

use crate::fixtures::{
    Consequences, Decider, NOON, Retried, StoreFolder, accept_by, after_noon, again, alarm, dead, deliveries,
    discard_as_known, in_turn, plain, recheck_at, retry_by, settle_by, settlement, try_accept,
};
use crate::{DeadLetterFilter, DeadLetters, Store};

/// The dead letters of these names.
fn these(names: &[&str]) -> DeadLetters {
    DeadLetters::These(names.iter().map(|it| it.parse().unwrap()).collect())
}

fn all() -> DeadLetters {
    DeadLetters::All(DeadLetterFilter::default())
}

async fn names(store: &Store) -> Vec<String> {
    let letters = store.dead_letters(DeadLetterFilter::default(), None, 999).await.unwrap().letters;
    letters.iter().map(|it| it.id.to_string()).collect()
}

async fn settled(
    store: &Store,
    decider: &Decider,
    delivery: &Delivery,
    outcome: DeliveryOutcome,
) -> Consequences {
    let settlement = Settlement { ordinal: delivery.attempts + 1, ..settlement(delivery, outcome) };
    settle_by(store, decider, Settlement { ended_at: after_noon(110), ..settlement }).await
}

async fn contract(store: &Store) -> ContractStatus {
    store.history(AlertId(1)).await.unwrap().unwrap().notifications[0].contract
}

/// An alert on `terms` whose channels `ding` and `mail` have both given up.
async fn all_dead(folder: &StoreFolder, terms: DeliveryTerms) -> (Store, Decider) {
    let store = folder.open();
    let decider = Decider::on(terms);
    accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    for channel in ["ding", "mail"] {
        let pending = store.pending_deliveries().await.unwrap();
        let delivery = pending.iter().find(|it| it.channel.as_str() == channel).unwrap();
        settle_by(&store, &decider, settlement(delivery, dead())).await;
    }
    assert_eq!(contract(&store).await, ContractStatus::Abandoned);
    (store, decider)
}

#[tokio::test]
async fn what_is_retried_is_owed_again_at_once_and_with_its_past() {
    let folder = StoreFolder::new();
    let (store, decider) = all_dead(&folder, plain()).await;
    let (retried, seen) = retry_by(&store, &decider, these(&["d2", "d1"])).await;
    assert_eq!((retried.letters, retried.retry_now.len(), seen.len()), (2, 0, 1));
    let back = &seen[0].deliveries;
    let read: Vec<_> =
        back.iter().map(|it| (it.id.0, it.attempts, it.failures, it.next_at, it.form)).collect();
    assert_eq!(
        read,
        [(1, 1, 0, after_noon(100), MessageForm::Full), (2, 1, 0, after_noon(100), MessageForm::Full)]
    );
    let killed = folder.copy();
    let pending = killed.open().pending_deliveries().await.unwrap();
    assert!(back.iter().all(|it| pending.contains(it)), "{pending:?}");
    assert!(names(&store).await.is_empty());
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.deliveries.dead, audit.unaccounted), (0, Vec::new()));
}

#[tokio::test]
async fn who_had_it_tried_again_stands_in_the_story() {
    let folder = StoreFolder::new();
    let (store, decider) = all_dead(&folder, plain()).await;
    retry_by(&store, &decider, all()).await;
    let story = store.history(AlertId(1)).await.unwrap().unwrap();
    let last = story.notifications[0].steps.last().unwrap();
    let step = Step::Retried { by: "Ann".to_owned(), on: vec!["ding".into(), "mail".into()] };
    assert_eq!((last.at, &last.step), (after_noon(100), &step));
}

#[tokio::test]
async fn a_promise_without_a_time_is_open_again_and_can_be_kept() {
    let folder = StoreFolder::new();
    let (store, decider) = all_dead(&folder, plain()).await;
    let (_, seen) = retry_by(&store, &decider, all()).await;
    assert_eq!(contract(&store).await, ContractStatus::Open);
    for delivery in &seen[0].deliveries {
        settled(&store, &decider, delivery, DeliveryOutcome::Delivered).await;
    }
    assert_eq!(contract(&store).await, ContractStatus::Kept);
}

#[tokio::test]
async fn what_fails_a_second_time_is_abandoned_a_second_time() {
    let folder = StoreFolder::new();
    let (store, decider) = all_dead(&folder, plain()).await;
    let (_, seen) = retry_by(&store, &decider, all()).await;
    let told = settled(&store, &decider, &seen[0].deliveries[0], dead()).await.abandoned;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (contract(&store).await, names(&store).await),
        (ContractStatus::Abandoned, vec!["d1".to_owned()])
    );
}

#[tokio::test]
async fn retrying_one_of_two_tells_nobody_that_the_promise_is_broken_still() {
    let folder = StoreFolder::new();
    let (store, decider) = all_dead(&folder, plain()).await;
    let (_, seen) = retry_by(&store, &decider, these(&["d1"])).await;
    assert!(seen[0].abandoned.is_empty());
    let more = settled(&store, &decider, &seen[0].deliveries[0], DeliveryOutcome::Delivered).await;
    assert!(more.abandoned.is_empty());
    assert_eq!(
        (contract(&store).await, names(&store).await),
        (ContractStatus::Abandoned, vec!["d2".to_owned()])
    );
}

#[tokio::test]
async fn a_promise_whose_time_has_passed_stays_abandoned_until_it_is_late_also_after_a_kill() {
    let folder = StoreFolder::new();
    let (store, decider) = all_dead(&folder, in_turn()).await;
    retry_by(&store, &decider, these(&["d1", "d2"])).await;
    assert_eq!((contract(&store).await, names(&store).await), (ContractStatus::Abandoned, vec![]));
    let killed = folder.copy();
    let store = killed.open();
    let ding = store
        .pending_deliveries()
        .await
        .unwrap()
        .into_iter()
        .find(|it| it.channel.as_str() == "ding")
        .unwrap();
    settled(&store, &decider, &ding, DeliveryOutcome::Delivered).await;
    assert_eq!(contract(&store).await, ContractStatus::Late);
}

/// An alert that was abandoned while `ding` and `mail` still try.
async fn hanging(folder: &StoreFolder) -> (Store, Decider) {
    let store = folder.open();
    let decider = Decider::on(in_turn());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    settle_by(&store, &decider, settlement(&deliveries(&accepted)[0], again(3_600))).await;
    recheck_at(&store, &decider, accepted.owed[0].notification.id, after_noon(60)).await;
    assert_eq!(names(&store).await, ["n1"]);
    (store, decider)
}

#[tokio::test]
async fn of_an_abandoned_promise_what_still_waits_need_wait_no_longer() {
    let folder = StoreFolder::new();
    let (store, decider) = hanging(&folder).await;
    let (retried, seen) = retry_by(&store, &decider, these(&["n1"])).await;
    assert_eq!(retried, Retried { letters: 1, retry_now: vec![DeliveryId(1), DeliveryId(2)] });
    assert!(seen[0].deliveries.is_empty()); // their lanes have them
    assert!(
        store
            .pending_deliveries()
            .await
            .unwrap()
            .iter()
            .all(|it| it.next_at <= after_noon(100) && it.needs_recheck)
    );
    assert!(names(&store).await.is_empty());
    let (nothing, _) = retry_by(&store, &decider, these(&["n1"])).await;
    assert_eq!(nothing, Retried::default());
}

#[tokio::test]
async fn what_is_discarded_waits_for_nobody_and_says_who_let_it_be_and_why() {
    let folder = StoreFolder::new();
    let (store, _) = all_dead(&folder, plain()).await;
    assert_eq!(discard_as_known(&store, these(&["d2"])).await, 1);
    assert_eq!(names(&store).await, ["d1"]);
    let story = store.history(AlertId(1)).await.unwrap().unwrap();
    let [notification] = &story.notifications[..] else { panic!() };
    assert_eq!((notification.contract, &notification.handled), (ContractStatus::Abandoned, &None));
    let mail = &notification.deliveries[1];
    assert_eq!(mail.state, "discarded");
    let reason = "too late; last answer: errcode 0: ok; discarded by Ann: known";
    assert_eq!((mail.reason.as_deref(), mail.settled_at), (Some(reason), Some(after_noon(1))));
    let step = Step::Discarded { by: "Ann".to_owned(), reason: "known".to_owned(), on: vec!["mail".into()] };
    assert_eq!(notification.steps.last().map(|it| &it.step), Some(&step));
    assert_eq!(store.audit().await.unwrap().unaccounted, []);
}

#[tokio::test]
async fn with_its_last_dead_delivery_a_promise_is_dealt_with() {
    let folder = StoreFolder::new();
    let (store, _) = all_dead(&folder, plain()).await;
    assert_eq!(discard_as_known(&store, these(&["d1", "d2", "d2"])).await, 2);
    assert!(names(&store).await.is_empty());
    let story = store.history(AlertId(1)).await.unwrap().unwrap();
    assert_eq!(story.notifications[0].handled.as_deref(), Some("discarded"));
}

#[tokio::test]
async fn a_discarded_promise_is_late_all_the_same_once_it_is_confirmed() {
    let folder = StoreFolder::new();
    let (store, decider) = hanging(&folder).await;
    assert_eq!(discard_as_known(&store, all()).await, 1);
    assert!(names(&store).await.is_empty());
    let pending = store.pending_deliveries().await.unwrap();
    assert_eq!(pending.len(), 2);
    settled(&store, &decider, &pending[0], DeliveryOutcome::Delivered).await;
    assert_eq!(contract(&store).await, ContractStatus::Late);
}

#[tokio::test]
async fn what_lives_is_neither_retried_nor_discarded() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let decider = Decider::on(plain());
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    settle_by(&store, &decider, settlement(&deliveries(&accepted)[0], DeliveryOutcome::Delivered)).await;
    let before = store.deliveries(crate::DeliveryFilter { limit: 9, ..Default::default() }).await.unwrap();
    let living = ["d1", "d2", "n1", "d99", "n99"];
    assert_eq!(retry_by(&store, &decider, these(&living)).await.0, Retried::default());
    assert_eq!(discard_as_known(&store, these(&living)).await, 0);
    assert_eq!(discard_as_known(&store, all()).await, 0);
    let after = store.deliveries(crate::DeliveryFilter { limit: 9, ..Default::default() }).await.unwrap();
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    assert_eq!(folder.number("SELECT count(*) FROM steps"), 0);
}

#[tokio::test]
async fn only_what_is_asked_for_is_retried() {
    let folder = StoreFolder::new();
    let (store, decider) = all_dead(&folder, plain()).await;
    let on_mail = DeadLetterFilter { channel: Some("mail".into()), ..Default::default() };
    assert_eq!(retry_by(&store, &decider, DeadLetters::All(on_mail)).await.0.letters, 1);
    assert_eq!(names(&store).await, ["d1"]);
}

#[tokio::test]
async fn many_are_dealt_with_some_at_a_time() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let number = 200 + 7;
    let alerts = (0..number).map(|it| alarm(&it.to_string(), Severity::Low)).collect();
    try_accept(&store, alerts, NOON).await.unwrap();
    let kill = "UPDATE deliveries SET state = 'dead', reason = 'too late', settled_at = next_at WHERE channel = 'ding'";
    let raise = "UPDATE deliveries SET state = 'delivered' WHERE channel = 'mail'";
    folder.raw().execute_batch(&format!("{kill}; {raise}")).unwrap();
    let (retried, seen) = retry_by(&store, &Decider::on(plain()), all()).await;
    assert_eq!((retried.letters, seen.len()), (number, 2));
    assert_eq!(seen.iter().map(|it| it.deliveries.len()).sum::<usize>(), number);
    folder.raw().execute_batch(kill).unwrap();
    assert_eq!(discard_as_known(&store, all()).await, number);
    folder.raw().execute_batch(kill).unwrap();
    let ids = names(&store).await;
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    assert_eq!(discard_as_known(&store, these(&ids)).await, number);
}
