//! What a person does about dead letters: has them tried again, or lets them be.

use std::sync::Arc;

use fanfare_core::{ChannelName, ContractState, ContractStatus, DeliveryId, NotificationId, Step};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{DeadLetterFilter, DeadLetterId, DeadLetters, Place, find, place_of};
use crate::column::{as_kept, from_time, to_fulfilment};
use crate::pending::owed_delivery;
use crate::pursue::{Consequences, Found, follow, look_at, write_step};
use crate::{Decider, Store, StoreError};

/// How many are dealt with in one transaction, so that a request never waits
/// long behind it.
const AT_A_TIME: u32 = 200;

/// What trying again came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retried {
    /// How many dead letters.
    pub letters: usize,
    /// Deliveries that were pending all the while and need wait no longer.
    pub hastened: Vec<DeliveryId>,
}

/// Who lets dead letters be, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discarding {
    /// Who, as they named themselves.
    pub by: String,
    /// Why, for the ledger.
    pub reason: String,
}

impl Store {
    /// Has dead letters tried again, at once and as patiently as new ones, on
    /// behalf of `by`. The promise of a notification that can be kept again is
    /// open again; one whose time has passed stays abandoned until it is late.
    ///
    /// Some are written at a time; `then` runs after each commit, and what it is
    /// told to deliver has come back from the dead. Nothing is tried twice if the
    /// process dies in between: the rest is still dead.
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
        let mut rest = Some(Rest::of(letters));
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
            let (found, hastened, _) = self.writer.write(work, follow_up).await?;
            sum.letters += found.len();
            sum.hastened.extend(hastened);
            rest = some.beyond(&found);
        }
        Ok(sum)
    }

    /// Lets dead letters be, and says how many: they wait for nobody any more.
    /// What is still pending of an abandoned notification goes on.
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
        let mut rest = Some(Rest::of(letters));
        while let Some(some) = rest {
            let (here, discarding) = (some.clone(), discarding.clone());
            let work = move |db: &Connection| {
                let found = here.find(db)?;
                for letters in by_notification(&found) {
                    discard(db, &letters, &discarding, now)?;
                }
                Ok(found)
            };
            let found = self.writer.write(work, |_| ()).await?;
            sum += found.len();
            rest = some.beyond(&found);
        }
        Ok(sum)
    }
}

/// The dead letters that are still to be dealt with.
#[derive(Debug, Clone)]
enum Rest {
    These(Vec<DeadLetterId>),
    /// Those after a place: what is dealt with on the way is found no more, and
    /// what dies meanwhile may stand before it.
    All(DeadLetterFilter, Option<Place>),
}

impl Rest {
    fn of(letters: DeadLetters) -> Self {
        match letters {
            DeadLetters::These(ids) => Self::These(ids),
            DeadLetters::All(filter) => Self::All(filter, None),
        }
    }

    /// The next ones, those of one notification beside each other.
    fn find(&self, db: &Connection) -> Result<Vec<Place>, StoreError> {
        match self {
            Self::All(filter, after) => find(db, filter, *after, AT_A_TIME),
            Self::These(ids) => {
                let mut found = Vec::new();
                for id in ids.iter().take(AT_A_TIME as usize) {
                    if waits_for_a_person(db, *id)? {
                        found.push(place_of(db, *id)?);
                    }
                }
                found.sort_unstable();
                found.dedup();
                Ok(found)
            }
        }
    }

    /// What is left after `found`, which was found last.
    fn beyond(self, found: &[Place]) -> Option<Self> {
        match self {
            Self::These(mut ids) => {
                ids.drain(..ids.len().min(AT_A_TIME as usize));
                (!ids.is_empty()).then_some(Self::These(ids))
            }
            Self::All(filter, _) => {
                let last = found.last().filter(|_| found.len() >= AT_A_TIME as usize)?;
                Some(Self::All(filter, Some(*last)))
            }
        }
    }
}

pub(super) fn waits_for_a_person(db: &Connection, id: DeadLetterId) -> Result<bool, StoreError> {
    let (sql, number) = match id {
        DeadLetterId::Delivery(id) => ("SELECT 1 FROM deliveries WHERE id = ?1 AND state = 'dead'", id.0),
        DeadLetterId::Notification(id) => (
            "SELECT 1 FROM notifications WHERE id = ?1 AND fulfilment = 'abandoned' AND dealt_with IS NULL",
            id.0,
        ),
    };
    Ok(db.prepare_cached(sql)?.query_row([number], |_| Ok(())).optional()?.is_some())
}

/// The dead letters of one notification.
struct Letters {
    notification: NotificationId,
    which: Which,
}

enum Which {
    /// Deliveries of it.
    These(Vec<DeliveryId>),
    /// All of it, what is pending too.
    Whole,
}

fn by_notification(found: &[Place]) -> impl Iterator<Item = Letters> {
    found.chunk_by(|one, other| one.notification == other.notification).map(|places| {
        let notification = NotificationId(places.first().map_or(0, |it| it.notification));
        let deliveries = places.iter().map(|place| match place.id() {
            DeadLetterId::Delivery(id) => Some(id),
            DeadLetterId::Notification(_) => None,
        });
        Letters { notification, which: deliveries.collect::<Option<_>>().map_or(Which::Whole, Which::These) }
    })
}

impl Letters {
    /// The dead deliveries that are meant, as they came to be.
    fn deliveries(&self, db: &Connection) -> Result<Vec<DeliveryId>, StoreError> {
        let mut deliveries = match &self.which {
            Which::These(ids) => ids.clone(),
            Which::Whole => dead_deliveries(db, self.notification)?,
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
    let deliveries = letters.deliveries(db)?;
    let (hastened, mut on): (Vec<_>, Vec<_>) = match letters.which {
        Which::These(_) => (Vec::new(), Vec::new()),
        Which::Whole => hasten(db, notification, now)?.into_iter().unzip(),
    };
    for id in &deliveries {
        on.push(revive(db, *id, now)?);
    }
    write_step(db, notification, &Step::Retried { by: by.to_owned(), on }, now)?;
    let mut consequences = reconsider(db, notification, now, decider)?;
    for id in deliveries {
        consequences.deliveries.extend(owed_delivery(db, id)?);
    }
    Ok((hastened, consequences))
}

fn dead_deliveries(db: &Connection, notification: NotificationId) -> Result<Vec<DeliveryId>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT id FROM deliveries WHERE notification = ?1 AND state = 'dead'")?;
    let ids = statement.query_map([notification.0], |row| row.get(0).map(DeliveryId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

fn hasten(
    db: &Connection,
    notification: NotificationId,
    now: Timestamp,
) -> Result<Vec<(DeliveryId, ChannelName)>, StoreError> {
    let mut statement = db.prepare_cached(
        "UPDATE deliveries SET next_at = min(next_at, ?2) WHERE notification = ?1 AND state = 'pending'
         RETURNING id, channel",
    )?;
    let hastened = statement.query_map(params![notification.0, from_time(now)], |row| {
        Ok((DeliveryId(row.get(0)?), ChannelName::from(row.get::<_, String>(1)?.as_str())))
    })?;
    Ok(hastened.collect::<Result<_, _>>()?)
}

/// Owes a dead delivery again, by itself and in full, to whom it was still owed.
fn revive(db: &Connection, id: DeliveryId, now: Timestamp) -> Result<ChannelName, StoreError> {
    let channel: String = db
        .prepare_cached(
            "UPDATE deliveries
             SET state = 'pending', next_at = ?2, failures = 0, form = 'full', settled_at = NULL, reason = NULL, digest = NULL
             WHERE id = ?1 RETURNING channel",
        )?
        .query_row(params![id.0, from_time(now)], |row| row.get(0))?;
    Ok(channel.as_str().into())
}

/// Whether an abandoned promise can be kept again. If so it is open again, or a
/// second failure would be told to nobody; if not a person has seen to it.
fn reconsider(
    db: &Connection,
    id: NotificationId,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    let Some(found) = look_at(db, id)? else { return Ok(Consequences::default()) };
    match found.standing.fulfilment {
        ContractStatus::Abandoned => {}
        ContractStatus::Open | ContractStatus::Kept | ContractStatus::Broken | ContractStatus::Late => {
            return Ok(Consequences::default());
        }
    }
    let anew =
        Found { standing: ContractState { fulfilment: ContractStatus::Open, ..found.standing }, ..found };
    match decider.pursue(&anew.head.terms, &anew.standing, now).fulfilment {
        ContractStatus::Open | ContractStatus::Kept => reopen(db, &anew, now, decider),
        ContractStatus::Broken | ContractStatus::Abandoned | ContractStatus::Late => {
            if dead_deliveries(db, id)?.is_empty() {
                deal_with(db, id, Some("retried"))?;
            }
            Ok(Consequences::default())
        }
    }
}

fn reopen(
    db: &Connection,
    anew: &Found,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    deal_with(db, anew.head.id, None)?;
    db.prepare_cached("UPDATE notifications SET fulfilment = 'open' WHERE id = ?1")?
        .execute([anew.head.id.0])?;
    follow(db, anew, now, decider)
}

fn deal_with(db: &Connection, id: NotificationId, how: Option<&str>) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE notifications SET dealt_with = ?2 WHERE id = ?1")?
        .execute(params![id.0, how])?;
    Ok(())
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
        on.push(lay_to_rest(db, id, discarding)?);
    }
    let Discarding { by, reason } = discarding;
    write_step(db, notification, &Step::Discarded { by: by.clone(), reason: reason.clone(), on }, now)?;
    let is_over = match letters.which {
        Which::These(_) => is_over(db, notification)?,
        Which::Whole => true,
    };
    if is_over { deal_with(db, notification, Some("discarded")) } else { Ok(()) }
}

fn lay_to_rest(db: &Connection, id: DeliveryId, discarding: &Discarding) -> Result<ChannelName, StoreError> {
    let Discarding { by, reason } = discarding;
    let channel: String = db
        .prepare_cached(
            "UPDATE deliveries SET state = 'discarded', reason = concat_ws('; ', reason, ?2) WHERE id = ?1 RETURNING channel",
        )?
        .query_row(params![id.0, format!("discarded by {by}: {reason}")], |row| row.get(0))?;
    Ok(channel.as_str().into())
}

/// Whether the promise was abandoned and nothing of it is dead or pending any more.
fn is_over(db: &Connection, id: NotificationId) -> Result<bool, StoreError> {
    let fulfilment: String = db
        .prepare_cached("SELECT fulfilment FROM notifications WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))?;
    let left: bool = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM deliveries WHERE notification = ?1 AND state IN ('pending', 'dead'))",
        )?
        .query_row([id.0], |row| row.get(0))?;
    Ok(to_fulfilment(&fulfilment)? == ContractStatus::Abandoned && !left)
}

#[cfg(test)]
mod tests;
