//! One run of a seed: its events, in two phases.

mod events;
mod state;

pub(crate) use self::state::WorldRun;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::counts::EventCounts;
use crate::laws::{
    Evidence, SettledWorld, check_acknowledgements, check_contracts, check_ledger, check_messages,
    check_rungs, check_settled, dump, newest_delivery, owed_after, pending_on,
};
use crate::options::{CONSOLE, ChannelOptions, FaultSort};
use crate::site::SiteConfig;
use crate::time::MINUTE;

/// The time in which everything settles that no budget delays: a give-up that is due, the longest
/// silence that a provider asked for, and the longest pause after a lost answer.
const RECOVERY: Duration = MINUTE.saturating_mul(60);

/// The most times for which the backlog of the end may take the time that it would take by itself: a channel on which
/// more comes in than goes out for as long is flooded.
const MOST_BACKLOGS: u32 = 10;

/// Trace of a run, for a comparison with another of the same seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunTrace {
    /// The time that passed in the run.
    pub(crate) elapsed: Duration,
    /// The number of events of each sort.
    pub(crate) events: EventCounts,
    /// Each request, and then each row of the ledger that matters.
    pub(crate) lines: Vec<String>,
}

impl WorldRun {
    /// Runs both phases, and checks the laws meanwhile and at the end.
    pub(crate) async fn run(&mut self) -> Result<()> {
        for _ in 0..self.options.steps {
            self.step().await?;
            self.check_moment()?;
        }
        self.settle().await?;
        self.check_moment()
    }

    /// The trace of a run that is over.
    pub(crate) fn trace(&self) -> Result<RunTrace> {
        let calls = self.providers.journal.calls();
        let call = |it: &crate::providers::ProviderCall| {
            let ids = it.ids();
            format!("{:?} {} {ids:?} {} {:?}", it.at, it.channel, it.attempt.ordinal, it.answer)
        };
        let mut lines: Vec<String> = calls.iter().map(call).collect();
        lines.extend(dump(self.site.ledger())?);
        let requests = u64::try_from(calls.len())?;
        Ok(RunTrace {
            elapsed: self.elapsed(),
            events: EventCounts { alerts: self.book.accepted(), requests, ..self.events },
            lines,
        })
    }

    /// Checks the laws of every moment.
    fn check_moment(&self) -> Result<()> {
        let ledger = self.site.ledger();
        ensure!(!self.providers.journal.is_overrun(), "requests go out without end");
        check_ledger(ledger, self.origin, self.book.accepted())?;
        check_acknowledgements(ledger, self.book.promises())?;
        if !self.site.has_disk_fault() {
            check_rungs(ledger, &self.book, self.elapsed(), self.available_since)?;
        }
        Ok(())
    }

    /// Heals a core, leaves the rest broken, waits for as long as everything may take, and checks the
    /// laws of the end.
    ///
    /// What is owed once every give-up and every rung has come must go out. The gateway tells again, meanwhile and
    /// for ever, of promises that are broken for good: that there is always something owed is no law's breach.
    async fn settle(&mut self) -> Result<()> {
        self.mend_disk()?;
        let (core, broken) = self.heal();
        let config = SiteConfig { channels: self.options.channels.clone(), ..self.site.config().clone() };
        self.reload_to(config).await?;
        tokio::time::sleep(RECOVERY + self.options.give_up_after).await;
        let newest = newest_delivery(self.site.ledger())?;
        let (from, backlog) = (self.elapsed(), self.time_of_backlog(&core)?);
        while self.is_pending_on(&core, newest)? {
            let time = (backlog + self.time_of_newer(&core, newest)?).min(backlog * MOST_BACKLOGS);
            if self.elapsed() >= from + time {
                break;
            }
            tokio::time::sleep(MINUTE).await;
        }
        let calls = self.providers.journal.calls();
        let evidence = Evidence {
            calls: &calls,
            channels: &self.options.channels,
            ledger: self.site.ledger(),
            origin: self.origin,
            book: &self.book,
            disturbances: &self.disturbances,
        };
        check_messages(evidence)?;
        check_contracts(evidence)?;
        check_settled(evidence, SettledWorld { core: &core, broken: &broken, newest, now: self.elapsed() })
    }

    /// Heals some channels for good, at least one, and leaves the others broken for good. Returns both.
    fn heal(&mut self) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
        let spared = self.random.usize(0..self.options.channels.len());
        let mut lasting = BTreeMap::new();
        for (index, channel) in self.options.channels.iter().enumerate() {
            let is_broken = index != spared && self.random.f64() < 0.3;
            let sort = FaultSort::ALL[self.random.usize(0..FaultSort::ALL.len())];
            lasting.insert(channel.name, is_broken.then_some(sort));
        }
        // A ban of an account or an egress is nothing that its other channels can escape.
        let banned: Vec<&ChannelOptions> = self
            .options
            .channels
            .iter()
            .filter(|it| lasting.get(it.name).copied().flatten().is_some())
            .collect();
        let shares = |it: &ChannelOptions| {
            banned.iter().any(|one| one.account == it.account || one.egress == it.egress)
        };
        let core = self.options.channels.iter().filter(|it| !shares(it)).map(|it| it.name).collect();
        let broken = banned.iter().map(|it| it.name).collect();
        self.providers.faults.settle(lasting);
        (core, broken)
    }

    /// The longest time in which the budgets of the core let its backlog out, one notification a message: of each, a
    /// third is kept for what is urgent, and a tenth is not used.
    fn time_of_backlog(&self, core: &BTreeSet<&'static str>) -> Result<Duration> {
        self.time_of(core, |channel| Ok(2 * (pending_on(self.site.ledger(), channel, i64::MAX)? + 20)))
    }

    /// The longest time in which those budgets let out what came to be owed after the delivery `newest`, and was
    /// perhaps more urgent.
    fn time_of_newer(&self, core: &BTreeSet<&'static str>, newest: i64) -> Result<Duration> {
        self.time_of(core, |channel| owed_after(self.site.ledger(), channel, newest))
    }

    /// The time of as many messages on each channel of the core as `number` says, one channel after the other.
    fn time_of(
        &self,
        core: &BTreeSet<&'static str>,
        number: impl Fn(&str) -> Result<u32>,
    ) -> Result<Duration> {
        let mut total = Duration::ZERO;
        for channel in self.options.channels.iter().filter(|it| core.contains(it.name)) {
            let slowest = channel
                .budgets
                .iter()
                .map(|(messages, seconds)| Duration::from_secs(*seconds) / (*messages).max(1));
            total += (slowest.max().unwrap_or_default() + channel.slowness) * number(channel.name)?;
        }
        Ok(total)
    }

    fn is_pending_on(&self, core: &BTreeSet<&'static str>, newest: i64) -> Result<bool> {
        for channel in core.iter().chain([&CONSOLE]) {
            if pending_on(self.site.ledger(), channel, newest)? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
