use super::*;

const NOW: &str = "2026-03-08T12:00:00Z";

fn clock(zone: Option<&TimeZone>) -> SenderClock<'_> {
    SenderClock { now: NOW.parse().unwrap(), zone }
}

#[track_caller]
fn check(text: &str, expected: Option<&str>) {
    assert_eq!(plausible(text, clock(None)), expected.map(|it| it.parse().unwrap()), "{text}");
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

#[track_caller]
fn check_expiry(text: &str, expected: Option<&str>) {
    assert_eq!(plausible_expiry(text, clock(None)), expected.map(|it| it.parse().unwrap()), "{text}");
}

#[test]
fn an_expiry_may_be_as_far_ahead_as_the_sender_wants() {
    check_expiry("2026-03-08T12:04:00Z", Some("2026-03-08T12:04:00Z"));
    check_expiry("2096-03-08T12:04:00Z", Some("2096-03-08T12:04:00Z"));
    // `date -u -d 2026-03-10T00:00:00Z +%s` says 1773100800.
    check_expiry("1773100800", Some("2026-03-10T00:00:00Z"));
}

#[test]
fn a_zero_time_or_an_unreadable_one_is_no_expiry() {
    check_expiry("0001-01-01T00:00:00.000Z", None);
    check_expiry("0001-01-01T00:00:00Z", None);
    check_expiry("2025-03-08T11:59:59Z", None);
    check_expiry("2026-03-08 12:04:00", None);
    check_expiry("in an hour", None);
    check_expiry("", None);
}

#[test]
fn a_time_without_an_offset_is_read_in_the_zone_of_its_source() {
    let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
    let at = |text: &str| plausible(text, clock(Some(&shanghai)));
    let expected = Some("2026-03-08T08:30:00Z".parse().unwrap());
    for text in [
        "2026-03-08 16:30:00",
        "2026-03-08 16:30",
        "2026-03-08T16:30:00.000",
        "2026/03/08 16:30",
        "2026/3/8 16:30:00",
        "2026年3月8日 16:30:00",
        "2026年03月08日16时30分00秒",
        "2026年3月8日 16时30分",
        "2026年3月8日 下午4时30分",
        "2026 年 3 月 8 日 16 点 30 分",
        "2026年3月8日 星期日 16：30",
        "2026年3月8日周日 下午4:30",
        "20260308163000",
        " 2026-03-08 16:30:00 ",
    ] {
        assert_eq!(at(text), expected, "{text}");
    }
    for text in ["2026-03-08", "16:30:00", "2026-13-08 16:30:00", "08.03.2026 16:30", "2026-03-08 25:00:00"] {
        assert_eq!(at(text), None, "{text}");
    }
    // An offset counts more than the source's zone.
    assert_eq!(at("2026-03-08 08:30:00Z"), expected);
}

#[test]
fn a_time_without_separators_is_no_number_of_milliseconds() {
    check_expiry("20260308163000", None);
}
