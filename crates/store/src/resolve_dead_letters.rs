//! Resolving dead letters on behalf of a person: retrying or discarding them.

use std::sync::Arc;

use fanfare_core::{
    ChannelName, ContractState, ContractStatus, DeadLetterId, DeliveryId, Discarding, NotificationId, Step,
};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::column::as_kept;
use crate::read::{DeadLetterKey, find, key_of, waits_for_a_person};
use crate::recheck::{Consequences, apply};
use crate::tables::notifications::LoadedNotification;
use crate::tables::{deliveries, notifications, steps};
use crate::{DeadLetterFilter, DeadLetters, Decider, Store, StoreError};

/// The most dead letters that are resolved in one transaction, so that a request
/// never waits long behind it.
const BATCH_SIZE: u32 = 200;

/// The result of a retry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retried {
    /// Number of dead letters that are retried.
    pub letters: usize,
    /// Pending deliveries that are due at once.
    pub hastened: Vec<DeliveryId>,
}

impl Store {
    /// Retries dead letters, at once and as patiently as new deliveries, on
    /// behalf of `by`. The contract of a notification that can be kept again is
    /// open again; one whose time has passed stays abandoned until it is late.
    ///
    /// Some are written at a time; `then` runs after each commit and is handed the
    /// deliveries that are pending again. Nothing is tried twice if the process
    /// dies in between: the rest is still dead.
    ///
    /// # Errors
    ///
    /// If it cannot be written; some may have been.
    pub async fn retry(
        &self,
        letters: DeadLetters,
        by: String,
        now: Timestamp,
        decider: Arc<dyn Decider>,
        then: impl Fn(&Consequences) + Clone + Send + 'static,
    ) -> Result<Retried, StoreError> {
        let now = as_kept(now)?;
        let mut sum = Retried::default();
        let mut rest = Some(Remaining::from(letters));
        while let Some(some) = rest {
            let (here, by, decider, then) = (some.clone(), by.clone(), Arc::clone(&decider), then.clone());
            let work = move |db: &Connection| {
                let found = here.find(db)?;
                let mut hastened = Vec::new();
                let mut consequences = Consequences::default();
                for letters in by_notification(&found) {
                    let (sooner, more) = retry(db, &letters, &by, now, decider.as_ref())?;
                    hastened.extend(sooner);
                    consequences.add(more);
                }
                Ok((found, hastened, consequences))
            };
            let follow_up = move |(_, _, consequences): &(_, _, Consequences)| then(consequences);
            let (found, hastened, _) = self.write(work, follow_up).await?;
            sum.letters += found.len();
            sum.hastened.extend(hastened);
            rest = some.beyond(&found);
        }
        Ok(sum)
    }

    /// Discards dead letters, and returns how many: they wait for nobody any more.
    /// Deliveries of an abandoned notification that are still pending go on.
    ///
    /// # Errors
    ///
    /// If it cannot be written; some may have been.
    pub async fn discard(
        &self,
        letters: DeadLetters,
        discarding: Discarding,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut sum = 0;
        let mut rest = Some(Remaining::from(letters));
        while let Some(some) = rest {
            let (here, discarding) = (some.clone(), discarding.clone());
            let work = move |db: &Connection| {
                let found = here.find(db)?;
                for letters in by_notification(&found) {
                    discard(db, &letters, &discarding, now)?;
                }
                Ok(found)
            };
            let found = self.write(work, |_| ()).await?;
            sum += found.len();
            rest = some.beyond(&found);
        }
        Ok(sum)
    }
}

/// The dead letters that are still to be resolved.
#[derive(Debug, Clone)]
enum Remaining {
    /// Named ones, as far as they still wait for a person.
    These(Vec<DeadLetterId>),
    /// All after a place: what is resolved on the way is found no more, and a
    /// delivery that dies meanwhile may stand before it.
    All(DeadLetterFilter, Option<DeadLetterKey>),
}

impl From<DeadLetters> for Remaining {
    fn from(letters: DeadLetters) -> Self {
        match letters {
            DeadLetters::These(ids) => Self::These(ids),
            DeadLetters::All(filter) => Self::All(filter, None),
        }
    }
}

impl Remaining {
    /// The next batch, those of one notification beside each other.
    fn find(&self, db: &Connection) -> Result<Vec<DeadLetterKey>, StoreError> {
        match self {
            Self::All(filter, after) => find(db, filter, *after, BATCH_SIZE),
            Self::These(ids) => {
                let mut found = Vec::new();
                for id in ids.iter().take(BATCH_SIZE as usize) {
                    if waits_for_a_person(db, *id)? {
                        found.push(key_of(db, *id)?);
                    }
                }
                found.sort_unstable();
                found.dedup();
                Ok(found)
            }
        }
    }

    /// The rest after `found`, which was found last.
    fn beyond(self, found: &[DeadLetterKey]) -> Option<Self> {
        match self {
            Self::These(mut ids) => {
                ids.drain(..ids.len().min(BATCH_SIZE as usize));
                (!ids.is_empty()).then_some(Self::These(ids))
            }
            Self::All(filter, _) => {
                let last = found.last().filter(|_| found.len() >= BATCH_SIZE as usize)?;
                Some(Self::All(filter, Some(*last)))
            }
        }
    }
}

/// The dead letters of one notification.
struct Letters {
    notification: NotificationId,
    scope: LetterScope,
}

enum LetterScope {
    /// Some deliveries of it.
    Deliveries(Vec<DeliveryId>),
    /// All of it, its pending deliveries too.
    Notification,
}

fn by_notification(found: &[DeadLetterKey]) -> impl Iterator<Item = Letters> {
    found.chunk_by(|one, other| one.notification == other.notification).map(|keys| {
        let notification = keys.first().map_or(NotificationId(0), |it| it.notification);
        let deliveries = keys.iter().map(|key| match key.id() {
            DeadLetterId::Delivery(id) => Some(id),
            DeadLetterId::Notification(_) => None,
        });
        let scope =
            deliveries.collect::<Option<_>>().map_or(LetterScope::Notification, LetterScope::Deliveries);
        Letters { notification, scope }
    })
}

impl Letters {
    /// The dead deliveries that are meant, in the order in which they came to be.
    fn deliveries(&self, db: &Connection) -> Result<Vec<DeliveryId>, StoreError> {
        let mut deliveries = match &self.scope {
            LetterScope::Deliveries(ids) => ids.clone(),
            LetterScope::Notification => deliveries::dead(db, self.notification)?,
        };
        deliveries.sort_unstable();
        Ok(deliveries)
    }
}

fn retry(
    db: &Connection,
    letters: &Letters,
    by: &str,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<(Vec<DeliveryId>, Consequences), StoreError> {
    let notification = letters.notification;
    let dead = letters.deliveries(db)?;
    let (hastened, mut on): (Vec<_>, Vec<_>) = match letters.scope {
        LetterScope::Deliveries(_) => (Vec::new(), Vec::new()),
        LetterScope::Notification => deliveries::hasten_all(db, notification, now)?.into_iter().unzip(),
    };
    for id in &dead {
        on.push(deliveries::revive(db, *id, now)?);
    }
    steps::insert(db, notification, &Step::Retried { by: by.to_owned(), on }, now)?;
    let mut consequences = reconsider(db, notification, now, decider)?;
    for id in dead {
        consequences.deliveries.extend(deliveries::find_pending(db, id)?.map(Into::into));
    }
    Ok((hastened, consequences))
}

/// Opens an abandoned contract again if it can be kept again, or a second failure
/// would be told to nobody; if it cannot, a person has handled it.
fn reconsider(
    db: &Connection,
    id: NotificationId,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    let Some(found) = notifications::load(db, id)? else { return Ok(Consequences::default()) };
    match found.state.fulfilment {
        ContractStatus::Abandoned => {}
        ContractStatus::Open | ContractStatus::Kept | ContractStatus::Broken | ContractStatus::Late => {
            return Ok(Consequences::default());
        }
    }
    let anew = LoadedNotification {
        state: ContractState { fulfilment: ContractStatus::Open, ..found.state },
        ..found
    };
    match decider.pursue(&anew.head.terms, &anew.state, now).fulfilment {
        ContractStatus::Open | ContractStatus::Kept => reopen(db, &anew, now, decider),
        ContractStatus::Broken | ContractStatus::Abandoned | ContractStatus::Late => {
            if deliveries::dead(db, id)?.is_empty() {
                notifications::mark_handled(db, id, "retried")?;
            }
            Ok(Consequences::default())
        }
    }
}

fn reopen(
    db: &Connection,
    anew: &LoadedNotification,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    notifications::reopen(db, anew.head.id)?;
    apply(db, anew, now, decider)
}

fn discard(
    db: &Connection,
    letters: &Letters,
    discarding: &Discarding,
    now: Timestamp,
) -> Result<(), StoreError> {
    let notification = letters.notification;
    let mut on = Vec::new();
    for id in letters.deliveries(db)? {
        on.push(discard_delivery(db, id, discarding)?);
    }
    let Discarding { by, reason } = discarding;
    steps::insert(db, notification, &Step::Discarded { by: by.clone(), reason: reason.clone(), on }, now)?;
    let is_over = match letters.scope {
        LetterScope::Deliveries(_) => is_over(db, notification)?,
        LetterScope::Notification => true,
    };
    if is_over { notifications::mark_handled(db, notification, "discarded") } else { Ok(()) }
}

fn discard_delivery(
    db: &Connection,
    id: DeliveryId,
    discarding: &Discarding,
) -> Result<ChannelName, StoreError> {
    let Discarding { by, reason } = discarding;
    deliveries::discard_with_note(db, id, &format!("discarded by {by}: {reason}"))
}

/// Whether the contract was abandoned and none of its deliveries is dead or pending any more.
fn is_over(db: &Connection, id: NotificationId) -> Result<bool, StoreError> {
    let abandoned = notifications::fulfilment(db, id)? == ContractStatus::Abandoned;
    Ok(abandoned && !deliveries::any_unresolved(db, id)?)
}

#[cfg(test)]
mod tests;
