//! The laws that a gateway must hold for anybody outside to count on it.

use std::time::Duration;

use fanfare_core::{ChannelName, Health, Moment};
use fanfare_store::StoreFault;

use crate::delivery::ChannelHandle;
use crate::time::between;

/// The time for which a lane may make no attempt while something waits and nothing stands in the way: above the
/// longest wait of a retry, and above the hour's share of a budget.
const STUCK_AFTER: Duration = Duration::from_secs(60 * 60);

/// A law that does not hold: whoever counts on the gateway must be told by somebody else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnkeptLaw {
    /// A part of the gateway has come to rest.
    #[error("a task of the gateway has ended; the log says why")]
    TaskEnded,
    /// Nothing can be kept.
    #[error("the store cannot be used: {0}")]
    StoreUnusable(StoreFault),
    /// Something that was accepted is not accounted for.
    #[error("the audit finds {0} alerts or deliveries that are not accounted for")]
    Unaccounted(u64),
    /// A lane makes no attempt though it could.
    #[error("channel {0} has work and makes no attempt")]
    LaneStuck(ChannelName),
    /// No channel works: nobody can be told anything.
    #[error("no channel works")]
    NoChannelWorks,
}

/// The law of lanes that does not hold at `now`, if one does not.
pub(crate) fn broken_by_lanes(channels: &[ChannelHandle], now: Moment) -> Option<UnkeptLaw> {
    let is_broken = |it: &ChannelHandle| match it.status.health(now.promise) {
        Health::Broken { .. } => true,
        Health::Working => false,
    };
    if !channels.is_empty() && channels.iter().all(is_broken) {
        return Some(UnkeptLaw::NoChannelWorks);
    }
    channels.iter().find(|it| is_stuck(it, now)).map(|it| UnkeptLaw::LaneStuck(it.name().clone()))
}

/// Tells whether a lane that may send has not, for very long.
fn is_stuck(channel: &ChannelHandle, now: Moment) -> bool {
    let status = &channel.status;
    let (last, budget) = (status.last().clone(), channel.sender.channel.limits.budgets.iter());
    // A wait for a place in a budget is none of the lane's making.
    let patience = STUCK_AFTER.max(budget.map(|it| it.per).max().unwrap_or_default());
    let last_end = last.proven_at.max(last.error.map(|(at, _)| at));
    let is_quiet = |at| between(at, now.wall) > patience;
    status.blocked_until(now.promise).is_none()
        && status.oldest_pending().is_some_and(is_quiet)
        && last_end.is_none_or(is_quiet)
}
