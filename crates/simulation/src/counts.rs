//! Numbers of what happened in a run.

use std::ops::AddAssign;

use serde::Serialize;

/// The number of events of each sort, in one run or in several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EventCounts {
    /// Alerts that were accepted.
    pub alerts: u64,
    /// Requests to providers.
    pub requests: u64,
    /// Acknowledgements by people.
    pub acknowledgements: u64,
    /// Outages of providers and of the way to them.
    pub outages: u64,
    /// Kills of the gateway.
    pub kills: u64,
    /// Stops of the gateway in order.
    pub stops: u64,
    /// Power cuts in the middle of a commit.
    pub power_cuts: u64,
    /// Starts of the machine after the first.
    pub boots: u64,
    /// Settings of the wall clock.
    pub clock_steps: u64,
    /// Suspends of the machine.
    pub suspends: u64,
    /// Reloads of the settings.
    pub reloads: u64,
    /// Faults of the disk.
    pub disk_faults: u64,
    /// Readers of the store's file that keep a transaction open.
    pub slow_readers: u64,
    /// Starts on a store of an earlier version.
    pub upgrades: u64,
}

impl EventCounts {
    /// The numbers with their names, in the order of a table.
    #[must_use]
    pub fn named(&self) -> [(&'static str, u64); 14] {
        let Self { alerts, requests, acknowledgements, outages, kills, stops, power_cuts, .. } = *self;
        let Self { boots, clock_steps, suspends, reloads, disk_faults, slow_readers, upgrades, .. } = *self;
        [
            ("alerts", alerts),
            ("requests", requests),
            ("acknowledgements", acknowledgements),
            ("outages", outages),
            ("kills", kills),
            ("stops", stops),
            ("power cuts", power_cuts),
            ("starts of the machine", boots),
            ("steps of the clock", clock_steps),
            ("suspends", suspends),
            ("reloads", reloads),
            ("faults of the disk", disk_faults),
            ("slow readers", slow_readers),
            ("upgrades", upgrades),
        ]
    }
}

impl AddAssign for EventCounts {
    fn add_assign(&mut self, other: Self) {
        let Self { alerts, requests, acknowledgements, outages, kills, stops, power_cuts, .. } = other;
        let Self { boots, clock_steps, suspends, reloads, disk_faults, slow_readers, upgrades, .. } = other;
        self.alerts += alerts;
        self.requests += requests;
        self.acknowledgements += acknowledgements;
        self.outages += outages;
        self.kills += kills;
        self.stops += stops;
        self.power_cuts += power_cuts;
        self.boots += boots;
        self.clock_steps += clock_steps;
        self.suspends += suspends;
        self.reloads += reloads;
        self.disk_faults += disk_faults;
        self.slow_readers += slow_readers;
        self.upgrades += upgrades;
    }
}
