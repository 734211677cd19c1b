//! Heartbeats of senders: heard, shown and forgotten.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{BeatOutcome, HeartbeatKey, HeartbeatState, HeartbeatStatus, KnownHeartbeat, shifted};
use fanfare_store::StoreError;
use jiff::Timestamp;
use tracing::{info, warn};

use crate::intake::Intake;
use crate::self_alert::{Condition, SELF_SOURCE};
use crate::time::{before, between};

/// A heartbeat as people see it; all times are those of the wall clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatView {
    /// The source, and the name.
    pub key: HeartbeatKey,
    /// The status at the moment of the look.
    pub status: HeartbeatStatus,
    /// The longest time between two of them that is expected.
    pub every: Duration,
    /// The further time after which one is missing.
    pub grace: Duration,
    /// The time at which it was last heard since the start.
    pub last_heard: Option<Timestamp>,
    /// The time at which it is missing unless it is heard.
    pub due_at: Timestamp,
}

/// Takes up the heartbeats that earlier lives knew.
pub(crate) async fn take_up(intake: &Intake) {
    if let Err(err) = try_to_take_up(intake).await {
        warn!(error = %err, "Heartbeats that were known before cannot be read: each is expected again once it is heard");
    }
}

async fn try_to_take_up(intake: &Intake) -> Result<(), StoreError> {
    let known = intake.store.take_up_heartbeats().await?;
    let firing = intake.store.firing_of(SELF_SOURCE).await?;
    let missing: BTreeSet<_> =
        firing.iter().filter_map(Condition::from_alert).filter_map(Condition::into_heartbeat).collect();
    let unwanted = intake.heartbeats.board().take_up(known, &missing, intake.monotonic.now());
    forget_unwanted(intake, unwanted).await;
    Ok(())
}

/// Deletes heartbeats that no rule is about any more.
pub(crate) async fn forget_unwanted(intake: &Intake, unwanted: Vec<HeartbeatKey>) {
    if unwanted.is_empty() {
        return;
    }
    if let Err(err) = intake.store.forget_heartbeats(unwanted).await {
        warn!(error = %err, "Heartbeats that are not expected any more cannot be deleted; the next start does it");
    }
}

/// Saves the times of all heartbeats for the next life.
pub(crate) async fn save(intake: &Intake) -> Result<(), StoreError> {
    let known = intake.heartbeats.board().saved(intake.monotonic.now());
    if known.is_empty() { Ok(()) } else { intake.store.save_heartbeats(known).await }
}

/// Notes that these heartbeats were heard; the outcomes stand in their order, with times of the wall clock. The names of
/// new ones are stored together before this returns.
pub(crate) async fn hear(intake: &Intake, keys: Vec<HeartbeatKey>) -> Vec<BeatOutcome> {
    let now = intake.monotonic.moment();
    let wall = |at: Timestamp| shifted(at, -now.leads().promise);
    let (mut outcomes, mut learned) = (Vec::with_capacity(keys.len()), Vec::new());
    for key in keys {
        outcomes.push(match intake.heartbeats.hear(&key, now.promise) {
            BeatOutcome::Heard(due_at) => BeatOutcome::Heard(wall(due_at)),
            outcome @ (BeatOutcome::NotExpected | BeatOutcome::TooMany) => outcome,
            BeatOutcome::Learned(due_at) => {
                info!(heartbeat = %key, "A new heartbeat is heard and expected from now on");
                learned.push(KnownHeartbeat { key, due: None });
                BeatOutcome::Learned(wall(due_at))
            }
        });
    }
    if !learned.is_empty()
        && let Err(err) = intake.store.save_heartbeats(learned).await
    {
        warn!(error = %err, "Names of heartbeats cannot be stored; a restart forgets them until they are heard again");
    }
    outcomes
}

/// Forgets a heartbeat until it is heard again; false if none of a pattern goes by this key.
pub(crate) async fn forget(intake: &Intake, key: HeartbeatKey) -> Result<bool, StoreError> {
    if !intake.heartbeats.board().forget(&key) {
        return Ok(false);
    }
    info!(heartbeat = %key, "A heartbeat is forgotten until it is heard again");
    intake.store.forget_heartbeats(vec![key]).await?;
    Ok(true)
}

/// All heartbeats, by source and name.
pub(crate) fn views(intake: &Intake) -> Vec<HeartbeatView> {
    let now = intake.monotonic.moment();
    let mut board = intake.heartbeats.board();
    board.update(now.promise);
    let view = |state: HeartbeatState| HeartbeatView {
        status: state.status,
        every: state.rule.every,
        grace: state.rule.grace,
        last_heard: state.last.map(|last| before(now.wall, between(last, now.promise))),
        due_at: shifted(state.due_at, -now.leads().promise),
        key: state.key,
    };
    board.states().map(view).collect()
}
