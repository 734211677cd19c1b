//! A notification: one receiver is told once.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Alert, AlertId, GroupKey, NotificationId, ReceiverName, Status, Unless, Why};

/// A notification of one receiver, told once, with the reason for telling it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The number of the notification.
    pub id: NotificationId,
    /// The number of the alert that called for it.
    pub alert_id: AlertId,
    /// The first alert of the same incident; equal to `alert_id` for the first. Ties messages together.
    pub incident: AlertId,
    /// The group of alerts that it tells of.
    pub group: GroupKey,
    /// The receiver that is told.
    pub receiver: ReceiverName,
    /// The reason for telling it now.
    pub why: Why,
    /// The worst alert of the group. A resolution is completed with what was known while it fired, its own words on top.
    pub alert: Arc<Alert>,
    /// The other alerts of the group; none where the group is one alert.
    pub others: Vec<GroupedAlert>,
    /// The beginning of the incident, by the source's clock.
    pub since: Timestamp,
    /// The time at which it was decided.
    pub owed_at: Timestamp,
    /// The acknowledgement that is told with [`Why::Acknowledged`].
    pub acknowledged_by: Option<Acknowledgement>,
    /// The link with which it can be acknowledged, and which opens nothing else.
    pub ack_url: Option<String>,
    /// The condition of the rung: told now because it has not come about.
    pub escalated: Option<Unless>,
}

impl Notification {
    /// The alerts of the group, of which the first is the worst.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        let others = self.others.iter().map(|it| it.alert.as_ref());
        [self.alert.as_ref()].into_iter().chain(others)
    }

    /// The other alerts of the group in the order in which a message tells them: those that fire before
    /// those that are over, and of each the most severe first.
    #[must_use]
    pub fn others_worst_first(&self) -> Vec<&GroupedAlert> {
        let mut others: Vec<&GroupedAlert> = self.others.iter().collect();
        others.sort_by_key(|it| (it.alert.status == Status::Resolved, Reverse(it.alert.severity)));
        others
    }
}

/// One more alert of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupedAlert {
    /// The number of the alert.
    pub id: AlertId,
    /// The alert, as in [`Notification::alert`].
    pub alert: Arc<Alert>,
}

/// The acknowledgement of an incident by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The person's name for themselves.
    pub by: String,
    /// The time of the acknowledgement.
    pub at: Timestamp,
}
