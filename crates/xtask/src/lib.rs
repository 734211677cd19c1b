//! The commands of this workspace: one that tests everything, one that measures
//! the real binary, one that kills it again and again, one that besets its port, one that fills its store, one that asks
//! every door by the document, one that fuzzes its readers, and one that measures the code.
//!
//! Nothing here ships. The library half exists so that the black-box tests can
//! call what the commands are made of. A module uses only modules after it.

mod gate;
mod bench;
mod chaos;
mod losses;
mod siege;
mod crowd;
mod simulate;
mod schemathesis;
mod fuzz;
mod measure_code;

mod system;
mod gateway_process;
mod webhook_sink;
mod mail_sink;
mod delivery_counter;
mod load;
mod alert;
mod usage;

mod code;
mod stats;
mod wrong_clock;
mod full_disk;
mod provision;
mod workspace;

pub use crate::alert::Serial;
pub use crate::bench::{Bench, BenchReport, Sizes, Workload, bench};
pub use crate::chaos::{BrokenPromise, Chaos, ChaosReport};
pub use crate::code::{
    CodeBase, CodeFinding, CodeMeasures, CrateCode, CrateMeasures, FunctionLines, Module, Proportion, Rule,
    findings, measure,
};
pub use crate::crowd::{CrowdReport, CrowdedGateway, ListFigure, RetentionFigures, SenderFigure};
pub use crate::full_disk::DiskRoom;
pub use crate::fuzz::{Fuzz, FuzzReport, FuzzRow, FuzzTool};
pub use crate::gate::test;
pub use crate::load::PostTarget;
pub use crate::losses::{LossReport, LossRow, LossScenario, Losses};
pub use crate::measure_code::{CodeReport, measure_code};
pub use crate::schemathesis::{
    AnswerFinding, RequestCaller, Schemathesis, SchemathesisReport, SchemathesisRow, SchemathesisTool,
};
pub use crate::siege::{Siege, SiegeFigure, SiegeReport, StuckSort};
pub use crate::simulate::{Simulate, SimulateFigures, SimulateReport, SimulatedAmount};
pub use crate::system::System;
pub use crate::workspace::{build_gateway, rerun_optimised, scratch};
pub use crate::wrong_clock::WrongClock;
