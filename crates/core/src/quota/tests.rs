use jiff::SignedDuration;
use jiff::tz::Offset;
use proptest::prelude::*;

use super::*;

fn quota(messages: u32, per: QuotaPeriod, zone: TimeZone) -> Quota {
    Quota { pool: "dingtalk".to_owned(), messages: NonZeroU32::new(messages).unwrap(), per, zone }
}

fn china() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// The period that `now` is in, and when it ends.
#[track_caller]
fn check(per: QuotaPeriod, zone: TimeZone, now: &str, (period, resets_at): (&str, &str)) {
    let quota = quota(3_000, per, zone);
    let now = now.parse().unwrap();
    assert_eq!(quota.period_of(now), period);
    assert_eq!(quota.resets_at(now), resets_at.parse().unwrap());
}

#[test]
fn a_month_is_counted_where_the_provider_is() {
    let (november, december) = (("2026-11", "2026-11-30T16:00:00Z"), ("2026-12", "2026-12-31T16:00:00Z"));
    check(QuotaPeriod::Month, china(), "2026-11-30T15:59:59.999Z", november);
    check(QuotaPeriod::Month, china(), "2026-11-30T16:00:00Z", december);
    check(QuotaPeriod::Month, TimeZone::UTC, "2026-11-30T16:00:00Z", ("2026-11", "2026-12-01T00:00:00Z"));
}

#[test]
fn a_year_and_a_leap_year_end_as_the_calendar_says() {
    check(QuotaPeriod::Month, china(), "2026-12-31T23:00:00Z", ("2027-01", "2027-01-31T16:00:00Z"));
    check(QuotaPeriod::Month, TimeZone::UTC, "2028-02-29T12:00:00Z", ("2028-02", "2028-03-01T00:00:00Z"));
    check(QuotaPeriod::Day, TimeZone::UTC, "2028-02-28T12:00:00Z", ("2028-02-28", "2028-02-29T00:00:00Z"));
}

#[test]
fn a_day_ends_at_midnight_where_the_provider_is() {
    check(QuotaPeriod::Day, china(), "2026-11-23T15:59:59Z", ("2026-11-23", "2026-11-23T16:00:00Z"));
    check(QuotaPeriod::Day, china(), "2026-11-23T16:00:00Z", ("2026-11-24", "2026-11-24T16:00:00Z"));
}

/// On 2026-03-08 New York goes from -05:00 to -04:00.
#[test]
fn a_day_may_have_twenty_three_hours() {
    let new_york = TimeZone::get("America/New_York").unwrap();
    check(QuotaPeriod::Day, new_york, "2026-03-08T05:00:00Z", ("2026-03-08", "2026-03-09T04:00:00Z"));
}

#[track_caller]
fn check_level(messages: u32, used: u64, expected: QuotaLevel) {
    assert_eq!(quota(messages, QuotaPeriod::Month, china()).level(used), expected, "{used} of {messages}");
}

#[test]
fn half_four_fifths_and_nineteen_twentieths_are_worth_a_warning() {
    check_level(3_000, 0, QuotaLevel::Plenty);
    check_level(3_000, 1_499, QuotaLevel::Plenty);
    check_level(3_000, 1_500, QuotaLevel::Half);
    check_level(3_000, 2_399, QuotaLevel::Half);
    check_level(3_000, 2_400, QuotaLevel::Short);
    check_level(3_000, 2_849, QuotaLevel::Short);
    check_level(3_000, 2_850, QuotaLevel::NearlyGone);
    check_level(3_000, 9_999, QuotaLevel::NearlyGone);
}

#[test]
fn no_quota_and_no_use_is_too_small_or_too_large_to_be_told() {
    check_level(1, 0, QuotaLevel::Plenty);
    check_level(1, 1, QuotaLevel::NearlyGone);
    check_level(3, 1, QuotaLevel::Plenty);
    check_level(3, 2, QuotaLevel::Half);
    check_level(u32::MAX, u64::MAX, QuotaLevel::NearlyGone);
}

#[test]
fn levels_are_ordered_from_good_to_bad() {
    assert!(QuotaLevel::ALL.is_sorted());
    assert!(QuotaLevel::Plenty < QuotaLevel::NearlyGone);
}

#[test]
fn the_last_of_all_months_ends_with_time_itself() {
    let quota = quota(3_000, QuotaPeriod::Month, TimeZone::UTC);
    assert_eq!(quota.resets_at(Timestamp::MAX), Timestamp::MAX);
}

proptest! {
    #[test]
    fn a_period_lasts_until_its_end_and_no_longer(
        second in 0_i64..4_000_000_000,
        hours in -12_i8..=14,
        per in prop_oneof![Just(QuotaPeriod::Day), Just(QuotaPeriod::Month)],
    ) {
        let quota = quota(3_000, per, TimeZone::fixed(Offset::constant(hours)));
        let now = Timestamp::from_second(second).unwrap();
        let end = quota.resets_at(now);
        let just_before = end - SignedDuration::from_nanos(1);
        prop_assert!(now < end);
        prop_assert_eq!(quota.period_of(now), quota.period_of(just_before));
        prop_assert!(quota.period_of(now) < quota.period_of(end));
    }
}
