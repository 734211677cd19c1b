//! Views of channels for people and for the API.

use fanfare_core::{Budget, ChannelName, Health, HumanDuration, Moment, Quota, QuotaLevel};
use fanfare_store::{Store, StoreError};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::delivery::ChannelHandle;
use crate::metrics::Metrics;
use crate::time::{after, before, between, period_start};

/// A channel's settings and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelView {
    /// The channel's name in the config.
    pub name: ChannelName,
    /// The channel's kind, e.g. `dingtalk`.
    pub kind: &'static str,
    /// The longest time one attempt may take.
    pub timeout: HumanDuration,
    /// The health as far as attempts show.
    pub health: ChannelHealth,
    /// The beginning of the failure, if the channel is broken.
    pub broken_since: Option<Timestamp>,
    /// The provider's last words, if the channel is broken.
    pub reason: Option<String>,
    /// The time before which nothing goes out.
    pub blocked_until: Option<Timestamp>,
    /// The number of deliveries that wait or are under way.
    pub pending: u64,
    /// The time at which the oldest of these came to be.
    pub oldest_pending_at: Option<Timestamp>,
    /// The budget with the fewest messages left.
    pub budget: Option<BudgetView>,
    /// All budgets; they hold at once.
    pub budgets: Vec<BudgetView>,
    /// The limit of messages per day or month.
    pub quota: Option<QuotaView>,
    /// The time at which the provider last took a message.
    pub proven_at: Option<Timestamp>,
    /// The start of the last drill.
    pub drilled_at: Option<Timestamp>,
    /// The last failed attempt.
    pub last_error: Option<LastError>,
    /// The lead of the provider's clock over the gateway's, in seconds.
    pub clock_offset_seconds: Option<i64>,
    /// The day of the secret's last replacement, from the config.
    pub rotated_at: Option<Date>,
}

/// A channel's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelHealth {
    /// No failure is known.
    Working,
    /// Nothing goes out, and a self-alert was raised.
    Broken,
}

/// A channel's budget. Channels of one account share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetView {
    /// The number of messages per period.
    pub messages: u32,
    /// The period: any stretch of this length.
    pub per: HumanDuration,
    /// The number of urgent messages that could go now; a part of it is reserved for them.
    pub free_now: usize,
}

/// A channel's quota of a day or a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaView {
    /// The pool that all channels of one quota share.
    pub pool: String,
    /// The number of messages per period.
    pub messages: u32,
    /// The number of messages used.
    pub used: u64,
    /// The current day or month.
    pub period: String,
    /// The level: `plenty`, `half`, `short` or `nearly_gone`.
    pub level: &'static str,
    /// The time at which the count restarts.
    pub resets_at: Timestamp,
}

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastError {
    /// The end of the attempt.
    pub at: Timestamp,
    /// The provider's words where there are any.
    pub words: String,
}

/// The views of `channels`, in their order.
pub(crate) async fn views(
    channels: &[ChannelHandle],
    store: &Store,
    metrics: &Metrics,
    now: Moment,
) -> Result<Vec<ChannelView>, StoreError> {
    let mut views = Vec::new();
    for channel in channels {
        let quota = match &channel.sender.channel.limits.quota {
            Some(quota) => Some(quota_view(store, quota, now).await?),
            None => None,
        };
        views.push(view(channel, quota, metrics.pending_on(channel.name()), now));
    }
    Ok(views)
}

async fn quota_view(store: &Store, quota: &Quota, now: Moment) -> Result<QuotaView, StoreError> {
    let period = quota.period_of(now.wall);
    let used = store.usage(quota.pool.clone(), period.clone(), period_start(quota, now)).await?;
    Ok(QuotaView {
        pool: quota.pool.clone(),
        messages: quota.messages.get(),
        used,
        period,
        level: word(quota.level(used)),
        resets_at: quota.resets_at(now.wall),
    })
}

fn view(handle: &ChannelHandle, quota: Option<QuotaView>, pending: u64, now: Moment) -> ChannelView {
    let Moment { wall, promise: monotonic, certain: _ } = now;
    let ChannelHandle { sender, status, meta } = handle;
    let (health, broken_since, reason) = match status.health(monotonic) {
        Health::Working => (ChannelHealth::Working, None, None),
        Health::Broken { since, reason } => {
            (ChannelHealth::Broken, Some(before(wall, between(since, monotonic))), Some(reason))
        }
    };
    let budgets: Vec<_> = sender.account.free_now(monotonic).into_iter().map(budget_view).collect();
    let budget = budgets.iter().min_by_key(|it| it.free_now).cloned();
    let last = status.last().clone();
    ChannelView {
        name: handle.name().clone(),
        kind: meta.kind,
        timeout: HumanDuration(sender.channel.timeout),
        health,
        broken_since,
        reason,
        blocked_until: status.blocked_until(monotonic).map(|at| after(wall, between(monotonic, at))),
        pending,
        oldest_pending_at: status.oldest_pending(),
        budget,
        budgets,
        quota,
        proven_at: last.proven_at,
        drilled_at: last.drilled_at,
        last_error: last.error.map(|(at, words)| LastError { at, words }),
        clock_offset_seconds: sender.channel.notifier.clock_offset().map(|it| it.as_secs()),
        rotated_at: meta.rotated_at,
    }
}

fn budget_view((budget, free_now): (Budget, usize)) -> BudgetView {
    BudgetView { messages: budget.messages.get(), per: HumanDuration(budget.per), free_now }
}

fn word(level: QuotaLevel) -> &'static str {
    match level {
        QuotaLevel::Plenty => "plenty",
        QuotaLevel::Half => "half",
        QuotaLevel::Short => "short",
        QuotaLevel::NearlyGone => "nearly_gone",
    }
}
