use std::collections::BTreeSet;

use super::Endpoint;

#[test]
fn a_path_with_a_parameter_becomes_segments_with_its_value() {
    let segments: Vec<_> = Endpoint::TestChannel.segments("ops/mail").collect();
    assert_eq!(segments, ["api", "v1", "channels", "ops/mail", "test"]);
    let segments: Vec<_> = Endpoint::Audit.segments("unused").collect();
    assert_eq!(segments, ["api", "v1", "audit"]);
}

#[test]
fn every_endpoint_is_listed_once() {
    let distinct: BTreeSet<_> = Endpoint::ALL.into_iter().collect();
    assert_eq!(distinct.len(), Endpoint::ALL.len());
}
