use super::*;
use crate::time::SECOND;

/// The rates of so many requests, one after each `pause`, of which `id` gives the notification.
fn rates(requests: u32, pause: Duration, id: impl Fn(u32) -> i64) -> RequestRates {
    let mut rates = RequestRates::default();
    for request in 0..requests {
        rates.count("mail", &[NotificationId(id(request))], pause * request);
    }
    rates
}

#[test]
fn one_notification_at_one_moment_is_overrun_at_4000() {
    assert!(!rates(3_999, Duration::ZERO, |_| 1).is_overrun());
    assert!(rates(4_000, Duration::ZERO, |_| 1).is_overrun());
}

#[test]
fn an_overrun_stays_known_however_long_the_run_goes_on() {
    let mut rates = rates(4_000, Duration::ZERO, |_| 1);
    rates.count("mail", &[NotificationId(1)], DAY * 100);
    assert!(rates.is_overrun());
}

/// 4,000 requests within less than an hour are too many: one in 0.9 s, and not one in a second.
#[test]
fn retries_that_no_hour_sees_too_many_of_are_no_overrun() {
    assert!(!rates(100_000, SECOND, |_| 1).is_overrun());
    assert!(rates(4_000, SECOND * 9 / 10, |_| 1).is_overrun());
}

#[test]
fn each_notification_and_each_channel_counts_by_itself() {
    let mut rates = rates(3_999, Duration::ZERO, |_| 1);
    rates.count("mail", &[NotificationId(2)], Duration::ZERO);
    rates.count("phone", &[NotificationId(1)], Duration::ZERO);
    assert!(!rates.is_overrun());
    rates.count("phone", &[NotificationId(2), NotificationId(1)], Duration::ZERO);
    rates.count("mail", &[NotificationId(3), NotificationId(1)], Duration::ZERO);
    assert!(rates.is_overrun(), "in a digest, too");
}

/// 20,000 within less than a day are too many: one in 4.3 s, and not one in 5 s.
#[test]
fn ever_new_notifications_are_overrun_at_20_000_a_day() {
    assert!(!rates(19_999, Duration::ZERO, i64::from).is_overrun());
    assert!(rates(20_000, Duration::ZERO, i64::from).is_overrun());
    assert!(rates(20_000, 4 * SECOND, i64::from).is_overrun());
    assert!(!rates(60_000, 5 * SECOND, i64::from).is_overrun());
}
