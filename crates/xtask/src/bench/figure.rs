//! The measured figures, in the order of the table.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::system::System;

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Figure {
    EndToEndSingles,
    EndToEndBatches,
    TenChannels,
    AcceptSingles,
    AcceptBatches,
    LatencyMedian,
    LatencyTail,
    LatencyMax,
    HighestRate,
    Burst,
    Cpu,
    CpuBatches,
    Memory,
    MemoryPeak,
    Mails,
    StartUp,
    StartUpPending,
    StartUpStored,
}

/// The direction in which a figure improves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Better {
    More,
    Less,
}

/// The values of one figure for one system, each under the number of its run.
pub(super) type Runs = BTreeMap<(Figure, System), BTreeMap<u32, f64>>;

impl Figure {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::EndToEndSingles => "end to end on two channels, single POSTs",
            Self::EndToEndBatches => "end to end on two channels, batches of 64",
            Self::TenChannels => "end to end on ten channels, single POSTs",
            Self::AcceptSingles => "accept only, single POSTs",
            Self::AcceptBatches => "accept only, batches of 64",
            Self::LatencyMedian => "200 alerts/s, POST to second channel, p50",
            Self::LatencyTail => "200 alerts/s, POST to second channel, p99",
            Self::LatencyMax => "200 alerts/s, POST to second channel, longest",
            Self::HighestRate => "highest rate with p99 below 100 ms",
            Self::Burst => "a burst until the last is told",
            Self::Cpu => "CPU for 1,000 alerts on two channels, singles",
            Self::CpuBatches => "CPU for 1,000 alerts on two channels, batches",
            Self::Memory => "memory with live alerts",
            Self::MemoryPeak => "memory with live alerts, peak",
            Self::Mails => "mails to one mailbox",
            Self::StartUp => "start-up until ready, empty store",
            Self::StartUpPending => "start-up until ready, deliveries pending",
            Self::StartUpStored => "start-up until ready, alerts stored and told",
        }
    }

    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::EndToEndSingles
            | Self::EndToEndBatches
            | Self::TenChannels
            | Self::AcceptSingles
            | Self::AcceptBatches
            | Self::HighestRate => "alerts/s",
            Self::Mails => "mails/s",
            Self::LatencyMedian
            | Self::LatencyTail
            | Self::LatencyMax
            | Self::Burst
            | Self::Cpu
            | Self::CpuBatches
            | Self::StartUp
            | Self::StartUpPending
            | Self::StartUpStored => "ms",
            Self::Memory | Self::MemoryPeak => "MB",
        }
    }

    pub(super) fn better(self) -> Better {
        match self.unit() {
            "alerts/s" | "mails/s" => Better::More,
            _ => Better::Less,
        }
    }

    /// The factor by which `ours` is better than `theirs`.
    pub(super) fn times_better(self, ours: f64, theirs: f64) -> f64 {
        match self.better() {
            Better::More => ours / theirs,
            Better::Less => theirs / ours,
        }
    }
}
