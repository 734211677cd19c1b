//! A deterministic simulation of gateway, store and providers on virtual time, which
//! draws its own worlds.
//!
//! A seed draws the options of a world as well as its events: channels and their limits,
//! receivers and their terms, faults and whom they befall, the chances of kills, reloads and
//! faults of the disk. At first anything may fail, and nothing wrong may happen. Then a core
//! of the providers is healed for good, the rest stays broken, and within a bounded time
//! everything must be settled. The laws are read past the code under test: from what the
//! providers saw, and from the store's file in plain SQL.
//!
//! Modules stand in the order of their dependencies: one may use only those below it.

mod simulation;
mod run;
mod laws;
mod site;
mod promises;
mod providers;
mod options;
mod counts;
mod time;

pub use crate::counts::EventCounts;
pub use crate::simulation::{BrokenLaw, SimulatedRun, simulate, simulate_once};
