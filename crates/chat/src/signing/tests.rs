use fanfare_core::Locale;
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
fn where_both_times_were_refused_it_is_not_the_time() {
    let stamps = SigningClock::default();
    let own = check(&stamps, None, 0);
    assert_eq!(stamps.refuse(own, minutes(123)), ClockRemedy::AnotherTime);
    let theirs = check(&stamps, minutes(123), 123);
    assert_eq!(stamps.refuse(theirs, minutes(123)), ClockRemedy::SetClock);
    assert_eq!(stamps.refuse(check(&stamps, minutes(123), 0), minutes(123)), ClockRemedy::SetClock);
    // Another time that the provider tells is worth a try again.
    assert_eq!(stamps.refuse(check(&stamps, minutes(123), 123), minutes(60)), ClockRemedy::AnotherTime);
}

#[test]
fn two_attempts_at_once_with_one_time_are_one_refusal_of_it() {
    let stamps = SigningClock::default();
    let (first, second) = (check(&stamps, None, 0), check(&stamps, None, 0));
    assert_eq!(stamps.refuse(first, minutes(123)), ClockRemedy::AnotherTime);
    assert_eq!(stamps.refuse(second, minutes(123)), ClockRemedy::AnotherTime);
}

#[test]
fn a_time_beyond_all_times_corrects_nothing() {
    assert_eq!(SigningClock::default().time(Timestamp::MAX, minutes(5)).at, Timestamp::MAX);
}

#[test]
fn a_signature_with_another_time_is_noted_in_the_outcome() {
    let renderer = Renderer::new(Locale::default());
    let ok = || Ok(Receipt { words: "ok".to_owned(), ..Receipt::default() });
    let unsigned = SigningTime { at: NOON, correction: SignedDuration::ZERO };
    assert_eq!(unsigned.noted_in(ok(), &renderer).unwrap().words, "ok");

    let corrected = SigningTime { at: NOON, correction: SignedDuration::from_mins(2) };
    let expected = "ok; signed with the provider's time: this machine's clock is 2 min behind";
    assert_eq!(corrected.noted_in(ok(), &renderer).unwrap().words, expected);
    let err = corrected.noted_in(Err(SendError::Unanswered { reason: "ok".to_owned() }), &renderer);
    assert_eq!(err, Err(SendError::Unanswered { reason: expected.to_owned() }));
}
