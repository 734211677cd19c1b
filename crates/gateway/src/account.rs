//! What the channels of one account share: a budget, and the duty to be silent.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_core::{Account, Budget, SlidingWindow};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::steady::after;

/// The state of one account, shared by its lanes. All its times are [steady].
///
/// [steady]: crate::steady::SteadyTime
#[derive(Debug)]
pub(crate) struct SharedAccount {
    pub(crate) account: Account,
    budget: Option<Budget>,
    state: Mutex<State>,
    ended: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    window: Option<SlidingWindow>,
    under_way: usize,
    silent_until: Option<Timestamp>,
    /// It was silenced and has not taken anything since: one send at a time has to show that it does.
    on_trial: bool,
}

/// Whether an account may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Now; the send counts as started.
    Now,
    /// Not before then.
    At(Timestamp),
    /// When a send that is under way has ended.
    WhenOneEnds,
}

/// What a send that has ended tells of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The provider dealt with the message: the account works.
    Good,
    /// Nothing.
    Unclear,
    /// It must be silent for so long, because the provider asks for it.
    SilentFor(Duration),
    /// It must be silent for so long, because its settings are wrong; a restart may bring better ones.
    MisconfiguredFor(Duration),
}

impl SharedAccount {
    /// The account with its sends that ended before, and the end of the silence it was last asked for.
    pub(crate) fn new(
        account: Account,
        budget: Option<Budget>,
        ended: impl IntoIterator<Item = Timestamp>,
        silent_until: Option<Timestamp>,
    ) -> Self {
        let window = budget.map(|budget| SlidingWindow::new(budget, ended));
        let state = State { window, under_way: 0, silent_until, on_trial: false };
        Self { account, budget, state: Mutex::new(state), ended: watch::Sender::new(()) }
    }

    /// Whether each send is entered in the store before it is made. A stretch of
    /// a second is over before a restarted gateway sends again; a longer one
    /// must be remembered.
    pub(crate) fn remembers_sends(&self) -> bool {
        self.budget.is_some_and(|budget| budget.per > Duration::from_secs(1))
    }

    /// Asks to send at `now`.
    pub(crate) fn start(&self, now: Timestamp) -> Turn {
        let mut state = self.state();
        if let Some(until) = state.silent_until.filter(|until| now < *until) {
            state.on_trial = true;
            return Turn::At(until);
        }
        if state.on_trial && state.under_way > 0 {
            return Turn::WhenOneEnds;
        }
        if let Some(window) = &mut state.window {
            match window.free_at(now) {
                Some(at) if at > now => return Turn::At(at),
                Some(_) => window.start(),
                None => return Turn::WhenOneEnds,
            }
        }
        state.under_way += 1;
        Turn::Now
    }

    /// A send has ended at `now`.
    pub(crate) fn end(&self, now: Timestamp, standing: Standing) {
        let mut state = self.state();
        let someone_may_wait = state.window.is_some() || state.on_trial;
        match standing {
            Standing::Good => state.on_trial = false,
            Standing::Unclear => {}
            Standing::SilentFor(time) | Standing::MisconfiguredFor(time) => {
                state.be_silent_until(after(now, time));
            }
        }
        state.leave(now);
        drop(state);
        if someone_may_wait {
            self.ended.send_replace(());
        }
    }

    /// A send was not made after all.
    pub(crate) fn call_off(&self) {
        self.state().leave(Timestamp::MIN); // long over, so that it costs nothing
        self.ended.send_replace(());
    }

    /// Sees each end of a send that another may have waited for.
    pub(crate) fn ends(&self) -> watch::Receiver<()> {
        self.ended.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Of two silences the one that ends later counts.
    fn be_silent_until(&mut self, until: Timestamp) {
        self.on_trial = true;
        self.silent_until = self.silent_until.max(Some(until));
    }

    fn leave(&mut self, ended: Timestamp) {
        self.under_way = self.under_way.saturating_sub(1);
        if let Some(window) = &mut self.window {
            window.end(ended);
        }
    }
}

#[cfg(test)]
mod tests;
