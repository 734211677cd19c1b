use super::*;
use crate::fixtures::{alert, and_on, route};

/// The routes on which an alert with `labels` ends, as `receiver@path`.
#[track_caller]
fn check(tree: &Route, labels: &[(&str, &str)], expected: &[&str]) {
    let found = tree.matches(&alert(labels));
    let found: Vec<String> = found.iter().map(|it| format!("{}@{}", it.route.receiver, it.path)).collect();
    assert_eq!(found, expected, "{labels:?}");
}

/// A tree with every feature. What the tests expect of it was read from
/// `amtool config routes test`, amtool 0.33.1.
fn shop() -> Route {
    route(
        "default",
        &[],
        vec![
            route("database", &[r#"service=~"mysql|cassandra""#], vec![]),
            route(
                "frontend",
                &[r#"team="frontend""#],
                vec![
                    and_on(route("frontend-log", &["level=~\".+\""], vec![])),
                    and_on(route("frontend-pager", &["level=critical"], vec![])),
                    route("frontend-mail", &["env!=test"], vec![]),
                ],
            ),
            route("late", &["team=~\"front.*\""], vec![]),
        ],
    )
}

#[test]
fn the_root_catches_what_nothing_else_does() {
    check(&shop(), &[], &["default@route"]);
    check(&shop(), &[("service", "web")], &["default@route"]);
}

#[test]
fn the_deepest_match_is_told_and_not_its_parents() {
    check(&shop(), &[("team", "frontend"), ("env", "prod")], &["frontend-mail@route.routes[1].routes[2]"]);
}

#[test]
fn a_node_is_told_itself_if_no_child_matches() {
    check(&shop(), &[("team", "frontend"), ("env", "test")], &["frontend@route.routes[1]"]);
}

#[test]
fn the_first_matching_sibling_wins() {
    check(&shop(), &[("service", "mysql"), ("team", "frontend")], &["database@route.routes[0]"]);
    check(&shop(), &[("team", "frontdesk")], &["late@route.routes[2]"]);
}

#[test]
fn siblings_after_a_match_are_tried_only_if_it_says_continue() {
    check(
        &shop(),
        &[("team", "frontend"), ("level", "critical"), ("env", "prod")],
        &[
            "frontend-log@route.routes[1].routes[0]",
            "frontend-pager@route.routes[1].routes[1]",
            "frontend-mail@route.routes[1].routes[2]",
        ],
    );
}

#[test]
fn a_parent_is_not_told_as_well_when_only_continuing_children_match() {
    check(
        &shop(),
        &[("team", "frontend"), ("level", "info"), ("env", "test")],
        &["frontend-log@route.routes[1].routes[0]"],
    );
}

#[test]
fn all_matchers_of_a_route_must_match() {
    let tree = route("root", &[], vec![route("both", &["a=~\"x.*\"", "b=y"], vec![])]);
    check(&tree, &[("a", "xx"), ("b", "y")], &["both@route.routes[0]"]);
    check(&tree, &[("a", "xx")], &["root@route"]);
    check(&tree, &[("b", "y")], &["root@route"]);
}

#[test]
fn a_route_that_does_not_match_hides_its_children() {
    let tree = route("root", &[], vec![route("parent", &["a=b"], vec![route("child", &[], vec![])])]);
    check(&tree, &[], &["root@route"]);
    check(&tree, &[("a", "b")], &["child@route.routes[0].routes[0]"]);
}

#[test]
fn a_node_with_matchers_that_do_not_match_ends_nothing() {
    check(&route("picky", &["a=b"], vec![]), &[], &[]);
}
