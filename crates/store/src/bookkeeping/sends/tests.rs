use super::*;
use fanfare_core::{Delivery, DeliveryOutcome, Settlement, Severity};

use crate::fixtures::{
    NOON, StoreFolder, accept, account, after_noon, again, alarm, deliveries, settle, settlement,
};

/// Everything that ended so many seconds after noon, or before.
fn old(seconds: i64) -> OldSends {
    OldSends { others: after_noon(seconds), ..OldSends::default() }
}

/// A send by itself, as it begins at noon.
fn start(robot: &str, delivery: DeliveryId) -> NewSend {
    NewSend {
        account: account(robot),
        deliveries: vec![delivery],
        digest: SendDigest::None,
        usage: None,
        now: Moment::at(NOON),
    }
}

/// A send that ended so many seconds after noon; `None`: its end was not seen.
async fn send(store: &Store, robot: &str, ended: Option<i64>) {
    let accepted = accept(store, alarm(&format!("{robot} {ended:?}"), Severity::High), NOON).await;
    let delivery = &deliveries(&accepted)[0];
    let StartedSend { send, .. } = store.begin_send(start(robot, delivery.id)).await.unwrap();
    if let Some(seconds) = ended {
        let settlement = settlement(delivery, DeliveryOutcome::Delivered);
        settle(store, Settlement { send: Some(send), ended_at: after_noon(seconds), ..settlement }).await;
    }
}

#[tokio::test]
async fn a_send_is_entered_before_it_is_made() {
    let folder = StoreFolder::new();
    let store = folder.open();
    send(&store, "a", None).await;
    assert_eq!(folder.copy().number("SELECT count(*) FROM sends WHERE ended_at IS NULL"), 1);
}

#[tokio::test]
async fn only_what_ended_within_the_stretch_is_told_and_the_rest_forgotten() {
    let folder = StoreFolder::new();
    let store = folder.open();
    send(&store, "a", Some(10)).await;
    send(&store, "a", Some(11)).await;
    send(&store, "b", Some(12)).await;
    let sends = store.counted_sends(old(10), after_noon(70)).await.unwrap();
    assert_eq!(sends, [(account("a"), after_noon(11)), (account("b"), after_noon(12))]);
    assert_eq!(folder.number("SELECT count(*) FROM sends"), 2);
}

#[tokio::test]
async fn a_send_whose_end_nobody_saw_counts_from_the_restart_and_only_from_the_first() {
    let folder = StoreFolder::new();
    let store = folder.open();
    send(&store, "a", None).await;
    let restarted = folder.copy();
    let store = restarted.open();
    let at_first = store.counted_sends(old(-60), after_noon(5)).await.unwrap();
    let at_second = store.counted_sends(old(-60), after_noon(6)).await.unwrap();
    assert_eq!(at_first, [(account("a"), after_noon(5))]);
    assert_eq!(at_second, at_first);
}

#[tokio::test]
async fn sends_are_forgotten_once_no_budget_looks_that_far_back_but_not_those_under_way() {
    let folder = StoreFolder::new();
    let store = folder.open();
    send(&store, "a", Some(10)).await;
    send(&store, "a", Some(20)).await;
    send(&store, "a", None).await;
    assert_eq!(store.forget_sends(SendId(0), old(10)).await.unwrap(), Some(SendId(3)));
    assert_eq!(store.forget_sends(SendId(3), old(10)).await.unwrap(), None);
    assert_eq!(folder.number("SELECT count(*) FROM sends WHERE ended_at IS NULL"), 1);
    assert_eq!(folder.number("SELECT count(*) FROM sends"), 2);
}

#[tokio::test]
async fn each_account_forgets_by_its_own_budget() {
    let folder = StoreFolder::new();
    let store = folder.open();
    for (robot, seconds) in [("a", 10), ("b", 10), ("c", 10), ("a", 20), ("c", 30)] {
        send(&store, robot, Some(seconds)).await;
    }
    let of = [("a", 15), ("b", 5)].map(|(robot, seconds)| (account(robot), after_noon(seconds)));
    let old = OldSends { of: of.into(), others: after_noon(20) };
    store.forget_sends(SendId(0), old.clone()).await.unwrap();
    let left =
        [("b", 10), ("a", 20), ("c", 30)].map(|(robot, seconds)| (account(robot), after_noon(seconds)));
    let sends = store.counted_sends(OldSends::default(), after_noon(70)).await.unwrap();
    assert_eq!(sends, left);
    assert_eq!(store.counted_sends(old, after_noon(70)).await.unwrap(), left);
}

#[tokio::test]
async fn sends_that_are_kept_do_not_stand_in_the_way_of_later_ones() {
    let folder = StoreFolder::new();
    let store = folder.open();
    for seconds in [100, 10, 20] {
        send(&store, "a", Some(seconds)).await;
    }
    let mut after = Some(SendId(0));
    while let Some(from) = after {
        after = store.forget_sends(from, old(50)).await.unwrap();
    }
    assert_eq!(folder.number("SELECT count(*) FROM sends"), 1);
}

/// Two alarms on `ding`, and the digest in which they went out at noon.
async fn gathered(store: &Store) -> (Vec<Delivery>, DigestRef) {
    let mut together = Vec::new();
    for eui in ["a", "b"] {
        together.push(deliveries(&accept(store, alarm(eui, Severity::High), NOON).await).remove(0));
    }
    let ids = together.iter().map(|it| it.id).collect();
    let start = NewSend { deliveries: ids, digest: SendDigest::New, ..start("a", DeliveryId(0)) };
    let started = store.begin_send(start).await.unwrap();
    (together, started.digest.unwrap())
}

/// In which digests what is pending on `ding` goes out again, after a kill.
async fn digests(folder: &StoreFolder) -> Vec<Option<DigestRef>> {
    let killed = folder.copy();
    let pending = killed.open().pending_deliveries().await.unwrap();
    pending.iter().filter(|it| it.channel.as_str() == "ding").map(|it| it.digest).collect()
}

#[tokio::test]
async fn what_a_digest_holds_is_known_before_it_is_sent() {
    let folder = StoreFolder::new();
    let (_, digest) = gathered(&folder.open()).await;
    assert_eq!(digest.made_at, NOON);
    assert_eq!(digests(&folder).await, [Some(digest), Some(digest)]);
}

#[tokio::test]
async fn a_digest_is_repeated_as_the_same() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let (together, digest) = gathered(&store).await;
    let again = NewSend {
        deliveries: together.iter().map(|it| it.id).collect(),
        digest: SendDigest::Existing(digest),
        now: Moment::at(after_noon(9)),
        ..start("a", DeliveryId(0))
    };
    assert_eq!(store.begin_send(again).await.unwrap().digest, Some(digest));
    assert_eq!(folder.number("SELECT count(*) FROM digests"), 1);
}

#[tokio::test]
async fn after_an_attempt_each_delivery_stays_in_its_digest_or_leaves_it() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let (together, digest) = gathered(&store).await;
    for (delivery, gathered) in together.iter().zip([Some(digest), None]) {
        let DeliveryOutcome::Pending { next_at, failures, form, only, .. } = again(5) else { panic!() };
        let outcome = DeliveryOutcome::Pending { next_at, failures, form, only, digest: gathered };
        settle(&store, settlement(delivery, outcome)).await;
    }
    assert_eq!(digests(&folder).await, [Some(digest), None]);
}

#[tokio::test]
async fn one_delivery_by_itself_makes_no_digest() {
    let folder = StoreFolder::new();
    let store = folder.open();
    send(&store, "a", None).await;
    assert_eq!(folder.number("SELECT count(*) FROM digests"), 0);
}

#[tokio::test]
async fn messages_are_counted_by_allowance_and_period_before_they_are_sent() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let usage = |pool: &str, period: &str| Some((pool.to_owned(), period.to_owned()));
    let mut used = Vec::new();
    for usage in [
        usage("corp", "2026-03"),
        usage("corp", "2026-03"),
        usage("corp", "2026-04"),
        usage("mail", "2026-03"),
        None,
    ] {
        let start = NewSend { usage, ..start("a", DeliveryId(1)) };
        used.push(store.begin_send(start).await.unwrap().used);
    }
    assert_eq!(used, [Some(1), Some(2), Some(1), Some(1), None]);
    let restarted = folder.copy();
    let restarted = restarted.open();
    assert_eq!(restarted.usage("corp".to_owned(), "2026-03".to_owned(), Timestamp::MAX).await.unwrap(), 2);
    assert_eq!(restarted.usage("corp".to_owned(), "2026-05".to_owned(), Timestamp::MAX).await.unwrap(), 0);
}
