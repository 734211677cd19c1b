//! The short form of `cargo xtask crowd`: lists and an honest sender beside a noisy one.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::Runtime;
use xtask::CrowdedGateway;

use crate::harness::TestFolder;

/// The number of alerts, unless `FANFARE_TEST_ALERTS` says otherwise.
const ALERTS: u32 = 2_000;

#[test]
fn every_list_answers_and_an_honest_sender_is_heard_beside_a_noisy_one() {
    let alerts = std::env::var("FANFARE_TEST_ALERTS").map_or(ALERTS, |it| it.parse().unwrap());
    let crowd = CrowdedGateway {
        binary: PathBuf::from(TestFolder::new("").command(&[], &[]).get_program()),
        alerts,
        asks: 3,
        overload: Duration::from_secs(2),
        retention: None,
        scratch: xtask::scratch().unwrap(),
    };
    let mut progress = Vec::new();
    let report = Runtime::new().unwrap().block_on(crowd.run(&mut progress)).unwrap();
    writeln!(std::io::stderr(), "{}\n{report}", String::from_utf8_lossy(&progress)).unwrap();
    assert_eq!((report.alerts, report.lists.len()), (alerts, 27), "{report}");
    assert!(report.overloaded.posted > 0 && report.overloaded.noisy_accepted > 0, "{report}");
}
