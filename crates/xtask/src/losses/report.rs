//! The losses of each gateway in each scenario.

use std::fmt;

use anyhow::{Result, bail};
use comfy_table::{Table, presets};
use serde::Serialize;

use super::scenario::LossScenario;
use super::trial::Told;

/// A gateway's result in a scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LossRow {
    /// Title of the scenario.
    pub scenario: &'static str,
    /// Name of the gateway.
    pub system: &'static str,
    /// Alerts that were accepted.
    pub accepted: usize,
    /// Of these the ones of which nobody was told.
    pub lost: usize,
    /// The most messages about one alert.
    pub most_messages: usize,
    /// The seconds until every alert was told, if they were.
    pub seconds: Option<f64>,
    /// True if each alert was told, and not too often.
    pub is_right: bool,
}

/// The results of all gateways in all scenarios.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LossReport {
    /// One for each scenario and gateway.
    pub rows: Vec<LossRow>,
}

impl LossRow {
    pub(super) fn new(scenario: LossScenario, system: &'static str, told: Told) -> Self {
        let Told { messages, after } = told;
        let (least, most) = scenario.right_messages();
        Self {
            scenario: scenario.title(),
            system,
            accepted: messages.len(),
            lost: messages.iter().filter(|it| **it == 0).count(),
            most_messages: messages.iter().copied().max().unwrap_or_default(),
            seconds: after.map(|it| it.as_secs_f64()),
            is_right: !messages.is_empty() && messages.iter().all(|it| (least..=most).contains(it)),
        }
    }

    pub(super) fn outcome(&self) -> String {
        let Self { accepted, lost, most_messages, .. } = self;
        match lost {
            _ if *accepted == 0 => "nothing was accepted".to_owned(),
            0 if self.is_right => "right".to_owned(),
            0 => format!("{most_messages} messages about one alert"),
            lost => format!("{lost} of {accepted} lost"),
        }
    }
}

impl LossReport {
    /// The verdict on the gateway of this workspace: it is right in every scenario.
    ///
    /// # Errors
    ///
    /// With the first in which it is not.
    pub fn verdict(&self, system: &str) -> Result<()> {
        match self.rows.iter().find(|it| it.system == system && !it.is_right) {
            None => Ok(()),
            Some(row) => bail!("{}: {}", row.scenario, row.outcome()),
        }
    }
}

impl fmt::Display for LossReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(["scenario", "gateway", "accepted", "lost", "most messages", "seconds", "outcome"]);
        for row in &self.rows {
            table.add_row([
                row.scenario.to_owned(),
                row.system.to_owned(),
                row.accepted.to_string(),
                row.lost.to_string(),
                row.most_messages.to_string(),
                row.seconds.map_or_else(|| "-".to_owned(), |it| format!("{it:.1}")),
                row.outcome(),
            ]);
        }
        write!(f, "{table}")
    }
}
