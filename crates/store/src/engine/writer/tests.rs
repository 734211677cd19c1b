use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::Poll;

use fanfare_core::Severity;

use super::*;
use crate::fixtures::{Accepted, NOON, StoreFolder, alarm, try_accept};
use crate::{Commit, Store, Unit};

/// Asks for `future` without waiting for its answer.
async fn ask<F: Future>(mut future: Pin<Box<F>>) -> Pin<Box<F>> {
    std::future::poll_fn(|context| {
        assert!(future.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    future
}

/// Lets the writing thread stand still until something comes through the sender:
/// what is asked for meanwhile waits at the same time.
async fn hold_up(store: &Store) -> Sender<()> {
    let (go_on, wait) = mpsc::channel();
    let (standing, stands) = oneshot::channel();
    let held = Mutex::new((Some(standing), wait));
    let stand = move |_: &Connection| {
        let mut held = held.lock().unwrap();
        if let Some(standing) = held.0.take() {
            standing.send(()).unwrap();
            held.1.recv().unwrap();
        }
        Ok(())
    };
    drop(ask(Box::pin(store.write(stand, |()| ()))).await);
    stands.await.unwrap();
    go_on
}

/// Accepts an alarm of each of `euis` at the same time, each by a request of its own.
async fn accept_together(store: &Store, euis: &[String]) -> Vec<Result<Vec<Accepted>, StoreError>> {
    let go_on = hold_up(store).await;
    let mut requests = Vec::new();
    for eui in euis {
        requests.push(ask(Box::pin(try_accept(store, vec![alarm(eui, Severity::High)], NOON))).await);
    }
    go_on.send(()).unwrap();
    let mut answers = Vec::new();
    for request in requests {
        answers.push(request.await);
    }
    answers
}

fn euis(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:016x}")).collect()
}

/// Makes SQLite itself refuse alarms of `eui`.
fn refuse(folder: &StoreFolder, eui: &str) {
    let fingerprint = alarm(eui, Severity::Low).fingerprint.to_bits().cast_signed();
    folder
        .raw()
        .execute_batch(&format!(
            "CREATE TRIGGER refuse_{eui} BEFORE INSERT ON alerts WHEN NEW.fingerprint = {fingerprint}
             BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        ))
        .unwrap();
}

#[tokio::test]
async fn requests_that_wait_at_the_same_time_share_a_commit() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let before = folder.commits();
    let answers = accept_together(&store, &euis(64)).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(folder.commits() - before, 1);
    assert_eq!(folder.number("SELECT count(*) FROM alerts"), 64);
}

#[tokio::test]
async fn a_commit_is_shared_by_a_bounded_number() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let before = folder.commits();
    let answers = accept_together(&store, &euis(JOBS_PER_COMMIT + 1)).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(folder.commits() - before, 2);
}

#[tokio::test]
async fn one_by_one_each_has_a_commit_of_its_own() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let before = folder.commits();
    for eui in euis(8) {
        try_accept(&store, vec![alarm(&eui, Severity::High)], NOON).await.unwrap();
    }
    assert_eq!(folder.commits() - before, 8);
}

#[tokio::test]
async fn a_request_that_cannot_be_kept_costs_only_itself() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let euis = euis(64);
    refuse(&folder, &euis[20]);
    let before = folder.commits();
    let answers = accept_together(&store, &euis).await;
    for (index, answer) in answers.iter().enumerate() {
        match answer {
            Ok(_) => assert_ne!(index, 20),
            Err(err) => {
                assert_eq!(index, 20);
                assert_eq!(err.to_string(), "the store cannot be used: refused by the test");
            }
        }
    }
    assert_eq!(folder.number("SELECT count(*) FROM alerts"), 63);
    assert_eq!(folder.number("SELECT count(*) FROM deliveries"), 126);
    let commits = folder.commits() - before;
    assert!(commits <= 6, "{commits}"); // halves: 32, 16, 8, 4, 2, 1
}

#[tokio::test]
async fn a_request_that_breaks_our_code_costs_only_itself() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let go_on = hold_up(&store).await;
    let good = ask(Box::pin(try_accept(&store, vec![alarm("a", Severity::High)], NOON))).await;
    let breaks = store.transact(vec![Unit::new(Vec::new(), |_| panic!("a bug"))]);
    let breaks = ask(Box::pin(breaks)).await;
    let then_breaks = store.write(|_| Ok(()), |()| panic!("another bug"));
    let then_breaks = ask(Box::pin(then_breaks)).await;
    go_on.send(()).unwrap();

    assert!(good.await.is_ok());
    assert!(matches!(breaks.await, Err(StoreError::Panicked)));
    assert!(then_breaks.await.is_ok());
    try_accept(&store, vec![alarm("d", Severity::High)], NOON).await.unwrap();
    assert_eq!(folder.number("SELECT count(*) FROM alerts"), 2);
}

#[tokio::test]
async fn of_a_request_with_several_alerts_all_are_kept_or_none() {
    let folder = StoreFolder::new();
    let store = folder.open();
    refuse(&folder, "b");
    let alerts = ["a", "b", "c"].map(|eui| alarm(eui, Severity::High)).to_vec();
    assert!(try_accept(&store, alerts, NOON).await.is_err());
    for table in ["alerts", "incidents", "notifications", "deliveries"] {
        assert_eq!(folder.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
}

/// Lets the file grow no further, as a full disk would; or lets it grow again.
async fn limit_pages(store: &Store, limit: u32) {
    let work = move |db: &Connection| {
        let limit: u32 = db.query_row(&format!("PRAGMA max_page_count = {limit}"), [], |row| row.get(0))?;
        Ok(limit)
    };
    store.write(work, |_| ()).await.unwrap();
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_kept_and_the_caller_hears_it_and_later_all_is_well() {
    let folder = StoreFolder::new();
    let store = folder.open();
    limit_pages(&store, 1).await; // SQLite takes what the file has now for the limit
    let mut large = alarm("a", Severity::High);
    large.annotations.set("description", "long ".repeat(20_000));
    let err = try_accept(&store, vec![large.clone()], NOON).await.unwrap_err();
    assert_eq!(err.to_string(), "the store cannot be used: database or disk is full");
    assert_eq!(folder.number("SELECT (SELECT count(*) FROM alerts) + (SELECT count(*) FROM incidents)"), 0);

    limit_pages(&store, 1_000_000).await;
    try_accept(&store, vec![large], NOON).await.unwrap();
    assert_eq!(folder.number("SELECT count(*) FROM deliveries"), 2);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_written_all_the_same_and_what_must_follow_follows() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let mut commits = store.commits().unwrap();
    let request = try_accept(&store, vec![alarm("a", Severity::High)], NOON);
    drop(ask(Box::pin(request)).await);
    try_accept(&store, vec![alarm("b", Severity::High)], NOON).await.unwrap();
    for eui in ["a", "b"] {
        let Some(Commit::Changes(changes)) = commits.recv().await else { panic!("nothing follows") };
        assert_eq!(changes[0].alerts[0].alert.text_of("eui"), eui);
    }
    assert_eq!(folder.number("SELECT count(*) FROM alerts"), 2);
}

#[tokio::test]
async fn nothing_follows_what_was_not_written() {
    let folder = StoreFolder::new();
    let store = folder.open();
    refuse(&folder, "a");
    let mut commits = store.commits().unwrap();
    assert!(try_accept(&store, vec![alarm("a", Severity::High)], NOON).await.is_err());
    assert!(commits.try_recv().is_err());
}
