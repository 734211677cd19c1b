use super::*;
use crate::fixtures::{NOON, after_noon};

#[test]
fn the_leads_are_those_over_the_wall_clock_in_whole_milliseconds() {
    let moment = Moment { wall: NOON, promise: after_noon(3_600), certain: after_noon(-60) };
    let leads = moment.leads();
    assert_eq!(leads.promise, SignedDuration::from_hours(1));
    assert_eq!(leads.certain, SignedDuration::from_secs(-60));
    let promise = NOON + SignedDuration::from_micros(1_500_700);
    assert_eq!(Moment { promise, ..moment }.leads().promise, SignedDuration::from_millis(1_500));
}

#[test]
fn clocks_that_are_read_one_after_the_other_have_no_lead() {
    let promise = NOON + SignedDuration::from_millis(49);
    let certain = NOON - SignedDuration::from_millis(49);
    assert_eq!(Moment { promise, certain, ..Moment::at(NOON) }.leads(), ClockLeads::default());
}

#[test]
fn a_shifted_time_stops_at_the_first_and_the_last_that_there_are() {
    assert_eq!(shifted(NOON, SignedDuration::from_secs(-5)), after_noon(-5));
    assert_eq!(shifted(NOON, SignedDuration::MAX), Timestamp::MAX);
    assert_eq!(shifted(NOON, SignedDuration::MIN), Timestamp::MIN);
}

#[test]
fn a_time_that_is_due_is_shown_as_the_wall_clock_will_show_it() {
    // The wall clock was set back by an hour: what is due in five minutes is due at 11:05 by what it shows.
    let leads = Moment { promise: NOON, ..Moment::at(after_noon(-3_600)) }.leads();
    assert_eq!(leads.shown(after_noon(300)), after_noon(-3_300));
    assert_eq!(ClockLeads::default().shown(NOON), NOON);
}
