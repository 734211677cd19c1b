//! The notice of abandoned contracts: one for each receiver and cause, and who is told of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::after;
use crate::{
    Alert, ChannelName, DeliveryTerms, NotificationId, Policy, ReceiverName, RoutedReceiver, Severity,
    route_alert,
};

/// A notification whose contract is abandoned, and of which nobody takes care yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbandonedContract {
    /// The number of the notification.
    pub notification: NotificationId,
    /// The place of its abandonment among all, in the order in which contracts were abandoned.
    pub place: i64,
    /// The time at which it was abandoned.
    pub abandoned_at: Timestamp,
    /// The receiver that was to be told.
    pub receiver: ReceiverName,
    /// The severity of the alert.
    pub severity: Severity,
    /// The channels that were told, each once.
    pub channels: Vec<NoticeChannel>,
}

/// A channel of an abandoned contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeChannel {
    /// The channel that was told.
    pub channel: ChannelName,
    /// The confirmation, if there is one.
    pub confirmation: Confirmation,
    /// The provider's last words, if there are any.
    pub words: Option<String>,
}

/// The confirmation of a channel of an abandoned contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// The provider confirmed before the contract was abandoned.
    InTime,
    /// The provider has confirmed since.
    Late,
    /// No confirmation so far.
    Missing,
}

/// The key of a notice: the receiver, and the channels that had not confirmed when its contracts were abandoned. What
/// happens later changes neither, so that a contract stays with its notice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoticeKey {
    /// The receiver that was to be told.
    pub receiver: ReceiverName,
    /// The names of the channels that had not confirmed, sorted, with commas between them.
    pub cause: String,
}

/// A notice: what there is to say of one receiver for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractNotice {
    /// The receiver and the cause.
    pub key: NoticeKey,
    /// The worst severity of its alerts.
    pub severity: Severity,
    /// The notifications that it is about, those that were abandoned last first.
    pub notifications: Vec<NotificationId>,
    /// The smallest of the [places](AbandonedContract::place).
    pub first_place: i64,
    /// The largest of the places.
    pub last_place: i64,
    /// The channels that had not confirmed, each with the provider's newest words.
    pub missing: Vec<(ChannelName, Option<String>)>,
    /// The channels that have confirmed every one of its alerts, in time or late: it tells them nothing new.
    pub confirmed: Vec<ChannelName>,
    /// The channels on which every one of its alerts is confirmed or still owed.
    pub told: Vec<ChannelName>,
}

/// The time for which a message about a notice stands before it is told what has been added since: Alertmanager's
/// `group_interval`, by its default.
pub const GROWTH_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// The receiver name that stands for every channel to which neither the route of a notice leads nor its alerts went.
pub const OTHER_CHANNELS: &str = "every other channel";

/// A notice that was raised and not resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RaisedNotice {
    /// The severity that was raised.
    pub severity: Severity,
    /// The largest [place](AbandonedContract::place) that was told; `None` if that is not known.
    pub told_place: Option<i64>,
    /// The time from which on it is told what has been added since, on the scale of promises.
    pub grows_at: Timestamp,
    /// The time at which it is told again though nothing was added, on the same scale.
    pub repeats_at: Timestamp,
}

impl RaisedNotice {
    /// The record of a notice that an earlier life has raised, by the alert that told it.
    #[must_use]
    pub fn from_earlier_life(severity: Severity, told_place: Option<i64>, now: Timestamp) -> Self {
        Self { severity, told_place, grows_at: now, repeats_at: now }
    }

    /// The record of `notice`, which these receivers were told `now`.
    #[must_use]
    pub fn told(notice: &ContractNotice, receivers: &[RoutedReceiver], now: Timestamp) -> Self {
        Self {
            severity: notice.severity,
            told_place: Some(notice.last_place),
            grows_at: after(now, GROWTH_INTERVAL),
            repeats_at: after(now, shortest_interval(receivers)),
        }
    }

    /// The record of the same notice, of which these receivers were told nothing `now`: their time has not come.
    #[must_use]
    pub fn held(self, notice: &ContractNotice, receivers: &[RoutedReceiver], now: Timestamp) -> Self {
        let again = after(now, shortest_interval(receivers).min(GROWTH_INTERVAL));
        Self { severity: notice.severity, grows_at: again, repeats_at: again, ..self }
    }
}

/// The shortest time after which one of `receivers` is told again; at least a second.
fn shortest_interval(receivers: &[RoutedReceiver]) -> Duration {
    let shortest = receivers.iter().map(|it| it.repeat_interval).min().unwrap_or(GROWTH_INTERVAL);
    shortest.max(Duration::from_secs(1))
}

/// A change of the notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeChange<'a> {
    /// Nothing of what was told of it is left.
    Resolve(NoticeKey),
    /// The notice is raised, for the first time or again.
    Raise {
        /// The notice as it is now.
        notice: &'a ContractNotice,
        /// The reason for raising it now.
        because: RaiseReason,
    },
}

/// The reason for which a notice is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaiseReason {
    /// The notice begins, or has alerts that were not told yet.
    New,
    /// The notice lasts: it is told again by the route's `repeat_interval`.
    Lasting,
}

/// The notices that `broken` calls for, each contract in one of them.
#[must_use]
pub fn gather_notices(broken: &[AbandonedContract]) -> Vec<ContractNotice> {
    let mut by_key: BTreeMap<NoticeKey, Vec<&AbandonedContract>> = BTreeMap::new();
    for contract in broken {
        by_key.entry(contract.notice_key()).or_default().push(contract);
    }
    by_key.into_iter().filter_map(|(key, contracts)| notice(key, contracts)).collect()
}

fn notice(key: NoticeKey, mut contracts: Vec<&AbandonedContract>) -> Option<ContractNotice> {
    contracts.sort_by_key(|it| it.place);
    let (first, last) = (*contracts.first()?, *contracts.last()?);
    let in_all = |counts: &dyn Fn(&NoticeChannel) -> bool| -> Vec<ChannelName> {
        let has = |it: &&&AbandonedContract, name: &ChannelName| {
            it.channels.iter().any(|it| it.channel == *name && counts(it))
        };
        let names = first.channels.iter().map(|it| &it.channel);
        names.filter(|name| contracts.iter().all(|it| has(&it, name))).cloned().collect()
    };
    Some(ContractNotice {
        key,
        severity: contracts.iter().map(|it| it.severity).max()?,
        notifications: contracts.iter().rev().map(|it| it.notification).collect(),
        first_place: first.place,
        last_place: last.place,
        missing: last.missing().map(|it| (it.channel.clone(), it.words.clone())).collect(),
        confirmed: in_all(&|it| match it.confirmation {
            Confirmation::InTime | Confirmation::Late => true,
            Confirmation::Missing => false,
        }),
        told: in_all(&|_| true),
    })
}

impl AbandonedContract {
    /// The key of the notice that tells of it.
    #[must_use]
    pub fn notice_key(&self) -> NoticeKey {
        let mut names: Vec<&str> = self.missing().map(|it| it.channel.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        NoticeKey { receiver: self.receiver.clone(), cause: names.join(", ") }
    }

    /// The channels that had not confirmed when the contract was abandoned.
    fn missing(&self) -> impl Iterator<Item = &NoticeChannel> {
        self.channels.iter().filter(|it| match it.confirmation {
            Confirmation::InTime => false,
            Confirmation::Late | Confirmation::Missing => true,
        })
    }
}

/// The changes that `notices` call for at `now`, while these are `raised`.
///
/// A notice that has nothing left of what was told is over, also if it has begun anew at once: whoever took care of
/// what was told has not seen the rest.
#[must_use]
pub fn notice_changes<'a>(
    raised: &BTreeMap<NoticeKey, RaisedNotice>,
    notices: &'a [ContractNotice],
    now: Timestamp,
) -> Vec<NoticeChange<'a>> {
    let is_gone = |key: &&NoticeKey| notices.iter().all(|it| it.key != **key);
    let gone = raised.keys().filter(is_gone).cloned().map(NoticeChange::Resolve);
    let raise = |notice, because| NoticeChange::Raise { notice, because };
    gone.chain(notices.iter().flat_map(|notice| {
        let Some(last) = raised.get(&notice.key) else { return vec![raise(notice, RaiseReason::New)] };
        if last.told_place.is_some_and(|told| told < notice.first_place) {
            return vec![NoticeChange::Resolve(notice.key.clone()), raise(notice, RaiseReason::New)];
        }
        let has_grown = last.told_place.is_none_or(|told| told < notice.last_place);
        let because = if has_grown { RaiseReason::New } else { RaiseReason::Lasting };
        let is_due =
            last.severity != notice.severity || last.repeats_at <= now || has_grown && last.grows_at <= now;
        if is_due { vec![raise(notice, because)] } else { Vec::new() }
    }))
    .collect()
}

/// The receivers of `alert`, which tells `notice`: those of its route, and every other one of `channels`, but for
/// channels that have confirmed all of it.
#[must_use]
pub fn notice_receivers(
    policy: &Policy,
    alert: &Alert,
    notice: &ContractNotice,
    because: RaiseReason,
    channels: &[ChannelName],
) -> Vec<RoutedReceiver> {
    let interval = |routed: Duration| match because {
        RaiseReason::New => routed.min(GROWTH_INTERVAL),
        RaiseReason::Lasting => routed,
    };
    let mut receivers: Vec<RoutedReceiver> = Vec::new();
    for routed in route_alert(policy, alert) {
        if let Some(terms) = routed.terms.without(&notice.confirmed) {
            let repeat_interval = interval(routed.repeat_interval);
            receivers.push(RoutedReceiver { terms: Arc::new(terms), repeat_interval, ..routed });
        }
    }
    let is_told = |channel: &ChannelName| {
        notice.told.contains(channel) || receivers.iter().any(|it| it.terms.first().contains(channel))
    };
    let others: Vec<ChannelName> = channels.iter().filter(|it| !is_told(it)).cloned().collect();
    if !others.is_empty() {
        receivers.push(RoutedReceiver {
            receiver: OTHER_CHANNELS.into(),
            route: None,
            repeat_interval: interval(policy.route().repeat_interval),
            terms: Arc::new(DeliveryTerms::plain(others)),
        });
    }
    receivers
}

/// The receivers that may hear that a notice is over: each on the channels on which it was told, and on no other.
#[must_use]
pub fn notice_end_receivers(policy: &Policy) -> Vec<RoutedReceiver> {
    let names = policy.receivers().map(|it| it.name.clone()).chain([OTHER_CHANNELS.into()]);
    let nowhere = Arc::new(DeliveryTerms::plain(Vec::new()));
    names
        .map(|receiver| RoutedReceiver {
            receiver,
            route: None,
            repeat_interval: policy.route().repeat_interval,
            terms: Arc::clone(&nowhere),
        })
        .collect()
}

/// The contracts of `broken` that a message about a notice covers, which was made at `told_at`: those of its key that
/// were broken before a later message could tell of them.
#[must_use]
pub fn covered_contracts<'a>(
    broken: &'a [AbandonedContract],
    key: &NoticeKey,
    told_at: Timestamp,
) -> (Vec<&'a AbandonedContract>, Vec<&'a AbandonedContract>) {
    let end = after(told_at, GROWTH_INTERVAL);
    broken.iter().filter(|it| it.notice_key() == *key).partition(|it| it.abandoned_at <= end)
}

#[cfg(test)]
mod tests;
