use super::*;

#[track_caller]
fn check(message: &str, expected: &[u32]) {
    let found: Vec<u32> = serials(message.as_bytes()).map(|serial| serial.0).collect();
    assert_eq!(found, expected);
}

#[test]
fn an_alert_is_known_again_in_any_message_that_quotes_its_eui() {
    check(&tkl(Serial(42)).to_string(), &[42, 42]);
    check("### face000000000007 is too warm\n- face000000000008", &[7, 8]);
}

#[test]
fn a_word_that_only_looks_like_the_mark_is_no_alert() {
    check("face", &[]);
    check("interface0000", &[]);
    check("facefacefaceface", &[]);
    check("face00000000004x", &[]);
}

#[test]
fn an_eui_has_sixteen_hex_digits() {
    let eui = Serial(u32::MAX).to_string();
    assert_eq!(eui, "face004294967295");
    assert!(eui.bytes().all(|digit| digit.is_ascii_hexdigit()));
}

#[test]
fn batches_hold_every_alert_once_and_the_last_may_be_short() {
    let bodies = batches(0..130, 64, tkl);
    let sizes: Vec<usize> =
        bodies.iter().map(|body| serde_json::from_slice::<Vec<Value>>(body).unwrap().len()).collect();
    assert_eq!(sizes, [64, 64, 2]);
}

#[test]
fn every_alert_of_a_run_has_its_own_device() {
    let bodies = singles(0..1000, prometheus);
    let euis: std::collections::BTreeSet<String> = bodies
        .iter()
        .map(|body| serde_json::from_slice::<Value>(body).unwrap()["labels"]["eui"].to_string())
        .collect();
    assert_eq!(euis.len(), 1000);
}
