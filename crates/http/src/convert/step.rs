//! Steps of a notification.

use fanfare_api::{ExplainedStep, StepDetails};
use fanfare_core::Step;
use fanfare_gateway::StepRow;

use super::word::{condition, names, progress, rung_reason, turn_reason};

pub(super) fn explained_step(row: &StepRow) -> ExplainedStep {
    ExplainedStep { at: row.at, step: step_details(&row.step) }
}

fn step_details(step: &Step) -> StepDetails {
    match step {
        Step::TakeTurn { channel, instead_of, because } => StepDetails::TakeTurn {
            channel: channel.to_string(),
            instead_of: instead_of.to_string(),
            because: turn_reason(*because),
        },
        Step::Climb { rung, unless, to, because } => StepDetails::Climb {
            rung: *rung,
            unless: condition(*unless),
            to: names(to),
            because: rung_reason(*because),
        },
        Step::Skip { rung, because } => StepDetails::Skip { rung: *rung, because: condition(*because) },
        Step::Settle { status } => StepDetails::Settle { fulfilment: progress(*status) },
        Step::Retried { by, on } => StepDetails::Retried { by: by.clone(), on: names(on) },
        Step::Discarded { by, reason, on } => {
            StepDetails::Discarded { by: by.clone(), reason: reason.clone(), on: names(on) }
        }
    }
}
