//! Whether a promise is kept, and what to do if not.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::after;
use crate::{ChannelName, DeliveryTerms, Rung, Sending, Unless};

/// How long a channel may take when its turn has come before the next one is
/// told as well, unless the contract leaves less. Ours: a provider that works
/// answers within two seconds, and whoever reads two messages is better off than
/// who waits for one.
const LATE: Duration = Duration::from_secs(10);

/// How long the last ones that are told may take before a contract counts as
/// broken for good. Ours: as long as one attempt that hangs, and another one.
const LAST_CHANCE: Duration = Duration::from_secs(30);

/// How a notification stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractState {
    /// When it came to be: every `after` and `within` counts from then.
    pub owed_at: Timestamp,
    /// Whom it is owed to, in the order in which they were called in.
    pub deliveries: Vec<ChannelDelivery>,
    /// How many rungs of the ladder have been dealt with.
    pub climbed: usize,
    /// How the contract stood when it was last looked at.
    pub fulfilment: ContractStatus,
    /// Somebody takes care of it.
    pub acknowledged: bool,
    /// It has ended.
    pub resolved: bool,
}

/// A channel that was called in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelDelivery {
    /// Which.
    pub channel: ChannelName,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub answer: DeliveryProgress,
}

/// What came of calling a channel in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryProgress {
    /// Nothing yet.
    Awaited,
    /// An attempt went wrong; it is tried again.
    Troubled,
    /// Its provider confirmed.
    Delivered,
    /// It was given up.
    Dead,
}

/// How a contract stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContractStatus {
    /// It may still be kept.
    #[default]
    Open,
    /// Enough channels confirmed in time.
    Kept,
    /// Not enough channels confirmed in time; some may yet.
    Broken,
    /// Not enough channels confirmed, and there is nobody left to be told: a person must see to it.
    Abandoned,
    /// Enough channels confirmed, but too late.
    Late,
}

impl ContractStatus {
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

/// What to do about a notification now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationDecision {
    /// In this order.
    pub steps: Vec<Step>,
    /// How many rungs have then been dealt with.
    pub climbed: usize,
    /// How the contract stands.
    pub fulfilment: ContractStatus,
    /// When to look again even if nothing happens; `None`: nothing is left to be done.
    pub look_again: Option<Timestamp>,
}

/// One thing done about a notification, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// The next channel is told: the one before fails, or is late.
    TakeTurn {
        /// Who is next.
        channel: ChannelName,
        /// Instead of whom.
        instead_of: ChannelName,
        /// Why.
        because: ChannelFailure,
    },
    /// A rung of the ladder is climbed.
    Climb {
        /// Which, from 0.
        rung: usize,
        /// Unless what it would not have been. A rung that is climbed early is so because
        /// too few channels have confirmed, whatever it would have waited for.
        unless: Unless,
        /// Who is told.
        to: Vec<ChannelName>,
        /// Why now.
        because: EscalationReason,
    },
    /// A rung of the ladder is needless.
    Skip {
        /// Which, from 0.
        rung: usize,
        /// Because of what.
        because: Unless,
    },
    /// The contract is settled, one way or the other.
    Settle {
        /// How.
        fulfilment: ContractStatus,
    },
    /// A person has what was given up, or waits, tried again.
    Retried {
        /// Who.
        by: String,
        /// On which channels.
        on: Vec<ChannelName>,
    },
    /// A person has dealt with it otherwise.
    Discarded {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// What was given up and waits for nobody any more; none: that the promise was not kept.
        on: Vec<ChannelName>,
    },
}

/// Why a channel's turn is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelFailure {
    /// An attempt went wrong.
    Troubled,
    /// It cannot send for now: its circuit is open, or it must be silent.
    Blocked,
    /// It has not confirmed in good time.
    Late,
    /// It was given up.
    Dead,
}

/// Why a rung is climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationReason {
    /// Its time has come.
    Due,
    /// Its time has not come, but the contract's has.
    #[serde(rename = "overdue")]
    ContractExpired,
    /// Too few channels are left that could confirm.
    #[serde(rename = "hopeless")]
    CannotBeMet,
}

/// Which channels cannot send for now.
pub type Blocked<'a> = dyn Fn(&ChannelName) -> bool + 'a;

/// What to do at `now` about a notification that was promised on `terms` and
/// stands like this.
///
/// Calling it again when nothing has changed does nothing again.
#[must_use]
pub fn evaluate_contract(
    terms: &DeliveryTerms,
    standing: &ContractState,
    blocked: &Blocked<'_>,
    now: Timestamp,
) -> EscalationDecision {
    let mut hunt = Evaluation { terms, blocked, now, standing: standing.clone(), steps: Vec::new() };
    hunt.take_turns();
    hunt.climb();
    hunt.settle();
    let look_again = hunt.look_again();
    let ContractState { climbed, fulfilment, .. } = hunt.standing;
    EscalationDecision { steps: hunt.steps, climbed, fulfilment, look_again }
}

/// A pursuit while it is being worked out: what has been decided counts at once.
struct Evaluation<'a> {
    terms: &'a DeliveryTerms,
    blocked: &'a Blocked<'a>,
    now: Timestamp,
    standing: ContractState,
    steps: Vec<Step>,
}

impl Evaluation<'_> {
    /// Of channels told in turn as many are always hoped for as must confirm.
    fn take_turns(&mut self) {
        match self.terms.send {
            Sending::Together => return,
            Sending::InTurn => {}
        }
        while let Some((failing, because)) = self.next_to_replace() {
            let untold = self.terms.channels.iter().find(|channel| !self.was_called(channel));
            let Some(next) = untold.cloned() else { break };
            self.call(&next);
            self.steps.push(Step::TakeTurn { channel: next, instead_of: failing, because });
        }
    }

    fn climb(&mut self) {
        while let Some(rung) = self.terms.escalate.get(self.standing.climbed) {
            let number = self.standing.climbed;
            if let Some(because) = self.needless(rung.unless) {
                self.steps.push(Step::Skip { rung: number, because });
            } else if let Some((unless, because)) = self.climbing(rung) {
                let to = rung.to.clone();
                to.iter().for_each(|channel| self.call(channel));
                self.steps.push(Step::Climb { rung: number, unless, to, because });
            } else {
                break;
            }
            self.standing.climbed += 1;
        }
    }

    fn settle(&mut self) {
        let fulfilment = self.fulfilment();
        if fulfilment != self.standing.fulfilment {
            self.standing.fulfilment = fulfilment;
            self.steps.push(Step::Settle { fulfilment });
        }
    }

    fn fulfilment(&self) -> ContractStatus {
        let confirmed = self.confirmed() >= self.terms.needed();
        match self.standing.fulfilment {
            ContractStatus::Kept | ContractStatus::Late => self.standing.fulfilment,
            ContractStatus::Open if confirmed && !self.is_past_deadline() => ContractStatus::Kept,
            ContractStatus::Open | ContractStatus::Broken | ContractStatus::Abandoned if confirmed => {
                ContractStatus::Late
            }
            ContractStatus::Abandoned => ContractStatus::Abandoned,
            ContractStatus::Open | ContractStatus::Broken if self.is_past_deadline() || self.is_lost() => {
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

    /// When to look again: at the first of the times at which something is due.
    fn look_again(&self) -> Option<Timestamp> {
        let ContractState { fulfilment, .. } = self.standing;
        let is_open = match fulfilment {
            ContractStatus::Open | ContractStatus::Broken => true,
            ContractStatus::Kept | ContractStatus::Late | ContractStatus::Abandoned => false,
        };
        let deadline = (fulfilment == ContractStatus::Open).then(|| self.deadline()).flatten();
        let rung = self.terms.escalate.get(self.standing.climbed).map(|it| self.since_owed(it.after.0));
        let turn = if is_open { self.next_late() } else { None };
        let last_chance = (fulfilment == ContractStatus::Broken && !self.may_be_told_elsewhere())
            .then(|| self.last_chance());
        [deadline, rung, turn, last_chance].into_iter().flatten().min()
    }
}

/// What can be said of a notification.
impl Evaluation<'_> {
    fn since_owed(&self, time: Duration) -> Timestamp {
        after(self.standing.owed_at, time)
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.terms.contract.within.map(|within| self.since_owed(within.0))
    }

    fn is_past_deadline(&self) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= self.now)
    }

    fn was_called(&self, channel: &ChannelName) -> bool {
        self.standing.deliveries.iter().any(|it| it.channel == *channel)
    }

    fn call(&mut self, channel: &ChannelName) {
        self.standing.deliveries.push(ChannelDelivery {
            channel: channel.clone(),
            at: self.now,
            answer: DeliveryProgress::Awaited,
        });
    }

    /// The channels for which `holds`, each counted once.
    fn channels(&self, holds: impl Fn(&ChannelDelivery) -> bool) -> usize {
        let mut names: Vec<_> =
            self.standing.deliveries.iter().filter(|it| holds(it)).map(|it| &it.channel).collect();
        names.sort();
        names.dedup();
        names.len()
    }

    fn confirmed(&self) -> usize {
        self.channels(|it| it.answer == DeliveryProgress::Delivered)
    }

    /// The channels that have confirmed or may be expected to in good time.
    fn hopefuls(&self) -> usize {
        self.channels(|it| self.failing(it).is_none())
    }

    /// The one whose failing makes room for the next channel; `None` if enough may be hoped for.
    ///
    /// Of those that fail the older ones have been replaced already.
    fn next_to_replace(&self) -> Option<(ChannelName, ChannelFailure)> {
        let lacking = self.terms.needed().saturating_sub(self.hopefuls());
        let failing = |it: &ChannelDelivery| self.failing(it).map(|why| (it.channel.clone(), why));
        self.standing.deliveries.iter().rev().filter_map(failing).nth(lacking.checked_sub(1)?)
    }

    fn failing(&self, called: &ChannelDelivery) -> Option<ChannelFailure> {
        match called.answer {
            DeliveryProgress::Delivered => None,
            DeliveryProgress::Dead => Some(ChannelFailure::Dead),
            DeliveryProgress::Troubled => Some(ChannelFailure::Troubled),
            DeliveryProgress::Awaited if (self.blocked)(&called.channel) => Some(ChannelFailure::Blocked),
            DeliveryProgress::Awaited if self.late_at(called) <= self.now => Some(ChannelFailure::Late),
            DeliveryProgress::Awaited => None,
        }
    }

    /// When the next channel's turn is over, if its time is counted.
    fn next_late(&self) -> Option<Timestamp> {
        let more = self.terms.channels.iter().any(|channel| !self.was_called(channel));
        let waiting = self.standing.deliveries.iter().filter(|it| self.failing(it).is_none());
        let awaited = waiting.filter(|it| it.answer == DeliveryProgress::Awaited);
        (more && self.terms.send == Sending::InTurn)
            .then(|| awaited.map(|it| self.late_at(it)).min())
            .flatten()
    }

    /// Everybody's turn comes before the contract's time is over, however short that is.
    fn late_at(&self, called: &ChannelDelivery) -> Timestamp {
        let turns = u32::try_from(self.terms.channels.len()).unwrap_or(u32::MAX).max(1);
        let share = self.terms.contract.within.map(|within| within.0 / turns);
        after(called.at, share.map_or(LATE, |share| share.min(LATE)))
    }

    fn needless(&self, unless: Unless) -> Option<Unless> {
        let ContractState { acknowledged, resolved, .. } = self.standing;
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

    /// Why the next rung is climbed now, if it is, and unless what it would not be.
    ///
    /// Where too few channels confirm, those on the ladder are called in early: up to
    /// a rung that is there for that, and those before it, which come sooner anyway.
    fn climbing(&self, rung: &Rung) -> Option<(Unless, EscalationReason)> {
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
            self.is_hopeless().then_some(EscalationReason::CannotBeMet)
        };
        early.map(|because| (Unless::Delivered, because))
    }

    fn has_climbed_for_delivery(&self) -> bool {
        self.terms.escalate.iter().take(self.standing.climbed).any(|it| it.unless == Unless::Delivered)
    }

    /// Too few channels are left that could confirm before something changes.
    fn is_hopeless(&self) -> bool {
        let possible = |it: &ChannelDelivery| match it.answer {
            DeliveryProgress::Delivered => true,
            DeliveryProgress::Dead => false,
            DeliveryProgress::Awaited | DeliveryProgress::Troubled => !(self.blocked)(&it.channel),
        };
        self.channels(possible) + self.untold() < self.terms.needed()
    }

    /// Too few channels are left that could ever confirm.
    fn is_lost(&self) -> bool {
        self.channels(|it| it.answer != DeliveryProgress::Dead) + self.untold() < self.terms.needed()
            && !self.may_be_told_elsewhere()
    }

    /// The receiver's own channels whose turn has not come.
    fn untold(&self) -> usize {
        self.terms.channels.iter().filter(|channel| !self.was_called(channel)).count()
    }

    /// Whether there are more on the ladder for when too few channels confirm.
    fn may_be_told_elsewhere(&self) -> bool {
        let mut left = self.terms.escalate.iter().skip(self.standing.climbed);
        self.needless(Unless::Delivered).is_none() && left.any(|it| it.unless == Unless::Delivered)
    }

    fn has_had_its_last_chance(&self) -> bool {
        !self.may_be_told_elsewhere() && (self.is_hopeless() || self.last_chance() <= self.now)
    }

    /// Those who were called in last get some time of their own.
    fn last_chance(&self) -> Timestamp {
        let called_late =
            self.standing.deliveries.iter().map(|it| it.at).filter(|at| *at > self.standing.owed_at);
        let chance = called_late.max().map(|at| after(at, LAST_CHANCE));
        chance.max(self.deadline()).unwrap_or(self.standing.owed_at)
    }
}

impl fmt::Display for ContractStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests;
