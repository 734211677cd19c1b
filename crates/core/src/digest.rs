//! One message that carries several deliveries.

use std::sync::Arc;

use crate::{Notification, Severity};

/// The content of several deliveries, in one message, because the channel's budget
/// would not carry them one by one. Never empty; the most urgent stand first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(Vec<Arc<Notification>>);

impl Digest {
    /// A digest of `notifications`, which stand in the order in which they are told;
    /// `None` if there are none.
    #[must_use]
    pub fn new(notifications: Vec<Arc<Notification>>) -> Option<Self> {
        (!notifications.is_empty()).then_some(Self(notifications))
    }

    /// The notifications that it tells of.
    #[must_use]
    pub fn notifications(&self) -> &[Arc<Notification>] {
        &self.0
    }

    /// The first `number` of it, and at least one.
    #[must_use]
    pub fn first(&self, number: usize) -> Self {
        Self(self.0[..number.clamp(1, self.0.len())].to_vec())
    }

    /// The severity of the worst notification.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.0.iter().map(|it| it.alert.severity).max().unwrap_or(Severity::Low)
    }

    /// The largest number of notifications, from the first on, whose message
    /// `fits`; at least one, since what fits no message must be cut.
    pub fn how_many(&self, fits: impl Fn(&Digest) -> bool) -> usize {
        let (mut good, mut bad) = (1, self.0.len() + 1);
        while bad - good > 1 {
            let middle = good.midpoint(bad);
            if fits(&self.first(middle)) { good = middle } else { bad = middle }
        }
        good
    }
}
