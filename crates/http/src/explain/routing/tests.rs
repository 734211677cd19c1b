use fanfare_api::{PolicyGap, RoutingExplanation};
use fanfare_core::{Alert, Status};
use fanfare_gateway::{AlertHistory, SuppressionRecord};
use serde_json::{Value, json};

use super::routing;
use crate::explain::fixtures::story;

/// A policy as the store keeps it.
const POLICY: &str = r#"{
  "route": {
    "receiver": "team", "repeat_interval": "4h",
    "routes": [
      { "matchers": ["severity >= high"], "receiver": "on-call", "repeat_interval": "4h" },
      { "matchers": ["alertname = door"], "receiver": "porter", "repeat_interval": "4h" }
    ]
  },
  "receivers": [
    { "name": "team", "terms": { "channels": ["group"] } },
    { "name": "on-call", "terms": { "channels": ["ops"] } },
    { "name": "porter", "terms": { "channels": ["desk"] } }
  ]
}"#;

fn held(route: Option<&str>) -> SuppressionRecord {
    SuppressionRecord {
        receiver: "on-call".into(),
        route: route.map(str::to_owned),
        reason: "already told".to_owned(),
    }
}

#[track_caller]
fn check(story: &AlertHistory, expected: Value) {
    assert_eq!(serde_json::to_value(routing(story)).unwrap(), expected);
}

fn kept(route: Option<&str>) -> AlertHistory {
    AlertHistory { policy_text: Some(POLICY.to_owned()), suppressed: vec![held(route)], ..story() }
}

fn resolved(story: AlertHistory) -> AlertHistory {
    AlertHistory { alert: Alert { status: Status::Resolved, ..story.alert }, ..story }
}

#[test]
fn every_route_is_told_as_it_was_when_the_alert_came() {
    let step = |route: &str, receiver: &str, matched: bool, why: &str, because: Value| json!({ "route": route, "receiver": receiver, "matched": matched, "why": why, "because": because });
    let not_tried = "not tried: route.routes[0] matched and does not say `continue`";
    let routes = [
        step("route", "team", true, "matches everything", json!({ "reason": "everything" })),
        step(
            "route.routes[0]",
            "on-call",
            true,
            "matches severity >= high",
            json!({ "reason": "matched", "matchers": ["severity >= high"] }),
        ),
        step(
            "route.routes[1]",
            "porter",
            false,
            not_tried,
            json!({ "reason": "not_tried", "taken": "route.routes[0]" }),
        ),
    ];
    check(&kept(Some("route.routes[0]")), json!({ "by": "routes", "routes": routes }));
}

#[test]
fn a_resolution_goes_to_those_who_were_told() {
    check(&resolved(kept(None)), json!({ "by": "told_before" }));
    let routed = routing(&resolved(kept(Some("route"))));
    assert!(
        matches!(routed, RoutingExplanation::Routes { .. }),
        "one that nobody was told of is routed: {routed:?}"
    );
}

#[test]
fn what_no_route_points_at_was_made_for_somebody() {
    check(&kept(None), json!({ "by": "chosen" }));
}

#[test]
fn a_policy_that_is_not_there_is_not_made_up() {
    check(
        &story(),
        json!({ "by": "unknown", "why": "it was not kept when the alert came", "because": "not_kept" }),
    );
    let odd = AlertHistory { policy_text: Some("{}".to_owned()), ..kept(Some("route")) };
    let RoutingExplanation::Unknown { why, because } = routing(&odd) else { panic!("it was read") };
    assert_eq!(because, PolicyGap::Unreadable);
    assert!(why.contains("cannot be read"), "{why}");
}
