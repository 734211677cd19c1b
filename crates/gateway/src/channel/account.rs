//! An account's budget and silences, shared by the lanes of its channels.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_core::{Account, Budget, PlaceInLine, Share, SlidingWindows, WaitingLine};
use jiff::Timestamp;
use tokio::sync::broadcast;

use crate::time::after;

/// One account as its lanes share it, with the egress that one of them uses. All
/// times are [monotonic].
///
/// [monotonic]: crate::time::MonotonicClock
#[derive(Debug)]
pub(crate) struct SharedAccount {
    pub(crate) account: Account,
    egress: Arc<SharedEgress>,
    core: Arc<AccountCore>,
}

/// The part of an account that does not depend on the egress.
#[derive(Debug)]
struct AccountCore {
    state: Mutex<AccountState>,
    changed: broadcast::Sender<()>,
}

#[derive(Debug)]
struct AccountState {
    windows: SlidingWindows,
    under_way: usize,
    silent_until: Option<Timestamp>,
    /// The end of a pause after wrong settings: not asked for by the provider.
    misconfigured_until: Option<Timestamp>,
    /// Set from a silence until the next success: one send at a time probes the account.
    probing: bool,
    line: WaitingLine<Arc<SharedEgress>>,
}

/// A channel's place among those that wait for an account; whoever drops it gives it up.
#[derive(Debug)]
pub(crate) struct AccountPlace {
    core: Arc<AccountCore>,
    place: PlaceInLine,
}

impl Drop for AccountPlace {
    fn drop(&mut self) {
        let mut state = self.core.state();
        state.line.leave(self.place);
        let somebody_waits = !state.line.is_empty();
        drop(state);
        if somebody_waits {
            notify(&self.core.changed); // it may be the next one's turn
        }
    }
}

/// The state of one egress, shared by all accounts that use it.
#[derive(Debug)]
pub(crate) struct SharedEgress {
    blocked_until: Mutex<Option<Timestamp>>,
    blocked: broadcast::Sender<()>,
}

/// Subscription to an account's finished sends and turns, and to blocks of its egress.
#[derive(Debug)]
pub(crate) struct AccountEvents {
    account: broadcast::Receiver<()>,
    egress: broadcast::Receiver<()>,
}

impl AccountEvents {
    /// Waits until a send of the account has ended, a channel that waited for it has had its turn, or its egress was
    /// blocked.
    pub(crate) async fn next(&mut self) {
        // The caller keeps the account, so neither sender is dropped while it waits. A missed
        // event is an event, too.
        tokio::select! {
            biased;
            _ = self.account.recv() => {}
            _ = self.egress.recv() => {}
        }
    }
}

/// A stream of events. Its subscribers wake in the order in which they began to wait, so that a
/// test runs alike each time.
fn event_stream() -> broadcast::Sender<()> {
    broadcast::Sender::new(1) // a subscriber needs to know that there were events, not their number
}

fn notify(events: &broadcast::Sender<()>) {
    events.send(()).unwrap_or_default(); // no lane may wait
}

impl Default for SharedEgress {
    fn default() -> Self {
        Self::blocked_until(None)
    }
}

impl SharedEgress {
    /// An egress that is blocked until then.
    pub(crate) fn blocked_until(until: Option<Timestamp>) -> Self {
        Self { blocked_until: Mutex::new(until), blocked: event_stream() }
    }

    fn block(&self, until: Timestamp) {
        let mut end = self.end_of_block();
        *end = (*end).max(Some(until));
        drop(end);
        notify(&self.blocked);
    }

    fn opens_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.end_of_block().filter(|until| now < *until)
    }

    fn end_of_block(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.blocked_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer to a request to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Sending is allowed; the send counts as started.
    Now {
        /// The number of further sends of the same share that could start; `None` without a budget.
        spare: Option<usize>,
    },
    /// Sending is not allowed before then.
    At(Timestamp),
    /// Sending is not allowed before a send under way has ended, or a channel that has waited longer has had its turn.
    AfterChange,
}

/// The effect of a finished send on its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccountEffect {
    /// The provider processed the message: the account works.
    Good,
    /// No effect on the account.
    Unclear,
    /// Nothing left this machine: the send costs nothing of the budget.
    NotSent,
    /// The account must be silent for so long, because the provider asks for it.
    SilentFor(Duration),
    /// The egress must not be used for so long, because the provider blocks it.
    BlockedFor(Duration),
    /// The account must be silent for so long, because its settings are wrong; a restart may bring better ones.
    MisconfiguredFor(Duration),
}

/// The end of a send that was not made: outside every budget period, so that it costs nothing.
const OUTSIDE_EVERY_PERIOD: Timestamp = Timestamp::MIN;

impl SharedAccount {
    /// The account with the ends of its earlier sends, and the end of its last silence.
    pub(crate) fn new(
        account: Account,
        egress: Arc<SharedEgress>,
        budgets: Vec<Budget>,
        ended: impl IntoIterator<Item = Timestamp>,
        silent_until: Option<Timestamp>,
    ) -> Self {
        let state = AccountState {
            windows: SlidingWindows::new(budgets, ended),
            under_way: 0,
            silent_until,
            misconfigured_until: None,
            probing: false,
            line: WaitingLine::default(),
        };
        let core = AccountCore { state: Mutex::new(state), changed: event_stream() };
        Self { account, egress, core: Arc::new(core) }
    }

    /// The same account through another egress.
    pub(crate) fn via(&self, egress: Arc<SharedEgress>) -> Self {
        Self { account: self.account.clone(), egress, core: Arc::clone(&self.core) }
    }

    /// Sets other budgets; `ended` are the ends of the sends so far, and those under way.
    pub(crate) fn change_budgets(&self, budgets: Vec<Budget>, ended: impl IntoIterator<Item = Timestamp>) {
        self.state().windows = SlidingWindows::new(budgets, ended);
        notify(&self.core.changed); // who waits may wait for less
    }

    /// Tells whether each send is recorded in the store before it is made. A period of
    /// one second is over before a restarted gateway sends again; the sends of a
    /// longer one must survive the restart.
    pub(crate) fn remembers_sends(&self) -> bool {
        self.state().windows.budgets().iter().any(|budget| budget.per > Duration::from_secs(1))
    }

    /// The account's budgets; all hold at once.
    pub(crate) fn budgets(&self) -> Vec<Budget> {
        self.state().windows.budgets().to_vec()
    }

    /// The account's budgets, each with the number of messages that it alone allows at `now`.
    pub(crate) fn free_now(&self, now: Timestamp) -> Vec<(Budget, usize)> {
        self.state().windows.free_now_by_budget(now, Share::Urgent)
    }

    /// The time before which the account must be silent, for any reason; `None` if it need not.
    pub(crate) fn silent_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.state().silent_until(now, &self.egress)
    }

    /// The time before which the budgets let not even an urgent message start; `None` if one may start, or must
    /// wait for the end of one that is under way.
    pub(crate) fn spent_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.state().windows.free_at(now, Share::Urgent).filter(|at| now < *at)
    }

    /// Ends the pause after wrong settings: the settings may have been corrected.
    pub(crate) fn clear_misconfiguration(&self) {
        self.state().misconfigured_until = None;
        notify(&self.core.changed);
    }

    /// Requests to send at `now`, when it is the channel's turn among those that share the account.
    ///
    /// A channel that must wait gets a `place`, which it hands in when it asks again, and drops once it has nothing to
    /// send.
    pub(crate) fn try_start_in_turn(
        &self,
        now: Timestamp,
        share: Share,
        place: &mut Option<AccountPlace>,
    ) -> Admission {
        // One of an account that the channel no longer uses is dropped.
        let own = place.take().filter(|it| Arc::ptr_eq(&it.core, &self.core));
        let own = own.unwrap_or_else(|| self.join(now, share));
        let admission = self.state().admit_in_turn(now, share, own.place, &self.egress);
        match admission {
            Admission::Now { .. } => drop(own),
            Admission::At(_) | Admission::AfterChange => *place = Some(own),
        }
        admission
    }

    fn join(&self, now: Timestamp, share: Share) -> AccountPlace {
        let place = self.state().line.join(now, share, Arc::clone(&self.egress));
        AccountPlace { core: Arc::clone(&self.core), place }
    }

    /// Requests to send at `now`, before all that wait.
    pub(crate) fn try_start(&self, now: Timestamp, share: Share) -> Admission {
        self.state().admit(now, share, &self.egress)
    }

    /// Notes that a send has ended at `now`, with its effect.
    pub(crate) fn finish(&self, now: Timestamp, effect: AccountEffect) {
        let mut state = self.state();
        let was_probing = state.probing;
        match effect {
            AccountEffect::Good => state.probing = false,
            AccountEffect::Unclear | AccountEffect::NotSent => {}
            AccountEffect::SilentFor(time) => {
                state.probing = true;
                state.silent_until = state.silent_until.max(Some(after(now, time)));
            }
            AccountEffect::MisconfiguredFor(time) => {
                state.probing = true;
                state.misconfigured_until = state.misconfigured_until.max(Some(after(now, time)));
            }
            AccountEffect::BlockedFor(time) => {
                state.probing = true;
                self.egress.block(after(now, time));
            }
        }
        state.end_send(if effect == AccountEffect::NotSent { OUTSIDE_EVERY_PERIOD } else { now });
        // Another lane may wait for this end, or must learn of a silence.
        let someone_may_wait = !state.windows.budgets().is_empty() || was_probing || state.probing;
        drop(state);
        if someone_may_wait {
            notify(&self.core.changed);
        }
    }

    /// Takes back a start: the send is not made.
    pub(crate) fn cancel_start(&self) {
        self.state().end_send(OUTSIDE_EVERY_PERIOD);
        notify(&self.core.changed);
    }

    /// Subscribes to finished sends, and to blocks of the egress.
    pub(crate) fn events(&self) -> AccountEvents {
        AccountEvents { account: self.core.changed.subscribe(), egress: self.egress.blocked.subscribe() }
    }

    fn state(&self) -> MutexGuard<'_, AccountState> {
        self.core.state()
    }
}

impl AccountCore {
    fn state(&self) -> MutexGuard<'_, AccountState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission {
    /// The same, but for a wait that ends at `latest`, too.
    fn no_later_than(self, latest: Option<Timestamp>) -> Self {
        match (self, latest) {
            (Self::At(at), Some(latest)) => Self::At(at.min(latest)),
            (Self::AfterChange, Some(latest)) => Self::At(latest),
            (Self::Now { .. } | Self::At(_) | Self::AfterChange, _) => self,
        }
    }
}

impl AccountState {
    /// The time before which the account must be silent if it sends through `egress`; `None` if it need not.
    fn silent_until(&self, now: Timestamp, egress: &SharedEgress) -> Option<Timestamp> {
        let own = self.silent_until.max(self.misconfigured_until).filter(|until| now < *until);
        own.max(egress.opens_at(now))
    }

    /// Starts a send, if the silences and the budgets let it.
    fn admit(&mut self, now: Timestamp, share: Share, egress: &SharedEgress) -> Admission {
        if let Some(until) = self.silent_until(now, egress) {
            self.probing = true;
            return Admission::At(until);
        }
        if self.probing && self.under_way > 0 {
            return Admission::AfterChange;
        }
        match self.windows.free_at(now, share) {
            Some(at) if at > now => return Admission::At(at),
            Some(_) => self.windows.start(now, share),
            None => return Admission::AfterChange,
        }
        let at_once = self.windows.free_at(now, share).is_some_and(|at| at <= now);
        let spare = if at_once { self.windows.free_now(now, share) } else { Some(0) };
        self.under_way += 1;
        Admission::Now { spare }
    }

    /// Starts a send of the channel at `place`, if it is its turn and the silences and the budgets let it. What the
    /// budgets have left is for the channels that wait, too.
    fn admit_in_turn(
        &mut self,
        now: Timestamp,
        share: Share,
        place: PlaceInLine,
        egress: &SharedEgress,
    ) -> Admission {
        self.line.set_share(place, share);
        let period = self.windows.longest_period();
        let share = self.line.share_of(place, now, period).unwrap_or(share);
        if !self.is_turn_of(place, now, period) {
            return Admission::AfterChange;
        }
        let urgent_from = period.and_then(|period| self.line.urgent_from(place, period));
        match (self.admit(now, share, egress), share) {
            (Admission::Now { spare }, _) => {
                let others = self.line.len().saturating_sub(1);
                Admission::Now { spare: spare.map(|it| it.saturating_sub(others)) }
            }
            (refused, Share::Urgent) => refused,
            (refused, Share::Ordinary | Share::OrdinaryFull) => refused.no_later_than(urgent_from),
        }
    }

    /// Tells whether no channel that goes before that at `place` could start.
    fn is_turn_of(&mut self, place: PlaceInLine, now: Timestamp, period: Option<Duration>) -> bool {
        let Self { windows, line, .. } = self;
        let can_start = |(egress, share): (&Arc<SharedEgress>, Share)| {
            egress.opens_at(now).is_none() && windows.free_at(now, share).is_some_and(|at| at <= now)
        };
        !line.ahead_of(place, now, period).any(can_start)
    }

    fn end_send(&mut self, ended: Timestamp) {
        self.under_way = self.under_way.saturating_sub(1);
        self.windows.end(ended);
    }
}

#[cfg(test)]
mod tests;
