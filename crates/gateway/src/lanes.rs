//! The doors of the lanes.

use std::collections::BTreeMap;
use std::sync::Arc;

use fanfare_core::ChannelName;
use fanfare_store::{Accepted, Delivery};
use tokio::sync::mpsc::UnboundedSender;
use tracing::{info, warn};

use crate::lane::Arrival;

/// Where each channel's deliveries are handed in.
///
/// What came to be together is handed in together, so that a lane that is idle
/// begins with the worst of it and not with the first.
#[derive(Debug, Default)]
pub(crate) struct Lanes(BTreeMap<ChannelName, UnboundedSender<Vec<Arrival>>>);

impl Lanes {
    pub(crate) fn add(&mut self, channel: ChannelName, door: UnboundedSender<Vec<Arrival>>) {
        self.0.insert(channel, door);
    }

    /// Hands out what one request calls for.
    pub(crate) fn hand_out(&self, accepted: &[Accepted]) {
        let owed = accepted.iter().flat_map(|it| &it.owed);
        self.hand_in(owed.flat_map(|owed| {
            owed.deliveries.iter().map(|delivery| Arrival {
                delivery: delivery.clone(),
                notification: Some(Arc::clone(&owed.notification)),
            })
        }));
    }

    /// Hands out what an earlier run left owed.
    pub(crate) fn hand_out_pending(&self, pending: Vec<Delivery>) {
        if !pending.is_empty() {
            info!(deliveries = pending.len(), "Going on with deliveries from before the start");
        }
        self.hand_in(pending.into_iter().map(|delivery| Arrival { delivery, notification: None }));
    }

    fn hand_in(&self, jobs: impl Iterator<Item = Arrival>) {
        let mut by_channel: BTreeMap<ChannelName, Vec<Arrival>> = BTreeMap::new();
        for job in jobs {
            by_channel.entry(job.delivery.channel.clone()).or_default().push(job);
        }
        for (channel, jobs) in by_channel {
            match self.0.get(&channel) {
                // A lane ends only when the gateway stops; the deliveries are on the disk for the next start.
                Some(lane) => drop(lane.send(jobs)),
                None => {
                    warn!(channel.name = %channel, deliveries = jobs.len(), "Deliveries wait for a channel that is not in the config; they go when it is back");
                }
            }
        }
    }
}
