//! What the channels of one account share: a budget, and the duty to be silent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_core::{Account, Budget, Share, SlidingWindows};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::steady::after;

/// One account, as its lanes share it, and the way out by which some of them reach
/// it. All its times are [steady].
///
/// [steady]: crate::steady::SteadyTime
#[derive(Debug)]
pub(crate) struct SharedAccount {
    pub(crate) account: Account,
    egress: Arc<SharedEgress>,
    own: Arc<Own>,
}

/// What is an account's own, whichever way out is taken.
#[derive(Debug)]
struct Own {
    state: Mutex<State>,
    ended: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    windows: SlidingWindows,
    under_way: usize,
    silent_until: Option<Timestamp>,
    /// Silent for our own sake: what is wrong may be mended meanwhile.
    misconfigured_until: Option<Timestamp>,
    /// It was silenced and has not taken anything since: one send at a time has to show that it does.
    on_trial: bool,
}

/// The state of one way out, shared by all accounts that use it.
#[derive(Debug, Default)]
pub(crate) struct SharedEgress {
    blocked_until: Mutex<Option<Timestamp>>,
    was_blocked: watch::Sender<()>,
}

/// Sees what a lane may wait for, or must know of.
#[derive(Debug)]
pub(crate) struct Ends {
    of_sends: watch::Receiver<()>,
    of_peace: watch::Receiver<()>,
}

impl Ends {
    /// Waits until a send of the account has ended, or its way out was blocked.
    pub(crate) async fn next(&mut self) {
        // Who waits keeps the account, and so neither ends before its turn.
        tokio::select! {
            _ = self.of_sends.changed() => {}
            _ = self.of_peace.changed() => {}
        }
    }
}

impl SharedEgress {
    /// A way out that is blocked until then.
    pub(crate) fn blocked_until(until: Option<Timestamp>) -> Self {
        Self { blocked_until: Mutex::new(until), ..Self::default() }
    }

    fn block(&self, until: Timestamp) {
        let mut blocked = self.blocked();
        *blocked = (*blocked).max(Some(until));
        drop(blocked);
        self.was_blocked.send_replace(());
    }

    fn opens_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.blocked().filter(|until| now < *until)
    }

    fn blocked(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.blocked_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an account may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Now; the send counts as started.
    Now {
        /// How many more of its share could start; `None`: as many as one likes.
        spare: Option<usize>,
    },
    /// Not before then.
    At(Timestamp),
    /// When a send that is under way has ended.
    WhenOneEnds,
}

/// What a send that has ended tells of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccountEffect {
    /// The provider dealt with the message: the account works.
    Good,
    /// Nothing.
    Unclear,
    /// It must be silent for so long, because the provider asks for it.
    SilentFor(Duration),
    /// Nobody may use its way out for so long, because the provider blocks it.
    BlockedFor(Duration),
    /// It must be silent for so long, because its settings are wrong; a restart may bring better ones.
    MisconfiguredFor(Duration),
}

impl SharedAccount {
    /// The account with its sends that ended before, and the end of the silence it was last asked for.
    pub(crate) fn new(
        account: Account,
        egress: Arc<SharedEgress>,
        budgets: Vec<Budget>,
        ended: impl IntoIterator<Item = Timestamp>,
        silent_until: Option<Timestamp>,
    ) -> Self {
        let state = State {
            windows: SlidingWindows::new(budgets, ended),
            under_way: 0,
            silent_until,
            misconfigured_until: None,
            on_trial: false,
        };
        let own = Own { state: Mutex::new(state), ended: watch::Sender::new(()) };
        Self { account, egress, own: Arc::new(own) }
    }

    /// The same account by another way out.
    pub(crate) fn by_way_of(&self, egress: Arc<SharedEgress>) -> Self {
        Self { account: self.account.clone(), egress, own: Arc::clone(&self.own) }
    }

    /// Replaces its budgets from now on; `ended` are its sends so far, and those under way.
    pub(crate) fn change_budgets(&self, budgets: Vec<Budget>, ended: impl IntoIterator<Item = Timestamp>) {
        self.state().windows = SlidingWindows::new(budgets, ended);
    }

    /// Whether each send is entered in the store before it is made. A stretch of
    /// a second is over before a restarted gateway sends again; a longer one
    /// must be remembered.
    pub(crate) fn remembers_sends(&self) -> bool {
        self.state().windows.budgets().iter().any(|budget| budget.per > Duration::from_secs(1))
    }

    /// Its budgets.
    pub(crate) fn budgets(&self) -> Vec<Budget> {
        self.state().windows.budgets().to_vec()
    }

    /// Its budgets, each with the messages that it alone lets start at `now`.
    pub(crate) fn free_now(&self, now: Timestamp) -> Vec<(Budget, usize)> {
        self.state().windows.free_now_by_budget(now, Share::Urgent)
    }

    /// Until when it must be silent, whoever asks for it; `None` if it need not.
    pub(crate) fn silent_until(&self, now: Timestamp) -> Option<Timestamp> {
        let state = self.state();
        let own = state.silent_until.max(state.misconfigured_until).filter(|until| now < *until);
        own.max(self.egress.opens_at(now))
    }

    /// Its settings were mended, perhaps: it need not wait for that any longer.
    pub(crate) fn forgive(&self) {
        self.state().misconfigured_until = None;
        self.own.ended.send_replace(());
    }

    /// Asks to send at `now`.
    pub(crate) fn start(&self, now: Timestamp, share: Share) -> Turn {
        if let Some(until) = self.silent_until(now) {
            self.state().on_trial = true;
            return Turn::At(until);
        }
        let mut state = self.state();
        if state.on_trial && state.under_way > 0 {
            return Turn::WhenOneEnds;
        }
        match state.windows.free_at(now, share) {
            Some(at) if at > now => return Turn::At(at),
            Some(_) => state.windows.start(now, share),
            None => return Turn::WhenOneEnds,
        }
        let at_once = state.windows.free_at(now, share).is_some_and(|at| at <= now);
        let spare = if at_once { state.windows.free_now(now, share) } else { Some(0) };
        state.under_way += 1;
        Turn::Now { spare }
    }

    /// A send has ended at `now`.
    pub(crate) fn end(&self, now: Timestamp, standing: AccountEffect) {
        let mut state = self.state();
        let was_on_trial = state.on_trial;
        match standing {
            AccountEffect::Good => state.on_trial = false,
            AccountEffect::Unclear => {}
            AccountEffect::SilentFor(time) => {
                state.on_trial = true;
                state.silent_until = state.silent_until.max(Some(after(now, time)));
            }
            AccountEffect::MisconfiguredFor(time) => {
                state.on_trial = true;
                state.misconfigured_until = state.misconfigured_until.max(Some(after(now, time)));
            }
            AccountEffect::BlockedFor(time) => {
                state.on_trial = true;
                self.egress.block(after(now, time));
            }
        }
        state.leave(now);
        // For its end; or to be told of a silence.
        let someone_may_wait = !state.windows.budgets().is_empty() || was_on_trial || state.on_trial;
        drop(state);
        if someone_may_wait {
            self.own.ended.send_replace(());
        }
    }

    /// A send was not made after all.
    pub(crate) fn call_off(&self) {
        self.state().leave(Timestamp::MIN); // long over, so that it costs nothing
        self.own.ended.send_replace(());
    }

    /// Sees each end of a send that another may have waited for, or must know of.
    pub(crate) fn ends(&self) -> Ends {
        Ends { of_sends: self.own.ended.subscribe(), of_peace: self.egress.was_blocked.subscribe() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.own.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn leave(&mut self, ended: Timestamp) {
        self.under_way = self.under_way.saturating_sub(1);
        self.windows.end(ended);
    }
}

#[cfg(test)]
mod tests;
