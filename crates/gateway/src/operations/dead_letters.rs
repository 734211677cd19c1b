//! Dead letters: retried or discarded by people, while the lanes run.

use std::sync::Arc;

use fanfare_store::{Consequences, DeadLetters, Store, StoreError};
use jiff::Timestamp;

use crate::dispatch::Dispatch;

/// Retries dead letters at once, on behalf of `by`, and returns their number.
pub(crate) async fn retry(
    store: &Store,
    dispatch: &Arc<Dispatch>,
    letters: DeadLetters,
    by: &str,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let act = {
        let dispatch = Arc::clone(dispatch);
        move |consequences: &Consequences| dispatch.act_on(consequences)
    };
    let retried = store.retry(letters, by.to_owned(), now, dispatch.decider(), act).await?;
    dispatch.retry_now(retried.hastened);
    Ok(retried.letters)
}
