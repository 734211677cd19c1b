//! The policies in `examples/policies`: what they promise, in the words of `routes test`.

use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};

use super::{Outcome, fanfare};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/policies");

/// The policies that have a test below.
const KNOWN: [&str; 3] = ["digests", "in-turn", "ladder"];

fn policy(name: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("{name}.yaml"))
}

/// Checks the receivers of an urgent alert.
#[track_caller]
fn check(name: &str, expected: Expect) {
    let said = fanfare(&policy(name), &["routes", "test", "severity=urgent"]);
    assert_eq!(said.outcome.unwrap(), Outcome::Good);
    expected.assert_eq(&said.out[said.out.find("Told:").unwrap()..]);
}

#[test]
fn every_policy_is_sound_and_has_a_test() {
    let mut found: Vec<String> = (std::fs::read_dir(FOLDER).unwrap())
        .map(|it| it.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    assert_eq!(found, KNOWN);
    for name in KNOWN {
        let said = fanfare(&policy(name), &["check", "--sandbox"]);
        assert_eq!(said.outcome.unwrap(), Outcome::Good, "{}", said.out);
        assert!(said.out.ends_with(".yaml: OK\n"), "{}", said.out);
    }
}

#[test]
fn in_turn_tells_one_channel_and_the_next_if_that_fails() {
    check(
        "in-turn",
        expect![[r#"
            Told:
              on-duty on dingtalk, then wecom, then mail (by route)
                counts as told: 1 confirms within 2m
        "#]],
    );
}

#[test]
fn a_ladder_says_who_is_told_otherwise_and_when() {
    check(
        "ladder",
        expect![[r#"
            Told:
              on-call on ops-dingtalk, ops-mail (by route.routes[0])
                counts as told: all confirm within 1m
                after 30s unless delivered: reserve-wecom
                after 15m unless acknowledged: ops-dingtalk, boss-mail
                after 2h unless resolved: boss-mail
        "#]],
    );
}

#[test]
fn an_urgent_alert_goes_to_those_whose_budget_keeps_a_part_for_it() {
    check(
        "digests",
        expect![[r#"
            Told:
              shift on shift-dingtalk, shift-mail (by route)
        "#]],
    );
}

#[test]
fn budgets_and_quotas_are_shown_as_they_will_be_kept() {
    let said = fanfare(&policy("digests"), &["check", "--sandbox"]);
    let (_, channels) = said.out.split_once("\n\n").unwrap();
    let (channels, _) = channels.split_once("\n\n").unwrap();
    expect![[r#"
        CHANNEL         KIND      BUDGET     QUOTA          TIMEOUT  DRILL
        shift-dingtalk  dingtalk  10 in 1m   50000 a month  10s      -
        shift-mail      email     10 in 10m  500 a day      1m       -
        plant-dingtalk  dingtalk  unlimited  unlimited      10s      -"#]]
    .assert_eq(channels);
}
