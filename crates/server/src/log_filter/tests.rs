use super::*;

#[test]
fn a_filter_that_matches_no_line_is_told_with_what_was_perhaps_meant() {
    for (filter, meant) in [
        ("inof", "`info`"),
        ("wran,fanfare_gateway=debug", "`warn`"),
        ("info,fanfare_gatway=debug", "`fanfare_gateway`"),
        ("fanfare-gateway=debug", "`fanfare_gateway`"),
        ("chanel_email=trace", "`channel_email`"),
    ] {
        let doubts = log_doubts(filter);
        assert!(matches!(doubts.as_slice(), [only] if only.contains(meant)), "{filter}: {doubts:?}");
    }
    assert_eq!(log_doubts("everything=debug").len(), 1);
}

#[test]
fn a_filter_that_matches_something_is_left_alone() {
    for filter in [
        "",
        "info",
        "OFF",
        "Warn",
        "3",
        "warn,fanfare_gateway=debug",
        "fanfare=trace",
        "fanfare_gateway::delivery=debug",
        "channel=debug",
        "actix_web=debug",
        "fanfare_gateway[attempt]=debug",
        "hyper::client=trace, info",
    ] {
        assert_eq!(log_doubts(filter), [""; 0], "{filter}");
    }
}

#[test]
fn every_crate_that_logs_is_known() {
    let crates = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let logs = |folder: &std::path::Path| {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let name = manifest
            .lines()
            .find_map(|line| line.strip_prefix("name = "))
            .unwrap()
            .trim_matches('"')
            .replace('-', "_");
        manifest.contains("tracing.workspace").then_some(name)
    };
    let tools = ["fanfare_testkit", "xtask"];
    for entry in std::fs::read_dir(crates).unwrap() {
        let Some(name) = logs(&entry.unwrap().path()) else { continue };
        assert!(tools.contains(&name.as_str()) || TARGETS.contains(&name.as_str()), "{name}");
    }
}
