//! Timers, keyed by what they are for.

use crate::{GroupKey, NotificationId};

/// The key of a timer: there is at most one for each key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKey {
    /// The next evaluation of a notification.
    Notification(NotificationId),
    /// The next notification of a group.
    Group(GroupKey),
}
