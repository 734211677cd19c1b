//! The short form of `cargo xtask siege`: stuck connections keep nobody's alert waiting.

use std::path::PathBuf;

use tokio::runtime::Runtime;
use xtask::{Siege, StuckSort};

use crate::harness::TestFolder;

/// Twice as many stuck connections as there may be with so few files, of one sort after the other.
#[test]
fn alerts_are_accepted_and_told_on_every_channel_whatever_is_stuck_in_the_door() {
    let siege = Siege {
        binary: PathBuf::from(TestFolder::new("").command(&[], &[]).get_program()),
        files: 256,
        connections: 300,
        sorts: StuckSort::ALL.to_vec(),
        alerts: 20,
        per_second: 20,
        patience: Siege::PATIENCE,
        scratch: xtask::scratch().unwrap(),
    };
    let report = Runtime::new().unwrap().block_on(siege.run(&mut Vec::new())).unwrap();
    assert_eq!(report.figures.len(), 12, "one without a crowd, and one for each sort: {report}");
    for figure in &report.figures {
        assert_eq!((figure.posted, figure.losses()), (20, 0), "{figure:?}\n{report}");
    }
}
