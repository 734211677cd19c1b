//! The outlook of deliveries: what is under way, what was cut off, and when a channel may send next.

use std::collections::{BTreeMap, BTreeSet};

use fanfare_core::{ChannelName, ClockLeads, DeliveryId, Moment};
use jiff::Timestamp;

use crate::delivery::ChannelHandle;
use crate::time::{after, between};

/// The outlook of deliveries at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryOutlook {
    /// The time at which this run of the gateway began.
    pub started_at: Timestamp,
    /// The times at which earlier runs began, as far as they are known: a hundred at the most.
    pub earlier_starts: Vec<Timestamp>,
    /// The deliveries that the run before was sending when it ended, where their account has a budget.
    pub cut_off: BTreeSet<DeliveryId>,
    /// The deliveries that are being sent, with the time at which the attempt began.
    pub under_way: BTreeMap<DeliveryId, Timestamp>,
    /// The time of the next attempt on each channel that cannot send at once: its circuit is open, its account must be
    /// silent, or its budget is spent.
    pub blocked_until: BTreeMap<ChannelName, Timestamp>,
    /// The leads of the time scales over the wall clock.
    pub leads: ClockLeads,
}

/// The beginning of this run, and what the one before left.
#[derive(Debug, Clone)]
pub(crate) struct RunStart {
    pub(crate) at: Timestamp,
    pub(crate) earlier: Vec<Timestamp>,
    pub(crate) cut_off: BTreeSet<DeliveryId>,
}

/// The outlook of the deliveries on `channels`.
pub(crate) fn outlook(channels: &[ChannelHandle], run: &RunStart, now: Moment) -> DeliveryOutlook {
    let Moment { wall, promise: monotonic, certain: _ } = now;
    let blocked = |it: &ChannelHandle| {
        let circuit = it.status.blocked_until(monotonic);
        let until = circuit.max(it.sender.account.spent_until(monotonic))?;
        Some((it.name().clone(), after(wall, between(monotonic, until))))
    };
    DeliveryOutlook {
        started_at: run.at,
        earlier_starts: run.earlier.clone(),
        cut_off: run.cut_off.clone(),
        under_way: channels.iter().flat_map(|it| it.status.under_way()).collect(),
        blocked_until: channels.iter().filter_map(blocked).collect(),
        leads: now.leads(),
    }
}
