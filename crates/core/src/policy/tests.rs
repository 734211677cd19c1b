use super::*;
use crate::fixtures::{receiver, route};

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
    let silent = Receiver { channels: vec![], ..receiver("team") };
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
