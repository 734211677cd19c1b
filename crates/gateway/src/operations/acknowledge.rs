//! Acknowledgement: of an incident, or of all alerts that a notice is about.

use std::sync::Arc;

use fanfare_core::{
    AbandonedContract, AckAudience, Acknowledgement, Committed, NoticeKey, NotificationId, Obstacle,
    StateKey, ToldChannel, acknowledge, covered_contracts, obstacle,
};
use fanfare_store::{Durability, StoreError, Unit};

use crate::intake::{Intake, NotStored};
use crate::self_alert::{SELF_SOURCE, told_notice};

/// The number of alerts that are acknowledged in one transaction, so that an alert that arrives meanwhile does not
/// wait long.
const BATCH_SIZE: usize = 200;

/// The contracts that are read at a time.
const PAGE: u32 = 1_000;

/// The most pages that are read: whoever has a link can open it without limit, and a page takes some 20 ms. No notice
/// tells of as many contracts.
const PAGES: usize = 10;

/// The obstacle to acknowledging a notification; `None` if it can be acknowledged.
pub(crate) async fn find_obstacle(
    intake: &Intake,
    id: NotificationId,
) -> Result<Option<Obstacle>, StoreError> {
    Ok(obstacle(&intake.store.state(vec![StateKey::Notification(id)]).await?, id))
}

/// Acknowledges the incident of a notification. If that tells a notice, the alerts that it is about are acknowledged
/// with it: one message for all goes to everybody who was told of any.
pub(crate) async fn acknowledge_all(
    intake: &Intake,
    id: NotificationId,
    acknowledgement: &Acknowledgement,
) -> Result<Result<(), Obstacle>, NotStored> {
    let Covered { now, later } = covered(intake, id).await?;
    let found = find_obstacle(intake, id).await?;
    match found {
        Some(obstacle @ (Obstacle::Over | Obstacle::Unknown)) => return Ok(Err(obstacle)),
        Some(obstacle @ Obstacle::Already(_)) if now.is_empty() => return Ok(Err(obstacle)),
        Some(Obstacle::Already(_)) | None => {}
    }
    let run = Acknowledging { intake, acknowledgement };
    // What a later message tells of is acknowledged with that one: until then the notice goes on.
    if !later.is_empty() || found.is_some() {
        run.each(now.iter(), &AckAudience::Told).await?;
        return Ok(Ok(()));
    }
    let told = told(intake, &now).await?;
    // The notice comes last: after a kill in between it can be acknowledged again.
    run.each(now.iter(), &AckAudience::Nobody).await?;
    let outcomes = run.transact(vec![run.unit(id, AckAudience::ToldAnd(told))]).await?;
    Ok(outcomes.into_iter().next().unwrap_or(Err(Obstacle::Unknown)))
}

/// The notifications that are acknowledged with a notification, if that tells a notice: those abandoned last first.
pub(crate) async fn covered_notifications(
    intake: &Intake,
    id: NotificationId,
) -> Result<Vec<NotificationId>, StoreError> {
    let mut now = covered(intake, id).await?.now;
    now.sort_by_key(|it| std::cmp::Reverse(it.place));
    Ok(now.iter().map(|it| it.notification).collect())
}

/// The contracts of a notice's key.
#[derive(Debug, Default)]
struct Covered {
    /// The contracts that the message is about.
    now: Vec<AbandonedContract>,
    /// The contracts that a later message is about.
    later: Vec<AbandonedContract>,
}

async fn covered(intake: &Intake, id: NotificationId) -> Result<Covered, StoreError> {
    let Some(notification) = intake.store.notification(id).await? else { return Ok(Covered::default()) };
    let Some(key) = told_notice(&notification.alert) else { return Ok(Covered::default()) };
    let broken = all_of(intake, &key).await?;
    let (now, later) = covered_contracts(&broken, &key, notification.owed_at);
    Ok(Covered { now: now.into_iter().cloned().collect(), later: later.into_iter().cloned().collect() })
}

/// The abandoned contracts of one notice, those of the newest notifications first.
async fn all_of(intake: &Intake, key: &NoticeKey) -> Result<Vec<AbandonedContract>, StoreError> {
    let (mut all, mut before) = (Vec::new(), None);
    for _ in 0..PAGES {
        let page = intake.store.abandoned_contracts(SELF_SOURCE, before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.notification);
        all.extend(page.into_iter().filter(|it| it.notice_key() == *key));
    }
    Ok(all)
}

/// All who were told of the incidents of `contracts`.
async fn told(intake: &Intake, contracts: &[AbandonedContract]) -> Result<Vec<ToldChannel>, StoreError> {
    let mut all: Vec<ToldChannel> = Vec::new();
    for contract in contracts {
        let state = intake.store.state(vec![StateKey::IncidentOf(contract.notification)]).await?;
        for told in state.of_incident.told {
            if !all.contains(&told) {
                all.push(told);
            }
        }
    }
    Ok(all)
}

/// An acknowledgement of several notifications.
#[derive(Debug, Clone, Copy)]
struct Acknowledging<'a> {
    intake: &'a Intake,
    acknowledgement: &'a Acknowledgement,
}

impl Acknowledging<'_> {
    async fn each(
        self,
        contracts: impl ExactSizeIterator<Item = &AbandonedContract>,
        audience: &AckAudience,
    ) -> Result<(), NotStored> {
        let ids: Vec<_> = contracts.map(|it| it.notification).collect();
        for some in ids.chunks(BATCH_SIZE) {
            // One that somebody else was faster with, or that is over, needs nobody any more.
            self.transact(some.iter().map(|id| self.unit(*id, audience.clone())).collect()).await?;
        }
        Ok(())
    }

    fn unit(self, id: NotificationId, audience: AckAudience) -> Unit {
        let (policy, now) = (self.intake.dispatch.policy(), self.intake.monotonic.moment());
        let acknowledgement = self.acknowledgement.clone();
        let decide = move |state: &_| {
            policy.decide(now, |context| acknowledge(state, id, &acknowledgement, &audience, context))
        };
        Unit::with_obstacles(vec![StateKey::IncidentOf(id)], decide)
    }

    async fn transact(self, units: Vec<Unit>) -> Result<Vec<Result<(), Obstacle>>, NotStored> {
        let outcomes = self.intake.store.transact_durably(units, Durability::OnDisk).await?;
        let done = |_: Arc<Committed>| ();
        Ok(outcomes.into_iter().map(|it| it.map(done)).collect())
    }
}
