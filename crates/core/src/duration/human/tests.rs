use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(text: &str, expected: Duration) {
    assert_eq!(text.parse(), Ok(HumanDuration(expected)), "{text}");
}

#[test]
fn it_is_read_as_people_write_it() {
    check("0s", Duration::ZERO);
    check("500ms", Duration::from_millis(500));
    check("90s", Duration::from_secs(90));
    check("5m", Duration::from_secs(300));
    check("1h30m", Duration::from_secs(5_400));
    check("1h 30m", Duration::from_secs(5_400));
}

#[test]
fn a_day_is_24_hours_and_a_week_7_days_as_in_prometheus() {
    check("1d", Duration::from_secs(86_400));
    check("1w", Duration::from_secs(604_800));
    check("1w2d3h", Duration::from_secs((9 * 24 + 3) * 3_600));
}

#[test]
fn what_has_no_unit_or_no_fixed_length_or_a_sign_is_refused() {
    for text in ["", "5", "m", "5 apples", "-5m", "5m ago", "1mo", "1y", "99999999999999999999s"] {
        assert!(text.parse::<HumanDuration>().is_err(), "{text}");
    }
    let err = "5".parse::<HumanDuration>().unwrap_err();
    assert_eq!(
        err.to_string(),
        "`5` is not a length of time: expected a number with a unit, e.g. 500ms, 30s, 5m, 1h30m or 1d",
    );
}

#[test]
fn a_bare_number_in_a_config_is_refused_with_what_would_be_right() {
    let err = serde_json::from_str::<HumanDuration>("30").unwrap_err().to_string();
    assert!(
        err.starts_with("invalid type: integer `30`, expected a length of time with its unit, e.g. "),
        "{err}"
    );
}

#[test]
fn a_length_of_time_is_kept_as_people_write_it() {
    let check = |milliseconds, expected: &str| {
        let duration = HumanDuration(Duration::from_millis(milliseconds));
        let text = serde_json::to_string(&duration).unwrap();
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<HumanDuration>(&text).unwrap(), duration);
    };
    check(0, r#""0s""#);
    check(500, r#""500ms""#);
    check(60_000, r#""1m""#);
    check(5_400_000, r#""1h 30m""#);
    check(7 * 24 * 3_600_000, r#""168h""#);
}

proptest! {
    #[test]
    fn what_is_written_reads_as_the_same(seconds in 0_u64..10_000_000_000, nanoseconds in 0_u32..1_000_000_000) {
        let duration = HumanDuration(Duration::new(seconds, nanoseconds));
        prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        let kept = serde_json::to_string(&duration).unwrap();
        prop_assert_eq!(serde_json::from_str::<HumanDuration>(&kept).unwrap(), duration);
    }
}
