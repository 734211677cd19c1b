use fanfare_testkit::NOON;

use super::*;

const fn minutes(minutes: i64) -> Option<SignedDuration> {
    Some(SignedDuration::from_mins(minutes))
}

/// The minutes by which a stamp differs from this machine's time.
#[track_caller]
fn check(stamps: &SigningClock, ahead: Option<SignedDuration>, expected: i64) -> SigningTime {
    let stamp = stamps.time(NOON, ahead);
    assert_eq!(stamp.at, NOON + SignedDuration::from_mins(expected));
    stamp
}

#[test]
fn a_clock_that_is_right_to_the_minute_is_signed_with() {
    let stamps = SigningClock::default();
    check(&stamps, None, 0);
    check(&stamps, minutes(1), 0);
    check(&stamps, minutes(-1), 0);
}

#[test]
fn a_clock_that_is_off_is_corrected() {
    let stamps = SigningClock::default();
    check(&stamps, minutes(2), 2);
    check(&stamps, minutes(-123), -123);
}

#[test]
fn a_correction_that_is_refused_gives_way_to_this_machines_time() {
    let stamps = SigningClock::default();
    let lie = check(&stamps, minutes(123), 123);
    assert_eq!(stamps.refuse(lie, minutes(123)), ClockRemedy::AnotherTime);
    check(&stamps, minutes(123), 0);
    check(&stamps, minutes(99), 99);
}

#[test]
fn a_time_that_is_refused_gives_way_to_what_the_refusal_tells() {
    let stamps = SigningClock::default();
    let wrong = check(&stamps, None, 0);
    assert_eq!(stamps.refuse(wrong, minutes(123)), ClockRemedy::AnotherTime);
    check(&stamps, minutes(123), 123);
}

#[test]
fn a_correction_is_given_up_once_the_clock_is_set() {
    let stamps = SigningClock::default();
    let outdated = check(&stamps, minutes(123), 123);
    assert_eq!(stamps.refuse(outdated, minutes(0)), ClockRemedy::AnotherTime);
    check(&stamps, minutes(0), 0);
}

#[test]
fn where_no_other_time_is_known_the_clock_must_be_mended() {
    let stamps = SigningClock::default();
    let stamp = check(&stamps, None, 0);
    assert_eq!(stamps.refuse(stamp, None), ClockRemedy::SetClock);
    assert_eq!(stamps.refuse(stamp, minutes(1)), ClockRemedy::SetClock);
}

#[test]
fn a_time_beyond_all_times_corrects_nothing() {
    assert_eq!(SigningClock::default().time(Timestamp::MAX, minutes(5)).at, Timestamp::MAX);
}

#[track_caller]
fn check_words(correction: SignedDuration, expected: &str) {
    let stamp = SigningTime { at: NOON, correction };
    let told = stamp.told_in(Ok(Receipt { words: "ok".to_owned(), ..Receipt::default() })).unwrap();
    assert_eq!(told.words, expected);
    let err = stamp.told_in(Err(SendError::Unanswered { reason: "ok".to_owned() })).unwrap_err();
    assert_eq!(err, SendError::Unanswered { reason: expected.to_owned() });
}

#[test]
fn what_is_signed_with_another_time_says_so() {
    check_words(SignedDuration::ZERO, "ok");
    check_words(
        SignedDuration::from_secs(7_380),
        "ok; signed with the provider's time: this machine's clock is 2 h 3 min behind \
         / 已按服务器时间签名，本机时钟慢 2 h 3 min",
    );
    check_words(
        SignedDuration::from_secs(-119),
        "ok; signed with the provider's time: this machine's clock is 2 min ahead \
         / 已按服务器时间签名，本机时钟快 2 min",
    );
    check_words(
        SignedDuration::from_hours(49),
        "ok; signed with the provider's time: this machine's clock is 2 d 1 h behind \
         / 已按服务器时间签名，本机时钟慢 2 d 1 h",
    );
}
