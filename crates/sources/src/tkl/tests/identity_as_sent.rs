//! Alarms that differ only in what is not kept of them.

use super::*;

#[track_caller]
fn check_other(one: &Alert, other: &Alert) {
    assert_ne!(one.incident_key(), other.incident_key());
    // What people and the store see of the two is the same.
    assert_eq!(
        (&one.labels, &one.annotations, one.fingerprint.to_bits()),
        (&other.labels, &other.annotations, other.fingerprint.to_bits())
    );
}

/// `spelled` makes a body of a credential, or of what else may differ.
#[track_caller]
fn check_told_apart(spelled: impl Fn(&str) -> String, one: &str, other: &str) {
    assert_eq!(alert(&spelled(one)).incident_key(), alert(&spelled(one)).incident_key());
    check_other(&alert(&spelled(one)), &alert(&spelled(other)));
}

#[track_caller]
fn check_identity(alert: &Alert, expected: &str) {
    let identity = alert.fingerprint.identity().unwrap().to_bytes();
    assert_eq!(identity.map(|byte| format!("{byte:02x}")).concat(), expected);
}

/// The expected values were computed with Python's `hashlib`: half of SHA-256 over names and texts, each after
/// its length in eight bytes. Incidents of earlier versions are found by them.
#[test]
fn an_alarm_of_which_all_is_kept_has_the_identity_it_always_had() {
    check_identity(
        &alert(
            r#"{"_eui": "6353012AF1093062", "name": "Freezer too warm", "level": "high", "desc": "-9.4 °C", "api_key": "k"}"#,
        ),
        "adbb18af326bd9f36f44270b174638c3",
    );
    check_identity(
        &alert(r#"{"device": {"name": "冷库 3"}, "alarm": "温度过高", "desc": "温度 41.2°C，超过35"}"#),
        "ee05d400d980e0e5f92d8944174c2712",
    );
    // Of an alarm without name the text counts, with the numbers that are no readings.
    check_identity(
        &alert(r#"{"device": {"name": "冷库 3"}, "title": "温度过高", "desc": "温度 41.2°C，超过35"}"#),
        "55dc89594d5e3645ee63456b81c180d9",
    );
}

#[test]
fn the_identity_is_that_of_the_name_as_it_was_sent() {
    let alert = alert(r#"{"eui": "a", "params": {"id": "push failed, token: abc"}}"#);
    check_identity(&alert, "2531b3a16cd0f12fb3cb79f5a42d3897");
    assert_eq!(alert.labels.get("alertname"), Some("push failed, token: [removed]"));
}

#[test]
fn alarms_that_differ_in_a_credential_are_two() {
    let name = |word: &str| format!(r#"{{"eui": "a", "params": {{"id": "login as token: {word}"}}}}"#);
    check_told_apart(name, "abc", "def");
    check_told_apart(name, "口令一", "口令二");
    check_told_apart(
        |word| format!(r#"{{"eui": "a", "alarm": "{word}"}}"#),
        "SEC00112233445566778899aabb",
        "SEC00112233445566778899aabc",
    );
    check_told_apart(|word| format!(r#"{{"eui": "a", "title": "密码: {word}，锁定"}}"#), "甲乙", "丙丁");
    check_told_apart(
        |word| format!(r#"{{"eui": "a", "desc": ["refused", "password={word}"]}}"#),
        "open",
        "shut",
    );
    check_told_apart(
        |word| format!(r#"{{"device": {{"name": "{word}"}}, "name": "hot"}}"#),
        "xoxb-1234567890-abcdef",
        "xoxb-1234567890-abcdeg",
    );
    check_told_apart(
        |word| format!(r#"{{"eui": "pwd:{word}", "dnMsg": {{"alarm_name": "hot"}}}}"#),
        "a",
        "b",
    );
}

#[test]
fn alarms_that_differ_behind_the_cut_are_two() {
    let long = |end: &str| format!("{}{end}", "x".repeat(4999));
    let chinese = |end: &str| format!("{}{end}", "温".repeat(2000));
    let name = |word: &str| format!(r#"{{"eui": "a", "params": {{"id": "{word}"}}}}"#);
    check_told_apart(name, &long("1"), &long("2"));
    check_told_apart(name, &chinese("高"), &chinese("低"));
    check_told_apart(|word| format!(r#"{{"eui": "a", "desc": "{word}"}}"#), &long("y"), &long("z"));
    check_told_apart(|word| format!(r#"{{"device": "{word}", "alarm": "hot"}}"#), &long("1"), &long("2"));
}

#[test]
fn a_clear_ends_the_alarm_that_spells_the_same_credential() {
    let raised =
        alert(r#"{"_eui": "AB", "action": "new", "name": "token: abc", "level": "high", "desc": "41"}"#);
    let cleared = |word: &str| {
        alert(&format!(
            r#"{{"eui": "ab", "params": {{"id": "token: {word}", "type": "clear"}}, "api_key": "k"}}"#
        ))
    };
    assert_eq!(cleared("abc").status, Status::Resolved);
    assert_eq!(cleared("abc").incident_key(), raised.incident_key());
    assert_ne!(cleared("abd").incident_key(), raised.incident_key());
}

#[test]
fn readings_beside_a_credential_or_behind_the_cut_do_not_tell_alarms_apart() {
    let beside = |reading: &str, word: &str| {
        alert(&format!(r#"{{"eui": "a", "desc": "{reading} °C, token: {word}"}}"#)).incident_key()
    };
    assert_eq!(beside("41.25", "abc"), beside("-3", "abc"));
    assert_ne!(beside("41.25", "abc"), beside("41.25", "def"));
    let behind = |reading: &str| {
        alert(&format!(r#"{{"eui": "a", "desc": "{} {reading}"}}"#, "热".repeat(1500))).incident_key()
    };
    assert_eq!(behind("41.25"), behind("−3"));
}

#[test]
fn alarms_whose_address_differs_in_a_credential_are_two() {
    for (name, body) in
        [("name", r#"{"alarm": "hot"}"#), ("alarm", r#"{"eui": "a"}"#), ("eui", r#"{"alarm": "hot"}"#)]
    {
        let sent = |word: &str| {
            alert_with(
                &body.replace('}', r#", "level": "mid"}"#),
                &hints(&[(name, &format!("secret={word}"))]),
            )
        };
        assert_eq!(sent("abc").incident_key(), sent("abc").incident_key());
        check_other(&sent("abc"), &sent("def"));
    }
}

#[test]
fn alarms_of_one_list_each_have_their_own() {
    let body = r#"[{"eui": "a", "alarm": "hot"}, {"action": "no"}, {"eui": "a", "alarm": "token: abc"},
        {"eui": "a", "alarm": "token: def"}, {"eui": "a", "alarm": "token: abc", "type": "clear"}]"#;
    let read = try_read(body, &Hints::default()).unwrap().alerts;
    let alerts: Vec<_> = read.into_iter().map(|it| it.alert).collect();
    assert_eq!(alerts[0].incident_key(), alert(r#"{"eui": "a", "alarm": "hot"}"#).incident_key());
    check_other(&alerts[1], &alerts[2]);
    assert_eq!(alerts[1].incident_key(), alerts[3].incident_key());
}

#[test]
fn a_mark_that_the_sender_wrote_is_only_a_text() {
    let written = alert(r#"{"eui": "a", "params": {"id": "token: [removed]"}}"#);
    let removed = alert(r#"{"eui": "a", "params": {"id": "token: abc"}}"#);
    check_other(&written, &removed);
    check_identity(&alert(r#"{"eui": "a", "params": {"id": "[cut]"}}"#), "1bf5d37c33a887a2338395730cbf9b7a");
}

#[test]
fn nothing_of_the_credential_can_be_printed() {
    let hints = hints(&[("name", "token: planted"), ("eui", "pwd=planted")]);
    let reading =
        try_read(r#"{"params": {"id": "token: planted"}, "desc": "secret: planted"}"#, &hints).unwrap();
    assert!(!format!("{reading:?}").contains("planted"), "{reading:?}");
}
