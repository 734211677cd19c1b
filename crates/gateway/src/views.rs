//! Channels as people and the API see them.

use fanfare_core::{Budget, ChannelName, Health, HumanDuration, Quota, QuotaLevel};
use fanfare_store::StoreError;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::fleet::Member;
use crate::gateway::Gateway;
use crate::steady::{after, before, between};

/// A channel, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelView {
    /// Its name in the config.
    pub name: ChannelName,
    /// Its kind, e.g. `dingtalk`.
    pub kind: &'static str,
    /// How long one attempt may take.
    pub timeout: HumanDuration,
    /// Whether it works.
    pub health: ChannelHealth,
    /// If not: since when.
    pub broken_since: Option<Timestamp>,
    /// If not: what its provider last said.
    pub reason: Option<String>,
    /// Nothing goes out on it before then.
    pub blocked_until: Option<Timestamp>,
    /// How many deliveries wait for it or are under way.
    pub pending: u64,
    /// The budget with the fewest messages left: how fast it may send.
    pub budget: Option<BudgetView>,
    /// All of its budgets, which are kept at once.
    pub budgets: Vec<BudgetView>,
    /// How much it may send.
    pub quota: Option<QuotaView>,
    /// When its provider last took a message.
    pub proven_at: Option<Timestamp>,
    /// When its last drill began.
    pub drilled_at: Option<Timestamp>,
    /// What its last failed attempt was told.
    pub last_error: Option<LastError>,
    /// By how much its provider's clock is ahead of ours.
    pub clock_offset_seconds: Option<i64>,
    /// When its secret was last replaced, as the config says.
    pub rotated_at: Option<Date>,
}

/// Whether a channel works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelHealth {
    /// As far as is known.
    Working,
    /// Nothing goes out, and somebody has been told.
    Broken,
}

/// How fast a channel may send. Channels of one account share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BudgetView {
    /// So many messages.
    pub messages: u32,
    /// In any stretch of this length.
    pub per: HumanDuration,
    /// How many urgent ones could go now; a part of it is kept from all others.
    pub free_now: usize,
}

/// How much a channel may send in a day or a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotaView {
    /// Whose quota it is: all channels of one pool draw on it.
    pub pool: String,
    /// How many messages.
    pub messages: u32,
    /// How many of them are used.
    pub used: u64,
    /// In which day or month.
    pub period: String,
    /// `plenty`, `half`, `short` or `nearly_gone`.
    pub level: &'static str,
    /// When the count begins anew.
    pub resets_at: Timestamp,
}

/// What a failed attempt was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastError {
    /// When.
    pub at: Timestamp,
    /// In the provider's words where there are any.
    pub words: String,
}

impl Gateway {
    /// Every channel of the config, sorted by name.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn channels(&self) -> Result<Vec<ChannelView>, StoreError> {
        let roster = self.fleet.lock().await.roster();
        let mut views = Vec::new();
        for member in &roster {
            let quota = match &member.speaker.channel.limits.quota {
                Some(quota) => Some(self.quota(quota).await?),
                None => None,
            };
            views.push(self.view(member, quota));
        }
        Ok(views)
    }

    async fn quota(&self, quota: &Quota) -> Result<QuotaView, StoreError> {
        let now = self.clock.now();
        let period = quota.period_of(now);
        let used = self.store.usage(quota.pool.clone(), period.clone()).await?;
        Ok(QuotaView {
            pool: quota.pool.clone(),
            messages: quota.messages.get(),
            used,
            period,
            level: word(quota.level(used)),
            resets_at: quota.resets_at(now),
        })
    }

    fn view(&self, member: &Member, quota: Option<QuotaView>) -> ChannelView {
        let (now, steady_now) = (self.clock.now(), self.intake.steady.now());
        let Member { speaker, status, upkeep } = member;
        let (health, broken_since, reason) = match status.health(steady_now) {
            Health::Working => (ChannelHealth::Working, None, None),
            Health::Broken { since, reason } => {
                (ChannelHealth::Broken, Some(before(now, between(since, steady_now))), Some(reason))
            }
        };
        let blocked_until = status.blocked_until(steady_now).map(|at| after(now, between(steady_now, at)));
        let view = |(budget, free_now): (Budget, usize)| BudgetView {
            messages: budget.messages.get(),
            per: HumanDuration(budget.per),
            free_now,
        };
        let budgets: Vec<_> = speaker.account.free_now(steady_now).into_iter().map(view).collect();
        let budget = budgets.iter().min_by_key(|it| it.free_now).cloned();
        let last = status.last().clone();
        let clock_offset = speaker.channel.notifier.clock_offset();
        ChannelView {
            name: member.name().clone(),
            kind: upkeep.kind,
            timeout: HumanDuration(speaker.channel.timeout),
            health,
            broken_since,
            reason,
            blocked_until,
            pending: self.intake.metrics.pending_on(member.name()),
            budget,
            budgets,
            quota,
            proven_at: last.proven_at,
            drilled_at: last.drilled_at,
            last_error: last.error.map(|(at, words)| LastError { at, words }),
            clock_offset_seconds: clock_offset.map(|it| it.as_secs()),
            rotated_at: upkeep.rotated_at,
        }
    }
}

fn word(level: QuotaLevel) -> &'static str {
    match level {
        QuotaLevel::Plenty => "plenty",
        QuotaLevel::Half => "half",
        QuotaLevel::Short => "short",
        QuotaLevel::NearlyGone => "nearly_gone",
    }
}
