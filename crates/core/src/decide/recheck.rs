//! Something is due, or a channel turned out to be blocked.

use super::builder::{ChangesBuilder, EvaluationTime};
use super::changes::Changes;
use super::context::DecisionContext;
use super::state::DecisionState;

/// Does what is due about the notifications in `state` by the clock of their promise, or because of an event.
///
/// Needs the state of [`StateKey::Notification`](crate::StateKey::Notification).
#[must_use]
pub fn recheck(state: &DecisionState, time: EvaluationTime, context: &DecisionContext<'_>) -> Changes {
    let mut builder = ChangesBuilder::new(context);
    state.notifications.iter().for_each(|it| drop(builder.recheck(it, time)));
    builder.changes
}
