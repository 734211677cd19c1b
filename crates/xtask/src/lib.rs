//! The commands of this workspace: one that tests everything, one that measures
//! the real binary, and one that kills it again and again.
//!
//! Nothing here ships. The library half exists so that the black-box tests can
//! call what the commands are made of.

mod workspace;
mod provision;
mod gate;

mod alert;
mod tally;
mod receiver;
mod mailbox;
mod load;
mod usage;
mod program;
mod subject;

mod spread;
mod code;
mod bench;
mod chaos;
mod measure_code;

pub use crate::alert::{Serial, serials};
pub use crate::bench::{Bench, Report, Sizes, Work, bench};
pub use crate::chaos::{Broken, Chaos, Toll};
pub use crate::code::{
    CodeBase, CodeMeasures, CrateCode, CrateMeasures, Finding, FunctionLines, Module, Proportion, Rule,
    measure,
};
pub use crate::gate::test;
pub use crate::load::{Answer, Client, Door, Posted, at_a_pace, at_full_speed};
pub use crate::mailbox::Mailbox;
pub use crate::measure_code::{CodeReport, measure_code};
pub use crate::program::Program;
pub use crate::receiver::{Manner, Receiver};
pub use crate::spread::{Spread, percentile};
pub use crate::subject::{Channels, Subject};
pub use crate::tally::Tally;
pub use crate::usage::Usage;
pub use crate::workspace::{again_in_release, build_gateway, scratch};
