//! Options of a world, drawn from a seed.

mod events;
mod receivers;
mod channels;
mod draw;

pub(crate) use self::channels::{ChannelOptions, FaultSort};
pub(crate) use self::events::{AlertOptions, EarlierStore, EventChances, OutageDirection};
pub(crate) use self::receivers::{ReceiverOptions, draw_receivers};

use std::time::Duration;

use self::channels::draw_channels;
use self::draw::one_of;
use crate::time::{HOUR, MINUTE, SECOND};

/// The channel that self-alerts reach whatever happens, in worlds where one exists.
pub(crate) const CONSOLE: &str = "console";

/// Options of a world: all that the seed decides before anything happens.
#[derive(Debug, Clone)]
pub(crate) struct WorldOptions {
    /// The number of steps in which anything may fail.
    pub(crate) steps: u32,
    /// The longest time between two steps.
    pub(crate) longest_step: Duration,
    /// The channels of the config.
    pub(crate) channels: Vec<ChannelOptions>,
    /// The receivers of the first config.
    pub(crate) receivers: Vec<ReceiverOptions>,
    /// The channels that self-alerts go to.
    pub(crate) self_alerts_to: Vec<&'static str>,
    /// The alerts that sources send.
    pub(crate) alerts: AlertOptions,
    /// The chances of events, in each step.
    pub(crate) chances: EventChances,
    /// The age at which a delivery is given up.
    pub(crate) give_up_after: Duration,
    /// The time after which a receiver is told again of what still fires.
    pub(crate) repeat_interval: Duration,
    /// The store with which the gateway begins; `None` for a new one.
    pub(crate) earlier_store: Option<EarlierStore>,
}

/// The chance of a world in which hours pass between two events: days and quotas of a day begin anew in it.
const QUIET_WORLD: f64 = 0.05;

fn draw_longest_step(random: &mut fastrand::Rng) -> Duration {
    let quiet = [2 * HOUR, 8 * HOUR];
    let busy = [2 * SECOND, 15 * SECOND, 2 * MINUTE, 20 * MINUTE];
    if random.f64() < QUIET_WORLD { *one_of(random, &quiet) } else { *one_of(random, &busy) }
}

impl WorldOptions {
    /// Draws the options of a world.
    pub(crate) fn draw(random: &mut fastrand::Rng) -> Self {
        let channels = draw_channels(random);
        let names: Vec<_> = channels.iter().map(|it| it.name).collect();
        let self_alerts_to = if random.f64() < 0.7 { vec![CONSOLE] } else { vec![*one_of(random, &names)] };
        Self {
            steps: random.u32(8..30),
            longest_step: draw_longest_step(random),
            receivers: draw_receivers(random, &names),
            channels,
            self_alerts_to,
            alerts: AlertOptions::draw(random),
            chances: EventChances::draw(random),
            give_up_after: *one_of(random, &[6 * MINUTE, 30 * MINUTE, 2 * HOUR]),
            repeat_interval: *one_of(random, &[10 * MINUTE, 4 * HOUR]),
            earlier_store: (random.f64() < 0.1).then(|| EarlierStore::draw(random)),
        }
    }
}
