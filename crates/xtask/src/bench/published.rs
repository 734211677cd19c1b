//! Published figures and their goals, and the share of each part in the time of an alert.
//!
//! Measured on 2026-11-26 at commit `fc760ff`: release build, two shared cores,
//! everything on loopback, load generator, receivers and gateway on the same cores,
//! Alertmanager 0.25 from Debian in the same runs. Medians of quiet runs; the same
//! binary varies between 117 and 179 ms of CPU for 1,000 alerts within an hour, so
//! builds are compared in paired rounds. *Ceiling*: a bare actix handler, a log
//! synced in groups and hyper POSTs in the same harness on the same day.

use comfy_table::{CellAlignment, Table, presets};

use super::figure::Figure;

/// The published values of a figure, in its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) fanfare: &'static str,
    pub(super) alertmanager: &'static str,
    /// The most that the same parts can do; empty if that was not measured.
    pub(super) ceiling: &'static str,
    pub(super) goal: &'static str,
}

impl Published {
    const fn new(
        fanfare: &'static str,
        alertmanager: &'static str,
        ceiling: &'static str,
        goal: &'static str,
    ) -> Self {
        Self { fanfare, alertmanager, ceiling, goal }
    }

    pub(super) fn from_figure(figure: Figure) -> Self {
        match figure {
            Figure::EndToEndSingles => Self::new("9,442", "5,835", "26,042", "≥ 14,000"),
            Figure::EndToEndBatches => Self::new("8,568", "5,759", "31,566", "≥ 18,000"),
            Figure::TenChannels => Self::new("2,637", "1,434", "", "≥ 4,000"),
            Figure::AcceptSingles => Self::new("18,800", "26,100", "140,000 (actix)", "≥ 26,100"),
            Figure::AcceptBatches => Self::new("41,200", "54,900", "170,000 (SQLite)", "≥ 54,900"),
            Figure::LatencyMedian => Self::new("0.8", "0.5", "", "≤ 0.8"),
            Figure::LatencyTail => Self::new("2.2", "1.2", "", "≤ 1.5"),
            Figure::LatencyMax => Self::new("17–79", "6–22", "0.13 (fdatasync)", "≤ 15"),
            Figure::HighestRate => Self::new("6,000", "2,000–3,000", "", "≥ 8,000"),
            Figure::Burst => Self::new("1,170", "1,800", "", "≤ 800"),
            Figure::Cpu => Self::new("135", "281", "45", "≤ 85"),
            Figure::CpuBatches => Self::new("162", "281", "36", "≤ 85"),
            Figure::Memory => Self::new("161", "2,616", "", "< 100"),
            Figure::MemoryPeak => Self::new("221", "2,616", "", "< 150"),
            Figure::Mails => Self::new("7,534", "1,510", "25,000 (lettre)", "≥ 12,000"),
            Figure::StartUp => Self::new("16", "47", "", "≤ 16"),
            Figure::StartUpPending => Self::new("130–157", "–", "", "≤ 157"),
            Figure::StartUpStored => Self::new("8–21", "–", "", "≤ 21"),
        }
    }
}

/// One part of the 135 µs of CPU that an alert took, told on two channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CpuShare {
    pub(super) part: &'static str,
    pub(super) percent: u32,
    pub(super) micros: u32,
    /// The time that the same work could take, in µs.
    pub(super) possible_micros: u32,
    pub(super) by: &'static str,
}

/// The parts of an alert's CPU time, from a sampling profile of 10,500 samples of the run above.
///
/// Across all parts the allocator takes 11 to 13 % and `memmove` 2.8 %.
pub(super) const CPU_SHARES: [CpuShare; 6] = [
    CpuShare {
        part: "store writer, one thread",
        percent: 30,
        micros: 40,
        possible_micros: 15,
        by: "fewer statements; JSON before the transaction, metrics after it; checkpoints elsewhere",
    },
    CpuShare {
        part: "two messages out",
        percent: 23,
        micros: 32,
        possible_micros: 17,
        by: "addresses built once; bare hyper takes 8.4 µs a POST, reqwest 11 to 24",
    },
    CpuShare {
        part: "lane, attempt, scheduler",
        percent: 17,
        micros: 23,
        possible_micros: 8,
        by: "no task and no two timers for each attempt; smaller futures; fewer clones",
    },
    CpuShare {
        part: "actix in, answer",
        percent: 13,
        micros: 17,
        possible_micros: 12,
        by: "actix alone takes 7",
    },
    CpuShare {
        part: "render and sign two messages",
        percent: 9,
        micros: 12,
        possible_micros: 6,
        by: "serialise once, not a second time for the length",
    },
    CpuShare {
        part: "parse TKL",
        percent: 8,
        micros: 11,
        possible_micros: 4,
        by: "one pass instead of three regexes over every text",
    },
];

/// The published values of `figures`.
pub(super) fn published_table(figures: impl Iterator<Item = Figure>) -> Table {
    let mut table = new_table(&["work", "unit", "Fanfare", "Alertmanager 0.25", "ceiling", "goal"]);
    for figure in figures {
        let Published { fanfare, alertmanager, ceiling, goal } = Published::from_figure(figure);
        table.add_row([figure.title(), figure.unit(), fanfare, alertmanager, ceiling, goal]);
    }
    right(&mut table, 2..6);
    table
}

/// The table of [`CPU_SHARES`].
pub(super) fn cpu_table() -> Table {
    let mut table = new_table(&["part", "share", "µs", "possible µs", "by what"]);
    for CpuShare { part, percent, micros, possible_micros, by } in CPU_SHARES {
        let numbers = [format!("{percent} %"), micros.to_string(), possible_micros.to_string()];
        table.add_row([part.to_owned()].into_iter().chain(numbers).chain([by.to_owned()]));
    }
    right(&mut table, 1..4);
    table
}

fn new_table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    table
}

fn right(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

#[cfg(test)]
mod tests;
