//! The result, for people and for machines.

use std::collections::BTreeMap;
use std::fmt;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::figure::{Better, Figure, Runs};
use super::machine::Machine;
use super::published::{cpu_table, published_table};
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
    /// Another build of Fanfare.
    baseline: Option<RunStats>,
    /// The factors by which this build was better than the other one, pair by pair.
    times_better_than_baseline: Option<RunStats>,
    alertmanager: Option<RunStats>,
    times_better: Option<f64>,
}

/// The part of a figure that a build may be worse by before it counts as slower.
const TOLERANCE: f64 = 0.05;

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

    /// Titles of figures whose median pair is more than 5 % worse than the other build.
    pub fn slower(&self) -> impl Iterator<Item = &'static str> {
        self.figures.iter().filter(|it| it.is_slower()).map(|it| it.figure.title())
    }

    /// The number of pairs of the figure that has most; 0 without another build.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.figures
            .iter()
            .filter_map(|it| it.times_better_than_baseline)
            .map(|it| it.runs)
            .max()
            .unwrap_or(0)
    }
}

impl BenchRow {
    fn new(figure: Figure, runs: &Runs) -> Self {
        let (mut fanfare, mut baseline, mut alertmanager) = (None, None, None);
        for ((_, system), values) in runs.iter().filter(|((of, _), _)| *of == figure) {
            match system {
                System::Fanfare(_) => fanfare = Some(values),
                System::Baseline(_) => baseline = Some(values),
                System::Alertmanager(_) => alertmanager = Some(values),
            }
        }
        let ratios = fanfare.zip(baseline).map(|(ours, theirs)| ratios(figure, ours, theirs));
        let (fanfare, baseline, alertmanager) = (stats(fanfare), stats(baseline), stats(alertmanager));
        let pair = fanfare.zip(alertmanager);
        Self {
            figure,
            unit: figure.unit(),
            better: figure.better(),
            fanfare,
            baseline,
            times_better_than_baseline: ratios.and_then(|it| RunStats::from_runs(&it)),
            alertmanager,
            times_better: pair.map(|(ours, theirs)| figure.times_better(ours.median, theirs.median)),
        }
    }

    fn is_slower(&self) -> bool {
        self.times_better_than_baseline.is_some_and(|it| it.median < 1.0 - TOLERANCE)
    }

    fn cells(&self) -> [String; 7] {
        let Self { figure, unit, better: _, fanfare, baseline, times_better_than_baseline, .. } = self;
        let times = self.times_better.map_or_else(String::new, |times| format!("{}×", number(times)));
        let pairs = times_better_than_baseline.map_or_else(String::new, pairs_cell);
        let title = figure.title().to_owned();
        [title, (*unit).to_owned(), cell(*fanfare), cell(*baseline), pairs, cell(self.alertmanager), times]
    }
}

fn stats(runs: Option<&BTreeMap<u32, f64>>) -> Option<RunStats> {
    RunStats::from_runs(&runs?.values().copied().collect::<Vec<_>>())
}

/// The factors by which `ours` was better, for each run that both have.
fn ratios(figure: Figure, ours: &BTreeMap<u32, f64>, theirs: &BTreeMap<u32, f64>) -> Vec<f64> {
    let both = ours.iter().filter_map(|(run, ours)| Some((ours, theirs.get(run)?)));
    both.map(|(ours, theirs)| figure.times_better(*ours, *theirs)).collect()
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
        for title in self.slower() {
            writeln!(f, "SLOWER than the other build by more than 5 %: {title}")?;
        }
        for problem in &self.problems {
            writeln!(f, "NOT MEASURED: {problem}")?;
        }
        writeln!(f, "\nPublished, measured at fc760ff on 2026-11-26, and the goals:")?;
        writeln!(f, "{}", published_table(self.figures.iter().map(|it| it.figure)))?;
        writeln!(
            f,
            "\nCPU of one alert on two channels at fc760ff, by a sampling profile of 10,500 samples:"
        )?;
        writeln!(f, "{}", cpu_table())
    }
}

impl BenchReport {
    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(["work", "unit", "Fanfare", "other build", "better", "Alertmanager", "better"]);
        table.add_rows(self.figures.iter().map(BenchRow::cells));
        table.add_row(["the disk: append 1 KiB and fdatasync", "1/s", &cell(self.disk_fsyncs_per_second)]);
        table.add_row(["the machine: a fixed sum (its spread is the noise)", "ms", &cell(self.machine_ms)]);
        let harness = cell(self.harness_posts_per_second);
        table.add_row(["the harness: POSTs to a receiver, no gateway between", "1/s", &harness]);
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table
    }
}

/// The median of the pairs' factors, and their extremes: the noise.
fn pairs_cell(pairs: RunStats) -> String {
    let RunStats { median, min, max, runs } = pairs;
    if runs == 1 { format!("{median:.2}×") } else { format!("{median:.2}× ({min:.2} to {max:.2})") }
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
