//! The names of dead letters.

use std::fmt;
use std::str::FromStr;

use crate::{DeliveryId, NotificationId};

/// The name of a dead letter: a delivery that was given up, e.g. `d17`, or a notification whose promise was
/// abandoned though none of its deliveries was given up, e.g. `n5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeadLetterId {
    /// A delivery that was given up.
    Delivery(DeliveryId),
    /// A notification, with all of its deliveries.
    Notification(NotificationId),
}

/// The error of parsing a [`DeadLetterId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the number of a dead letter: expected one like d17 (a delivery) or n5 (a notification)"
)]
pub struct InvalidDeadLetterId(String);

impl fmt::Display for DeadLetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivery(id) => write!(f, "d{id}"),
            Self::Notification(id) => write!(f, "n{id}"),
        }
    }
}

impl FromStr for DeadLetterId {
    type Err = InvalidDeadLetterId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |digits: &str| digits.parse().ok().filter(|&number: &i64| number > 0);
        let delivery = text.strip_prefix('d').and_then(number).map(|it| Self::Delivery(DeliveryId(it)));
        let notification =
            text.strip_prefix('n').and_then(number).map(|it| Self::Notification(NotificationId(it)));
        delivery.or(notification).ok_or_else(|| InvalidDeadLetterId(text.to_owned()))
    }
}

impl serde::Serialize for DeadLetterId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
