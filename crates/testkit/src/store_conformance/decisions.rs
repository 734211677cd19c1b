//! Promises about deciding on a state that is read in the same transaction.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use fanfare_core::{DeliveryOutcome, Obstacle};
use fanfare_store::{Commit, Store};

use super::events::{
    accept, accepting, acknowledging, alarm, end_of, ladder, plain, rechecking, run, settling,
};
use super::site::StoreSite;
use crate::{NOON, after_noon};

pub(super) async fn units_see_what_the_ones_before_them_wrote(site: &impl StoreSite) {
    let store = site.open().await;
    let units = vec![
        accepting(plain(), alarm("a"), NOON),
        accepting(plain(), alarm("a"), after_noon(1)),
        accepting(plain(), end_of("a"), after_noon(2)),
        accepting(plain(), alarm("a"), after_noon(3)),
    ];
    let outcomes = store.transact(units).await.unwrap();
    let told: Vec<_> = outcomes.iter().map(|it| it.as_ref().unwrap().notifications.len()).collect();
    assert_eq!(told, [1, 0, 1, 1]); // it began, it is known, it ended, it began anew
    let incident = |index: usize| outcomes[index].as_ref().unwrap().notifications[0].incident;
    assert_eq!(incident(0), incident(2));
    assert_ne!(incident(0), incident(3));
}

pub(super) async fn commits_are_told_in_order_without_their_callers(site: &impl StoreSite) {
    let store = site.open().await;
    let mut commits = store.commits().unwrap();
    assert!(store.commits().is_none(), "the stream is there once");
    for eui in ["a", "b", "c"] {
        let mut call = Box::pin(store.transact(vec![accepting(plain(), alarm(eui), NOON)]));
        assert!(poll(call.as_mut()).is_pending()); // it is handed over, and the caller goes away
    }
    for eui in ["a", "b", "c"] {
        let Some(Commit::Changes(changes)) = commits.recv().await else { panic!("no changes of {eui}") };
        assert_eq!(changes[0].alerts[0].alert.fingerprint, alarm(eui).fingerprint);
    }
}

fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

pub(super) async fn events_that_come_twice_change_nothing_more(site: &impl StoreSite) {
    let store = site.open().await;
    let accepted = accept(&store, plain(), alarm("a"), NOON).await;
    let [ding, mail] = &accepted.deliveries[..] else { panic!("{:?}", accepted.deliveries) };
    for _ in 0..2 {
        run(&store, settling(ding, DeliveryOutcome::Delivered, after_noon(1))).await.unwrap();
        assert_eq!(store.attempts(ding.id).await.unwrap().len(), 1);
        assert_eq!(&store.pending_deliveries().await.unwrap()[..], std::slice::from_ref(mail));
    }
    let id = accepted.notifications[0].id;
    run(&store, acknowledging(id, "Li", after_noon(2))).await.unwrap();
    let pending = store.pending_deliveries().await.unwrap();
    let second = run(&store, acknowledging(id, "Wang", after_noon(3))).await;
    assert!(matches!(second, Err(Obstacle::Already(first)) if first.by == "Li"));
    assert_eq!(store.pending_deliveries().await.unwrap(), pending);
}

pub(super) async fn a_rung_is_climbed_once(site: &impl StoreSite) {
    let store = site.open().await;
    let accepted = accept(&store, ladder(), alarm("a"), NOON).await;
    let id = accepted.notifications[0].id;
    let added = async |store: &Store, seconds| {
        let checked = run(store, rechecking(id, after_noon(seconds))).await.unwrap();
        checked.deliveries.iter().map(|it| it.channel.to_string()).collect::<Vec<_>>()
    };
    assert!(added(&store, 59).await.is_empty());
    assert_eq!(added(&store, 60).await, ["boss"]);
    drop(store);
    assert!(added(&site.open().await, 61).await.is_empty());
}

pub(super) async fn channels_are_handed_over_at_their_place_among_the_commits(site: &impl StoreSite) {
    let store = site.open().await;
    let mut commits = store.commits().unwrap();
    let before = accept(&store, plain(), alarm("a"), NOON).await;
    store.hand_over(["mail".into()].into()).await.unwrap();
    accept(&store, plain(), alarm("b"), NOON).await;
    assert!(matches!(commits.recv().await, Some(Commit::Changes(_))));
    let Some(Commit::TakenUp(pending)) = commits.recv().await else { panic!("nothing is handed over") };
    assert_eq!(pending, before.deliveries[1..]);
    assert!(matches!(commits.recv().await, Some(Commit::Changes(_))));
}
