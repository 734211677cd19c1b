//! A store that is slower than the senders: the doors refuse before memory grows.

use std::sync::{Arc, Condvar, Mutex};
use std::task::Poll;

use fanfare_core::{Alert, Committed, Severity};
use fanfare_store::Store;
use fanfare_testkit::NOON;
use futures_util::future::{join_all, poll_immediate};
use tempfile::TempDir;

use super::fake::FakeChannel;
use super::harness::{alarm, setup};
use super::times::MINUTE;
use crate::{Gateway, Metrics, NotStored};

/// A gate at which the thread that writes waits after each commit while it is closed.
#[derive(Default)]
struct CommitGate {
    is_closed: Mutex<bool>,
    opened: Condvar,
}

impl CommitGate {
    fn pass(&self) {
        drop(self.opened.wait_while(self.is_closed.lock().unwrap(), |closed| *closed).unwrap());
    }

    fn close(&self) {
        *self.is_closed.lock().unwrap() = true;
    }

    fn open(&self) {
        *self.is_closed.lock().unwrap() = false;
        self.opened.notify_all();
    }
}

/// A gateway whose store stops where the gate is closed.
async fn slow_gateway() -> (TempDir, Arc<CommitGate>, Gateway, Metrics) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fanfare.db");
    let store = Store::open(&path, "a store of a test").unwrap();
    let gate = Arc::new(CommitGate::default());
    let at_commit = Arc::clone(&gate);
    store.observe_commits(move |_| at_commit.pass());
    let setup = setup((store, &path), [FakeChannel::new("ding")]);
    let metrics = setup.metrics.clone();
    (folder, gate, Gateway::start(setup).await.unwrap(), metrics)
}

/// An alert of somewhat more than a MiB.
fn long_alert(number: usize) -> Alert {
    let mut alert = alarm(&number.to_string(), Severity::Low);
    alert.annotations.set("description", "x".repeat(1024 * 1024));
    alert
}

fn ids(accepted: &[Arc<Committed>]) -> Vec<i64> {
    accepted.iter().flat_map(|it| &it.alerts).map(|it| it.id.0).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_store_is_slow_alerts_are_refused_before_memory_grows_and_none_that_waits_is_lost() {
    let (_folder, gate, gateway, metrics) = slow_gateway().await;
    // No more than needed while the gate is closed: a disk that takes longer than 5 s for a commit counts as slow, and
    // all are refused.
    let alerts: Vec<_> = (0..33).map(long_alert).collect();
    gate.close();
    let (mut waiting, mut refused) = (Vec::new(), 0);
    for alert in alerts {
        let mut accept = Box::pin(gateway.accept(vec![alert], NOON));
        match poll_immediate(&mut accept).await {
            None => waiting.push(accept),
            Some(Err(NotStored::TooMany)) => refused += 1,
            Some(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((waiting.len(), refused), (31, 2), "32 MiB, less what each needs beside its text");
    let mut small = Box::pin(gateway.accept(vec![alarm("small", Severity::Urgent)], NOON));
    assert!(poll_immediate(&mut small).await.is_none(), "there is room for those who send little");
    gate.open();
    small.await.unwrap();
    let accepted = join_all(waiting).await;
    assert_eq!(accepted.iter().filter(|it| it.is_ok()).count(), 31);
    assert_eq!(metrics.too_many.get(), 2);
    // A place is free when its job is dropped, which is after the answer.
    let is_free = async {
        while metrics.waiting.get() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(MINUTE, is_free).await.unwrap();
    gateway.accept(vec![long_alert(60)], NOON).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_waits_for_one_long_body_and_not_for_all_of_them() {
    let (_folder, gate, gateway, _metrics) = slow_gateway().await;
    gate.close();
    let bodies =
        (0..5).map(|body| (0..200).map(|it| alarm(&format!("{body}/{it}"), Severity::Low)).collect());
    let bodies: Vec<Vec<Alert>> = bodies.collect();
    let mut long: Vec<_> = bodies.into_iter().map(|it| Box::pin(gateway.accept(it, NOON))).collect();
    for body in &mut long {
        assert_eq!(poll_immediate(body).await.map(|_| ()), None);
    }
    let mut honest = Box::pin(gateway.accept(vec![alarm("honest", Severity::Urgent)], NOON));
    assert!(matches!(futures_util::poll!(&mut honest), Poll::Pending));
    gate.open();
    let (honest, long) = futures_util::future::join(honest, join_all(long)).await;
    assert_eq!(ids(&honest.unwrap()), [201]);
    let firsts: Vec<i64> = long.into_iter().map(|it| ids(&it.unwrap())[0]).collect();
    assert_eq!(firsts, [1, 202, 402, 602, 802]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_alerts_are_not_refused() {
    let (_folder, gate, gateway, metrics) = slow_gateway().await;
    gate.close();
    let full = gateway.intake.queue.enter(usize::MAX / 2).unwrap();
    assert!(matches!(gateway.check_room(), Err(NotStored::TooMany)));
    let refused = gateway.accept(vec![alarm("a", Severity::High)], NOON).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "not accepted, please send again in a second: too many alerts wait to be written"
    );
    gate.open();
    let own = gateway.intake.accept(
        vec![alarm("own", Severity::High)],
        NOON,
        fanfare_store::Durability::AsPossible,
    );
    assert_eq!(own.await.unwrap().len(), 1);
    drop(full);
    assert_eq!(metrics.too_many.get(), 2);
}
