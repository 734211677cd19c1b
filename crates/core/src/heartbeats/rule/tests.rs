use super::*;

fn fits(pattern: &str, name: &str) -> bool {
    pattern.parse::<NamePattern>().unwrap().fits(&name.parse().unwrap())
}

#[test]
fn a_star_stands_for_any_text_and_nothing_else_for_any_other() {
    for (pattern, name) in [
        ("backup", "backup"),
        ("*", "backup"),
        ("a84041*", "a84041000181c061"),
        ("*61", "a84041000181c061"),
        ("a8*61", "a84041000181c061"),
        ("a*b*c", "abc"),
        ("a*b*c", "a-b-b-c-c"),
        ("a*a", "aa"),
        ("*ab*ab", "ab-ab"),
        ("夜间*", "夜间备份"),
        ("a.c", "a.c"),
    ] {
        assert!(fits(pattern, name), "{pattern} {name}");
    }
    for (pattern, name) in [
        ("backup", "backup2"),
        ("backup", "Backup"),
        ("a84041*", "b84041000181c061"),
        ("a*a", "a"),
        ("*ab*ab", "ab"),
        ("a*b*c", "ac"),
        ("a.c", "abc"),
        ("a?c", "abc"),
    ] {
        assert!(!fits(pattern, name), "{pattern} {name}");
    }
}

#[test]
fn a_name_is_short_and_has_no_blanks_at_its_ends_and_no_slash() {
    for sound in ["a", "夜间备份", "nightly backup", &"x".repeat(200)] {
        assert_eq!(sound.parse::<HeartbeatName>().unwrap().as_str(), sound);
    }
    for bad in ["", " ", " a", "a ", "a/b", "a\nb", "a\u{0}", &"x".repeat(201)] {
        assert_eq!(bad.parse::<HeartbeatName>(), Err(InvalidHeartbeatName), "{bad:?}");
    }
}

#[test]
fn a_key_is_written_as_it_is_read() {
    for text in ["cron", "cron/nightly backup", "thinklink/a84041000181c061"] {
        assert_eq!(text.parse::<HeartbeatKey>().unwrap().to_string(), text);
    }
    assert_eq!("cron".parse::<HeartbeatKey>().unwrap().name, None);
    for bad in ["cron/", "cron/a/b"] {
        assert_eq!(bad.parse::<HeartbeatKey>(), Err(InvalidHeartbeatName), "{bad}");
    }
}
