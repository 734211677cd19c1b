//! Pending deliveries of a lane: their number, and the age of the oldest.

use std::collections::BTreeMap;

use fanfare_core::{Delivery, DeliveryId, shifted};
use jiff::Timestamp;

/// The deliveries that wait in a lane or are under way, by number: the first is the oldest.
#[derive(Debug, Default)]
pub(crate) struct PendingDeliveries(BTreeMap<DeliveryId, Timestamp>);

impl PendingDeliveries {
    /// Notes a delivery that has come in.
    pub(crate) fn add(&mut self, delivery: &Delivery) {
        self.0.insert(delivery.id, shifted(delivery.owed_at, delivery.leads.promise));
    }

    /// Notes the end of a delivery.
    pub(crate) fn remove(&mut self, id: DeliveryId) {
        self.0.remove(&id);
    }

    /// The number of deliveries.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time at which the oldest came to be, in monotonic time.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.0.first_key_value().map(|(_, owed_at)| *owed_at)
    }
}
