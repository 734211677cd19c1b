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
    AcceptSingles,
    AcceptBatches,
    LatencyMedian,
    LatencyTail,
    Burst,
    Mails,
    Memory,
    MemoryPeak,
    Cpu,
    StartUp,
}

/// The direction in which a figure improves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Better {
    More,
    Less,
}

/// Every run of one figure, for one system.
pub(super) type Runs = BTreeMap<(Figure, System), Vec<f64>>;

impl Figure {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::EndToEndSingles => "end to end on two channels, single POSTs",
            Self::EndToEndBatches => "end to end on two channels, batches of 64",
            Self::AcceptSingles => "accept only, single POSTs",
            Self::AcceptBatches => "accept only, batches of 64",
            Self::LatencyMedian => "200 alerts/s, POST to second channel, p50",
            Self::LatencyTail => "200 alerts/s, POST to second channel, p99",
            Self::Burst => "a burst until the last is told",
            Self::Mails => "mails",
            Self::Memory => "memory with live alerts",
            Self::MemoryPeak => "memory with live alerts, peak",
            Self::Cpu => "CPU for 1,000 alerts on two channels",
            Self::StartUp => "start-up until ready",
        }
    }

    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::EndToEndSingles | Self::EndToEndBatches | Self::AcceptSingles | Self::AcceptBatches => {
                "alerts/s"
            }
            Self::Mails => "mails/s",
            Self::LatencyMedian | Self::LatencyTail | Self::Burst | Self::Cpu | Self::StartUp => "ms",
            Self::Memory | Self::MemoryPeak => "MB",
        }
    }

    pub(super) fn better(self) -> Better {
        match self {
            Self::EndToEndSingles
            | Self::EndToEndBatches
            | Self::AcceptSingles
            | Self::AcceptBatches
            | Self::Mails => Better::More,
            Self::LatencyMedian
            | Self::LatencyTail
            | Self::Burst
            | Self::Memory
            | Self::MemoryPeak
            | Self::Cpu
            | Self::StartUp => Better::Less,
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
