//! The short form of `cargo xtask bench --against BINARY`.

use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::Runtime;
use xtask::{Bench, Sizes, System, Workload};

use crate::harness::TestFolder;

/// Sizes that show that every workload can be measured, and nothing of its speed.
const TINY: Sizes = Sizes {
    alerts: 100,
    paced: 20,
    highest_rate: 1_000,
    burst: 200,
    mails: 20,
    live: 200,
    pending: 100,
    stored: 200,
    disk: Duration::from_millis(20),
    ..Sizes::QUICK
};

#[test]
fn two_builds_are_measured_in_pairs_at_every_workload() {
    let binary = || PathBuf::from(TestFolder::new("").command(&[], &[]).get_program());
    let bench = Bench {
        systems: vec![System::Fanfare(binary()), System::Baseline(binary())],
        workloads: Workload::ALL.to_vec(),
        sizes: TINY,
        scratch: xtask::scratch().unwrap(),
    };
    let mut progress = Vec::new();
    let report = Runtime::new().unwrap().block_on(xtask::bench(&bench, &mut progress)).unwrap();
    assert_eq!(report.problems, Vec::<String>::new(), "{}", String::from_utf8_lossy(&progress));
    assert_eq!(report.pairs(), 1, "{report}");
    let json = serde_json::to_value(&report).unwrap();
    for figure in json["figures"].as_array().unwrap() {
        assert_eq!(figure["times_better_than_baseline"]["runs"], 1, "{figure}");
    }
    assert_eq!(json["figures"].as_array().map(Vec::len), Some(18), "one for each row of the table");
}
