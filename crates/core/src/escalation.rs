//! The evaluation of a contract: its status, and the steps that are due.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::after;
use crate::{ChannelName, DeliveryTerms, Rung, Sending, Unless};

/// The time that a channel may take when its turn has come before the next one is
/// told as well, unless the contract leaves less. Ours: a provider that works
/// answers within two seconds, and two messages do less harm than
/// one that comes late.
const LATE_AFTER: Duration = Duration::from_secs(10);

/// The time that the last ones that are told may take before a contract counts as
/// broken for good. Ours: as long as one attempt that hangs, and another one.
const LAST_CHANCE: Duration = Duration::from_secs(30);

/// The state of a notification's contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractState {
    /// The time at which the notification came to be: every `after` and `within` counts from then.
    pub owed_at: Timestamp,
    /// The deliveries, in the order in which they came to be.
    pub deliveries: Vec<ChannelDelivery>,
    /// The number of rungs of the ladder that have been dealt with.
    pub climbed: usize,
    /// The status of the contract when it was last evaluated.
    pub status: ContractStatus,
    /// Tells whether a person takes care of it.
    pub acknowledged: bool,
    /// Tells whether its incident has ended.
    pub resolved: bool,
}

/// A delivery on one channel, as far as the contract counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelDelivery {
    /// The channel that is told.
    pub channel: ChannelName,
    /// The time at which the delivery came to be.
    pub at: Timestamp,
    /// The progress of the delivery.
    pub progress: DeliveryProgress,
}

/// The progress of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryProgress {
    /// No attempt has gone wrong yet.
    Pending,
    /// An attempt went wrong; it is tried again.
    Retrying,
    /// The provider confirmed it.
    Delivered,
    /// The delivery was given up.
    Dead,
}

/// The status of a contract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContractStatus {
    /// The contract may still be kept.
    #[default]
    Open,
    /// Enough channels confirmed in time.
    Kept,
    /// Too few channels confirmed in time; some may yet.
    Broken,
    /// Too few channels confirmed, and nobody is left to be told: a person must see to it.
    Abandoned,
    /// Enough channels confirmed, but too late.
    Late,
}

impl ContractStatus {
    /// Tells whether something is still to be done about a contract with these terms at a time that is known, whatever
    /// becomes of its deliveries: its end is to come, or a rung. An evaluation then names the time of the next one.
    ///
    /// An abandoned contract may have rungs left and no such time: nobody evaluates one that cannot be read.
    #[must_use]
    pub fn must_be_checked(self, terms: &DeliveryTerms, climbed: usize) -> bool {
        let has_rung = climbed < terms.escalate.len();
        match self {
            Self::Open => has_rung || terms.contract.within.is_some(),
            Self::Kept | Self::Broken | Self::Late => has_rung,
            Self::Abandoned => false,
        }
    }

    /// The word for it in the API and in the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::Abandoned => "abandoned",
            Self::Late => "late",
        }
    }
}

/// The decision about a notification: the steps to take, and the state after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationDecision {
    /// The steps, in the order in which they are taken.
    pub steps: Vec<Step>,
    /// The number of rungs that have then been dealt with.
    pub climbed: usize,
    /// The status of the contract.
    pub status: ContractStatus,
    /// The time of the next evaluation even if nothing happens; `None`: nothing is left to be done.
    pub next_check_at: Option<Timestamp>,
}

/// One thing done about a notification, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// The next channel is told: the one before fails, or is late.
    TakeTurn {
        /// The channel that is told next.
        channel: ChannelName,
        /// The channel that it replaces.
        instead_of: ChannelName,
        /// The reason for it.
        because: ChannelFailure,
    },
    /// A rung of the ladder is climbed.
    Climb {
        /// The number of the rung, from 0.
        rung: usize,
        /// The condition that would have made it needless. A rung that is climbed early is so because
        /// too few channels have confirmed, whatever it would have waited for.
        unless: Unless,
        /// The channels that are told.
        to: Vec<ChannelName>,
        /// The reason for climbing it now.
        because: EscalationReason,
    },
    /// A rung of the ladder is needless.
    Skip {
        /// The number of the rung, from 0.
        rung: usize,
        /// The condition that makes it needless.
        because: Unless,
    },
    /// The contract is settled, one way or the other.
    Settle {
        /// The new status.
        #[serde(rename = "fulfilment")]
        status: ContractStatus,
    },
    /// A person has what was given up, or waits, tried again.
    Retried {
        /// The person's name for themselves.
        by: String,
        /// The channels on which it is tried again.
        on: Vec<ChannelName>,
    },
    /// A person has dealt with it otherwise.
    Discarded {
        /// The person's name for themselves.
        by: String,
        /// The reason for it.
        reason: String,
        /// The channels whose deliveries wait for nobody any more; none: the broken promise itself.
        on: Vec<ChannelName>,
    },
}

/// The reason for which a channel's turn is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelFailure {
    /// An attempt went wrong.
    #[serde(rename = "troubled")]
    AttemptFailed,
    /// The channel cannot send for now: its circuit is open, or it must be silent.
    Blocked,
    /// The channel has not confirmed in good time.
    Late,
    /// The delivery was given up.
    Dead,
}

/// The reason for which a rung is climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationReason {
    /// The time of the rung has come.
    Due,
    /// The time of the contract is over, though that of the rung has not come.
    #[serde(rename = "overdue")]
    ContractExpired,
    /// Too few channels are left that could confirm.
    #[serde(rename = "hopeless")]
    CannotBeMet,
}

/// The test for channels that cannot send for now.
pub type Blocked<'a> = dyn Fn(&ChannelName) -> bool + 'a;

/// Evaluates, at `now`, the contract of a notification that was promised on `terms` and
/// is in this state.
///
/// Calling it again when nothing has changed does nothing again.
#[must_use]
pub fn evaluate_contract(
    terms: &DeliveryTerms,
    contract: &ContractState,
    blocked: &Blocked<'_>,
    now: Timestamp,
) -> EscalationDecision {
    let mut evaluation = Evaluation { terms, blocked, now, contract: contract.clone(), steps: Vec::new() };
    evaluation.take_turns();
    evaluation.climb();
    evaluation.settle();
    let next_check_at = evaluation.next_check_at();
    let ContractState { climbed, status, .. } = evaluation.contract;
    EscalationDecision { steps: evaluation.steps, climbed, status, next_check_at }
}

/// An evaluation while it is being worked out: what has been decided counts at once.
struct Evaluation<'a> {
    terms: &'a DeliveryTerms,
    blocked: &'a Blocked<'a>,
    now: Timestamp,
    contract: ContractState,
    steps: Vec<Step>,
}

impl Evaluation<'_> {
    /// Replaces channels told in turn, so that as many as must confirm may be expected to.
    fn take_turns(&mut self) {
        match self.terms.send {
            Sending::Together => return,
            Sending::InTurn => {}
        }
        while let Some((failing, because)) = self.next_to_replace() {
            let untold = self.terms.channels.iter().find(|channel| !self.was_added(channel));
            let Some(next) = untold.cloned() else { break };
            self.add(&next);
            self.steps.push(Step::TakeTurn { channel: next, instead_of: failing, because });
        }
    }

    fn climb(&mut self) {
        while let Some(rung) = self.terms.escalate.get(self.contract.climbed) {
            let number = self.contract.climbed;
            if let Some(because) = self.skip_reason(rung.unless) {
                self.steps.push(Step::Skip { rung: number, because });
            } else if let Some((unless, because)) = self.climb_reason(rung) {
                let to = rung.to.clone();
                to.iter().for_each(|channel| self.add(channel));
                self.steps.push(Step::Climb { rung: number, unless, to, because });
            } else {
                break;
            }
            self.contract.climbed += 1;
        }
    }

    fn settle(&mut self) {
        let status = self.status();
        if status != self.contract.status {
            self.contract.status = status;
            self.steps.push(Step::Settle { status });
        }
    }

    fn status(&self) -> ContractStatus {
        let confirmed = self.confirmed() >= self.terms.needed();
        match self.contract.status {
            ContractStatus::Kept | ContractStatus::Late => self.contract.status,
            ContractStatus::Open if confirmed && !self.is_past_deadline() => ContractStatus::Kept,
            ContractStatus::Open | ContractStatus::Broken | ContractStatus::Abandoned if confirmed => {
                ContractStatus::Late
            }
            ContractStatus::Abandoned => ContractStatus::Abandoned,
            ContractStatus::Open | ContractStatus::Broken
                if self.is_past_deadline() || self.can_never_be_met() =>
            {
                if self.has_had_its_last_chance() {
                    ContractStatus::Abandoned
                } else {
                    ContractStatus::Broken
                }
            }
            ContractStatus::Open => ContractStatus::Open,
            ContractStatus::Broken => ContractStatus::Broken,
        }
    }

    /// The time of the next evaluation: the first at which something is due.
    fn next_check_at(&self) -> Option<Timestamp> {
        let ContractState { status, .. } = self.contract;
        let is_open = match status {
            ContractStatus::Open | ContractStatus::Broken => true,
            ContractStatus::Kept | ContractStatus::Late | ContractStatus::Abandoned => false,
        };
        let deadline = (status == ContractStatus::Open).then(|| self.deadline()).flatten();
        let rung = self.terms.escalate.get(self.contract.climbed).map(|it| self.since_owed(it.after.0));
        let turn = if is_open { self.next_late() } else { None };
        let last_chance =
            (status == ContractStatus::Broken && !self.may_be_told_elsewhere()).then(|| self.last_chance());
        [deadline, rung, turn, last_chance].into_iter().flatten().min()
    }
}

/// Facts about a notification.
impl Evaluation<'_> {
    fn since_owed(&self, time: Duration) -> Timestamp {
        after(self.contract.owed_at, time)
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.terms.contract.within.map(|within| self.since_owed(within.0))
    }

    fn is_past_deadline(&self) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= self.now)
    }

    fn was_added(&self, channel: &ChannelName) -> bool {
        self.contract.deliveries.iter().any(|it| it.channel == *channel)
    }

    fn add(&mut self, channel: &ChannelName) {
        self.contract.deliveries.push(ChannelDelivery {
            channel: channel.clone(),
            at: self.now,
            progress: DeliveryProgress::Pending,
        });
    }

    /// The channels for which `holds`, each counted once.
    fn channels(&self, holds: impl Fn(&ChannelDelivery) -> bool) -> usize {
        let mut names: Vec<_> =
            self.contract.deliveries.iter().filter(|it| holds(it)).map(|it| &it.channel).collect();
        names.sort();
        names.dedup();
        names.len()
    }

    fn confirmed(&self) -> usize {
        self.channels(|it| it.progress == DeliveryProgress::Delivered)
    }

    /// The channels that have confirmed or may be expected to do so in time.
    fn confirmed_or_expected(&self) -> usize {
        self.channels(|it| self.failing(it).is_none())
    }

    /// The failing channel that the next one replaces; `None` if enough may be expected to confirm.
    ///
    /// Of those that fail the older ones have been replaced already.
    fn next_to_replace(&self) -> Option<(ChannelName, ChannelFailure)> {
        let lacking = self.terms.needed().saturating_sub(self.confirmed_or_expected());
        let failing = |it: &ChannelDelivery| self.failing(it).map(|why| (it.channel.clone(), why));
        self.contract.deliveries.iter().rev().filter_map(failing).nth(lacking.checked_sub(1)?)
    }

    fn failing(&self, delivery: &ChannelDelivery) -> Option<ChannelFailure> {
        match delivery.progress {
            DeliveryProgress::Delivered => None,
            DeliveryProgress::Dead => Some(ChannelFailure::Dead),
            DeliveryProgress::Retrying => Some(ChannelFailure::AttemptFailed),
            DeliveryProgress::Pending if (self.blocked)(&delivery.channel) => Some(ChannelFailure::Blocked),
            DeliveryProgress::Pending if self.late_at(delivery) <= self.now => Some(ChannelFailure::Late),
            DeliveryProgress::Pending => None,
        }
    }

    /// The time at which the next channel's turn is over, if its time is counted.
    fn next_late(&self) -> Option<Timestamp> {
        let more = self.terms.channels.iter().any(|channel| !self.was_added(channel));
        let waiting = self.contract.deliveries.iter().filter(|it| self.failing(it).is_none());
        let pending = waiting.filter(|it| it.progress == DeliveryProgress::Pending);
        (more && self.terms.send == Sending::InTurn)
            .then(|| pending.map(|it| self.late_at(it)).min())
            .flatten()
    }

    /// The time at which a channel is late: every turn comes before the contract's time is over, however short that is.
    fn late_at(&self, delivery: &ChannelDelivery) -> Timestamp {
        let turns = u32::try_from(self.terms.channels.len()).unwrap_or(u32::MAX).max(1);
        let share = self.terms.contract.within.map(|within| within.0 / turns);
        after(delivery.at, share.map_or(LATE_AFTER, |share| share.min(LATE_AFTER)))
    }

    fn skip_reason(&self, unless: Unless) -> Option<Unless> {
        let ContractState { acknowledged, resolved, .. } = self.contract;
        let delivered = self.confirmed() >= self.terms.needed();
        let (is_delivered, is_acknowledged, is_resolved) = (
            delivered.then_some(Unless::Delivered),
            acknowledged.then_some(Unless::Acknowledged),
            resolved.then_some(Unless::Resolved),
        );
        match unless {
            Unless::Delivered => is_delivered.or(is_acknowledged),
            Unless::Acknowledged => is_acknowledged.or(is_resolved),
            Unless::Resolved => is_resolved,
        }
    }

    /// The reason for climbing the next rung now, if it is climbed, and the condition that would make it needless.
    ///
    /// Where too few channels confirm, those on the ladder are told early: up to
    /// a rung that is there for that, and those before it, which come sooner anyway.
    fn climb_reason(&self, rung: &Rung) -> Option<(Unless, EscalationReason)> {
        if self.since_owed(rung.after.0) <= self.now {
            return Some((rung.unless, EscalationReason::Due));
        }
        if !self.may_be_told_elsewhere() {
            return None;
        }
        let is_overdue = self.is_past_deadline() && !self.has_climbed_for_delivery();
        let early = if is_overdue {
            Some(EscalationReason::ContractExpired)
        } else {
            self.cannot_be_met_now().then_some(EscalationReason::CannotBeMet)
        };
        early.map(|because| (Unless::Delivered, because))
    }

    fn has_climbed_for_delivery(&self) -> bool {
        self.terms.escalate.iter().take(self.contract.climbed).any(|it| it.unless == Unless::Delivered)
    }

    /// Too few channels are left that could confirm before something changes.
    fn cannot_be_met_now(&self) -> bool {
        let possible = |it: &ChannelDelivery| match it.progress {
            DeliveryProgress::Delivered => true,
            DeliveryProgress::Dead => false,
            DeliveryProgress::Pending | DeliveryProgress::Retrying => !(self.blocked)(&it.channel),
        };
        self.channels(possible) + self.untold() < self.terms.needed()
    }

    /// Too few channels are left that could ever confirm.
    fn can_never_be_met(&self) -> bool {
        self.channels(|it| it.progress != DeliveryProgress::Dead) + self.untold() < self.terms.needed()
            && !self.may_be_told_elsewhere()
    }

    /// The receiver's own channels whose turn has not come.
    fn untold(&self) -> usize {
        self.terms.channels.iter().filter(|channel| !self.was_added(channel)).count()
    }

    /// Tells whether the ladder has more channels for when too few confirm.
    fn may_be_told_elsewhere(&self) -> bool {
        let mut left = self.terms.escalate.iter().skip(self.contract.climbed);
        self.skip_reason(Unless::Delivered).is_none() && left.any(|it| it.unless == Unless::Delivered)
    }

    fn has_had_its_last_chance(&self) -> bool {
        !self.may_be_told_elsewhere() && (self.cannot_be_met_now() || self.last_chance() <= self.now)
    }

    /// The end of the last chance: those who were told last get some time of their own.
    fn last_chance(&self) -> Timestamp {
        let added_later =
            self.contract.deliveries.iter().map(|it| it.at).filter(|at| *at > self.contract.owed_at);
        let chance = added_later.max().map(|at| after(at, LAST_CHANCE));
        chance.max(self.deadline()).unwrap_or(self.contract.owed_at)
    }
}

impl fmt::Display for ContractStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests;
