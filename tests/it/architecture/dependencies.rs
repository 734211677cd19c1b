//! The arrows of ARCHITECTURE.md, read from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::{nothing_found, root};

/// The dependencies of each of our packages when it ships: its own tests may know anyone.
type DependencyGraph = BTreeMap<String, BTreeSet<String>>;

/// Packages that never ship. They may know everyone.
const TOOLS: [&str; 5] = ["fanfare-fuzz", "fanfare-simulation", "fanfare-testkit", "fanfare-tests", "xtask"];

/// The binary, which puts the rest together.
const SERVER: &str = "fanfare";

fn graph() -> DependencyGraph {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn package(package: &Value) -> (String, BTreeSet<String>) {
    let is_of_tests = |dependency: &&Value| dependency["kind"] == "dev";
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    let names = dependencies.filter(|it| !is_of_tests(it)).map(|it| text(&it["name"]));
    (text(&package["name"]), names.collect())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Made of `package -> dependency, dependency`.
fn made_up(lines: &[&str]) -> DependencyGraph {
    let line = |line: &&str| {
        let (package, dependencies) = line.split_once(" ->").unwrap();
        (package.to_owned(), dependencies.split(',').map(|it| it.trim().to_owned()).collect())
    };
    lines.iter().map(line).collect()
}

fn is_tool(package: &str) -> bool {
    TOOLS.contains(&package)
}

fn is_channel(package: &str) -> bool {
    package.starts_with("channel-")
}

/// The rooms that the binary puts together.
const ROOMS_OF_SERVER: [&str; 13] = [
    "fanfare-api",
    "fanfare-config",
    "fanfare-core",
    "fanfare-gateway",
    "fanfare-http",
    "fanfare-inlet",
    "fanfare-mqtt",
    "fanfare-sandbox",
    "fanfare-smtp",
    "fanfare-sources",
    "fanfare-tkl-host",
    "fanfare-tls",
    "fanfare-words",
];

/// Design and ARCHITECTURE.md: "Who may know whom".
fn may_know(package: &str, other: &str) -> bool {
    match package {
        tool if is_tool(tool) => true,
        SERVER => ROOMS_OF_SERVER.contains(&other) || is_channel(other),
        "fanfare-api" | "fanfare-core" | "fanfare-sandbox" | "fanfare-tkl-host" => false,
        "fanfare-http" => {
            let rooms = [
                "fanfare-api",
                "fanfare-core",
                "fanfare-gateway",
                "fanfare-inlet",
                "fanfare-sandbox",
                "fanfare-sources",
                "fanfare-tls",
                "fanfare-words",
            ];
            rooms.contains(&other)
        }
        "fanfare-mqtt" | "fanfare-smtp" => {
            let rooms =
                ["fanfare-core", "fanfare-gateway", "fanfare-inlet", "fanfare-sources", "fanfare-tls"];
            rooms.contains(&other)
        }
        "fanfare-inlet" => matches!(other, "fanfare-core" | "fanfare-sources"),
        "fanfare-sources" | "fanfare-store" | "fanfare-tls" | "fanfare-settings" => other == "fanfare-core",
        "fanfare-http-channel" => matches!(other, "fanfare-core" | "fanfare-tls"),
        "fanfare-words" => matches!(other, "fanfare-api" | "fanfare-core"),
        "fanfare-config" => {
            // The registry of channels brings their fakes.
            let rooms = [
                "fanfare-core",
                "fanfare-gateway",
                "fanfare-inlet",
                "fanfare-mqtt",
                "fanfare-sandbox",
                "fanfare-settings",
                "fanfare-smtp",
                "fanfare-sources",
                "fanfare-tls",
            ];
            rooms.contains(&other)
        }
        "fanfare-chat" => matches!(other, "fanfare-core" | "fanfare-words"),
        "fanfare-gateway" => matches!(other, "fanfare-core" | "fanfare-store" | "fanfare-words"),
        channel if is_channel(channel) => {
            // The sandbox is for a channel's fake alone: see `a_channel_and_its_fake_share_no_code`.
            let (shared, fakes) =
                (["fanfare-http-channel", "fanfare-chat", "fanfare-tls"], "fanfare-sandbox");
            matches!(other, "fanfare-core" | "fanfare-words") || shared.contains(&other) || other == fakes
        }
        // A new room must say here whom it may know.
        _ => false,
    }
}

/// Arrows between our own packages that point the wrong way.
fn wrong_arrows(graph: &DependencyGraph) -> Vec<String> {
    let ours = |it: &&String| graph.contains_key(*it);
    let arrows = graph.iter().flat_map(|(from, all)| all.iter().filter(ours).map(move |to| (from, to)));
    arrows
        .filter(|(from, to)| !may_know(from, to))
        .map(|(from, to)| format!("`{from}` must not know `{to}`"))
        .collect()
}

/// Packages that know one of `crates` and are not among those who may.
fn strangers(
    graph: &DependencyGraph,
    crates: &[&str],
    may: impl Fn(&str, &BTreeSet<String>) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for (package, dependencies) in graph.iter().filter(|(it, all)| !is_tool(it) && !may(it, all)) {
        let known = crates.iter().filter(|it| dependencies.contains(**it));
        found.extend(known.map(|it| format!("`{package}` must not know `{it}`")));
    }
    found
}

fn strangers_to_yaml(graph: &DependencyGraph) -> Vec<String> {
    let crates = ["serde-saphyr", "serde_yaml", "serde_yml", "yaml_serde"];
    strangers(graph, &crates, |package, _| package == "fanfare-settings")
}

fn strangers_to_actix(graph: &DependencyGraph) -> Vec<String> {
    let crates = ["actix-web", "actix-http", "actix-rt"];
    strangers(graph, &crates, |package, _| package == "fanfare-http")
}

/// A channel is an HTTP channel if it posts through `http-channel`.
fn strangers_to_reqwest(graph: &DependencyGraph) -> Vec<String> {
    strangers(graph, &["reqwest"], |package, dependencies| {
        matches!(package, SERVER | "fanfare-http-channel")
            || is_channel(package) && dependencies.contains("fanfare-http-channel")
    })
}

fn strangers_to_the_mqtt_client(graph: &DependencyGraph) -> Vec<String> {
    strangers(graph, &["rumqttc-next", "rumqttc"], |package, _| package == "fanfare-mqtt")
}

/// The inlet SMTP decodes mails with it, and so does the reader of the sandbox's fake.
fn strangers_to_mail_parser(graph: &DependencyGraph) -> Vec<String> {
    strangers(graph, &["mail-parser"], |package, _| matches!(package, "fanfare-smtp" | "channel-email"))
}

fn strangers_to_lettre(graph: &DependencyGraph) -> Vec<String> {
    strangers(graph, &["lettre"], |package, _| package == "channel-email")
}

fn strangers_to_sql(graph: &DependencyGraph) -> Vec<String> {
    let crates = ["rusqlite", "libsqlite3-sys", "tokio-postgres", "deadpool-postgres", "sqlx"];
    strangers(graph, &crates, |package, _| package == "fanfare-store")
}

#[test]
fn dependencies_point_inwards() {
    nothing_found(&wrong_arrows(&graph()));
}

#[test]
fn an_arrow_that_points_outwards_is_found() {
    let graph = made_up(&[
        "fanfare -> fanfare-gateway, channel-dingtalk, fanfare-sandbox, fanfare-store",
        "fanfare-gateway -> fanfare-core, fanfare-store, channel-dingtalk",
        "fanfare-core -> serde",
        "fanfare-store -> fanfare-core",
        "fanfare-sandbox -> fanfare-core",
        "fanfare-tests -> fanfare, xtask",
        "channel-dingtalk -> fanfare-http-channel, channel-wecom",
        "channel-wecom -> fanfare, fanfare-testkit",
        "fanfare-testkit -> fanfare-core",
        "fanfare-http-channel -> fanfare-core, reqwest",
        "fanfare-newcomer -> fanfare-core",
    ]);
    let expected = [
        "`channel-dingtalk` must not know `channel-wecom`",
        "`channel-wecom` must not know `fanfare`",
        "`channel-wecom` must not know `fanfare-testkit`",
        "`fanfare` must not know `fanfare-store`",
        "`fanfare-gateway` must not know `channel-dingtalk`",
        "`fanfare-newcomer` must not know `fanfare-core`",
        "`fanfare-sandbox` must not know `fanfare-core`",
    ];
    assert_eq!(wrong_arrows(&graph), expected);
}

#[test]
fn nothing_that_ships_depends_on_the_server() {
    for package in graph().keys().filter(|it| !is_tool(it)) {
        assert!(package == SERVER || !may_know(package, SERVER), "`{package}` may know the server");
    }
}

#[test]
fn only_settings_knows_yaml() {
    nothing_found(&strangers_to_yaml(&graph()));
    let graph = made_up(&["fanfare-settings -> serde-saphyr", "fanfare-config -> serde-saphyr"]);
    assert_eq!(strangers_to_yaml(&graph), ["`fanfare-config` must not know `serde-saphyr`"]);
}

#[test]
fn only_http_knows_actix() {
    nothing_found(&strangers_to_actix(&graph()));
    let graph = made_up(&["fanfare-http -> actix-web", "fanfare-gateway -> actix-web"]);
    assert_eq!(strangers_to_actix(&graph), ["`fanfare-gateway` must not know `actix-web`"]);
}

#[test]
fn only_http_channels_and_their_client_know_reqwest() {
    nothing_found(&strangers_to_reqwest(&graph()));
    let graph = made_up(&[
        "channel-dingtalk -> fanfare-http-channel, reqwest",
        "channel-email -> reqwest",
        "fanfare-http-channel -> reqwest",
        "fanfare -> reqwest",
        "fanfare-gateway -> reqwest",
    ]);
    let expected = ["`channel-email` must not know `reqwest`", "`fanfare-gateway` must not know `reqwest`"];
    assert_eq!(strangers_to_reqwest(&graph), expected);
}

#[test]
fn only_mqtt_knows_its_client() {
    nothing_found(&strangers_to_the_mqtt_client(&graph()));
    let graph = made_up(&["fanfare-mqtt -> rumqttc-next", "fanfare-config -> rumqttc-next"]);
    assert_eq!(strangers_to_the_mqtt_client(&graph), ["`fanfare-config` must not know `rumqttc-next`"]);
}

#[test]
fn only_smtp_and_the_fake_mail_server_decode_mails() {
    nothing_found(&strangers_to_mail_parser(&graph()));
    let graph = made_up(&["fanfare-smtp -> mail-parser", "fanfare-sources -> mail-parser"]);
    assert_eq!(strangers_to_mail_parser(&graph), ["`fanfare-sources` must not know `mail-parser`"]);
}

#[test]
fn only_email_knows_lettre() {
    nothing_found(&strangers_to_lettre(&graph()));
    let graph = made_up(&["channel-email -> lettre", "fanfare -> lettre"]);
    assert_eq!(strangers_to_lettre(&graph), ["`fanfare` must not know `lettre`"]);
}

#[test]
fn sql_stays_in_store() {
    nothing_found(&strangers_to_sql(&graph()));
    let graph = made_up(&["fanfare-store -> rusqlite", "fanfare-gateway -> rusqlite"]);
    assert_eq!(strangers_to_sql(&graph), ["`fanfare-gateway` must not know `rusqlite`"]);
}

#[test]
fn the_arrows_are_read_from_the_real_workspace() {
    let graph = graph();
    assert!(graph["fanfare-gateway"].contains("fanfare-core"), "{graph:?}");
    assert!(graph.keys().filter(|it| is_channel(it)).count() >= 3, "{graph:?}");
}

#[test]
fn every_channel_crate_is_registered_under_its_name() {
    let graph = graph();
    let channels: Vec<&str> = graph.keys().filter_map(|it| it.strip_prefix("channel-")).collect();
    let registered: Vec<&str> = fanfare::registry().kinds().collect();
    assert_eq!(channels, registered, "crates called `channel-…`, and kinds in `registry()`");
}
