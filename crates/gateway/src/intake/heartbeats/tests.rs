use std::time::Duration;

use fanfare_core::{ExpectedHeartbeats, HeartbeatRule, Labels, Severity};
use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;
use crate::intake::fixtures::accepted;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

fn expected(source: &str) -> HeartbeatRule {
    HeartbeatRule {
        source: source.into(),
        expected: ExpectedHeartbeats::AnyAlert,
        every: HOUR,
        grace: Duration::ZERO,
        severity: Severity::High,
        labels: Labels::default(),
    }
}

#[test]
fn each_alert_of_a_source_is_a_heartbeat_of_it_if_one_is_expected() {
    let heartbeats = Heartbeats::default();
    heartbeats.board().apply_rules(vec![expected("thinklink"), expected("prometheus")], at(0));
    heartbeats
        .hear_alerts(&["thinklink", "nobody"].map(|source| accepted(|it| it.source = source.into())), at(9));
    let last: Vec<_> = heartbeats.board().states().map(|it| (it.key.to_string(), it.last)).collect();
    assert_eq!(last, [("prometheus".to_owned(), None), ("thinklink".to_owned(), Some(at(9)))]);
}
