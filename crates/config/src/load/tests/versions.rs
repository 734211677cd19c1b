//! The version of a channel, which changes with its settings.

use std::collections::BTreeMap;
use std::path::Path;

use super::{FILE, LITERAL, SOUND, now};
use crate::Loader;
use crate::testing::{Listed, kinds, secrets};

fn version_with(text: &str, secrets: &Listed) -> String {
    let kinds = kinds();
    let config = Loader { kinds: &kinds, secrets, sandbox: None, now: now() }
        .load_text(text, Path::new(FILE))
        .unwrap_or_else(|problems| panic!("{problems}"));
    config.channels.into_iter().find(|it| it.name.as_str() == "ops").unwrap().version
}

fn version(text: &str) -> String {
    version_with(text, &secrets())
}

fn changed(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "nothing is changed");
    SOUND.replace(from, to)
}

#[track_caller]
fn check_same(text: &str) {
    assert_eq!(version(SOUND), version(text), "{text}");
}

#[track_caller]
fn check_different(text: &str) {
    assert_ne!(version(SOUND), version(text), "{text}");
}

#[test]
fn whatever_is_set_for_a_channel_makes_it_another_one() {
    for setting in [
        "endpoint: http://elsewhere",
        "to: [a]",
        "budget: { messages: 5, per: 1m }",
        "quota: { messages: 5, per: day }",
        "timeout: 3s",
        "concurrency: 7",
        "language: zh",
        "timezone: Asia/Shanghai",
        "rotated_at: 2026-11-01",
        "drill: { every: 7d, at: 09:00 }",
    ] {
        check_different(&changed("kind: bell", &format!("kind: bell\n    {setting}")));
    }
    check_different(&changed("height: 30", "height: 31"));
    check_different(&changed("granite", "marble"));
    let to = |list: &str| version(&changed("kind: bell", &format!("kind: bell\n    to: {list}")));
    assert_ne!(to("[a, b]"), to("[b, a]"));
    assert_ne!(to("[ab]"), to("[a, b]"));
    assert_ne!(to("['[]', '']"), to("['[', ']']"));
}

#[test]
fn how_messages_read_by_default_is_part_of_every_channel_that_does_not_say_otherwise() {
    let zh = |text: &str| format!("messages: {{ language: zh, timezone: Asia/Shanghai }}{text}");
    check_different(&zh(SOUND));
    let own = changed("kind: bell", "kind: bell\n    language: en\n    timezone: UTC");
    assert_eq!(version(&own), version(&zh(&own)));
}

#[test]
fn what_is_written_otherwise_and_means_the_same_changes_nothing() {
    check_same(&changed("kind: bell", "kind: 'bell' # as ever"));
    check_same(&changed(
        "    kind: bell\n    token: { file: token }\n    tower: { height: 30, stone: granite }",
        "    tower:\n      stone: \"granite\"\n      height: 30\n    token:\n      file: token\n    kind: bell",
    ));
    check_same(&changed(
        "kind: bell",
        "kind: bell\n    timeout: 10000ms\n    language: en\n    concurrency: 1",
    ));
    check_same(&changed("kind: bell", "kind: bell\n    endpoint:"));
}

#[test]
fn what_is_set_elsewhere_changes_nothing() {
    check_same(&format!("retention: 1d\nserver: {{ external_url: http://x }}{SOUND}"));
    check_same(&changed("name: team", "name: team\n    send: in_turn"));
    check_same(&changed(
        "channels:\n  ops",
        "channels:\n  more: { kind: bell, token: { env: TOKEN }, tower: { height: 1, stone: marble } }\n  ops",
    ));
}

#[test]
fn a_secret_that_was_changed_where_it_is_kept_makes_its_channel_another_one() {
    let kept = |text| Listed(BTreeMap::from([("/etc/fanfare/token", text), ("TOKEN", text)]));
    let (old, new) = (kept("SEC-old"), kept("SEC-new"));
    for text in [SOUND.to_owned(), changed("{ file: token }", "{ env: TOKEN }")] {
        assert_ne!(version_with(&text, &old), version_with(&text, &new));
        assert_eq!(version_with(&text, &old), version_with(&text, &kept(" SEC-old\n")));
    }
}

#[test]
fn a_secret_that_is_only_kept_elsewhere_is_the_same() {
    let secrets = Listed(BTreeMap::from([("/etc/fanfare/token", LITERAL), ("TOKEN", LITERAL)]));
    let version = |token: &str| {
        let text = changed("{ file: token }", token);
        version_with(&format!("allow_inline_secrets: true{text}"), &secrets)
    };
    assert_eq!(version("{ file: token }"), version("{ env: TOKEN }"));
    assert_eq!(version("{ file: token }"), version(LITERAL));
}

#[test]
fn a_version_does_not_show_what_it_was_made_of() {
    let version = version(SOUND);
    assert!(version.len() == 32 && version.bytes().all(|it| it.is_ascii_hexdigit()), "{version}");
}

#[test]
fn other_certificates_in_the_same_file_make_a_channel_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let text = changed("kind: bell", &format!("kind: bell\n    ca_file: {}", file.display()));
    let version = |certificates: &str| {
        std::fs::write(&file, certificates).unwrap();
        version(&text)
    };
    assert_ne!(version("one"), version("another"));
    assert_eq!(version("one"), version("one"));
}
