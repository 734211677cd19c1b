use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;
use crate::intake::fixtures::accepted;

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

#[test]
fn the_last_report_of_an_alarm_says_until_when_it_is_open() {
    let expiries = Expiries::default();
    expiries.note(&[accepted(|it| it.ends_at = Some(at(300)))], at(0), at(10));
    assert_eq!(expiries.board().next(), Some(at(310)));
    expiries.note(&[accepted(|it| it.ends_at = Some(at(400)))], at(0), at(10));
    assert_eq!(expiries.board().next(), Some(at(410)));
    expiries.note(&[accepted(|it| it.ends_at = None)], at(0), at(10));
    assert!(expiries.board().is_empty());
}

#[test]
fn what_is_over_or_no_alarm_is_not_ended_once_more() {
    let expiries = Expiries::default();
    expiries.note(&[accepted(|it| it.ends_at = Some(at(300)))], at(0), at(0));
    let end = |it: &mut Alert| (it.status, it.ends_at) = (Status::Resolved, Some(at(300)));
    expiries.note(&[accepted(end)], at(0), at(0));
    assert!(expiries.board().is_empty());
    expiries.note(&[accepted(|it| (it.kind, it.ends_at) = (Kind::Notice, Some(at(300))))], at(0), at(0));
    assert!(expiries.board().is_empty());
}
