//! State of a run between its events.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use fanfare_core::{Clock as _, NotificationId};

use crate::counts::EventCounts;
use crate::laws::{Disturbances, LedgerOrigin};
use crate::options::WorldOptions;
use crate::promises::PromiseBook;
use crate::providers::{ProviderFaults, RequestJournal};
use crate::site::{ProviderWorld, SimulatedSite, SiteConfig};
use crate::time::VirtualClock;

/// A run while it goes on.
pub(crate) struct WorldRun {
    pub(super) options: WorldOptions,
    pub(super) random: fastrand::Rng,
    pub(super) providers: ProviderWorld,
    pub(super) clock: Arc<VirtualClock>,
    pub(super) site: SimulatedSite,
    pub(super) origin: LedgerOrigin,
    pub(super) book: PromiseBook,
    pub(super) disturbances: Disturbances,
    /// The time since which the gateway has run undisturbed.
    pub(super) available_since: Duration,
    pub(super) steps_to_mended_disk: u32,
    pub(super) was_clock_set: bool,
    pub(super) events: EventCounts,
}

impl WorldRun {
    /// Starts the gateway of a world.
    pub(crate) async fn start(options: WorldOptions, mut random: fastrand::Rng) -> Result<Self> {
        let clock = Arc::new(VirtualClock::start());
        let providers = ProviderWorld {
            journal: Arc::new(RequestJournal::new(Arc::clone(&clock))),
            faults: Arc::new(ProviderFaults::new(&mut random, &options.channels)),
        };
        let config = SiteConfig {
            channels: options.channels.clone(),
            receivers: options.receivers.clone(),
            self_alerts_to: options.self_alerts_to.clone(),
            give_up_after: options.give_up_after,
            repeat_interval: options.repeat_interval,
        };
        let earlier = options.earlier_store;
        let site =
            SimulatedSite::start(config, providers.clone(), Arc::clone(&clock), &mut random, earlier).await?;
        let origin = LedgerOrigin::read(site.ledger())?;
        Ok(Self {
            options,
            random,
            providers,
            clock,
            site,
            origin,
            book: PromiseBook::new(),
            disturbances: Disturbances::default(),
            available_since: Duration::ZERO,
            steps_to_mended_disk: 0,
            was_clock_set: false,
            events: EventCounts { upgrades: u64::from(earlier.is_some()), ..EventCounts::default() },
        })
    }

    /// The time since the beginning of the run.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// A firing promise by chance.
    pub(super) fn some_promise(&mut self) -> Option<(NotificationId, u32, u32)> {
        let promises = self.book.promises();
        let promise = self.random.choice(promises)?;
        Some((promise.notification, promise.device, promise.incident))
    }

    pub(super) fn wall(&self) -> jiff::Timestamp {
        self.clock.now()
    }
}
