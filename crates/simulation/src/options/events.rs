//! Events of a world: their chances, and the alerts that sources send.

use std::path::{Path, PathBuf};

use super::draw::{chance_or_never, one_of};

/// The alerts that sources send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlertOptions {
    /// The number of devices, each of which has one alarm.
    pub(crate) devices: u32,
    /// The most alerts of one step.
    pub(crate) most_at_once: u32,
    /// The chance that an alert says that an alarm is over.
    pub(crate) resolved: f64,
}

impl AlertOptions {
    pub(super) fn draw(random: &mut fastrand::Rng) -> Self {
        Self {
            devices: *one_of(random, &[1, 3, 12]),
            most_at_once: *one_of(random, &[1, 3, 3, 12]),
            resolved: *one_of(random, &[0.0, 0.3, 0.5]),
        }
    }
}

/// The chances of events, in each step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventChances {
    /// `kill -9`, and a start after a while.
    pub(crate) kill: f64,
    /// The power is cut in the middle of a commit, and the machine starts anew after a while.
    pub(crate) power_cut: f64,
    /// A stop in order, and a start after a while.
    pub(crate) stop: f64,
    /// A reload with another policy, other versions of channels, or one channel fewer.
    pub(crate) reload: f64,
    /// A person acknowledges something.
    pub(crate) acknowledge: f64,
    /// A person retries or discards all dead letters.
    pub(crate) dead_letters: f64,
    /// A person sends a test through a channel.
    pub(crate) channel_test: f64,
    /// The disk refuses to write some table, or everything, for a while.
    pub(crate) disk_fault: f64,
    /// A reader of the store's file begins a transaction and keeps it for long.
    pub(crate) slow_reader: f64,
    /// An outage begins.
    pub(crate) outage: f64,
    /// The wall clock is set while the gateway runs.
    pub(crate) clock_step: f64,
    /// The machine is suspended while the gateway runs.
    pub(crate) suspend: f64,
    /// With a kill or a stop the machine ends too, and starts anew.
    pub(crate) boot: f64,
    /// The wall clock is wrong after a kill, a stop or a start of the machine, perhaps for two seconds only.
    pub(crate) wrong_clock: f64,
}

impl EventChances {
    pub(super) fn draw(random: &mut fastrand::Rng) -> Self {
        Self {
            kill: chance_or_never(random, 0.3),
            power_cut: chance_or_never(random, 0.2),
            stop: chance_or_never(random, 0.2),
            reload: chance_or_never(random, 0.3),
            acknowledge: chance_or_never(random, 0.4),
            dead_letters: chance_or_never(random, 0.2),
            channel_test: chance_or_never(random, 0.1),
            disk_fault: chance_or_never(random, 0.2),
            slow_reader: chance_or_never(random, 0.2),
            outage: chance_or_never(random, 0.5),
            clock_step: chance_or_never(random, 0.2),
            suspend: chance_or_never(random, 0.1),
            boot: chance_or_never(random, 0.6),
            wrong_clock: chance_or_never(random, 0.6),
        }
    }
}

/// The direction in which an outage cuts: with the answer lost, people saw the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutageDirection {
    /// Requests do not arrive.
    Requests,
    /// Requests arrive, and their answers do not.
    Answers,
    /// Either is lost by chance.
    Both,
}

impl OutageDirection {
    pub(crate) fn draw(random: &mut fastrand::Rng) -> Self {
        *one_of(random, &[Self::Requests, Self::Answers, Self::Both])
    }
}

/// A store that an earlier version wrote, with deliveries pending.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EarlierStore(&'static str);

impl EarlierStore {
    pub(super) fn draw(random: &mut fastrand::Rng) -> Self {
        let file: &&'static str = one_of(random, &["e2f18f0.db", "fc760ff.db", "7513b5d.db"]);
        Self(file)
    }

    /// The file, which must be copied before it is opened.
    pub(crate) fn path(self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/stores").join(self.0)
    }
}
