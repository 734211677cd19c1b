//! How we are, in plain values.

use std::time::Duration;

use fanfare_core::Health;

use crate::fleet::Member;
use crate::ourselves::{ChannelFacts, ChannelState, QuietSince, QuotaFacts, SourceFacts, World};
use crate::steady::{after, before, between};
use crate::watch::{Survey, Watchman};

impl Watchman {
    /// How we are, as far as the lanes, the sources and the last survey tell.
    pub(super) fn world(&self, roster: &[Member], survey: &Survey) -> World {
        World {
            channels: roster.iter().map(|it| self.channel(it)).collect(),
            dead_letters: survey.dead_letters.clone(),
            quotas: quotas(roster, survey),
            disk: survey.disk,
            sources: self.sources(),
        }
    }

    fn channel(&self, member: &Member) -> ChannelFacts {
        let last = member.status.last().clone();
        let (now, steady_now) = (self.clock.now(), self.intake.steady.now());
        let silent_until = member.speaker.account.silent_until(steady_now);
        let state = match member.status.health(steady_now) {
            Health::Broken { since, reason } => {
                let since = before(now, between(since, steady_now));
                ChannelState::Broken { since, reason }
            }
            Health::Working if last.has_proven_itself() => ChannelState::Working,
            Health::Working => ChannelState::Untried,
        };
        ChannelFacts {
            name: member.name().clone(),
            state,
            silent_until: silent_until.map(|until| after(now, between(steady_now, until))),
            last_words: last.error.map(|(_, words)| words),
            proven_at: last.proven_at,
            rotated_at: member.upkeep.rotated_at,
            clock_offset: member.speaker.channel.notifier.clock_offset(),
        }
    }

    fn sources(&self) -> Vec<SourceFacts> {
        let steady = self.intake.steady;
        let facts = |(name, heard): (_, crate::hearing::Heard)| {
            let (from, since) = match heard.last {
                Some(last) => (last, QuietSince::LastHeard),
                None => (heard.since, QuietSince::Beginning),
            };
            // Whole seconds: nobody is told of less.
            let quiet_for = Duration::from_secs(steady.elapsed(from).as_secs());
            SourceFacts { name, every: heard.every, quiet_for, since }
        };
        self.intake.hearing.of_each().into_iter().map(facts).collect()
    }
}

/// Each pool once: its channels draw on the same messages.
fn quotas(roster: &[Member], survey: &Survey) -> Vec<QuotaFacts> {
    let mut quotas: Vec<QuotaFacts> = Vec::new();
    for quota in roster.iter().filter_map(|it| it.speaker.channel.limits.quota.as_ref()) {
        let is_known = quotas.iter().any(|it| it.quota.pool == quota.pool);
        if let Some(used) = survey.used.get(&quota.pool).filter(|_| !is_known) {
            quotas.push(QuotaFacts { quota: quota.clone(), used: *used });
        }
    }
    quotas
}
