use jiff::Timestamp;

use super::TimeArg;

/// 2026-03-08 12:00:00 UTC.
const NOON: Timestamp = Timestamp::constant(1_772_971_200, 0);

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(text.parse::<TimeArg>().unwrap().before(NOON).to_string(), expected);
}

#[test]
fn a_time_is_a_time_in_any_zone() {
    check("2026-03-08T11:00:00Z", "2026-03-08T11:00:00Z");
    check("2026-03-08T20:00:00+08:00", "2026-03-08T12:00:00Z");
    check("2026-03-08 20:00:00+08:00", "2026-03-08T12:00:00Z");
}

#[test]
fn a_length_of_time_is_so_long_ago() {
    check("2h", "2026-03-08T10:00:00Z");
    check("1d", "2026-03-07T12:00:00Z");
    check("1000000w", "-009999-01-02T01:59:59Z"); // the first one there is
}

/// Without an offset nobody can know which noon is meant.
#[test]
fn everything_else_is_refused_with_what_would_be_right() {
    for wrong in ["", "noon", "2026-03-08", "2026-03-08T12:00:00", "-2h", "2"] {
        let err = wrong.parse::<TimeArg>().unwrap_err().to_string();
        assert!(err.contains(&format!("`{wrong}`")) && err.contains("2h"), "{err}");
    }
}
