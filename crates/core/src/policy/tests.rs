use std::sync::Arc;

use expect_test::expect;

use super::*;
use crate::fixtures::{alert, and_on, policy, receiver, route, rung, seconds};
use crate::{Contract, DeliveryTerms, Rung, Sending, Succeed, Unless};

#[track_caller]
fn check(route: Route, receivers: Vec<Receiver>, expected: &[&str]) {
    let problems = Policy::new(route, receivers).err().unwrap_or_default();
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, expected);
}

#[test]
fn a_tree_whose_receivers_are_all_there_is_a_policy() {
    let tree = route("team", &[], vec![route("on-call", &["severity >= high"], vec![])]);
    let policy = Policy::new(tree, vec![receiver("team"), receiver("on-call"), receiver("spare")]).unwrap();
    assert_eq!(policy.receiver(&"on-call".into()), Some(&receiver("on-call")));
    assert_eq!(policy.receiver(&"nobody".into()), None);
    let names: Vec<&str> = policy.receivers().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["on-call", "spare", "team"]);
}

#[test]
fn no_alert_can_fall_out_of_the_tree() {
    check(
        route("team", &["a=b"], vec![]),
        vec![receiver("team")],
        &["the root route must have no matchers: it catches what nothing else does"],
    );
}

#[test]
fn two_receivers_cannot_share_a_name() {
    check(
        route("team", &[], vec![]),
        vec![receiver("team"), receiver("team")],
        &["two receivers are called `team`"],
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_where() {
    let tree = route(
        "team",
        &["a=b"],
        vec![route("on-call", &[], vec![]), route("team", &[], vec![route("boss", &[], vec![])])],
    );
    let silent = Receiver { terms: Arc::new(DeliveryTerms::plain(vec![])), ..receiver("team") };
    check(
        tree,
        vec![silent],
        &[
            "the root route must have no matchers: it catches what nothing else does",
            "receiver `team` has no channels: it would tell nobody",
            "route.routes[0]: receiver `on-call` is not defined under `receivers`",
            "route.routes[1].routes[0]: receiver `boss` is not defined under `receivers`",
        ],
    );
}

/// `team`, on its one channel, with this ladder.
fn with_ladder(succeed: usize, escalate: Vec<Rung>) -> Receiver {
    let contract = Contract { succeed: Succeed::AtLeast(succeed.try_into().unwrap()), within: None };
    Receiver {
        terms: Arc::new(DeliveryTerms { contract, escalate, ..DeliveryTerms::plain(vec!["team".into()]) }),
        ..receiver("team")
    }
}

#[test]
fn no_more_channels_can_be_asked_to_confirm_than_there_are() {
    let ladder = || vec![rung(60, Unless::Delivered, &["team", "sms"])];
    check(route("team", &[], vec![]), vec![with_ladder(2, ladder())], &[]);
    check(
        route("team", &[], vec![]),
        vec![with_ladder(3, ladder())],
        &["receiver `team`: 3 channels must confirm, and there are only 2, those to escalate to included"],
    );
}

#[test]
fn a_ladder_is_climbed_in_its_order_and_each_rung_tells_somebody() {
    let ladder = vec![rung(60, Unless::Delivered, &["sms"]), rung(60, Unless::Resolved, &["boss"])];
    check(route("team", &[], vec![]), vec![with_ladder(1, ladder)], &[]);
    let ladder = vec![rung(60, Unless::Delivered, &["sms"]), rung(59, Unless::Resolved, &[])];
    check(
        route("team", &[], vec![]),
        vec![with_ladder(1, ladder)],
        &[
            "receiver `team`: what stands under `escalate` must be in the order of `after`",
            "receiver `team`: something under `escalate` has no channels: it would tell nobody",
        ],
    );
}

/// The state as a store kept it before it was restarted.
fn kept(policy: &Policy) -> Policy {
    serde_json::from_str(&serde_json::to_string(policy).unwrap()).unwrap()
}

/// `team`, and from `high` on `on-call`, which has terms of its own.
fn two_receivers() -> Policy {
    let tree = route("team", &[], vec![and_on(route("on-call", &["severity >= high"], vec![]))]);
    let on_call = DeliveryTerms {
        send: Sending::InTurn,
        contract: Contract { succeed: Succeed::AtLeast(1.try_into().unwrap()), within: Some(seconds(60)) },
        escalate: vec![rung(900, Unless::Acknowledged, &["boss-mail"])],
        ..DeliveryTerms::plain(vec!["ops-dingtalk".into(), "ops-mail".into()])
    };
    let on_call = Receiver { name: "on-call".into(), terms: Arc::new(on_call) };
    Policy::new(tree, vec![receiver("team"), on_call]).unwrap()
}

#[test]
fn a_policy_is_kept_as_text_that_is_read_again() {
    let policy = two_receivers();
    expect![[r#"
        {
          "route": {
            "receiver": "team",
            "continue": false,
            "repeat_interval": "4h",
            "routes": [
              {
                "matchers": [
                  "severity >= high"
                ],
                "receiver": "on-call",
                "continue": true,
                "repeat_interval": "4h"
              }
            ]
          },
          "receivers": [
            {
              "name": "on-call",
              "terms": {
                "channels": [
                  "ops-dingtalk",
                  "ops-mail"
                ],
                "send": "in_turn",
                "contract": {
                  "succeed": {
                    "at_least": 1
                  },
                  "within": "1m"
                },
                "escalate": [
                  {
                    "after": "15m",
                    "unless": "acknowledged",
                    "to": [
                      "boss-mail"
                    ]
                  }
                ]
              }
            },
            {
              "name": "team",
              "terms": {
                "channels": [
                  "team"
                ]
              }
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&policy).unwrap());
    assert!(policy.receivers().eq(kept(&policy).receivers()));
}

/// Alerts of every kind, routed by `tree` and by what was kept of it.
#[track_caller]
fn check_routes_the_same(tree: Route) {
    let policy = policy(tree);
    let kept = kept(&policy);
    for team in ["", "web", "shop \"1\"\n", "a\\b"] {
        for severity in ["low", "mid", "high", "urgent"] {
            let alert = alert(&[("team", team), ("severity", severity), ("weird name", "x")]);
            let found = |policy: &Policy| -> Vec<String> {
                let found = policy.route().matches(&alert).into_iter();
                found
                    .map(|it| format!("{} {} {:?}", it.path, it.route.receiver, it.route.repeat_interval))
                    .collect()
            };
            assert_eq!(found(&kept), found(&policy), "{team:?} {severity}");
        }
    }
}

#[test]
fn what_was_kept_routes_as_what_was_written() {
    check_routes_the_same(route("root", &[], vec![]));
    let equal = and_on(route("equal", &["team=web"], vec![route("child", &["severity > mid"], vec![])]));
    let quoted = route("quoted", &[r#"team="shop \"1\"\n""#], vec![]);
    let backslash = and_on(route("backslash", &[r#"team="a\\b""#], vec![]));
    let pattern = and_on(route("pattern", &[r#"team=~"(?i)WEB|a\\\\.""#, r#"team!~"""#], vec![]));
    let absent = and_on(route("absent", &["team=", "severity <= high", "severity != mid"], vec![]));
    let odd = Route {
        repeat_interval: std::time::Duration::from_millis(1_500),
        ..route("odd", &[r#""weird name"=x"#], vec![])
    };
    check_routes_the_same(route("root", &[], vec![equal, backslash, pattern, absent, quoted, odd]));
}

#[test]
fn what_was_kept_and_is_no_policy_is_refused_with_all_that_is_wrong() {
    let text =
        r#"{"route": {"matchers": ["a=b"], "receiver": "team", "repeat_interval": "4h"}, "receivers": []}"#;
    let err = serde_json::from_str::<Policy>(text).unwrap_err().to_string();
    expect!["the root route must have no matchers: it catches what nothing else does; route: receiver `team` is not defined under `receivers`"].assert_eq(&err);
    let text =
        r#"{"route": {"matchers": ["a"], "receiver": "team", "repeat_interval": "4h"}, "receivers": []}"#;
    let err = serde_json::from_str::<Policy>(text).unwrap_err().to_string();
    expect!["`a` is not a matcher: at character 2, an operator is missing: expected =, !=, =~ or !~, or for severity also >=, >, <= or < at line 1 column 28"].assert_eq(&err);
}
