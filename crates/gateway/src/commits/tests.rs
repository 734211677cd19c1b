use std::cell::RefCell;

use tokio::sync::mpsc::unbounded_channel;

use super::*;

fn commit(changes: usize) -> Commit {
    Commit::Changes(vec![Arc::default(); changes])
}

fn changes(commit: &Commit) -> usize {
    match commit {
        Commit::Changes(committed) => committed.len(),
        Commit::TakenUp(pending) => panic!("{pending:?}"),
    }
}

/// Sends commits with 1, 2 and 3 changes, and returns those on which `act` was called before `stop`.
async fn acted_on(stop: &CancellationToken, act: impl Fn(usize)) -> Vec<usize> {
    let (sender, commits) = unbounded_channel();
    [1, 2, 3].map(commit).into_iter().for_each(|commit| sender.send(commit).unwrap());
    drop(sender);
    let seen = RefCell::new(Vec::new());
    for_each(commits, stop, |commit| {
        let changes = changes(&commit);
        seen.borrow_mut().push(changes);
        act(changes);
    })
    .await;
    seen.into_inner()
}

#[tokio::test]
async fn commits_are_acted_on_in_their_order() {
    assert_eq!(acted_on(&CancellationToken::new(), |_| ()).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_panic_costs_one_commit_only() {
    let panic_at_two = |changes| assert_ne!(changes, 2, "a bug");
    assert_eq!(acted_on(&CancellationToken::new(), panic_at_two).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_stopped_gateway_acts_on_no_further_commit() {
    let stop = CancellationToken::new();
    assert_eq!(acted_on(&stop, |_| stop.cancel()).await, [1]);
}
