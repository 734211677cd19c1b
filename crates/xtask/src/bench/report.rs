//! The result, for people and for machines.

use std::fmt;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::figure::{Better, Figure, Runs};
use super::machine::Machine;
use super::sizes::Sizes;
use crate::stats::RunStats;
use crate::system::System;

#[cfg(test)]
mod tests;

/// The result of a benchmark. `Display` is a table for people, `Serialize` is for machines.
#[derive(Debug, Serialize)]
pub struct BenchReport {
    sizes: Sizes,
    figures: Vec<BenchRow>,
    /// fsyncs per second in the store's folder.
    disk_fsyncs_per_second: Option<RunStats>,
    /// A fixed piece of arithmetic, in milliseconds: its spread is the machine's noise.
    machine_ms: Option<RunStats>,
    /// Single POSTs per second without a gateway between.
    harness_posts_per_second: Option<RunStats>,
    /// Measurements that failed, each with its reason.
    pub problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct BenchRow {
    figure: Figure,
    unit: &'static str,
    better: Better,
    fanfare: Option<RunStats>,
    alertmanager: Option<RunStats>,
    times_better: Option<f64>,
}

impl BenchReport {
    pub(super) fn new(sizes: Sizes, runs: &Runs, machine: &Machine, problems: Vec<String>) -> Self {
        let mut figures: Vec<Figure> = runs.keys().map(|(figure, _)| *figure).collect();
        figures.dedup(); // The keys are sorted by figure.
        Self {
            sizes,
            figures: figures.into_iter().map(|figure| BenchRow::new(figure, runs)).collect(),
            disk_fsyncs_per_second: RunStats::from_runs(&machine.fsyncs),
            machine_ms: RunStats::from_runs(&machine.arithmetic),
            harness_posts_per_second: RunStats::from_runs(&machine.harness),
            problems,
        }
    }
}

impl BenchRow {
    fn new(figure: Figure, runs: &Runs) -> Self {
        let (mut fanfare, mut alertmanager) = (None, None);
        for ((_, system), values) in runs.iter().filter(|((of, _), _)| *of == figure) {
            match system {
                System::Fanfare(_) => fanfare = RunStats::from_runs(values),
                System::Alertmanager(_) => alertmanager = RunStats::from_runs(values),
            }
        }
        let times_better = fanfare
            .zip(alertmanager)
            .map(|(ours, theirs): (RunStats, RunStats)| figure.times_better(ours.median, theirs.median));
        Self { figure, unit: figure.unit(), better: figure.better(), fanfare, alertmanager, times_better }
    }

    fn cells(&self) -> [String; 5] {
        let Self { figure, unit, better: _, fanfare, alertmanager, times_better } = self;
        let times = times_better.map_or_else(String::new, |times| format!("{}×", number(times)));
        [figure.title().to_owned(), (*unit).to_owned(), cell(*fanfare), cell(*alertmanager), times]
    }
}

impl fmt::Display for BenchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.table())?;
        writeln!(f, "{}", self.sizes)?;
        writeln!(
            f,
            "Median (lowest to highest run). Fanfare has every alert on disk; Alertmanager keeps them in memory."
        )?;
        if let Some(machine) = &self.machine_ms {
            writeln!(f, "The machine's noise was {:.0} %.", machine.noise() * 100.0)?;
        }
        for problem in &self.problems {
            writeln!(f, "NOT MEASURED: {problem}")?;
        }
        Ok(())
    }
}

impl BenchReport {
    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(["work", "unit", "Fanfare", "Alertmanager", "better"]);
        table.add_rows(self.figures.iter().map(BenchRow::cells));
        table.add_row(["the disk: append 1 KiB and fdatasync", "1/s", &cell(self.disk_fsyncs_per_second)]);
        table.add_row(["the machine: a fixed sum (its spread is the noise)", "ms", &cell(self.machine_ms)]);
        let harness = cell(self.harness_posts_per_second);
        table.add_row(["the harness: POSTs to a receiver, no gateway between", "1/s", &harness]);
        for column in 2..=4 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }
}

fn cell(stats: Option<RunStats>) -> String {
    match stats {
        None => "–".to_owned(),
        Some(RunStats { median, runs: 1, .. }) => number(median),
        Some(RunStats { median, min, max, runs: _ }) => {
            format!("{} ({} to {})", number(median), number(min), number(max))
        }
    }
}

/// Three digits that matter, and thousands set apart.
fn number(value: f64) -> String {
    let decimals = match value {
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    let plain = format!("{value:.decimals$}");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}
