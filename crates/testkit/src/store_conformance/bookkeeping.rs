//! Promises about budgets, silences, digests and names.

use fanfare_core::{Account, AccountHold, DeliveryId, DeliveryOutcome, Moment, SendId};
use fanfare_store::{NewSend, OldSends, SendDigest, Store};
use jiff::Timestamp;

use super::events::{accept, alarm, plain, settle};
use super::site::StoreSite;
use crate::{NOON, after_noon};

fn robot() -> Account {
    Account::new("fake", &["robot"])
}

async fn begin(store: &Store, deliveries: Vec<DeliveryId>, digest: SendDigest) -> fanfare_store::StartedSend {
    let usage = Some(("corp".to_owned(), "2026-03".to_owned()));
    let start = NewSend { account: robot(), deliveries, digest, usage, now: Moment::at(NOON) };
    store.begin_send(start).await.unwrap()
}

/// Everything that ended so many seconds after noon, or before.
fn old(seconds: i64) -> OldSends {
    OldSends { others: after_noon(seconds), ..OldSends::default() }
}

pub(super) async fn sends_count_until_no_budget_looks_back(site: &impl StoreSite) {
    let store = site.open().await;
    for used in [1, 2] {
        assert_eq!(begin(&store, Vec::new(), SendDigest::None).await.used, Some(used));
    }
    drop(store);
    let store = site.open().await;
    assert_eq!(store.usage("corp".to_owned(), "2026-03".to_owned(), Timestamp::MAX).await.unwrap(), 2);
    assert_eq!(store.usage("corp".to_owned(), "2026-04".to_owned(), Timestamp::MAX).await.unwrap(), 0);
    assert_eq!(store.counted_sends(old(0), after_noon(1)).await.unwrap().len(), 2);
    store.forget_sends(SendId(0), old(1)).await.unwrap();
    assert!(store.counted_sends(old(0), after_noon(2)).await.unwrap().is_empty());
}

pub(super) async fn a_send_whose_end_nobody_saw_ends_at_the_restart(site: &impl StoreSite) {
    let store = site.open().await;
    begin(&store, Vec::new(), SendDigest::None).await;
    drop(store);
    let store = site.open().await;
    let ended = [(robot(), after_noon(5))];
    assert_eq!(store.counted_sends(old(0), after_noon(5)).await.unwrap(), ended);
    assert_eq!(store.counted_sends(old(0), after_noon(9)).await.unwrap(), ended);
}

pub(super) async fn the_longer_hold_counts_and_survives_reopening(site: &impl StoreSite) {
    let store = site.open().await;
    let accepted = accept(&store, plain(), alarm("a"), NOON).await;
    for (since, until) in [(0, 60), (10, 90), (20, 30)] {
        let hold = AccountHold {
            account: robot(),
            since: after_noon(since),
            until: after_noon(until),
            reason: format!("until {until}"),
        };
        let changes = fanfare_core::Changes { holds: vec![hold], ..fanfare_core::Changes::default() };
        let unit = fanfare_store::Unit::new(Vec::new(), move |_| changes.clone());
        store.transact(vec![unit]).await.unwrap();
    }
    settle(&store, &accepted.deliveries[0], DeliveryOutcome::Delivered, NOON).await;
    drop(store);
    let store = site.open().await;
    let [hold] = &store.holds(after_noon(89)).await.unwrap()[..] else { panic!("one hold is left") };
    assert_eq!((hold.until, hold.reason.as_str()), (after_noon(90), "until 90"));
    assert!(store.holds(after_noon(90)).await.unwrap().is_empty());
}

pub(super) async fn a_digest_is_repeated_with_the_same_deliveries(site: &impl StoreSite) {
    let store = site.open().await;
    let accepted = accept(&store, plain(), alarm("a"), NOON).await;
    let ids: Vec<_> = accepted.deliveries.iter().map(|it| it.id).collect();
    let digest = begin(&store, ids.clone(), SendDigest::New).await.digest.unwrap();
    drop(store);
    let store = site.open().await;
    let pending = store.pending_deliveries().await.unwrap();
    assert!(pending.iter().all(|it| it.digest == Some(digest)), "{pending:?}");
    assert_eq!(begin(&store, ids.clone(), SendDigest::Existing(digest)).await.digest, Some(digest));
    assert_ne!(begin(&store, ids, SendDigest::New).await.digest, Some(digest));
}

pub(super) async fn names_and_keys_are_made_once(site: &impl StoreSite) {
    let store = site.open().await;
    assert_eq!(store.ack_key([1; 32]).await.unwrap(), [1; 32]);
    let first = store.enter_policy("one".to_owned(), NOON).await.unwrap();
    let second = store.enter_policy("two".to_owned(), after_noon(1)).await.unwrap();
    store.proven("ding".into(), after_noon(1)).await.unwrap();
    store.drilled("ding".into(), Moment::at(after_noon(2))).await.unwrap();
    drop(store);
    let store = site.open().await;
    assert_eq!(store.ack_key([2; 32]).await.unwrap(), [1; 32]);
    assert_ne!(first, second);
    assert_eq!(store.enter_policy("one".to_owned(), after_noon(3)).await.unwrap(), first);
    let [ding] = &store.channel_states().await.unwrap()[..] else { panic!("one channel is known") };
    assert_eq!((ding.proven_at, ding.drilled_at), (Some(after_noon(1)), Some(after_noon(2))));
}
