use super::*;

const NOW: &str = "2026-03-08T12:00:00Z";

#[track_caller]
fn check(text: &str, expected: Option<&str>) {
    let now = NOW.parse().unwrap();
    assert_eq!(plausible(text, now), expected.map(|it| it.parse().unwrap()), "{text}");
}

#[test]
fn a_time_is_read_in_the_forms_thinklink_writes() {
    check("2026-03-08T08:40:38.000Z", Some("2026-03-08T08:40:38Z"));
    check("2026-03-08T16:40:38+08:00", Some("2026-03-08T08:40:38Z"));
    // `date -u -d 2026-03-08T08:40:38Z +%s` says 1772959238.
    check("1772959238", Some("2026-03-08T08:40:38Z"));
    check("1772959238123", Some("2026-03-08T08:40:38.123Z"));
    check("1772959238.7", Some("2026-03-08T08:40:38Z"));
}

#[test]
fn an_implausible_time_is_not_used() {
    check("2026-03-09T11:59:59Z", Some("2026-03-09T11:59:59Z"));
    check("2026-03-09T12:00:01Z", None);
    check("1970-01-01T00:00:12Z", None);
    check("2000-01-01T00:00:00Z", None);
    check("12", None);
    check("99999999999999999999", None);
}

#[test]
fn a_time_without_an_offset_is_not_used() {
    check("2026-03-08 08:40:38", None);
    check("soon", None);
}
