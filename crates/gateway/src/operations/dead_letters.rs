//! Dead letters: retried or discarded by people, while the lanes run.

use std::sync::Arc;

use fanfare_core::{
    Changes, DeadLetterId, DecisionState, DiscardReason, Moment, NotificationId, StateKey, discard, retry,
};
use fanfare_store::{DeadLetters, Durability, Store, StoreError, Unit};
use jiff::Timestamp;

use crate::policy::PolicyInForce;

/// The number of dead letters in one transaction, so that an alert that arrives meanwhile
/// does not wait long.
const BATCH_SIZE: u32 = 200;

/// Retries dead letters at once, on behalf of `by`, and returns their number.
pub(crate) async fn retry_all(
    store: &Store,
    policy: &Arc<PolicyInForce>,
    which: DeadLetters,
    by: &str,
    now: Moment,
) -> Result<usize, StoreError> {
    resolve_all(store, which, |letters| {
        let (policy, by) = (Arc::clone(policy), by.to_owned());
        Box::new(move |state| policy.decide(now, |context| retry(state, &letters, &by, context, now.wall)))
    })
    .await
}

/// Discards dead letters, and returns their number.
pub(crate) async fn discard_all(
    store: &Store,
    which: DeadLetters,
    reason: &DiscardReason,
    now: Timestamp,
) -> Result<usize, StoreError> {
    resolve_all(store, which, |letters| {
        let reason = reason.clone();
        Box::new(move |state| discard(state, &letters, &reason, now))
    })
    .await
}

type Resolve = Box<dyn FnMut(&DecisionState) -> Changes + Send>;

/// Resolves the dead letters that are meant, a page at a time and those of one notification together.
async fn resolve_all(
    store: &Store,
    which: DeadLetters,
    resolve: impl Fn(Vec<DeadLetterId>) -> Resolve,
) -> Result<usize, StoreError> {
    let (mut resolved, mut last) = (0, None);
    loop {
        let page = store.dead_letters_by_notification(which.clone(), last, BATCH_SIZE).await?;
        let Some((_, letters)) = page.last() else { return Ok(resolved) };
        last = letters.last().copied();
        let unit = |(notification, letters): (NotificationId, Vec<DeadLetterId>)| {
            Unit::new(vec![StateKey::Notification(notification)], resolve(letters))
        };
        let outcomes =
            store.transact_durably(page.into_iter().map(unit).collect(), Durability::OnDisk).await?;
        resolved += outcomes.iter().flatten().map(|it| it.dead_letters.len()).sum::<usize>();
    }
}
